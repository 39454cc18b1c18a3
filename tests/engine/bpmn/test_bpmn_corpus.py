"""Public drawings of other engines: each is read, or refused with located problems; nothing else is raised."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import pytest

from engine.bpmn.outline import outline
from engine.bpmn.reader import read
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
    assert len(read_files) >= 428


def test_drawings_that_are_malformed_are_refused() -> None:
    negative = [row["file"] for row in manifest() if row["tier"] == "negative"]
    assert negative
    for file in negative:
        with pytest.raises(DrawingRefused):
            read((CORPUS / file).read_bytes())

