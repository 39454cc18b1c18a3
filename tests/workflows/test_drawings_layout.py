"""The four drawings as people see them: lines that never cross, labels that stand free, a form beside every task."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import combinations, pairwise
from pathlib import Path

import pytest
from lxml import etree

from engine import forms

WORKFLOWS = Path(__file__).resolve().parents[2] / "workflows"
KINDS = ("ppk", "pps", "kpps", "pantarlih")
NAMES = {
    "bpmn": "http://www.omg.org/spec/BPMN/20100524/MODEL",
    "di": "http://www.omg.org/spec/BPMN/20100524/DI",
    "dc": "http://www.omg.org/spec/DD/20100524/DC",
    "dd": "http://www.omg.org/spec/DD/20100524/DI",
    "zeebe": "http://camunda.org/schema/zeebe/1.0",
}
FRAMES = {"participant", "lane"}

Point = tuple[float, float]
Segment = tuple[Point, Point]


@dataclass(frozen=True)
class Box:
    """A rectangle in drawing units."""

    x: float
    y: float
    width: float
    height: float

    def overlaps(self, other: Box) -> bool:
        """Whether the two share more than an edge."""
        return (
            self.x < other.x + other.width
            and other.x < self.x + self.width
            and self.y < other.y + other.height
            and other.y < self.y + self.height
        )

    def holds(self, other: Box) -> bool:
        """Whether `other` lies wholly inside."""
        return (
            self.x <= other.x
            and self.y <= other.y
            and other.x + other.width <= self.x + self.width
            and other.y + other.height <= self.y + self.height
        )

    def crossed_by(self, segment: Segment) -> bool:
        """Whether an upright or level line runs through the inside."""
        (ax, ay), (bx, by) = segment
        return self.overlaps(Box(min(ax, bx), min(ay, by), abs(bx - ax) or 1e-6, abs(by - ay) or 1e-6))


@dataclass
class Drawing:
    """What the drawing's interchange part says, beside the elements it shows."""

    tree: etree._ElementTree
    shapes: dict[str, Box] = field(default_factory=dict)
    labels: dict[str, Box] = field(default_factory=dict)
    edges: dict[str, list[Point]] = field(default_factory=dict)
    frames: dict[str, Box] = field(default_factory=dict)
    elements: dict[str, etree._Element] = field(default_factory=dict)

    def segments(self) -> Iterator[tuple[str, Segment]]:
        """Every piece of every edge."""
        for name, points in self.edges.items():
            for piece in pairwise(points):
                yield name, piece


def _box(element: etree._Element) -> Box:
    bounds = element.find("dc:Bounds", NAMES)
    return Box(*(float(bounds.get(name)) for name in ("x", "y", "width", "height")))


def _read(kind: str) -> Drawing:
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    tree = etree.parse(str(WORKFLOWS / kind / f"{kind}.bpmn"), parser)
    drawing = Drawing(tree)
    drawing.elements = {e.get("id"): e for e in tree.iterfind(".//bpmn:*[@id]", NAMES)}
    for shape in tree.iterfind(".//di:BPMNShape", NAMES):
        name = shape.get("bpmnElement")
        tag = etree.QName(drawing.elements[name]).localname
        (drawing.frames if tag in FRAMES else drawing.shapes)[name] = _box(shape)
    for edge in tree.iterfind(".//di:BPMNEdge", NAMES):
        points = [(float(p.get("x")), float(p.get("y"))) for p in edge.iterfind("dd:waypoint", NAMES)]
        drawing.edges[edge.get("bpmnElement")] = points
    for owner in tree.xpath(".//di:BPMNShape[di:BPMNLabel] | .//di:BPMNEdge[di:BPMNLabel]", namespaces=NAMES):
        drawing.labels[owner.get("bpmnElement")] = _box(owner.find("di:BPMNLabel", NAMES))
    return drawing


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def drawing(kind: str) -> Drawing:
    return _read(kind)


def _meet(one: Segment, other: Segment) -> bool:
    """Whether two upright or level lines touch at all."""
    (ax, ay), (bx, by) = one
    (cx, cy), (dx, dy) = other
    level = max(min(ax, bx), min(cx, dx)) <= min(max(ax, bx), max(cx, dx))
    upright = max(min(ay, by), min(cy, dy)) <= min(max(ay, by), max(cy, dy))
    return level and upright


def _nodes(drawing: Drawing) -> set[str]:
    found = drawing.tree.xpath(".//bpmn:process/*[bpmn:incoming or bpmn:outgoing]/@id", namespaces=NAMES)
    return {str(name) for name in found}


def test_touching_lines_and_boxes_are_seen() -> None:
    assert _meet(((0, 0), (10, 0)), ((5, -5), (5, 5)))
    assert not _meet(((0, 0), (10, 0)), ((5, 1), (5, 5)))
    assert Box(0, 0, 10, 10).crossed_by(((5, -5), (5, 15)))
    assert not Box(0, 0, 10, 10).crossed_by(((10, -5), (10, 15)))
    assert Box(0, 0, 10, 10).overlaps(Box(9, 9, 5, 5))
    assert not Box(0, 0, 10, 10).overlaps(Box(10, 0, 5, 5))


def test_every_element_is_drawn_once(drawing: Drawing) -> None:
    flows = set(drawing.tree.xpath(".//bpmn:sequenceFlow/@id", namespaces=NAMES))
    frames = set(drawing.tree.xpath(".//bpmn:lane/@id | .//bpmn:participant/@id", namespaces=NAMES))
    assert set(drawing.shapes) == _nodes(drawing)
    assert set(drawing.edges) == flows
    assert set(drawing.frames) == frames
    ids = drawing.tree.xpath("//@id")
    assert sorted(set(ids)) == sorted(ids)


