"""What is done several times, or beside, is undone as often as it was done: by each round and branch itself.

And what is thrown in the main flow comes to the branches beside it."""

from __future__ import annotations

from random import Random

import pytest
from sqlalchemy.orm import Session

from engine import operations
from engine.bpmn.reader import read
from engine.checking import check
from engine.compile import compile_process
from engine.walk import Walk
from tests.engine.family import Family, drawing
from tests.engine.test_compensation import AROUND, CANCELLED, ROUNDS, UNDO, flow, handled, played

EACH = (
    '<multiInstanceLoopCharacteristics isSequential="{}" camunda:collection="items" camunda:elementVariable="it">'
    "</multiInstanceLoopCharacteristics>"
)
ONCE_MORE = "<standardLoopCharacteristics loopMaximum='3'/>"
KINDS = {
    "task": '<userTask id="S">{loop}</userTask>',
    "body": '<subProcess id="S">{loop}<startEvent id="i"/><userTask id="x"/><endEvent id="o"/>'
            + flow("i", "x", "o") + "</subProcess>",
    "call": '<callActivity id="S" calledElement="called">{loop}</callActivity>',
}
CALLED = f'<startEvent id="cs"/>{handled("x")}<endEvent id="ce"/>{flow("cs", "x", "ce")}'


def whole(kind: str, loop: str, handler: str = '<userTask id="u_S" isForCompensation="true"/>') -> str:
    """A thing done several times, with one handler on its edge; then what asks for it to be undone."""
    edge = (
        f'<boundaryEvent id="b_S" attachedToRef="S">{UNDO}</boundaryEvent>{handler}'
        '<association id="l_S" sourceRef="b_S" targetRef="u_S"/>'
    )
    return f'{AROUND}{KINDS[kind].format(loop=loop)}{edge}{handled("a")}{flow("s", "a", "S", "t", "z", "e")}'


def done(family: Family, most: int = 40) -> list[tuple[str, int]]:
    """Each open task done as soon as it is there: (name, number of the round it was in)."""
    names = []
    while family.open() and len(names) < most:
        instance, node = family.open()[0]
        names.append((node, next(one.number for one in family.rows() if one.id == instance)))
        family.act(node, of=instance)
    return names


@pytest.mark.parametrize("sequential", ["true", "false"])
@pytest.mark.parametrize("kind", list(KINDS))
def test_the_handler_of_rounds_is_done_once_for_each_the_last_first(
    session: Session, kind: str, sequential: str
) -> None:
    family = Family(session)
    family.publish(CALLED, key="called")
    family.start(whole(kind, EACH.format(sequential)), variables={"items": ["p", "q", "r"]})
    told = done(family)
    work = "S" if kind == "task" else "x"
    assert [name for name, _ in told] == ["a", work, work, work, "u_S", "u_S", "u_S", "u_a", "z"]
    assert [number for name, number in told if name == "u_S"] == [2, 1, 0]
    family.nothing_left()


def test_a_handler_knows_the_item_of_its_round_and_what_it_says_is_known_to_all(session: Session) -> None:
    handler = (
        '<userTask id="u_S" isForCompensation="true"><extensionElements><camunda:inputOutput>'
        '<camunda:outputParameter name="given_back">${refund + taken}</camunda:outputParameter>'
        "</camunda:inputOutput></extensionElements></userTask>"
    )
    body = whole("task", EACH.format("true"), handler).replace('<sequenceFlow id="z_e" sourceRef="z" targetRef="e"/>', (
        '<exclusiveGateway id="g" default="g_e"/><userTask id="k"/>' + flow("z", "g", "e") + flow("k", "e")
        + '<sequenceFlow id="g_k" sourceRef="g" targetRef="k"><conditionExpression>= given_back = 205 and it = null'
        "</conditionExpression></sequenceFlow>"
    ))
    family = Family(session).start(body, variables={"items": [1, 20]})
    family.act("a")
    for taken in (5, 7):
        family.act("S", {"taken": taken})
    rounds = [one for one in family.rows() if one.parent_node == "S"]
    assert [(one.variables["it"], one.variables["taken"]) for one in rounds] == [(1, 5), (20, 7)]
    family.act("u_S", {"refund": 100})
    assert family.root.variables["given_back"] == 107
    family.act("u_S", {"refund": 200})
    assert family.root.variables["given_back"] == 205  # 5 was taken in the first round
    assert family.root.variables["taken"] == 7
    assert family.said(family.root.id).count("round.undone") == 2
    assert played(family) == ["u_a", "z", "k"]


