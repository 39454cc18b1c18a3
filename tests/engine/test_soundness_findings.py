"""Every finding about a drawing: its element, the way to it, the mend in both languages, and how grave it is."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from engine import asking, faults, four_eyes, missing, soundness
from engine.checking import check
from engine.errors import Problem
from tests.engine.oracle_drawings import ERROR, HEAD, MESSAGE, TIMER

LINK = '<linkEventDefinition name="far"/>'


def node(tag: str, name: str, inner: str = "", **attributes: str) -> str:
    told = "".join(f' {key}="{value}"' for key, value in attributes.items())
    return f'<{tag} id="{name}"{told}>{inner}</{tag}>'


def flows(*lines: str) -> str:
    """"a b" is the flow a_b; "a b = x" has that condition."""
    found = ""
    for line in lines:
        source, target, *condition = line.split(" ", 2)
        inner = f"<conditionExpression>{condition[0]}</conditionExpression>" if condition else ""
        ends = f'sourceRef="{source}" targetRef="{target}"'
        found += f'<sequenceFlow id="{source}_{target}" {ends}>{inner}</sequenceFlow>'
    return found


def file(*parts: str, start: bool = True) -> bytes:
    begin = node("startEvent", "s") if start else ""
    head = HEAD.replace("<definitions ", '<definitions xmlns:camunda="http://camunda.org/schema/1.0/bpmn" ')
    return f'{head}<process id="p" isExecutable="true">{begin}{"".join(parts)}</process></definitions>'.encode()


def form(**fields: list[str]) -> str:
    return json.dumps({"type": "default", "id": "f", "schemaVersion": 16, "components": [
        {"type": "radio", "id": f"F_{key}", "key": key, "label": key, "validate": {"required": True},
         "values": [{"label": one, "value": one} for one in values]} for key, values in fields.items()
    ]})


TASK, END = node("userTask", "a"), node("endEvent", "e")
PERSON = 'camunda:assignee="ana"'
LANES = (
    '<laneSet id="ls"><lane id="member" name="m"><flowNodeRef>a</flowNodeRef></lane>'
    '<lane id="chief" name="c"><flowNodeRef>b</flowNodeRef></lane></laneSet>'
)
FORK = [node("parallelGateway", "f"), TASK, node("userTask", "b")]
MULTI = "<multiInstanceLoopCharacteristics><loopCardinality>3</loopCardinality></multiInstanceLoopCharacteristics>"
WITH_FORM = file(TASK, node("exclusiveGateway", "g"), node("userTask", "b"), END,
                 flows("s a", "a g", 'g b = vote = "yess"', 'g e = vote = "no"', 'g a = vote = "yes"', "b e"))

CASES: dict[str, tuple[bytes, str, str, tuple[str, ...]]] = {
    # code: the file, the element, how grave it is, the way there
    "tokens.two_in_one_place": (
        file(*FORK, node("userTask", "c"), END, flows("s f", "f a", "f b", "a c", "b c", "c e")), "c", "unsound",
        ("s", "s_f", "f", "f_a", "a", "f_b", "b", "a", "a_c", "c", "b", "b_c", "c"),
    ),
    "loop.never_waits": (
        file(node("exclusiveGateway", "g"), node("exclusiveGateway", "h", default="h_e"), END,
             flows("s g", "g h", "h g = x", "h e")), "h", "unsound",
        ("s", "s_g", "g", "g_h", "h", "h_g", "g"),
    ),
    "gateway.too_many_ways": (
        file(node("inclusiveGateway", "g", default="g_e"), END, *(node("userTask", f"t{i}") for i in range(11)),
             flows("s g", "g e", *(f"g t{i} = x = {i}" for i in range(11)), *(f"t{i} e" for i in range(11)))),
        "g", "unsound", ("s", "s_g", "g"),
    ),
    "states.too_many": (
        file(node("parallelGateway", "f"), node("parallelGateway", "j"), END,
             *(node("userTask", f"t{i}") for i in range(14)),
             flows("s f", "j e", *(f"f t{i}" for i in range(14)), *(f"t{i} j" for i in range(14)))), "f", "error", (),
    ),
    "completion.stuck": (
        file(node("exclusiveGateway", "g", default="g_a"), TASK, node("userTask", "b"), node("parallelGateway", "j"),
             END, flows("s g", "g a", "g b = x", "a j", "b j", "j e")), "j", "unsound",
        ("s", "s_g", "g", "g_a", "a", "a", "a_j"),
    ),
    "completion.endless": (
        file(TASK, node("userTask", "b"), flows("s a", "a b", "b a")), "a", "unsound", ("s", "s_a", "a"),
    ),
    "element.dead": (
        file(TASK, node("parallelGateway", "j"), node("userTask", "x"), END, flows("s a", "a j", "x j", "j e")), "e",
        "unsound", ("s", "s_a", "a", "a_j"),
    ),
    "event.never_happens": (
        file(node("subProcess", "a", node("startEvent", "s2") + node("endEvent", "e2") + flows("s2 e2")),
             node("boundaryEvent", "late", TIMER, attachedToRef="a"), node("userTask", "b"), END,
             flows("s a", "a e", "late b", "b e")), "late", "warning", (),
    ),
    "gateway.no_default": (
        file(TASK, node("exclusiveGateway", "g"), node("userTask", "b"), END,
             flows("s a", "a g", "g b = order.total &gt; 10", "g e = order.total &lt; 10", "b e")), "g", "unsound",
        ("s", "s_a", "a", "a", "a_g", "g"),
    ),
    "gateway.no_condition": (
        file(TASK, node("exclusiveGateway", "g"), node("userTask", "b"), END, flows("s a", "a g", "g b", "g e", "b e")),
        "g", "unsound", ("s", "s_a", "a", "a", "a_g", "g"),
    ),
    "condition.never_true": (WITH_FORM, "g_b", "unsound", ("s", "s_a", "a", "a", "a_g", "g", "g_b")),
    "condition.unknown_name": (
        file(TASK, node("exclusiveGateway", "g", default="g_e"), node("userTask", "b"), END,
             flows("s a", "a g", 'g b = vota = "yes"', "g e", "b e")), "g_b", "unsound", ("g", "g_b"),
    ),
    "link.no_target": (
        file(TASK, node("intermediateThrowEvent", "go", LINK), flows("s a", "a go")), "go", "unsound",
        ("s", "s_a", "a", "a", "a_go", "go"),
    ),
    "link.two_targets": (
        file(TASK, node("intermediateThrowEvent", "go", LINK), node("intermediateCatchEvent", "c", LINK), END,
             node("intermediateCatchEvent", "c2", LINK), flows("s a", "a go", "c e", "c2 e")), "c", "unsound", (),
    ),
    "task.nobody": (
        file(LANES, f'<userTask id="a" {PERSON}/><userTask id="b" {PERSON}/>', END, flows("s a", "a b", "b e")), "b",
        "unsound", ("a", "a_b", "b"),
    ),
    "task.too_few_people": (
        file(f'<userTask id="a" camunda:candidateUsers="ana,budi">{MULTI}</userTask>', END, flows("s a", "a e")), "a",
        "unsound", (),
    ),
    "task.no_role": (file(TASK, END, flows("s a", "a e")), "a", "missing", ()),
    "task.unknown_role": (
        file('<userTask id="a" camunda:candidateGroups="members"/>', END, flows("s a", "a e")), "a", "missing", (),
    ),
    "condition.overlaps": (
        file(TASK, node("exclusiveGateway", "g", default="g_e"), node("userTask", "b"), END,
             flows("s a", "a g", 'g a = vote = "yes"', 'g b = vote != "no"', "g e", "b e")),
        "g_b", "warning", ("s", "s_a", "a", "a", "a_g", "g", "g_b"),
    ),
    "task.no_handler": (file(node("serviceTask", "a"), END, flows("s a", "a e")), "a", "missing", ()),
    "form.missing": (
        file('<userTask id="a" camunda:formKey="lost"/>', END, flows("s a", "a e")), "a", "missing", (),
    ),
    "call.missing": (
        file(node("callActivity", "a", calledElement="elsewhere"), END, flows("s a", "a e")), "a", "missing", (),
    ),
    "loop.no_count": (
        file(node("userTask", "a", "<multiInstanceLoopCharacteristics/>"), END, flows("s a", "a e")),
        "a", "missing", (),
    ),
    "listener.missing": (
        file(node("userTask", "a", '<extensionElements><camunda:executionListener class="org.X" event="start"/>'
                                   "</extensionElements>"), END, flows("s a", "a e")), "a", "missing", (),
    ),
}


def told(code: str) -> list[Problem]:
    texts = {"a": form(vote=["yes", "no"])} if code.startswith("condition") else {}
    texts |= {"b": form(other=["1"])} if texts else {}
    roles = {"member", "chief"} if code in ("task.unknown_role", "task.nobody") else None
    return [one for one in check(CASES[code][0], form_texts=texts, roles=roles).problems if one.code == code]


@pytest.mark.parametrize("code", CASES)
def test_a_finding_names_its_element_and_way_and_the_mend_in_both_languages(code: str) -> None:
    _, element, severity, path = CASES[code]
    found = next(one for one in told(code) if one.element == element)
    assert (found.severity, found.path, found.line) == (severity, path, 1)
    assert found.message.endswith(".")
    assert found.message_en.endswith((".", ")"))
    assert found.message != found.message_en
    assert element in found.as_dict()["elements"] or found.elements


def test_every_code_of_the_proof_has_its_case() -> None:
    codes = {
        code for module in (soundness, faults, four_eyes, asking, missing)
        for code in re.findall(r'"([a-z_]+\.[a-z_]+)"', Path(module.__file__ or "").read_text("utf-8"))
    }
    assert codes == CASES.keys()


def test_two_lanes_of_one_stage_may_be_two_people_or_two_stages() -> None:
    two = file(LANES, f'<userTask id="a" {PERSON}/><userTask id="b" camunda:assignee="budi"/>', END,
               flows("s a", "a b", "b e"))
    later = file(LANES, f'<userTask id="a" {PERSON}/><userTask id="b" {PERSON}/>',
                 node("intermediateThrowEvent", "done"), END, flows("s a", "a done", "done b", "b e"))
    either = file(LANES, f'<userTask id="a" {PERSON}/><userTask id="b" {PERSON}/>',
                  node("exclusiveGateway", "g", default="g_a"), END, flows("s g", "g a", "g b = x", "a e", "b e"))
    assert [one.code for xml in (two, later, either) for one in check(xml).problems] == []


def test_what_the_forms_offer_decides_whether_a_default_is_needed() -> None:
    """Yes and no are all that the form knows; without the form a third answer is possible."""
    xml = file(TASK, node("exclusiveGateway", "g"), node("userTask", "b"), END,
               flows("s a", "a g", 'g b = vote = "yes"', 'g e = vote = "no"', "b e"))
    forms = {"a": form(vote=["yes", "no"]), "b": form(other=["1"])}
    assert "gateway.no_default" not in {one.code for one in check(xml, form_texts=forms).problems}
    forms["a"] = form(vote=["yes", "no", "later"])
    gap = next(one for one in check(xml, form_texts=forms).problems if one.code == "gateway.no_default")
    assert 'vote = "later"' in gap.message
    assert 'vote = "later"' in gap.message_en
    assert "gateway.no_default" in {one.code for one in check(xml).problems}


@pytest.mark.parametrize(("first", "second", "case"), [
    ("score > 5", "score > 3", "score = 6"), ("score > 5", "score &lt;= 5", ""), ('x = "a"', 'x = "b"', ""),
    ("a", "b", "a = true, b = true"), ("a", "not(a)", ""), ("f.x = 1", "f.y = 1", "f.x = 1, f.y = 1"),
    ("count(list) > 1", "count(list) > 2", ""),
])
def test_guards_that_can_both_hold_are_told_with_a_case_and_only_they(first: str, second: str, case: str) -> None:
    xml = file(TASK, node("exclusiveGateway", "g", default="g_e"), node("userTask", "b"), END,
               flows("s a", "a g", f"g a = {first}", f"g b = {second}", "g e", "b e"))
    verdict = check(xml)
    found = [one for one in verdict.problems if one.code == "condition.overlaps"]
    assert [f"as with {case};" in one.message_en for one in found] == [True] * bool(case)
    assert verdict.ok


def test_a_name_may_come_from_elsewhere_than_a_form() -> None:
    """A service's answer brings names that no form asks for: worth a look, and no fault."""
    xml = file(node("serviceTask", "w"), TASK, node("exclusiveGateway", "g", default="g_e"), node("userTask", "b"), END,
               flows("s w", "w a", "a g", 'g b = score = "high"', "g e", "b e"))
    found = check(xml, form_texts={"a": form(vote=["yes"]), "b": form(other=["1"])}, handlers={"w"})
    assert [(one.code, one.severity) for one in found.problems if one.code.startswith("condition")] == [
        ("condition.unknown_name", "warning")]
    assert found.ok


