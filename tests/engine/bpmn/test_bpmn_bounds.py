"""Hostile drawings within bounds: each is read or refused in a process of its own, within 2 s and 200 MB."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from engine.bpmn.reader import read
from engine.errors import DrawingRefused

MODEL = "http://www.omg.org/spec/BPMN/20100524/MODEL"
CAMUNDA = "http://camunda.org/schema/1.0/bpmn"
SECONDS, MEGABYTES = 2.0, 200
ROOT = Path(__file__).parents[3]

# Time is that of the processor: the other core's work is not this one's. Memory is the highest of the whole process.
CHILD = """
import json, sys, time
from engine.bpmn.reader import read
from engine.errors import DrawingRefused
data = open(sys.argv[1], "rb").read()
before = time.process_time()
try:
    told = [["read", sum(1 for process in read(data).processes for _ in process.walk())]]
except DrawingRefused as refused:
    told = [[one.code, one.line] for one in refused.problems]
spent = time.process_time() - before
memory = next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(json.dumps([told, spent, int(memory) / 1024]))
"""


def process(body: str, around: str = "") -> str:
    return f'<definitions xmlns="{MODEL}" xmlns:c="{CAMUNDA}">{around}<process id="p">{body}</process></definitions>'


def numbered(text: str, count: int) -> str:
    return "".join(text.replace("#", str(number)).replace("@", str(number + 1)) for number in range(count))


def ten(name: str) -> str:
    return f"&{name};" * 10


def laughs() -> str:
    names = [f"e{number}" for number in range(12)]
    declared = "".join(f'<!ENTITY {name} "{ten(inner)}">' for inner, name in pairwise(names))
    laughing = process('<task id="t" name="&e11;"/>')
    return f'<!DOCTYPE d [<!ENTITY e0 "ha">{declared}]>{laughing}'


def quadratic() -> str:
    long, often = "x" * 100_000, "&e;" * 50_000
    return f'<!DOCTYPE d [<!ENTITY e "{long}">]>{process(f"<documentation>{often}</documentation>")}'


CHAIN = numbered('<task id="t#"/>', 10_000) + numbered('<sequenceFlow id="f#" sourceRef="t#" targetRef="t@"/>', 9_999)
CONDITION = '<task id="a"/><sequenceFlow id="f" sourceRef="a" targetRef="a"><conditionExpression language="java">{}' \
            "</conditionExpression></sequenceFlow>"
HOSTILE: dict[str, tuple[Callable[[], str | bytes], list[object]]] = {
    "billion laughs": (laughs, ["xml.doctype", 1]),
    "quadratic entity": (quadratic, ["xml.doctype", 1]),
    "100,000 deep": (lambda: process("<subProcess>" * 100_000 + "</subProcess>" * 100_000), ["xml.too_deep", 1]),
    "10,000 nodes": (lambda: process(CHAIN), ["read", 10_000]),
    "10,000 nodes in UTF-16": (lambda: process(CHAIN).encode("utf-16"), ["read", 10_000]),
    "a million elements": (lambda: process("<a/>" * 1_000_000), ["xml.too_many", 1]),
    "an attribute of 50 MB": (lambda: process(f'<task id="t" name="{"x" * 50_000_000}"/>'), ["xml.too_large", 1]),
    "an id of 7 MB": (lambda: process(f'<task id="t{"x" * 7_000_000}"/>'), ["read", 1]),
    "a text of 7 MB": (lambda: process(f"<documentation>{'x ' * 3_500_000}</documentation>"), ["read", 0]),
    "a condition of 7 MB": (lambda: process(CONDITION.format("a.equals(" * 700_000)), ["read", 1]),
    "a comment of 7 MB": (lambda: process(f"<!-- {'x' * 7_000_000} -->"), ["read", 0]),
    "an id 5,000 times": (lambda: process('<task id="t"/>' * 5_000), ["id.duplicate", 1]),
    "3,000 compensations": (lambda: process(
        numbered('<task id="t#"/><boundaryEvent id="b#" attachedToRef="t#"><compensateEventDefinition/></boundaryEvent>'
                 '<task id="h#"/><association id="a#" sourceRef="b#" targetRef="h#"/>', 3_000)), ["read", 9_000]),
    "2,000 lanes in lanes' way": (lambda: process(
        "<laneSet>" + numbered('<lane id="l#"><flowNodeRef>t#</flowNodeRef></lane>', 2_000) + "</laneSet>"
        + numbered('<task id="t#"/>', 2_000)), ["read", 2_000]),
    "3,000 form fields": (lambda: process(
        '<userTask id="t"><extensionElements><c:formData>' + numbered('<c:formField id="f#"/>', 3_000)
        + "</c:formData></extensionElements></userTask>"), ["read", 1]),
}


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is told by /proc, which is Linux's")
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_drawings_stay_within_time_and_memory(name: str, tmp_path: Path) -> None:
    make, expected = HOSTILE[name]
    made = make()
    file = tmp_path / "hostile.bpmn"
    file.write_bytes(made if isinstance(made, bytes) else made.encode())
    ran = subprocess.run([sys.executable, "-c", CHILD, str(file)], cwd=ROOT, env={"PYTHONPATH": str(ROOT)},
                         capture_output=True, text=True, timeout=120, check=False)
    assert ran.returncode == 0, ran.stderr[-500:]
    told, seconds, megabytes = json.loads(ran.stdout)
    assert told[0] == expected
    assert seconds < SECONDS
    assert megabytes < MEGABYTES


def told(data: bytes) -> list[tuple[str, int | None]]:
    try:
        return [("read", len(read(data).processes))]
    except DrawingRefused as refused:
        return [(one.code, one.line) for one in refused.problems]


@pytest.mark.parametrize("text", [
    '<!DOCTYPE d SYSTEM "{url}/a.dtd">{drawing}', '<!DOCTYPE d PUBLIC "x" "{url}/a.dtd">{drawing}',
    '<!DOCTYPE d [<!ENTITY x SYSTEM "{url}/x">]>{drawing}',
    '<!DOCTYPE d [<!ENTITY % x SYSTEM "{url}/x"> %x;]>{drawing}',
    '<?xml-stylesheet href="{url}/a.xsl" type="text/xsl"?>{drawing}',
    '<definitions xmlns="' + MODEL + '" xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include href="{url}/a.bpmn"/>'
    "</definitions>",
    '<definitions xmlns="' + MODEL + '" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="' +
    MODEL + ' {url}/a.xsd"><import location="{url}/a.bpmn" importType="' + MODEL + '" namespace="n"/><process id="p"/>'
    "</definitions>",
])
def test_nothing_is_fetched(text: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0.2)
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        filled = text.replace("{url}", url).replace("{drawing}", process('<task id="t"/>'))
        assert told(filled.encode()) in ([("read", 1)], [("xml.doctype", 1)], [("xml.include", 1)])
        with pytest.raises(TimeoutError):
            listening.accept()


@pytest.mark.parametrize("data", [
    process('<task id="t" name="é"/>').encode("latin-1"),
    f'<?xml version="1.0" encoding="UTF-16"?>{process("")}'.encode(),
    f'<?xml version="1.0" encoding="klingon"?>{process("")}'.encode(),
    b"\xff\xfe" + process("").encode(), b"\xef\xbb\xbf\xff" + process("").encode(),
])
def test_an_encoding_that_lies_is_refused_with_a_line(data: bytes) -> None:
    with pytest.raises(DrawingRefused) as refused:
        read(data)
    assert [(one.code, bool(one.line)) for one in refused.value.problems] == [("xml.malformed", True)]


@pytest.mark.parametrize("name", ['a "b"', "<b>", "a'b", "a/b", "a+b", "a b", "${a}", "a\n b", "-->", "]]>", "\u202ea"])
def test_ids_with_quotes_and_markup_are_refused_and_named(name: str) -> None:
    escaped = name.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;").replace("\n", "&#10;")
    with pytest.raises(DrawingRefused) as refused:
        read(process(f'<task id="{escaped}"/>').encode())
    assert [(one.code, one.element) for one in refused.value.problems] == [("id.invalid", name)]