def test_a_loop_is_undone_as_often_as_it_was_done(session: Session) -> None:
    family = Family(session).start(whole("body", ONCE_MORE))
    assert [name for name, _ in done(family)] == ["a", "x", "x", "x", "u_S", "u_S", "u_S", "u_a", "z"]
    family.nothing_left()


def test_a_round_that_was_not_completed_is_not_undone(session: Session) -> None:
    loop = (
        "<multiInstanceLoopCharacteristics camunda:collection='items' camunda:elementVariable='it'>"
        "<completionCondition>= nrOfCompletedInstances = 2</completionCondition></multiInstanceLoopCharacteristics>"
    )
    family = Family(session).start(whole("task", loop), variables={"items": [1, 2, 3]})
    assert [name for name, _ in done(family)] == ["a", "S", "S", "u_S", "u_S", "u_a", "z"]
    assert [one.status for one in family.rows()].count("cancelled") == 1


def test_none_is_undone_of_rounds_of_which_there_were_none(session: Session) -> None:
    family = Family(session).start(whole("task", EACH.format("false")), variables={"items": []})
    assert played(family) == ["a", "u_a", "z"]
    family.nothing_left()


def test_what_called_rounds_did_is_undone_by_what_was_called(session: Session) -> None:
    family = Family(session)
    family.publish(CALLED, key="called")
    call = KINDS["call"].format(loop=EACH.format("true"))
    family.start(
        f'{AROUND}{handled("a")}{call}{flow("s", "a", "S", "t", "z", "e")}', variables={"items": [1, 2]}
    )
    assert played(family) == ["a", "x", "x", "u_x", "u_x", "u_a", "z"]
    family.nothing_left()


def test_a_handler_that_is_a_sub_process_is_done_for_each_round(session: Session) -> None:
    handler = (
        '<subProcess id="u_S" isForCompensation="true"><startEvent id="hs"/><userTask id="h1"/><userTask id="h2"/>'
        f'<endEvent id="he"/>{flow("hs", "h1", "h2", "he")}</subProcess>'
    )
    family = Family(session).start(whole("task", EACH.format("true"), handler), variables={"items": [1, 2]})
    assert played(family) == ["a", "S", "S", "h1", "h2", "h1", "h2", "u_a", "z"]
    family.nothing_left()


# Transactions in rounds that are cancelled

def booked(sequential: str, edge: str = "") -> str:
    inside = (
        f'<startEvent id="i"/><endEvent id="o"/>{handled("x")}<userTask id="y"/>{CANCELLED}'
        f'{flow("i", "x", "y", "g", "o")}'
    )
    return (
        f'<startEvent id="s"/><endEvent id="e"/><endEvent id="e2"/><transaction id="T">{ROUNDS.format(sequential)}'
        f'{inside}</transaction><boundaryEvent id="c" attachedToRef="T"><cancelEventDefinition/></boundaryEvent>'
        f'<userTask id="z"/><userTask id="sorry"/>{edge}{flow("s", "T", "z", "e")}{flow("c", "sorry", "e2")}'
    )


@pytest.mark.parametrize("sequential", ["", ' isSequential="true"'])
def test_rounds_completed_before_a_transaction_is_cancelled_are_undone_too(session: Session, sequential: str) -> None:
    family = Family(session).start(booked(sequential))
    for node in ("x", "y"):
        family.act(node)
    first = family.rows()[1].id
    other = family.rows()[2].id
    family.act("x", of=other)
    family.act("y", {"no": True}, of=other)
    assert family.open() == [(other, "u_x")]
    family.act("u_x")
    assert family.open() == [(first, "u_x")]
    family.act("u_x")
    assert [node for _, node in family.open()] == ["sorry"]
    family.act("sorry")
    family.nothing_left()


def test_a_round_completed_is_undone_as_a_whole_where_its_transaction_has_a_handler(session: Session) -> None:
    edge = (
        f'<boundaryEvent id="b_T" attachedToRef="T">{UNDO}</boundaryEvent><userTask id="u_T" isForCompensation="true"/>'
        '<association id="l_T" sourceRef="b_T" targetRef="u_T"/>'
    )
    family = Family(session).start(booked(' isSequential="true"', edge))
    for node, data in (("x", {}), ("y", {}), ("x", {}), ("y", {"no": True})):
        family.act(node, data)
    assert played(family) == ["u_x", "u_T", "sorry"]
    family.nothing_left()


