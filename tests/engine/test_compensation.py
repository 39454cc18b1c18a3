"""What is undone, in which order, and by whom: in one machine, by child instances, and by called processes."""

from __future__ import annotations

from itertools import pairwise
from random import Random

import pytest
from sqlalchemy.orm import Session

from engine.bpmn.reader import read
from engine.checking import check
from engine.compile import compile_process
from engine.walk import Walk
from tests.engine.family import Family, drawing

UNDO = '<compensateEventDefinition/>'


def handled(name: str) -> str:
    """A task of this name with the handler u_<name>."""
    return (
        f'<userTask id="{name}"/><boundaryEvent id="b_{name}" attachedToRef="{name}">{UNDO}</boundaryEvent>'
        f'<userTask id="u_{name}" isForCompensation="true"/>'
        f'<association id="l_{name}" sourceRef="b_{name}" targetRef="u_{name}"/>'
    )


def flow(*nodes: str) -> str:
    return "".join(
        f'<sequenceFlow id="{a}_{b}" sourceRef="{a}" targetRef="{b}"/>' for a, b in pairwise(nodes)
    )


def played(family: Family, most: int = 30) -> list[str]:
    """Each open task done as soon as it is there, the names in order."""
    names = []
    while family.open() and len(names) < most:
        names.append(family.open()[0][1])
        family.act(names[-1])
    return names


THROW = f'<intermediateThrowEvent id="t">{UNDO}</intermediateThrowEvent>'
AROUND = '<startEvent id="s"/><endEvent id="e"/><userTask id="z"/>' + THROW
BODY = f'<startEvent id="i"/><endEvent id="o"/>{handled("x")}{handled("y")}{flow("i", "x", "y", "o")}'
EDGED = '<boundaryEvent id="late" attachedToRef="S"><timerEventDefinition><timeDuration>P1D</timeDuration>' \
        '</timerEventDefinition></boundaryEvent><endEvent id="le"/>' + flow("late", "le")


def test_what_was_done_is_undone_in_reverse_and_the_sub_process_is_not_entered_again(session: Session) -> None:
    family = Family(session).start(
        f'{AROUND}<subProcess id="S">{BODY}</subProcess>{EDGED}{handled("a")}{flow("s", "a", "S", "t", "z", "e")}'
    )
    assert played(family) == ["a", "x", "y", "u_y", "u_x", "u_a", "z"]
    assert family.said().count("timer.fired") == 0
    family.nothing_left()


def test_a_completed_sub_process_has_no_clocks_while_it_is_being_undone(session: Session) -> None:
    family = Family(session).start(
        f'{AROUND}<subProcess id="S">{BODY}</subProcess>{EDGED}{flow("s", "S", "t", "z", "e")}'
    )
    for node in ("x", "y"):
        family.act(node)
    family.later(days=3)
    assert played(family) == ["u_y", "u_x", "z"]


def test_a_handler_of_the_whole_undoes_the_whole(session: Session) -> None:
    whole = (
        f'<subProcess id="S">{BODY}</subProcess><boundaryEvent id="b_S" attachedToRef="S">{UNDO}</boundaryEvent>'
        '<userTask id="u_S" isForCompensation="true"/><association id="l_S" sourceRef="b_S" targetRef="u_S"/>'
    )
    family = Family(session).start(f'{AROUND}{whole}{flow("s", "S", "t", "z", "e")}')
    assert played(family) == ["x", "y", "u_S", "z"]


def test_what_is_still_active_is_not_compensated(session: Session) -> None:
    body = f'<startEvent id="i"/><endEvent id="o"/>{handled("x")}<userTask id="w"/>{flow("i", "x", "w", "o")}'
    family = Family(session).start(
        '<startEvent id="s"/><endEvent id="e"/><endEvent id="e2"/><userTask id="k"/><parallelGateway id="f"/>'
        f'{THROW}<userTask id="z"/><subProcess id="S">{body}</subProcess>'
        f'{flow("s", "f", "S", "e")}{flow("f", "k", "t", "z", "e2")}'
    )
    for node in ("x", "k"):
        family.act(node)
    assert [node for _, node in family.open()] == ["w", "z"]


OWN = (
    f'<subProcess id="C" triggeredByEvent="true"><startEvent id="cs">{UNDO}</startEvent><userTask id="c1"/>'
    f'{{throw}}<endEvent id="ce"/>{{flow}}</subProcess>'
)
OWN_ALONE = OWN.format(throw="", flow=flow("cs", "c1", "ce"))
OWN_THROWS = OWN.format(
    throw=f'<intermediateThrowEvent id="ct">{UNDO}</intermediateThrowEvent><userTask id="c2"/>',
    flow=flow("cs", "c1", "ct", "c2", "ce"),
)


