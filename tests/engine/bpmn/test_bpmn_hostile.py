"""Whatever the bytes, a drawing is read or refused with a line; nothing else is raised, nothing else is opened."""

from __future__ import annotations

import time
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.bpmn import xml
from engine.bpmn.outline import outline
from engine.bpmn.reader import read
from engine.errors import DrawingRefused, Problem

APPROVAL = (Path(__file__).parent / "drawings" / "approval.bpmn").read_bytes()
MODEL = "http://www.omg.org/spec/BPMN/20100524/MODEL"


def refusal(data: bytes) -> list[Problem]:
    with pytest.raises(DrawingRefused) as refused:
        read(data)
    return list(refused.value.problems)


@pytest.mark.parametrize("data", [
    b"", b" \n\t", b"\0\0\0\0", b"\xff\xfe", b"\x89PNG\r\n\x1a\n\0\0", b"PK\x03\x04", b"<", b"<a", b"not xml",
    b"\xef\xbb\xbf",
    b'<?xml version="1.0" encoding="nonsense"?><a/>', b'<?xml version="1.0" encoding="UTF-16"?><a/>',
    "<a>é</a>".encode("latin-1"), b"<a>&undefined;</a>", b"<a>\x01</a>", b"<a/><b/>", b"<a:b/>",
])
def test_junk_is_refused_with_one_located_problem(data: bytes) -> None:
    problems = refusal(data)
    assert len(problems) == 1
    assert problems[0].line is not None
    assert problems[0].line >= 1
    assert problems[0].code.startswith(("xml.", "root."))


def test_entity_bombs_are_refused_at_once() -> None:
    names = [f"e{number}" for number in range(10)]
    declared = "".join(f'<!ENTITY {name} "{f"&{inner};" * 10}">' for inner, name in pairwise(names))
    bomb = f'<!DOCTYPE d [<!ENTITY e0 "{"x" * 100}">{declared}]><definitions a="&e9;">&e9;</definitions>'
    before = time.perf_counter()
    for encoding in ("utf-8", "utf-16"):
        assert [one.code for one in refusal(bomb.encode(encoding))] == ["xml.doctype"]
    assert time.perf_counter() - before < 1


def test_external_entities_and_document_types_are_never_opened(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("top secret")
    for subset in (f'[<!ENTITY x SYSTEM "{secret.as_uri()}">]', f'SYSTEM "{secret.as_uri()}"',
                   f'[<!ENTITY % p SYSTEM "{secret.as_uri()}"> %p;]'):
        data = f'<!DOCTYPE definitions {subset}><definitions xmlns="{MODEL}"><process id="p" name="&x;"/></definitions>'
        problems = refusal(data.encode())
        assert [(one.code, one.line) for one in problems] == [("xml.doctype", 1)]
        assert "top secret" not in str(problems)


def test_a_document_type_in_a_comment_or_text_is_only_text() -> None:
    text = "<documentation><![CDATA[<!DOCTYPE a>]]></documentation>"
    data = f'<definitions xmlns="{MODEL}"><!-- <!DOCTYPE a> --><process id="p">{text}</process></definitions>'
    assert read(data.encode()).processes[0].documentation == "<!DOCTYPE a>"


@pytest.mark.parametrize("tag", ["a", "subProcess"])
def test_nesting_100000_deep_is_refused(tag: str) -> None:
    deep = f"<{tag}>" * 100_000 + f"</{tag}>" * 100_000
    problems = refusal(f'<definitions xmlns="{MODEL}"><process id="p">{deep}</process></definitions>'.encode())
    assert [one.code for one in problems] == ["xml.too_deep"]


def test_sub_processes_as_deep_as_allowed_are_read() -> None:
    levels = xml.DEEPEST - 2
    body = "".join(f'<subProcess id="s{level}">' for level in range(levels)) + "</subProcess>" * levels
    drawing = read(f'<definitions xmlns="{MODEL}"><process id="p">{body}</process></definitions>'.encode())
    assert sum(1 for _ in drawing.processes[0].walk()) == levels
    assert len(outline(drawing.processes[0]).splitlines()) == levels + 2


def test_a_file_that_is_too_large_is_refused_unread() -> None:
    problems = refusal(b"<" * (xml.LARGEST + 1))
    assert [(one.code, one.element) for one in problems] == [("xml.too_large", None)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1", "windows-1252"])
def test_declared_encodings_are_read_with_the_same_lines(encoding: str) -> None:
    declared = {"utf-8-sig": "utf-8"}.get(encoding, encoding)
    process_text = '<process\n id="p"\n name="Café"\n/>'
    data = f'<?xml version="1.0" encoding="{declared}"?>\n<definitions xmlns="{MODEL}">\n{process_text}\n</definitions>'
    process = read(data.encode(encoding)).processes[0]
    assert (process.name, process.line) == ("Café", 3)


def test_names_with_quotes_markup_and_line_ends_are_kept_and_stay_on_one_line() -> None:
    task = '<task id="t" name="&lt;b&gt; &quot;x&quot; ”; peran y&#10;z&#x2028;"/>'
    data = f'<definitions xmlns="{MODEL}"><process id="p">{task}</process></definitions>'
    process = read(data.encode()).processes[0]
    assert process.nodes["t"].name == '<b> "x" ”; peran y\nz'
    assert outline(process).splitlines()[2:] == ['  t: langkah “<b> "x" \\”\\; peran y\\nz”']


def test_a_chain_of_5000_tasks_is_read_and_outlined() -> None:
    tasks = "".join(f'<task id="t{number}"/>' for number in range(5000))
    flows = "".join(f'<sequenceFlow sourceRef="t{number}" targetRef="t{number + 1}"/>' for number in range(4999))
    before = time.perf_counter()
    drawing = read(f'<definitions xmlns="{MODEL}"><process id="p">{tasks}{flows}</process></definitions>'.encode())
    assert len(outline(drawing.processes[0]).splitlines()) == 5002
    assert time.perf_counter() - before < 10


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_mutated_bytes_are_read_or_refused(data: st.DataObject) -> None:
    mutated = bytearray(APPROVAL)
    for _ in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.integers(0, len(mutated) - 1))
        length = data.draw(st.sampled_from([0, 1, 1, 5, 200]))
        mutated[place:place + length] = data.draw(st.one_of(
            st.binary(max_size=4), st.sampled_from([b'"', b"<", b"/>", b"id=", b"<task/>", b"&lt;", b"\0", b"submit"])))
    read_or_refused(bytes(mutated))


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 120), st.integers(0, 120)), min_size=1, max_size=8))
def test_drawings_with_lines_swapped_or_lost_are_read_or_refused(swaps: list[tuple[int, int]]) -> None:
    lines = APPROVAL.splitlines()
    for one, other in swaps:
        if one == other:
            del lines[one % len(lines)]
        else:
            first, second = one % len(lines), other % len(lines)
            lines[first], lines[second] = lines[second], lines[first]
    read_or_refused(b"\n".join(lines))


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_are_refused(data: bytes) -> None:
    refusal(data)


def read_or_refused(data: bytes) -> None:
    try:
        drawing = read(data)
    except DrawingRefused as refused:
        problems = refused.problems
    else:
        assert all(outline(process).endswith("\n") for process in drawing.processes)
        return
    assert problems
    assert all(one.line and one.message and one.message_en for one in problems)