def test_only_the_stay_that_is_cancelled_is_undone(session: Session) -> None:
    """An earlier stay at the same transaction was completed: it stays, until somebody asks for it."""
    again = (
        '<exclusiveGateway id="m"/><exclusiveGateway id="d" default="d_e"/><sequenceFlow id="d_m" sourceRef="d" '
        'targetRef="m"><conditionExpression>= more</conditionExpression></sequenceFlow>'
        + flow("s", "m", "T", "z", "d", "e")
    )
    body = booked(' isSequential="true"').replace(flow("s", "T", "z", "e"), again)
    family = Family(session).start(body)
    for node, data in (("x", {}), ("y", {}), ("x", {}), ("y", {}), ("z", {"more": True}), ("x", {}),
                       ("y", {"no": True})):
        family.act(node, data)
    assert played(family) == ["u_x", "sorry"]
    family.nothing_left()


def test_an_interrupted_cancelling_leaves_nothing_behind(session: Session) -> None:
    inner = booked(' isSequential="true"').replace('id="s"', 'id="s2"').replace('"s_T" sourceRef="s"',
                                                                               '"s_T" sourceRef="s2"')
    family = Family(session).start(
        f'<startEvent id="s"/><endEvent id="end"/><subProcess id="O">{inner}</subProcess>'
        '<boundaryEvent id="late" attachedToRef="O"><timerEventDefinition><timeDuration>P1D</timeDuration>'
        f'</timerEventDefinition></boundaryEvent><endEvent id="le"/>{flow("late", "le")}{flow("s", "O", "end")}'
    )
    for node, data in (("x", {}), ("y", {}), ("x", {}), ("y", {"no": True}), ("u_x", {})):
        family.act(node, data)
    assert [node for _, node in family.open()] == ["u_x"]
    family.later(days=2)
    family.nothing_left()


def test_rounds_still_running_when_a_transaction_is_cancelled_are_ended_and_not_undone(session: Session) -> None:
    """The limit that docs/bpmn.md states: what they had done stays as it is. BPMN would have it undone."""
    rounds = (
        f'<subProcess id="R">{ROUNDS.format("")}<startEvent id="ri"/><endEvent id="ro"/>{handled("x")}'
        f'<userTask id="y"/>{flow("ri", "x", "y", "ro")}</subProcess>'
    )
    family = Family(session).start(
        '<startEvent id="s"/><endEvent id="e"/><endEvent id="e2"/><transaction id="T"><startEvent id="i"/>'
        f'<endEvent id="o"/><parallelGateway id="f"/><userTask id="k"/>{rounds}{CANCELLED}{flow("i", "f", "R", "o")}'
        f'{flow("f", "k", "g", "o")}</transaction><boundaryEvent id="c" attachedToRef="T"><cancelEventDefinition/>'
        f'</boundaryEvent><userTask id="z"/><userTask id="sorry"/>{flow("s", "T", "z", "e")}{flow("c", "sorry", "e2")}'
    )
    running = [one.id for one in family.rows() if one.parent_node == "R"]
    for one in running:
        family.act("x", of=one)
    family.act("k", {"no": True})
    assert [one.status for one in family.rows() if one.id in running] == ["cancelled", "cancelled"]
    assert played(family) == ["sorry"]
    family.nothing_left()


# Branches of dashed events

HELLO = '<messageEventDefinition messageRef="m_hello"/>'
BESIDE = (
    f'<userTask id="w"/><boundaryEvent id="d" attachedToRef="w" cancelActivity="false">{HELLO}</boundaryEvent>'
    f'{handled("x")}<endEvent id="de"/>{flow("d", "x", "de")}'
)


def hello(family: Family) -> None:
    operations.deliver(family.session, name="hello", now=family.now, host=family.host)
    family.drain()