@pytest.mark.parametrize(("own", "undone"), [
    (OWN_ALONE, ["c1"]), (OWN_THROWS, ["c1", "u_y", "u_x", "c2"]),
])
@pytest.mark.parametrize("loop", ["", "<standardLoopCharacteristics loopMaximum='1'/>"])
def test_a_compensation_event_sub_process_undoes_its_body_and_may_ask_for_what_lies_inside(
    session: Session, own: str, undone: list[str], loop: str
) -> None:
    """BPMN 2.0.2 clauses 10.5.6 and 13.5.5; in one machine, and by the child instance whose body it is."""
    family = Family(session).start(
        f'{AROUND}<subProcess id="S">{loop}{BODY}{own}</subProcess>{handled("a")}{flow("s", "a", "S", "t", "z", "e")}'
    )
    assert played(family) == ["a", "x", "y", *undone, "u_a", "z"]
    family.nothing_left()


@pytest.mark.parametrize("kind", ["true", "false"])
def test_what_rounds_did_is_undone_by_them_the_last_first(session: Session, kind: str) -> None:
    loop = (
        f'<multiInstanceLoopCharacteristics isSequential="{kind}"><loopCardinality>2</loopCardinality>'
        "</multiInstanceLoopCharacteristics>"
    )
    family = Family(session).start(
        f'{AROUND}<subProcess id="S">{loop}{BODY}</subProcess>{handled("a")}{flow("s", "S", "a", "t", "z", "e")}'
    )
    rounds = [one for one in family.open() if one[1] == "x"]
    while (open_ := family.open()) and open_[0][1] in "xy":
        family.act(open_[0][1])
    family.act("a")
    family.act("u_a")
    undone = []
    while (open_ := family.open()) and open_[0][1] != "z":
        assert len(open_) == 1
        undone.append(open_[0])
        family.act(open_[0][1])
    last, first = family.rows()[2].id, family.rows()[1].id
    assert undone == [(last, "u_y"), (last, "u_x"), (first, "u_y"), (first, "u_x")]
    assert rounds[0][0] == first
    family.act("z")
    family.nothing_left()
    assert family.said(first)[-3:] == ["compensation.begun", "task.completed", "task.completed"]


def test_a_called_process_undoes_what_it_did_with_the_data_it_had(session: Session) -> None:
    family = Family(session)
    family.publish(BODY.replace('id="i"', 'id="s"').replace('"i_x" sourceRef="i"', '"i_x" sourceRef="s"'), key="called")
    call = '<callActivity id="k" calledElement="called"/>'
    family.start(f'{AROUND}{handled("a")}{call}{flow("s", "a", "k", "t", "z", "e")}')
    assert played(family) == ["a", "x", "y", "u_y", "u_x", "u_a", "z"]
    family.nothing_left()
    assert [one.status for one in family.rows()] == ["ended", "ended"]


def test_a_part_within_a_part_is_undone_from_the_inside(session: Session) -> None:
    loop = "<standardLoopCharacteristics loopMaximum='1'/>"
    inner = f'<subProcess id="S2">{loop}{BODY}</subProcess>'
    outer = f'<startEvent id="i2"/><endEvent id="o2"/>{inner}{handled("v")}{flow("i2", "v", "S2", "o2")}'
    family = Family(session).start(
        f'{AROUND}<subProcess id="S">{loop}{outer}</subProcess>{flow("s", "S", "t", "z", "e")}'
    )
    assert played(family) == ["v", "x", "y", "u_y", "u_x", "u_v", "z"]
    family.nothing_left()


def test_undoing_that_is_interrupted_leaves_nothing_behind(session: Session) -> None:
    loop = "<standardLoopCharacteristics loopMaximum='1'/>"
    around = (
        f'<startEvent id="i2"/><endEvent id="o2"/><subProcess id="S">{loop}{BODY}</subProcess>{THROW}'
        f'{flow("i2", "S", "t", "o2")}'
    )
    family = Family(session).start(
        f'<startEvent id="s"/><endEvent id="e"/><subProcess id="O">{around}</subProcess>'
        '<boundaryEvent id="late" attachedToRef="O"><timerEventDefinition><timeDuration>P1D</timeDuration>'
        f'</timerEventDefinition></boundaryEvent><endEvent id="le"/>{flow("late", "le")}{flow("s", "O", "e")}'
    )
    for node in ("x", "y"):
        family.act(node)
    assert [node for _, node in family.open()] == ["u_y"]
    family.later(days=2)
    family.nothing_left()


