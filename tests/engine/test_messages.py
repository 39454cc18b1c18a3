"""Messages and signals between instances and from outside: to one, to all, kept, and what begins with them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import history, operations
from engine.arrivals import Parcel, Subscription
from engine.host import SYSTEM
from engine.models import Instance
from engine.operations import Delivery
from tests.engine.family import Family

ZEEBE_KEY = (
    '<message id="m_keyed" name="keyed"><extensionElements><z:subscription correlationKey="= number"/>'
    "</extensionElements></message>"
)
WAITS = """
    <startEvent id="s"/><intermediateCatchEvent id="c"><messageEventDefinition messageRef="m_{ref}"/>
    </intermediateCatchEvent><exclusiveGateway id="g" default="g_e"/><userTask id="a"/><endEvent id="e"/>
    s>c; c>g; g>a = said = "stay"; g>e; a>e
"""


def waiting(session: Session, ref: str = "hello", **variables: Any) -> Family:
    return Family(session).start(WAITS.format(ref=ref), more=ZEEBE_KEY, variables=variables)


def send(family: Family, name: str, **more: Any) -> Delivery:
    delivery = operations.deliver(family.session, name=name, now=family.now, host=family.host, **more)
    family.drain()
    return delivery


def test_a_message_goes_to_who_waits_for_it_with_its_data(session: Session) -> None:
    family = waiting(session)
    assert send(family, "hello", data={"said": "stay", "noise": 1}).instance_id == family.instance_id
    assert (family.root.state, family.root.variables) == ("s/a", {"said": "stay"})
    assert family.said(family.instance_id) == ["instance.started", "message.received"]
    assert history.verify(session) == []


def test_nobody_waits_is_an_answer_and_the_message_is_gone(session: Session) -> None:
    family = waiting(session)
    assert send(family, "other", data={"said": "private"}) == Delivery(1)
    parcel = session.scalars(select(Parcel)).one()
    assert (parcel.taken_by, parcel.data) == (None, {})
    assert family.root.state == "s/c"


def test_the_key_decides_which_of_several_gets_it(session: Session) -> None:
    family = Family(session)
    definition = family.publish(WAITS.format(ref="keyed"), more=ZEEBE_KEY)
    ids = [
        operations.start(session, definition_id=definition.id, subject=f"thing:{number}", scope="33", actor=SYSTEM,
                         now=family.now, host=family.host, variables={"number": number}).instance_id
        for number in (1, 2, 3)
    ]
    assert set(session.scalars(select(Subscription.key))) == {"1", "2", "3"}
    assert send(family, "keyed").instance_id is None
    assert send(family, "keyed", key="4").instance_id is None
    assert send(family, "keyed", key="2").instance_id == ids[1]
    assert [session.get_one(Instance, one).status for one in ids] == ["running", "ended", "running"]


def test_a_message_is_for_one_only(session: Session) -> None:
    family = Family(session)
    definition = family.publish(WAITS.format(ref="hello"))
    for number in (1, 2):
        operations.start(session, definition_id=definition.id, subject=f"thing:{number}", scope="33", actor=SYSTEM,
                         now=family.now, host=family.host)
    send(family, "hello")
    assert [one.status for one in family.rows()] == ["ended", "running"]
    send(family, "hello")
    assert [one.status for one in family.rows()] == ["ended", "ended"]


BOTH = """
    <startEvent id="s"/><userTask id="before"/><intermediateCatchEvent id="c"><messageEventDefinition
    messageRef="m_hello"/></intermediateCatchEvent><endEvent id="e"/>
    s>before; before>c; c>e