def test_what_a_dashed_branch_did_is_undone_when_the_main_flow_asks(session: Session) -> None:
    family = Family(session).start(f'{AROUND}{handled("a")}{BESIDE}{flow("s", "a", "w", "t", "z", "e")}')
    family.act("a")
    for _ in range(2):
        hello(family)
        family.act("x")
    family.act("w")
    branches = [one.id for one in family.rows() if one.part == "d"]
    undone = []
    while (open_ := family.open()) and open_[0][1] != "z":
        undone.append(open_[0])
        family.act(open_[0][1])
    assert undone == [(branches[1], "u_x"), (branches[0], "u_x"), (family.root.id, "u_a")]
    family.act("z")
    family.nothing_left()


def test_a_branch_that_is_still_active_goes_on_while_others_are_undone(session: Session) -> None:
    family = Family(session).start(f'{AROUND}{handled("a")}{BESIDE}{flow("s", "a", "w", "t", "z", "e")}')
    family.act("a")
    hello(family)
    family.act("x")
    hello(family)
    family.act("w")
    assert sorted(node for _, node in family.open()) == ["u_x", "x"]
    family.act("u_x")
    family.act("u_a")
    assert sorted(node for _, node in family.open()) == ["x", "z"]
    family.act("z")
    family.act("x")
    family.nothing_left()


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("body", [
    whole("body", ROUNDS.format("")), whole("body", ROUNDS.format(' isSequential="true"')), whole("body", ONCE_MORE),
])
def test_the_walk_undoes_each_round(body: str, seed: int) -> None:
    source = drawing(body)
    assert [one for one in check(source).problems if one.severity != "missing"] == []
    walk = Walk(compile_process(read(source).process()), Random(seed))
    told = [one.trigger for one in walk.play(200)]
    assert walk.ended == "end"
    rounds = 3 if ONCE_MORE in body else 2
    assert told.count("complete.u_S") == told.count("undo") == rounds
    assert told[-2:] == ["complete.u_a", "complete.z"]


@pytest.mark.parametrize("seed", range(20))
def test_the_walk_undoes_the_completed_rounds_of_a_cancelled_transaction(seed: int) -> None:
    source = drawing(booked(' isSequential="true"'))
    assert [one for one in check(source).problems if one.severity != "missing"] == []
    walk = Walk(compile_process(read(source).process()), Random(seed))
    told = [one.trigger for one in walk.play(200)]
    assert walk.ended == "end"
    if "cancel.T" in told:
        assert told.count("complete.u_x") == told.count("complete.x")
        assert told[-2:] == ["undone.T", "complete.sorry"]
    else:
        assert "complete.u_x" not in told


@pytest.mark.parametrize("seed", range(20))
def test_the_walk_undoes_what_branches_did(seed: int) -> None:
    source = drawing(f'{AROUND}{handled("a")}{BESIDE}{flow("s", "a", "w", "t", "z", "e")}')
    assert [one for one in check(source).problems if one.severity != "missing"] == []
    walk = Walk(compile_process(read(source).process()), Random(seed))
    told = [one.trigger for one in walk.play(300)]
    assert walk.ended == "end"
    if "undone.d" in told:
        over = len(told) - told[::-1].index("undone.d")
        assert told.count("complete.u_x") == told[:over].count("complete.x")
    else:
        assert "receive.d" not in told


# What is thrown in the main flow

SIGNAL = '<signalEventDefinition signalRef="sig_all"/>'
LISTENING = {
    "catch": f'<intermediateCatchEvent id="l">{SIGNAL}</intermediateCatchEvent><userTask id="h"/><endEvent id="de"/>'
             + flow("d", "l", "h", "de"),
    "gateway": '<eventBasedGateway id="eg"/><intermediateCatchEvent id="n"><timerEventDefinition><timeDuration>P9D'
               f'</timeDuration></timerEventDefinition></intermediateCatchEvent><intermediateCatchEvent id="l">{SIGNAL}'
               '</intermediateCatchEvent><userTask id="h"/><endEvent id="ne"/><endEvent id="de"/>'
               + flow("d", "eg", "l", "h", "de") + flow("eg", "n", "ne"),
    "boundary": f'<userTask id="q"/><boundaryEvent id="l" attachedToRef="q">{SIGNAL}</boundaryEvent>'
                '<userTask id="h"/><endEvent id="qe"/><endEvent id="de"/>' + flow("d", "q", "qe")
                + flow("l", "h", "de"),
    "event sub-process": '<subProcess id="Q"><startEvent id="qs"/><userTask id="q"/><endEvent id="qe"/>'
                         + flow("qs", "q", "qe") + '<subProcess id="E" triggeredByEvent="true"><startEvent id="l">'
                         + SIGNAL + '</startEvent><userTask id="h"/><endEvent id="he"/>' + flow("l", "h", "he")
                         + '</subProcess></subProcess><endEvent id="de"/>' + flow("d", "Q", "de"),
    "rounds": '<subProcess id="Q"><multiInstanceLoopCharacteristics><loopCardinality>1</loopCardinality>'
              f'</multiInstanceLoopCharacteristics><startEvent id="qs"/><intermediateCatchEvent id="l">{SIGNAL}'
              '</intermediateCatchEvent><userTask id="h"/><endEvent id="qe"/>' + flow("qs", "l", "h", "qe")
              + '</subProcess><endEvent id="de"/>' + flow("d", "Q", "de"),
}
THROWN = (
    '<startEvent id="s"/><endEvent id="e"/><userTask id="w"/><userTask id="z"/>'
    f'<intermediateThrowEvent id="t">{SIGNAL}</intermediateThrowEvent>'
    f'<boundaryEvent id="d" attachedToRef="w" cancelActivity="false">{HELLO}</boundaryEvent>'
    + flow("s", "w", "t", "z", "e")
)


