"""The report on the public drawings: its figures are counted rightly, and a part of the drawings fares as it says."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from benchmarks.corpus import STUCK, Played, play, reasons, shares, walked
from benchmarks.corpus_table import WHY
from tests.engine import draw
from tests.engine.bpmn.typical import FILES
from tests.engine.corpus_files import CORPUS, drawings


def test_a_file_that_runs_is_told_with_its_elements(tmp_path: Path) -> None:
    file = tmp_path / "a.bpmn"
    file.write_text(FILES["camunda7-multi-instance"], "utf-8")
    found = play(file, "ours", False)
    assert (found.ended, found.stubbed, found.why, found.unplaced, found.sound) == ("end", "end", (), 0, True)
    assert {"multi-instance", "userTask", "subProcess", "scriptTask"} <= found.kinds
    assert found.proved > 0


def test_code_in_a_condition_is_refused_and_runs_when_stubbed(tmp_path: Path) -> None:
    file = tmp_path / "a.bpmn"
    file.write_text(FILES["camunda7-mappings"].replace("${price &gt; 1000 &amp;&amp; !express}", "${bean.ask(price)}"))
    found = play(file, "ours", False)
    assert (found.ended, found.why, found.stubbed, found.unplaced) == ("refused", ("expression",), "end", 0)


def test_a_walk_that_stops_for_ever_is_told_by_its_code(tmp_path: Path) -> None:
    nodes = {"s": "startEvent", "x": "exclusiveGateway", "a": "userTask", "b": "userTask", "j": "parallelGateway",
             "e": "endEvent"}
    flows = [("s", "x"), ("x", "a", "= go"), ("x", "b"), ("a", "j"), ("b", "j"), ("j", "e")]
    file = tmp_path / "a.bpmn"
    file.write_bytes(draw.xml(nodes, flows, defaults={"x": "b"}))
    assert (found := play(file, "ours", False)).why == (STUCK,)
    assert found.ended == "refused"


def test_a_crash_is_counted_and_told_with_its_file_and_place(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "a.bpmn"
    assert walked(file, None, stub=False) == ("crash", ("AttributeError",))  # type: ignore[arg-type] # -- no bytes at all
    told = capsys.readouterr().err
    assert str(file) in told
    assert "reader.py" in told


def test_shares_and_reasons_are_counted() -> None:
    found = [Played("a", "s", False, "end"), Played("b", "s", False, "waiting"),
             Played("c", "s", True, "refused", ("x", "y")), Played("d", "t", False, "crash")]
    assert shares(found, "ended") == {"end": 1, "waiting": 1, "refused": 1, "crash": 1, "share": 50.0}
    assert reasons([(one, one.why) for one in found]) == {"x": ["s c"], "y": ["s c"]}


def test_one_in_eight_of_the_public_drawings_fares_as_the_report_says() -> None:
    assert drawings()
    with (CORPUS / "manifest.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))[::8]
    found = [play(CORPUS / row["file"], row["repo"], row["tier"] == "negative") for row in rows]
    assert shares(found, "ended")["crash"] == shares(found, "stubbed")["crash"] == 0
    assert sum(one.unplaced for one in found) == 0
    assert shares(found, "ended")["share"] >= 85
    told = {code for one in found for code in (*one.why, *one.why_stubbed)}
    assert all(code.startswith(tuple(WHY)) for code in told - {STUCK})
