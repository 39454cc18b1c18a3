"""What changed in meaning: nothing for a new layout, and for each named edit the sentence that says it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from random import Random

import pytest

from engine.bpmn import diff, outline, reader
from engine.bpmn.model import Process
from engine.diff import Version, differences
from tests.engine import draw
from workflows.drawings import drawing_file, form_texts
from workflows.settings import KINDS

PPS = drawing_file("pps").read_text("utf-8")


def process(xml: str | bytes) -> Process:
    return reader.read(xml.encode() if isinstance(xml, str) else xml).process()


def changed(edit: Callable[[str], str]) -> list[diff.Change]:
    edited = edit(PPS)
    assert edited != PPS
    return diff.differences(process(PPS), process(edited))


def swapped(old: str, new: str) -> Callable[[str], str]:
    return lambda text: text.replace(old, new)


def layout(text: str) -> str:
    """Every shape elsewhere, every flow with another id, and the process' parts in another order of lines."""
    text = re.sub(r'(<dc:Bounds [^>]*x=")\d+', r"\g<1>7", text)
    for flow in sorted(set(re.findall(r'<(?:bpmn:)?sequenceFlow id="([^"]+)"', text)), key=len, reverse=True):
        text = re.sub(rf'(?<=["> ]){re.escape(flow)}(?=["< ])', f"moved_{flow}", text)
    return text


def test_another_layout_is_no_change() -> None:
    assert changed(layout) == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_drawing_beside_itself_has_no_changes(kind: str) -> None:
    file = drawing_file(kind)
    side = Version(process(file.read_bytes()), form_texts(file))
    assert differences(side, side) == []


@pytest.mark.parametrize(
    ("edit", "code", "element", "said"),
    [
        (swapped("Ajukan bukti sowan", "Kirim bukti sowan"), "step.renamed", "submit_sowan", "Kirim bukti sowan"),
        (swapped("submit_sowan", "hand_in_sowan"), "step.identified", "hand_in_sowan", "submit_sowan"),
        (swapped("= agenda.approval_within", "P2D"), "timer", "approve_sowan_late", "setelah P2D"),
        (swapped('= decision = "approve"', "= ok"), "condition", "sowan_decision", "= ok"),
        (swapped('name="Komisioner"', 'name="Anggota KPU"'), "lane.changed", "commissioner", "Anggota KPU"),
    ],
)
def test_an_edit_is_said(edit: Callable[[str], str], code: str, element: str, said: str) -> None:
    found = [one for one in changed(edit) if (one.code, one.element) == (code, element)]
    assert found
    assert said in found[0].message
    assert found[0].message_en
    assert found[0].as_dict().keys() == {"code", "element", "message", "message_en", "before", "after"}


BASE = {"s": "startEvent", "a": "userTask", "g": "exclusiveGateway", "b": "userTask", "c": "userTask",
        "late": "boundary|a|duration|P3D|dashed", "told": "escalation", "e": "endEvent"}
FLOWS: list[draw.Flow] = [("s", "a"), ("a", "g"), ("g", "b", "= x"), ("g", "c"), ("b", "e"), ("c", "e"),
                          ("late", "told")]
LANES = {"one": ["s", "a", "b", "e"], "two": ["g", "c"]}


def codes(nodes: dict[str, str], flows: list[draw.Flow], lanes: dict[str, list[str]] = LANES) -> set[tuple[str, str]]:
    old = draw.process(BASE, FLOWS, lanes=LANES, defaults={"g": "c"})
    new = draw.process(nodes, flows, lanes=lanes, defaults={"g": "c"})
    return {(one.code, one.element) for one in diff.differences(old, new)}


def test_steps_ways_roles_and_clocks() -> None:
    added = codes({**BASE, "d": "userTask"}, [*FLOWS[:4], ("b", "d"), ("d", "e"), *FLOWS[5:]],
                  {**LANES, "one": [*LANES["one"], "d"]})
    assert added == {("step.added", "d"), ("way.added", "d"), ("way.added", "b"), ("way.removed", "b")}
    without = {name: what for name, what in BASE.items() if name not in ("late", "told")}
    assert codes(without, FLOWS[:-1]) == {("step.removed", "late"), ("step.removed", "told")}
    assert codes(BASE, FLOWS, {"one": ["s", "a", "e"], "two": ["g", "c", "b"]}) == {("role", "b")}
    assert codes({**BASE, "late": "boundary|a|duration|P5D|dashed"}, FLOWS) == {("timer", "late")}
    assert codes({**BASE, "b": "serviceTask"}, FLOWS) == {("step.kind", "b")}
    assert codes({**BASE, "b": "quorum|3|= count(votes) > 1"}, FLOWS) == {("quorum", "b")}