"""


def test_a_kept_message_waits_for_who_waits_later(session: Session) -> None:
    family = Family(session).start(BOTH)
    kept = send(family, "hello", keep=timedelta(hours=1)).kept
    assert kept == family.now + timedelta(hours=1)
    family.act("before")
    assert family.root.status == "ended"
    assert session.scalars(select(Parcel.taken_by)).one() == family.instance_id


def test_a_message_that_is_too_old_is_not_delivered(session: Session) -> None:
    family = Family(session).start(BOTH)
    send(family, "hello", keep=timedelta(hours=1))
    family.later(hours=2)
    family.act("before")
    assert family.root.state == "s/c"


def test_what_a_message_carries_is_forgotten_when_it_is_too_old(session: Session) -> None:
    family = waiting(session)
    send(family, "other", data={"said": "private"}, keep=timedelta(hours=1))
    assert session.scalars(select(Parcel.data)).one() == {"said": "private"}
    family.later(hours=1)
    assert session.execute(select(Parcel.data, Parcel.taken_by)).one() == ({}, None)
    family.later(hours=1)
    assert family.root.state == "s/c"


POOLS = """<collaboration id="both"><participant id="ours" processRef="p"/><participant id="theirs" processRef="q"/>
<messageFlow id="asks" sourceRef="ask" targetRef="asked"/><messageFlow id="tells" sourceRef="tell" targetRef="told"/>
</collaboration>"""
OURS = """
    <startEvent id="s"/><intermediateThrowEvent id="ask"><messageEventDefinition/></intermediateThrowEvent>
    <intermediateCatchEvent id="told"><messageEventDefinition/></intermediateCatchEvent><endEvent id="e"/>
    s>ask; ask>told; told>e
"""
THEIRS = """
    <startEvent id="asked"><messageEventDefinition/></startEvent><userTask id="think"/><endEvent id="tell">
    <messageEventDefinition/></endEvent>
    asked>think; think>tell
"""


def test_message_flows_between_two_pools_are_followed_without_names(session: Session) -> None:
    family = Family(session)
    empty = '<process id="{}" isExecutable="false"><startEvent id="{}"/><endEvent id="{}"/></process>'
    theirs = POOLS + empty.format("p", "ask", "told")
    family.publish(THEIRS, key="q", more=theirs)
    family.start(OURS, more=POOLS + empty.format("q", "asked", "tell"))
    family.drain()
    assert family.open() == [(2, "think")]
    family.act("think")
    assert {one.status for one in family.rows()} == {"ended"}


BEGINS = """
    <startEvent id="s"><messageEventDefinition messageRef="m_hello"/></startEvent><exclusiveGateway id="g"
    default="g_e"/><userTask id="a"/><endEvent id="e"/>
    s>g; g>a = said = "stay"; g>e; a>e
"""


def test_a_message_that_nobody_waits_for_begins_a_process(session: Session) -> None:
    family = Family(session)
    family.publish(BEGINS)
    delivery = send(family, "hello", data={"said": "stay"}, subject="thing:7", scope="33.01")
    assert delivery.began
    begun = session.get_one(Instance, delivery.instance_id)
    assert (begun.subject, begun.scope, begun.state, begun.variables) == ("thing:7", "33.01", "s/a", {"said": "stay"})
    again = send(family, "hello", subject="thing:7")
    assert again.instance_id != delivery.instance_id


THROWS = """
    <startEvent id="s"/><userTask id="first"/><intermediateThrowEvent id="t"><messageEventDefinition
    messageRef="m_hello"/></intermediateThrowEvent><userTask id="after"/><endEvent id="e"/>
    s>first; first>t; t>after; after>e
"""


def test_one_instance_throws_and_another_catches(session: Session) -> None:
    family = waiting(session)
    thrower = Family(session).publish(THROWS, key="thrower")
    other = operations.start(session, definition_id=thrower.id, subject="thing:2", scope="33", actor=SYSTEM,
                             now=family.now, host=family.host).instance_id
    family.act("first")
    assert family.root.status == "ended"
    assert session.get_one(Instance, other).state == "s/after"
    assert session.get_one(Instance, other).status == "running"


def test_a_send_task_without_a_handler_throws_its_message(session: Session) -> None:
    family = waiting(session)
    sender = family.publish("""
        <startEvent id="s"/><sendTask id="t" messageRef="m_hello"/><endEvent id="e"/>
        s>t; t>e
    """, key="sender")
    operations.start(session, definition_id=sender.id, subject="thing:2", scope="33", actor=SYSTEM, now=family.now,
                     host=family.host)
    family.drain()
    assert {one.status for one in family.rows()} == {"ended"}
    family.nothing_left()


HEARS = """
    <startEvent id="s"/><userTask id="a"/><boundaryEvent id="b" attachedToRef="a"{dashed}><signalEventDefinition
    signalRef="sig_all"/></boundaryEvent><userTask id="heard"/><endEvent id="e"/><endEvent id="f"/>
    s>a; a>e; b>heard; heard>f
