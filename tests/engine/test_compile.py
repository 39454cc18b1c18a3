"""From a drawing to a finite machine: states, transitions, and what is refused with which words."""

from __future__ import annotations

import pytest

from engine.bpmn.reader import read
from engine.checking import check
from engine.compile import compile_process
from engine.errors import DrawingRefused
from engine.soundness import problems_of
from tests.engine import draw


def steps(graph: object) -> set[tuple[str, str, str]]:
    return {(one.source, one.trigger, one.target) for one in graph.transitions}  # type: ignore[attr-defined]


def test_a_line_has_two_states_and_two_steps() -> None:
    graph = draw.graph(draw.LINE, [("s", "a"), ("a", "e")])
    assert set(graph.states) == {"s/a", "e"}
    assert steps(graph) == {("", "start", "s/a"), ("s/a", "complete.a", "e")}
    assert graph.states["e"].final


def test_a_review_goes_back_or_on_and_passes_its_stage() -> None:
    graph = draw.graph(draw.REVIEW, draw.REVIEW_FLOWS, defaults={"g": "submit"}, lanes=draw.REVIEW_LANES)
    assert steps(graph) == {
        ("", "start", "s/submit"), ("s/submit", "complete.submit", "s/approve"),
        ("s/approve", "complete.approve", "done/after"), ("s/approve", "complete.approve", "s/submit"),
        ("done/after", "complete.after", "e"),
    }
    passed = next(one for one in graph.transitions if one.target == "done/after")
    assert passed.stages == ("done",)
    assert passed.choices == (("g", ("g_done",)),)
    assert (graph.role("approve"), graph.names) == ("commissioner", {"decision"})


def test_parallel_branches_join_in_every_order() -> None:
    graph = draw.graph(
        {"s": "startEvent", "f": "parallelGateway", "a": "userTask", "b": "userTask", "c": "userTask",
         "j": "parallelGateway", "e": "endEvent"},
        [("s", "f"), ("f", "a"), ("f", "b"), ("f", "c"), ("a", "j"), ("b", "j"), ("c", "j"), ("j", "e")],
    )
    assert len(graph.states) == 8
    assert list(problems_of(graph)) == []


def test_a_dashed_clock_throws_without_moving_and_a_solid_one_takes_the_task_away() -> None:
    graph = draw.graph(
        {**draw.LINE, "late": "boundary|a|duration|P3D|dashed", "told": "escalation",
         "over": "boundary|a|date|2024-11-27T00:00:00", "gone": "endEvent"},
        [("s", "a"), ("a", "e"), ("late", "told"), ("over", "gone")],
    )
    by_trigger = {one.trigger: one for one in graph.transitions}
    assert (by_trigger["fire.late"].target, by_trigger["fire.late"].thrown) == ("s/a", ("told",))
    assert (by_trigger["fire.over"].target, by_trigger["fire.over"].left) == ("gone", ("a",))
    assert {clock.node: clock.interrupting for clock in graph.clocks["a"]} == {"late": False, "over": True}


def test_an_event_gateway_waits_for_whichever_comes_first() -> None:
    graph = draw.graph(
        {"s": "startEvent", "w": "eventBasedGateway", "t": "timer|duration|P1D", "m": "message|reply", "e": "endEvent"},
        [("s", "w"), ("w", "t"), ("w", "m"), ("t", "e"), ("m", "e")],
    )
    assert steps(graph) == {("", "start", "s/w"), ("s/w", "fire.t", "e"), ("s/w", "receive.m", "e")}
    assert graph.clocks["w"][0].node == "t"


def test_a_terminate_end_clears_what_still_waits() -> None:
    graph = draw.graph(
        {"s": "startEvent", "f": "parallelGateway", "a": "userTask", "b": "userTask", "x": "terminate",
         "e": "endEvent"},
        [("s", "f"), ("f", "a"), ("f", "b"), ("a", "x"), ("b", "e")],
    )
    stop = next(one for one in graph.transitions if one.trigger == "complete.a" and one.source == "s/a+b")
    assert (stop.target, set(stop.left)) == ("x", {"a", "b"})


REFUSED = {
    "states.too_many": (
        {"s": "startEvent", "f": "parallelGateway", **{f"t{i}": "userTask" for i in range(14)}, "j": "parallelGateway",
         "e": "endEvent"},
        [("s", "f"), *(("f", f"t{i}") for i in range(14)), *((f"t{i}", "j") for i in range(14)), ("j", "e")], "f",
    ),
    "expression": ({"s": "startEvent", "g": "exclusiveGateway", "a": "endEvent", "b": "endEvent"},
                   [("s", "g"), ("g", "a", "= ((("), ("g", "b")], "g_a"),
    "unsupported.complexGateway.join": (
        {"s": "startEvent", "f": "parallelGateway", "a": "userTask", "b": "userTask", "o": "complexGateway",
         "e": "endEvent"},
        [("s", "f"), ("f", "a"), ("f", "b"), ("a", "o"), ("b", "o"), ("o", "e")], "o",
    ),
    "event_gateway.target": ({"s": "startEvent", "w": "eventBasedGateway", "a": "userTask", "e": "endEvent"},
                             [("s", "w"), ("w", "a"), ("a", "e")], "a"),
    "process.empty": ({}, [], "p"),
}