def test_who_need_not_wait_goes_on_at_once(session: Session) -> None:
    throw = THROW.replace("<compensateEventDefinition/>", '<compensateEventDefinition waitForCompletion="false"/>')
    family = Family(session).start(
        f'<startEvent id="s"/><endEvent id="e"/><userTask id="z"/>{throw}{handled("a")}{handled("b")}'
        f'{flow("s", "a", "b", "t", "z", "e")}'
    )
    for node in ("a", "b"):
        family.act(node)
    assert sorted(node for _, node in family.open()) == ["u_b", "z"]
    family.act("z")
    assert family.root.status == "running"
    for node in ("u_b", "u_a"):
        family.act(node)
    family.nothing_left()


@pytest.mark.parametrize("seed", range(8))
def test_the_walk_undoes_as_the_instances_do(seed: int) -> None:
    loop = (
        "<multiInstanceLoopCharacteristics><loopCardinality>2</loopCardinality></multiInstanceLoopCharacteristics>"
    )
    source = drawing(
        f'{AROUND}<subProcess id="S">{loop}{BODY}{OWN_THROWS}</subProcess>{handled("a")}'
        f'{flow("s", "a", "S", "t", "z", "e")}'
    )
    assert [one for one in check(source).problems if one.severity != "missing"] == []
    walk = Walk(compile_process(read(source).process()), Random(seed))
    told = [one.trigger for one in walk.play(200)]
    assert walk.ended == "end"
    assert told.count("complete.u_x") == told.count("complete.c2") == told.count("undo") == 2
    assert told[-1] == "complete.z"
    assert told[-2] == "complete.u_a"


CANCELLED = (
    '<exclusiveGateway id="g" default="g_o"/><endEvent id="no"><cancelEventDefinition/></endEvent>'
    '<sequenceFlow id="g_no" sourceRef="g" targetRef="no"><conditionExpression>= no</conditionExpression>'
    "</sequenceFlow>"
)
ROUNDS = "<multiInstanceLoopCharacteristics{}><loopCardinality>2</loopCardinality></multiInstanceLoopCharacteristics>"


def booked(loop: str, after: str = "") -> str:
    """A transaction that is done twice; with `no` it is cancelled."""
    inside = (
        f'<startEvent id="i"/><endEvent id="o"/>{handled("x")}<userTask id="y"/>{CANCELLED}'
        f'{flow("i", "x", "y", "g", "o")}{after}'
    )
    return (
        f'<startEvent id="s"/><endEvent id="e"/><endEvent id="e2"/><transaction id="T">{loop}{inside}</transaction>'
        '<boundaryEvent id="c" attachedToRef="T"><cancelEventDefinition/></boundaryEvent><userTask id="z"/>'
        f'<userTask id="sorry"/>{flow("s", "T", "z", "e")}{flow("c", "sorry", "e2")}'
    )


@pytest.mark.parametrize("loop", [ROUNDS.format(""), ROUNDS.format(' isSequential="true"'), ""])
def test_a_cancelled_transaction_undoes_what_it_did_and_is_left_by_its_cancel_event(
    session: Session, loop: str
) -> None:
    family = Family(session).start(booked(loop))
    assert {node for _, node in family.open()} == {"x"}
    first = family.open()[0][0]
    family.act("x", of=first)
    family.act("y", {"no": True}, of=first)
    assert (first, "u_x") in family.open()
    family.act("u_x")
    assert [node for _, node in family.open()] == ["sorry"]
    family.act("sorry")
    family.nothing_left()


def test_a_transaction_done_by_children_that_is_not_cancelled_goes_on(session: Session) -> None:
    family = Family(session).start(booked(ROUNDS.format("")))
    assert played(family) == ["x", "x", "y", "y", "z"]
    family.nothing_left()


@pytest.mark.parametrize("seed", range(10))
def test_the_walk_cancels_as_the_instances_do(seed: int) -> None:
    source = drawing(booked(ROUNDS.format("")))
    assert [one for one in check(source).problems if one.severity != "missing"] == []
    walk = Walk(compile_process(read(source).process()), Random(seed))
    told = [one.trigger for one in walk.play(200)]
    assert walk.ended == "end"
    assert ("complete.sorry" in told) == ("cancel.T" in told) != ("complete.z" in told)
    assert "cancel.T" not in told or "complete.u_x" in told
