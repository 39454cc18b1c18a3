"""The commands about drawings, as a person types them: check, outline, walk, outlines; and 445 public drawings."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from tests.engine import draw
from web.config import ROOT
from web.drawings_cli import drawings, outlines
from workflows.drawings import drawing_file
from workflows.settings import KINDS

SHARED = Path(os.environ.get("TAPAK_SHARED") or ROOT.parent / "shared")
CORPUS = SHARED / "bpmn-corpus"
public = pytest.mark.skipif(
    not (CORPUS / "manifest.csv").exists(), reason="the public drawings are not here (TAPAK_SHARED names their folder)"
)
KEYS = {"file", "ok", "states", "transitions", "problems"}
PROBLEM_KEYS = {"code", "element", "line", "message", "path"}


def run(*arguments: str | Path) -> Result:
    result = CliRunner().invoke(drawings, [str(one) for one in arguments])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def objects(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def review(folder: Path, name: str = "review.bpmn", **changes: Any) -> Path:
    file = folder / name
    parts: dict[str, Any] = {"lanes": draw.REVIEW_LANES, "defaults": {"g": "submit"}, **changes}
    drawn = draw.xml(parts.pop("nodes", draw.REVIEW), parts.pop("flows", draw.REVIEW_FLOWS), **parts)
    file.write_bytes(drawn.replace(b"><", b">\n<"))
    return file


def test_check_prints_one_object_for_each_file(tmp_path: Path) -> None:
    files = [review(tmp_path, "a.bpmn"), review(tmp_path, "b.bpmn")]
    result = run("check", *files, "--json")
    assert result.exit_code == 0
    told = objects(result)
    assert [one["file"] for one in told] == [str(file) for file in files]
    for one in told:
        assert one.keys() == KEYS
        assert (one["ok"], [problem for problem in one["problems"] if problem["severity"] == "error"]) == (True, [])
        assert (one["states"], one["transitions"]) > (2, 2)


def test_ours_are_well_and_their_states_counted() -> None:
    result = run("check", *(drawing_file(kind) for kind in KINDS), "--json")
    assert result.exit_code == 0, result.output
    told = objects(result)
    assert len(told) == len(KINDS)
    assert all(one["ok"] and one["problems"] == [] and one["states"] > 8 for one in told)


def test_one_bad_file_is_told_among_good_ones(tmp_path: Path) -> None:
    bad = review(tmp_path, "bad.bpmn", nodes={**draw.REVIEW, "lost": "task"})
    result = run("check", review(tmp_path), bad, "--json")
    assert result.exit_code == 1
    good, refused = objects(result)
    assert (good["ok"], refused["ok"]) == (True, False)
    lines = bad.read_text().splitlines()
    found = [problem for problem in refused["problems"] if problem["element"] == "lost"]
    assert found
    for problem in found:
        assert problem.keys() >= PROBLEM_KEYS
        assert 'id="lost"' in lines[problem["line"] - 1]
        assert problem["message"].endswith(".")
        assert isinstance(problem["path"], list)


def test_a_fault_has_the_way_that_leads_to_it(tmp_path: Path) -> None:
    """The second branch of the parallel gateway never comes: the join waits for ever."""
    file = tmp_path / "stuck.bpmn"
    nodes = {
        "s": "startEvent", "split": "exclusiveGateway", "a": "userTask", "b": "userTask", "join": "parallelGateway",
        "e": "endEvent",
    }
    flows = [("s", "split"), ("split", "a", "= ok"), ("split", "b"), ("a", "join"), ("b", "join"), ("join", "e")]
    file.write_bytes(draw.xml(nodes, flows, defaults={"split": "b"}))
    result = run("check", file, "--json")
    (told,) = objects(result)
    assert (result.exit_code, told["ok"]) == (1, False)
    paths = [problem["path"] for problem in told["problems"] if problem["path"]]
    assert paths
    assert all(set(path) <= {*nodes, *("_".join(flow[:2]) for flow in flows)} for path in paths), paths


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "xml.empty"), (b"\x00\xff\x01\xfe" * 500, "xml.malformed"), (bytes(range(256)), "xml.malformed"),
        (b"<definitions>", "xml.malformed"), (b"<html/>", "root.not_bpmn"),
        (b"PK\x03\x04 not a drawing", "xml.malformed"), (b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', "xml.doctype"),
    ],
)
def test_what_is_no_drawing_is_refused_in_a_sentence(tmp_path: Path, content: bytes, code: str) -> None:
    file = tmp_path / "junk.bpmn"
    file.write_bytes(content)
    result = run("check", file, "--json")
    (told,) = objects(result)
    assert result.exit_code == 1
    assert (told["ok"], told["states"], told["transitions"]) == (False, 0, 0)
    assert [problem["code"] for problem in told["problems"]] == [code]
    assert told["problems"][0]["message"]
    (last,) = objects(run("walk", file, "--json"))
    assert (last["ended"], [one["code"] for one in last["problems"]]) == ("refused", [code])


def test_words_for_people_say_element_and_line(tmp_path: Path) -> None:
    bad = review(tmp_path, "bad.bpmn", nodes={**draw.REVIEW, "lost": "task"})
    result = run("check", review(tmp_path), bad)
    assert result.exit_code == 1
    first, second = [line for line in result.stdout.splitlines() if not line.startswith(" ")]
    assert ": baik (" in first
    assert ": ditolak (" in second
    assert "[lost, baris " in result.stdout


def test_a_missing_file_and_a_folder_are_refused_before_anything_is_read(tmp_path: Path) -> None:
    for command in ("check", "outline", "walk"):
        for path in (tmp_path / "none.bpmn", tmp_path):
            result = run(command, path)
            assert result.exit_code == 2
            assert str(path) in result.stderr
    assert run("check").exit_code == 2


def test_outline_is_the_flow_in_words() -> None:
    for kind in KINDS:
        result = run("outline", drawing_file(kind))
        assert result.exit_code == 0
        assert result.stdout == drawing_file(kind).with_suffix(".outline.txt").read_text("utf-8")


def walked(file: Path, seed: int, steps: int) -> list[dict[str, Any]]:
    result = run("walk", file, "--seed", str(seed), "--steps", str(steps), "--json")
    assert result.exit_code == 0
    return objects(result)


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_seed_walks_the_same_way(kind: str) -> None:
    for seed in range(5):
        assert walked(drawing_file(kind), seed, 60) == walked(drawing_file(kind), seed, 60)
    ways = {json.dumps(walked(drawing_file(kind), seed, 60)) for seed in range(5)}
    assert len(ways) > 1


def test_each_step_begins_where_the_last_one_ended_and_time_does_not_run_back() -> None:
    *steps, last = walked(drawing_file("pps"), 7, 80)
    assert [step["step"] for step in steps] == list(range(1, len(steps) + 1))
    assert [step["from"] for step in steps[1:]] == [step["to"] for step in steps[:-1]]
    moments = [step["at"] for step in steps]
    assert moments == sorted(moments)
    assert last["state"] == steps[-1]["to"]


def test_a_walk_ends_at_an_end_or_waits_or_is_refused(tmp_path: Path) -> None:
    assert walked(drawing_file("ppk"), 1, 3)[-1]["ended"] == "waiting"
    assert len(walked(drawing_file("ppk"), 1, 3)) == 5
    assert "end" in {walked(drawing_file("ppk"), seed, 400)[-1]["ended"] for seed in range(6)}
    bad = review(tmp_path, flows=[*draw.REVIEW_FLOWS[:3], ("g", "done", "= ((("), *draw.REVIEW_FLOWS[4:]])
    (last,) = walked(bad, 1, 10)
    assert last["ended"] == "refused"
    assert [problem["element"] for problem in last["problems"]] == ["g_done"]
    stubbed = objects(run("walk", bad, "--stub", "--json"))
    assert stubbed[-1]["ended"] in ("end", "waiting")


def test_each_pool_that_could_run_is_played(tmp_path: Path) -> None:
    file = tmp_path / "two.bpmn"
    one = '<process id="{0}" isExecutable="true"><startEvent id="s{0}"/></process>'
    file.write_text(
        '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="t">\n'
        f'{one.format("a")}\n{one.format("b")}\n</definitions>'
    )
    *steps, last = walked(file, 1, 10)
    assert [step["process"] for step in steps] == ["a", "b"]
    assert last["ended"] == "end"


def test_outlines_beside_our_drawings_are_true(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert CliRunner().invoke(outlines, ["--check"]).exit_code == 0
    for kind in KINDS:
        (tmp_path / kind).mkdir()
        for file in drawing_file(kind).parent.glob("*.*"):
            (tmp_path / kind / file.name).write_bytes(file.read_bytes())
    monkeypatch.setattr("workflows.drawings.FOLDER", tmp_path)
    stale = tmp_path / "pps" / "pps.outline.txt"
    truth = stale.read_text("utf-8")
    stale.write_text("PROSES lama\n", "utf-8")
    (tmp_path / "ppk" / "ppk.outline.txt").unlink()
    checked = CliRunner().invoke(outlines, ["--check"])
    assert checked.exit_code == 1
    assert "ppk.outline.txt, pps.outline.txt" in checked.stdout
    assert stale.read_text("utf-8") == "PROSES lama\n"
    assert CliRunner().invoke(outlines, []).exit_code == 0
    assert stale.read_text("utf-8") == truth
    assert CliRunner().invoke(outlines, ["--check"]).exit_code == 0


def test_manage_py_passes_them_on(tmp_path: Path) -> None:
    """From another folder, and with the exit code a script looks at."""
    review(tmp_path, "here.bpmn")
    for arguments, code in ((("check", "here.bpmn", "--json"), 0), (("check", "nowhere.bpmn", "--json"), 2)):
        told = subprocess.run(
            [sys.executable, "-m", "web.cli", "drawings", *arguments], cwd=tmp_path, capture_output=True, text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)}, check=False,
        )
        assert told.returncode == code, told.stderr
        assert not told.stdout or json.loads(told.stdout)["file"] == "here.bpmn"


def corpus() -> list[Path]:
    with (CORPUS / "manifest.csv").open(newline="") as file:
        return [CORPUS / row["file"] for row in csv.DictReader(file)]


@public
def test_every_public_drawing_is_checked_and_every_refusal_has_a_place() -> None:
    files = corpus()
    assert len(files) >= 445
    result = run("check", *files, "--json")
    told = objects(result)
    assert result.exit_code == 1
    assert [one["file"] for one in told] == [str(file) for file in files]
    homeless = [
        (one["file"], problem["code"]) for one in told for problem in one["problems"]
        if not (problem["line"] or problem["element"]) or not problem["message"]
    ]
    assert homeless == []
    for one in told:
        assert one.keys() == KEYS
        errors = [problem for problem in one["problems"] if problem["severity"] in ("error", "unsound")]
        assert one["ok"] == (not errors)
        assert not one["ok"] or (one["states"] and one["transitions"]), one["file"]
    assert sum(one["ok"] for one in told) >= 300


@public
def test_every_public_drawing_is_walked_and_every_refusal_has_a_place() -> None:
    ends: Counter[str] = Counter()
    for file in corpus():
        *steps, last = walked(file, 3, 40)
        ends[last["ended"]] += 1
        assert last["ended"] in ("end", "waiting", "refused")
        if last["ended"] == "refused" and not steps:
            assert last["problems"], file
            assert all(one["line"] and one["message"] for one in last["problems"]), (file, last["problems"])
        elif last["ended"] == "refused":
            assert last["reason"], file
    assert (ends["end"] + ends["waiting"]) / ends.total() >= 0.85