def test_an_id_that_changed_is_told_as_that_and_never_guessed_for_another_kind() -> None:
    old = draw.process(BASE, FLOWS, lanes=LANES, defaults={"g": "c"})
    flows = [tuple(part if part != "b" else "bee" for part in flow) for flow in FLOWS]
    new = draw.process({("bee" if name == "b" else name): what for name, what in BASE.items()}, flows,
                       lanes={"one": ["s", "a", "bee", "e"], "two": LANES["two"]}, defaults={"g": "c"})
    assert diff.renamed(old, new) == {"b": "bee"}
    assert [(one.code, one.element) for one in diff.differences(old, new)] == [("step.identified", "bee")]
    other = draw.process({("bee" if name == "b" else name): "serviceTask" if name == "b" else what
                          for name, what in BASE.items()}, flows,
                         lanes={"one": ["s", "a", "bee", "e"], "two": LANES["two"]}, defaults={"g": "c"})
    assert diff.renamed(old, other) == {}


EDITS = [
    (r'name="([^"]+)"', lambda found, random: f'name="{found[1]} {random.randint(1, 9)}"'),
    (r'isExecutable="true"', lambda found, random: 'isExecutable="false"'),
    (r"(duration|Duration[^>]*>)[^<]+<", lambda found, random: f"{found[1]}P{random.randint(2, 9)}D<"),
    (r'cancelActivity="false"', lambda found, random: 'cancelActivity="true"'),
    (r'default="[^"]+"', lambda found, random: ""),
    (r'(lane id=")([^"]+)"', lambda found, random: f'{found[1]}{found[2]}_{random.randint(1, 9)}"'),
    (r'= decision = "approve"', lambda found, random: f"= decision = {random.randint(1, 9)}"),
    (r'escalationCode="([^"]+)"', lambda found, random: f'escalationCode="{found[1]}x"'),
]


@pytest.mark.parametrize("seed", range(40))
def test_there_is_a_difference_exactly_when_the_outlines_differ(seed: int) -> None:
    random = Random(seed)
    edited = PPS
    for _ in range(random.randint(1, 3)):
        pattern, edit = random.choice(EDITS)
        places = list(re.finditer(pattern, edited))
        if places:
            place = random.choice(places)
            edited = edited[:place.start()] + edit(place, random) + edited[place.end():]
    old, new = process(PPS), process(edited)
    assert bool(diff.differences(old, new)) == (outline.outline(old) != outline.outline(new))
    assert bool(diff.differences(new, old)) == (outline.outline(old) != outline.outline(new))


def form(*parts: dict[str, object]) -> str:
    return json.dumps({"id": "f", "type": "default", "components": list(parts)})


def test_forms_are_told_by_field() -> None:
    name = {"id": "x1", "type": "textfield", "key": "name", "label": "Nama"}
    age = {"id": "x2", "type": "number", "key": "age", "label": "Umur", "validate": {"min": 17}}
    drawn = draw.process(BASE, FLOWS, lanes=LANES, defaults={"g": "c"})
    old, new = Version(drawn, {"a": form(name, age), "b": form(name)}), Version(drawn, {
        "a": form({**age, "validate": {"min": 18, "required": True}}, {**name, "label": "Nama lengkap"},
                  {"id": "x3", "type": "checkbox", "key": "sworn", "label": "Disumpah"}),
        "c": form(name),
    })
    found = {(one.code, one.element, one.before, one.after) for one in differences(old, new)}
    assert found == {
        ("field.required", "a", "tidak wajib", "wajib"), ("field.changed", "a", "17", "18"),
        ("field.changed", "a", "Nama", "Nama lengkap"), ("field.added", "a", "", ""),
        ("form.removed", "b", "", ""), ("form.added", "c", "", ""),
    }


def test_a_forms_layout_is_no_change() -> None:
    part = {"id": "x1", "type": "textfield", "key": "name", "label": "Nama"}
    drawn = draw.process(BASE, FLOWS, lanes=LANES, defaults={"g": "c"})
    moved = {**part, "id": "y9", "layout": {"row": "r", "columns": 6}}
    assert differences(Version(drawn, {"a": form(part)}), Version(drawn, {"a": form(moved)})) == []