@pytest.mark.parametrize("code", REFUSED)
def test_what_cannot_run_is_refused_by_element_and_line_with_the_mend(code: str) -> None:
    nodes, flows, element = REFUSED[code]
    with pytest.raises(DrawingRefused) as refused:
        draw.graph(nodes, flows)
    problem = next(one for one in refused.value.problems if one.code == code)
    assert (problem.element, problem.line) == (element, 1)
    assert problem.message.endswith((".", ")"))
    assert problem.message_en


def test_a_handler_that_is_missing_is_told_and_hinders_only_publishing() -> None:
    source = draw.xml({"s": "startEvent", "w": "serviceTask", "e": "endEvent"}, [("s", "w"), ("w", "e")]).replace(
        b'<serviceTask id="w"/>',
        b'<serviceTask id="w"><extensionElements><taskDefinition xmlns="http://camunda.org/schema/zeebe/1.0" '
        b'type="send_letter"/></extensionElements></serviceTask>',
    )
    verdict = check(source)
    assert verdict.ok
    assert [(one.code, one.severity) for one in verdict.problems] == [("task.no_handler", "missing")]
    assert not check(source, handlers={"send_letter"}).problems


UNSOUND = {
    "tokens.two_in_one_place": (
        {"s": "startEvent", "f": "parallelGateway", "a": "userTask", "b": "userTask", "c": "userTask", "e": "endEvent"},
        [("s", "f"), ("f", "a"), ("f", "b"), ("a", "c"), ("b", "c"), ("c", "e")], {}, "c",
    ),
    "loop.never_waits": (
        {"s": "startEvent", "g": "exclusiveGateway", "h": "exclusiveGateway", "e": "endEvent"},
        [("s", "g"), ("g", "h"), ("h", "g", "= x"), ("h", "e", "= not(x)")], {}, "h",
    ),
    "completion.stuck": (
        {"s": "startEvent", "g": "exclusiveGateway", "a": "userTask", "b": "userTask", "j": "parallelGateway",
         "e": "endEvent"},
        [("s", "g"), ("g", "a", "= x"), ("g", "b"), ("a", "j"), ("b", "j"), ("j", "e")], {"g": "b"}, "j",
    ),
    "completion.endless": (
        {"s": "startEvent", "a": "userTask", "b": "userTask", "g": "exclusiveGateway", "e": "endEvent"},
        [("s", "g"), ("g", "a", "= x"), ("g", "e"), ("a", "b"), ("b", "a")], {"g": "e"}, "a",
    ),
    "element.dead": ({**draw.LINE, "lost": "userTask"}, [("s", "a"), ("a", "e"), ("lost", "e")], {}, "lost"),
    "gateway.no_default": (
        {"s": "startEvent", "g": "exclusiveGateway", "a": "userTask", "b": "userTask", "e": "endEvent"},
        [("s", "g"), ("g", "a", "= x = 1"), ("g", "b", "= x = 2"), ("a", "e"), ("b", "e")], {}, "g",
    ),
    "gateway.no_condition": (
        {"s": "startEvent", "g": "exclusiveGateway", "a": "userTask", "b": "userTask", "e": "endEvent"},
        [("s", "g"), ("g", "a"), ("g", "b"), ("a", "e"), ("b", "e")], {}, "g",
    ),
}


@pytest.mark.parametrize("code", UNSOUND)
def test_what_is_not_sound_is_told_with_the_way_that_leads_there(code: str) -> None:
    nodes, flows, defaults, element = UNSOUND[code]
    problems = list(problems_of(draw.graph(nodes, flows, defaults=defaults)))
    assert [(one.code, one.element) for one in problems if one.code == code] == [(code, element)]
    if code.startswith("completion"):
        assert next(one for one in problems if one.code == code).path[0] == "s"


def test_conditions_that_are_each_others_negation_need_no_default() -> None:
    graph = draw.graph(
        {"s": "startEvent", "g": "exclusiveGateway", "a": "endEvent", "b": "endEvent"},
        [("s", "g"), ("g", "a", '= x = "1"'), ("g", "b", '= x != "1"')],
    )
    assert list(problems_of(graph)) == []


def test_an_ad_hoc_sub_process_asks_its_end_and_then_its_way() -> None:
    body = '<userTask id="x"/><completionCondition>= enough</completionCondition>'
    source = draw.xml(
        {"s": "startEvent", "h": "adHocSubProcess", "a": "userTask", "b": "userTask", "e": "endEvent"},
        [("s", "h"), ("h", "a", "= late"), ("h", "b"), ("a", "e"), ("b", "e")],
    ).replace(b'<adHocSubProcess id="h"/>', f'<adHocSubProcess id="h" default="h_b">{body}</adHocSubProcess>'.encode())
    graph = compile_process(read(source).process())
    done = {one.choices: one.target for one in graph.transitions if one.trigger == "complete.x"}
    assert done == {
        (("h?", ("goes on",)),): "s/h", (("h?", ("ends",)), ("h", ("h_a",))): "s/a",
        (("h?", ("ends",)), ("h", ("h_b",))): "s/b",
    }