def test_edges_run_level_or_upright(drawing: Drawing) -> None:
    slanted = [name for name, ((ax, ay), (bx, by)) in drawing.segments() if ax != bx and ay != by]
    assert slanted == []


def test_edges_begin_and_end_on_their_shapes(drawing: Drawing) -> None:
    for name, points in drawing.edges.items():
        flow = drawing.elements[name]
        for point, end in ((points[0], "sourceRef"), (points[-1], "targetRef")):
            box = drawing.shapes[flow.get(end)]
            assert box.x <= point[0] <= box.x + box.width, (name, end)
            assert box.y <= point[1] <= box.y + box.height, (name, end)
            on_edge = point[0] in (box.x, box.x + box.width) or point[1] in (box.y, box.y + box.height)
            assert on_edge, (name, end)


def test_no_two_edges_touch(drawing: Drawing) -> None:
    pairs = combinations(drawing.segments(), 2)
    touching = [(a, b) for (a, one), (b, other) in pairs if a != b and _meet(one, other)]
    assert touching == []


def test_no_edge_runs_through_a_shape(drawing: Drawing) -> None:
    through = [
        (name, shape)
        for name, piece in drawing.segments()
        for shape, box in drawing.shapes.items()
        if box.crossed_by(piece)
    ]
    assert through == []


def test_shapes_do_not_overlap_except_a_clock_on_its_task(drawing: Drawing) -> None:
    for (a, one), (b, other) in combinations(drawing.shapes.items(), 2):
        attached = {drawing.elements[a].get("attachedToRef"), drawing.elements[b].get("attachedToRef")}
        if not attached & {a, b}:
            assert not one.overlaps(other), (a, b)


def test_labels_stand_free(drawing: Drawing) -> None:
    for name, label in drawing.labels.items():
        assert [shape for shape, box in drawing.shapes.items() if box.overlaps(label)] == [], name
        assert [edge for edge, piece in drawing.segments() if label.crossed_by(piece)] == [], name
        borders = [frame for frame, box in drawing.frames.items() if box.overlaps(label) and not box.holds(label)]
        assert borders == [], name
    assert [(a, b) for (a, x), (b, y) in combinations(drawing.labels.items(), 2) if x.overlaps(y)] == []


def test_every_named_event_gateway_and_flow_has_a_label(drawing: Drawing) -> None:
    inside = {"userTask"}
    named = {
        name
        for name in {*drawing.shapes, *drawing.edges}
        if drawing.elements[name].get("name") and etree.QName(drawing.elements[name]).localname not in inside
    }
    assert set(drawing.labels) == named
    assert all(drawing.elements[name].get("name") for name in drawing.shapes)


def test_every_shape_stands_in_the_lane_that_names_it(drawing: Drawing) -> None:
    homes: list[str] = []
    for lane in drawing.tree.iterfind(".//bpmn:lane", NAMES):
        for reference in lane.iterfind("bpmn:flowNodeRef", NAMES):
            homes.append(reference.text)
            assert drawing.frames[lane.get("id")].holds(drawing.shapes[reference.text]), reference.text
    assert sorted(homes) == sorted(drawing.shapes)


def test_the_drawing_reads_from_left_to_right(drawing: Drawing) -> None:
    """Only returned evidence and the next monitoring lead back."""
    back = {name for name, points in drawing.edges.items() if points[-1][0] < points[0][0]}
    assert back == {name for name in drawing.edges if re.search("_(returned|reopened)$", name)}


def _form(path: Path) -> dict[str, object]:
    found = json.loads(path.read_text(encoding="utf-8"))
    assert isinstance(found, dict)
    return found


def test_every_task_has_its_form_and_no_form_is_left_over(kind: str, drawing: Drawing) -> None:
    tasks = {str(name) for name in drawing.tree.xpath(".//bpmn:userTask/@id", namespaces=NAMES)}
    assert {path.stem for path in (WORKFLOWS / kind).glob("*.form")} == tasks
    for task in tasks:
        assert _form(WORKFLOWS / kind / f"{task}.form")["id"] == task
        definition = drawing.elements[task].find(".//zeebe:formDefinition", NAMES)
        assert definition.get("formId") == task


def test_what_may_be_returned_are_the_parts_of_the_evidence(kind: str) -> None:
    for path in sorted((WORKFLOWS / kind).glob("approve_*.form")):
        evidence = _form(path.with_name(path.name.replace("approve_", "submit_")))
        parts = [(part["id"], part["label"]) for part in evidence["components"] if part["type"] == "group"]
        fields = next(f for g in _form(path)["components"] for f in g["components"] if f["key"] == "fields")
        assert [(option["value"], option["label"]) for option in fields["values"]] == parts


def test_every_form_is_read_and_asks_for_something(kind: str) -> None:
    for path in sorted((WORKFLOWS / kind).glob("*.form")):
        form = forms.load(path.read_text(encoding="utf-8"))
        assert form.check({}).errors, path.name


def test_a_return_needs_a_reason_and_an_approval_does_not(kind: str) -> None:
    for path in sorted((WORKFLOWS / kind).glob("approve_*.form")):
        form = forms.load(path.read_text(encoding="utf-8"))
        assert form.check({"decision": "approve"}).errors == ()
        assert [error.path for error in form.check({"decision": "return"}).errors] == [("reason",)]
        assert form.check({"decision": "return", "reason": "blurry"}).errors == ()