@pytest.mark.parametrize("how", list(LISTENING))
def test_a_signal_thrown_in_the_main_flow_comes_to_every_branch(session: Session, how: str) -> None:
    family = Family(session).start(THROWN + LISTENING[how])
    for _ in range(2):
        hello(family)
    family.act("w")
    assert sorted(node for _, node in family.open()) == ["h", "h", "z"]
    assert len({instance for instance, node in family.open()}) == 3
    for node in ("h", "h", "z"):
        family.act(node)
    family.later(days=40)
    family.nothing_left()


def test_an_event_sub_process_that_runs_beside_hears_what_the_main_flow_throws(session: Session) -> None:
    """Its own branch waits for the signal: the throw comes from the scope around."""
    beside = (
        f'<subProcess id="E" triggeredByEvent="true"><startEvent id="d" isInterrupting="false">{HELLO}</startEvent>'
        f'<intermediateCatchEvent id="l">{SIGNAL}</intermediateCatchEvent><userTask id="h"/><endEvent id="de"/>'
        f'{flow("d", "l", "h", "de")}</subProcess>'
    )
    main = THROWN[:THROWN.index('<boundaryEvent id="d"')] + flow("s", "w", "t", "z", "e")
    family = Family(session).start(main + beside)
    hello(family)
    family.act("w")
    assert sorted(node for _, node in family.open()) == ["h", "z"]


def test_an_escalation_goes_outwards_and_not_into_a_branch(session: Session) -> None:
    """BPMN 2.0.2 clause 10.5.6: it is caught in the scopes around who throws it; a branch is not one of them."""
    escalation = '<escalationEventDefinition escalationRef="esc_x"/>'
    inner = (
        f'<startEvent id="i"/><userTask id="w"/><intermediateThrowEvent id="t">{escalation}</intermediateThrowEvent>'
        f'<userTask id="y"/><endEvent id="o"/>{flow("i", "w", "t", "y", "o")}'
    )
    family = Family(session).start(
        f'<startEvent id="s"/><endEvent id="e"/><subProcess id="S">{inner}</subProcess>'
        f'<boundaryEvent id="d" attachedToRef="S" cancelActivity="false">{escalation}</boundaryEvent>'
        f'<userTask id="h"/><endEvent id="de"/>{flow("s", "S", "e")}{flow("d", "h", "de")}'
    )
    family.act("w")
    assert sorted(node for _, node in family.open()) == ["h", "y"]
    family.act("h")
    family.act("y")
    family.nothing_left()


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("how", ["catch", "gateway", "boundary", "event sub-process"])
def test_the_walk_hears_the_signal_too(how: str, seed: int) -> None:
    walk = Walk(compile_process(read(drawing(THROWN + LISTENING[how])).process()), Random(seed))
    told = [one.trigger for one in walk.play(300)]
    thrown = told.index("complete.w")
    waiting = 0
    for trigger in told[:thrown]:
        waiting += {"receive.d": 1, "receive.l": -1, "complete.q": -1, "fire.n": -1}.get(trigger, 0)
    assert told[thrown + 1:thrown + 1 + waiting] == ["receive.l"] * waiting
