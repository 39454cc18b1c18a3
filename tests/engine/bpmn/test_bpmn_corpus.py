"""Public drawings of other engines: each is read, or refused with located problems; nothing else is raised."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import pytest
from lxml import etree

from engine.bpmn.outline import outline
from engine.bpmn.reader import read
from engine.bpmn.writer import write
from engine.errors import DrawingRefused

SHARED = Path(os.environ.get("TAPAK_SHARED") or Path(__file__).resolve().parents[4] / "shared")
CORPUS = SHARED / "bpmn-corpus"

pytestmark = pytest.mark.skipif(not (CORPUS / "manifest.csv").exists(),
                                reason="the public drawings are not here (TAPAK_SHARED names their folder)")


def manifest() -> list[dict[str, str]]:
    with (CORPUS / "manifest.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def test_public_drawings_are_read_or_refused_with_a_place() -> None:
    rows, read_files, faults = manifest(), [], []
    for row in rows:
        data = (CORPUS / row["file"]).read_bytes()
        try:
            drawing = read(data)
        except DrawingRefused as refused:
            faults += [(row["file"], one) for one in refused.problems if not one.line or not one.message]
            continue
        read_files.append(row["file"])
        for process in drawing.processes:
            named = {line.strip().partition(":")[0] for line in outline(process).splitlines()}
            assert named >= {node.id for node in process.walk()}
            assert all(one.line and one.reason and one.reason_en for one in process.unsupported)
            assert all(node.line for node in process.walk())
    assert faults == []
    assert len(rows) >= 445
    assert len(read_files) >= 438


def test_drawings_that_are_malformed_are_refused() -> None:
    negative = [row["file"] for row in manifest() if row["tier"] == "negative"]
    assert negative
    for file in negative:
        with pytest.raises(DrawingRefused):
            read((CORPUS / file).read_bytes())


def test_what_is_written_is_what_was_read_layout_and_extensions_included() -> None:
    written = 0
    for row in manifest():
        data = (CORPUS / row["file"]).read_bytes()
        try:
            drawing = read(data)
        except DrawingRefused:
            continue
        assert canonical(write(drawing)) == canonical(data), row["file"]
        written += 1
    assert written >= 438


def canonical(data: bytes) -> str:
    """Canonical XML 2.0 with comments: equal for files that say the same."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    return str(etree.canonicalize(etree.fromstring(data, parser), with_comments=True))


def test_what_cannot_run_is_named_and_rare() -> None:
    """Scripts, jobs, data, listeners, forms and other languages are read; what stays has no meaning here yet."""
    tags: set[str] = set()
    files = 0
    for row in manifest():
        try:
            drawing = read((CORPUS / row["file"]).read_bytes())
        except DrawingRefused:
            continue
        found = {one.tag for process in drawing.processes for one in process.unsupported}
        files += bool(found)
        tags |= found
    assert tags <= {"userTask", "callActivity", "transformation", "outputParameter"}
    assert files <= 6