SOUND = {
    "a compensation handler and nothing to compensate": (
        node("serviceTask", "a"), node("boundaryEvent", "undo", "<compensateEventDefinition/>", attachedToRef="a"),
        node("serviceTask", "h", isForCompensation="true"), '<association id="as" sourceRef="undo" targetRef="h"/>',
        node("intermediateThrowEvent", "t", "<compensateEventDefinition/>"), END, flows("s a", "a t", "t e"),
    ),
    "an error from a service's work": (
        node("serviceTask", "a"), node("boundaryEvent", "bad", ERROR, attachedToRef="a"), node("userTask", "b"), END,
        flows("s a", "a e", "bad b", "b e"),
    ),
    "a timer beside a task without a kind": (
        node("task", "a"), node("boundaryEvent", "late", TIMER, attachedToRef="a"), END, flows("s a", "a e", "late e"),
    ),
    "an event sub-process of the whole process": (
        TASK, END, node("subProcess", "x", node("startEvent", "m", MESSAGE) + node("userTask", "b")
                        + node("endEvent", "e2") + flows("m b", "b e2"), triggeredByEvent="true"), flows("s a", "a e"),
    ),
    "a link": (
        TASK, node("intermediateThrowEvent", "go", LINK), node("intermediateCatchEvent", "c", LINK), END,
        flows("s a", "a go", "c e"),
    ),
    "a vote that may end early": (
        node("userTask", "a", MULTI.replace(
            "</multi", "<completionCondition>= nrOfCompletedInstances = 2</completionCondition></multi")), END,
        flows("s a", "a e"),
    ),
    "a dashed event that waits behind it": (
        TASK, node("boundaryEvent", "d", TIMER, attachedToRef="a", cancelActivity="false"), node("userTask", "b"), END,
        node("endEvent", "e2"), flows("s a", "a e", "d b", "b e2"),
    ),
}


@pytest.mark.parametrize("what", SOUND)
def test_what_looks_odd_and_is_sound_is_left_in_peace(what: str) -> None:
    assert [one.code for one in check(file(*SOUND[what]), handlers=None).problems if one.severity != "missing"] == []