"""


def test_a_signal_reaches_all_that_listen_and_all_that_begin_with_it(session: Session) -> None:
    family = Family(session)
    solid = family.publish(HEARS.format(dashed=""), key="solid")
    dashed = family.publish(HEARS.format(dashed=' cancelActivity="false"'), key="dashed")
    family.publish("""
        <startEvent id="s"><signalEventDefinition signalRef="sig_all"/></startEvent><userTask id="a"/><endEvent id="e"/>
        s>a; a>e
    """, key="begins")
    for number, one in enumerate((solid, dashed)):
        operations.start(session, definition_id=one.id, subject=f"thing:{number}", scope="33", actor=SYSTEM,
                         now=family.now, host=family.host)
    assert operations.broadcast(session, name="all", now=family.now, host=family.host) == 3
    family.drain()
    assert family.tree() == [
        ("", "s/heard", "running"), ("", "s/a", "running"), ("b", "b/heard", "running"), ("", "s/a", "running"),
    ]
    assert operations.broadcast(session, name="all", now=family.now, host=family.host) == 2
    family.drain()
    assert [part for part, _, _ in family.tree()].count("b") == 2, "a dashed circle hears each signal"
    assert operations.broadcast(session, name="none", now=family.now, host=family.host) == 0
    family.later(days=8)
    assert set(session.scalars(select(Parcel.taken_by))) == {None}


def test_what_is_left_listens_no_more(session: Session) -> None:
    family = Family(session).start(HEARS.format(dashed=""))
    family.act("a")
    family.nothing_left()
    assert operations.broadcast(session, name="all", now=family.now, host=family.host) == 0


SCOPED = """
    <startEvent id="s"/><userTask id="a"/><endEvent id="e"/>
    <subProcess id="h" triggeredByEvent="true"><startEvent id="hs" isInterrupting="{solid}"><messageEventDefinition
    messageRef="m_hello"/></startEvent><userTask id="x"/><endEvent id="he"/>
    hs>x; x>he
    </subProcess>
    s>a; a>e
"""


def test_an_event_sub_process_listens_as_long_as_its_scope_lives(session: Session) -> None:
    family = Family(session).start(SCOPED.format(solid="true"))
    send(family, "hello")
    assert family.open() == [(family.instance_id, "x")]
    assert send(family, "hello").instance_id is None
    family.act("x")
    assert family.root.status == "ended"
    family.nothing_left()


def test_a_dashed_event_sub_process_begins_beside_each_time(session: Session) -> None:
    family = Family(session).start(SCOPED.format(solid="false"))
    send(family, "hello")
    send(family, "hello")
    assert [node for _, node in family.open()] == ["a", "x", "x"]
    family.act("a")
    family.act("x")
    assert family.root.status == "running"
    family.act("x")
    family.nothing_left()
    assert history.verify(session) == []


def test_rounds_that_each_wait_for_a_message(session: Session) -> None:
    family = Family(session).start("""
        <startEvent id="s"/><receiveTask id="r" messageRef="m_hello"><multiInstanceLoopCharacteristics>
        <loopCardinality>2</loopCardinality></multiInstanceLoopCharacteristics></receiveTask><endEvent id="e"/>
        s>r; r>e
    """)
    assert [one.instance_id for one in session.scalars(select(Subscription).order_by(Subscription.id))] == [2, 3]
    send(family, "hello")
    send(family, "hello")
    assert family.root.status == "ended"
    family.nothing_left()
