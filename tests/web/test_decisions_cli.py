"""The commands about decision models, as a person types them: check and decide."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from tests.engine.dmn import draw
from web.drawings_cli import drawings


def run(*arguments: str | Path) -> Result:
    result = CliRunner().invoke(drawings, [str(one) for one in arguments])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


@pytest.fixture
def fees(tmp_path: Path) -> Path:
    file = tmp_path / "fees.dmn"
    rules = [('date("2029-01-01")', "10"), ("-", "days * 2")]
    file.write_bytes(draw.model(
        draw.data("day", "date"), draw.data("days", "number"),
        draw.decision("fee", draw.table("FIRST", ["day"], ["fee"], rules), inputs="day days")))
    return file


def decided(*arguments: str | Path) -> dict[str, Any]:
    result = run("decide", *arguments, "--json")
    told: dict[str, Any] = json.loads(result.stdout)
    return told | {"exit": result.exit_code}


def test_check_tells_the_decisions_of_a_model(fees: Path) -> None:
    result = run("check", fees, "--json")
    assert json.loads(result.stdout) == {"file": str(fees), "ok": True, "decisions": ["fee"], "problems": []}
    assert result.exit_code == 0
    assert f"{fees}: baik (1 keputusan)" in run("check", fees).stdout


def test_check_refuses_with_element_and_line(tmp_path: Path) -> None:
    file = tmp_path / "bad.dmn"
    file.write_bytes(draw.model(draw.decision("d", draw.literal("x", language="groovy"))))
    result = run("check", file, "--json")
    (problem,) = json.loads(result.stdout)["problems"]
    assert (problem["code"], problem["element"], problem["line"]) == ("language.unknown", "d", 2)
    assert result.exit_code == 1
    assert "error language.unknown [d, baris 2]" in run("check", file).stdout


def test_decide_gives_the_value(fees: Path) -> None:
    told = decided(fees, "--decision", "fee", "--input", '{"day": "2029-01-01", "days": 3}')
    assert told == {"file": str(fees), "decision": "fee", "value": 10, "reasons": [], "exit": 0}
    assert decided(fees, "--decision", "fee", "--input", '{"day": "2028-01-01", "days": 1.25}')["value"] == 2.5
    said = run("decide", fees, "--decision", "fee", "--input", '{"day": "2029-01-01", "days": 3}')
    assert said.stdout == "fee: 10\n"


def test_decide_tells_why_it_is_null(fees: Path) -> None:
    told = decided(fees, "--decision", "fee", "--input", '{"day": "2028-01-01"}')
    assert (told["value"], [one["code"] for one in told["reasons"]], told["exit"]) == (None, ["input.missing"], 0)


def test_decide_knows_what_time_it_is(tmp_path: Path) -> None:
    file = tmp_path / "now.dmn"
    file.write_bytes(draw.model(draw.decision("d", "now() > @\"2026-01-01T00:00:00Z\" and today().year > 2025")))
    assert decided(file, "--decision", "d")["value"] is True


def test_decide_names_the_decisions_there_are(fees: Path) -> None:
    told = decided(fees, "--decision", "fees")
    assert (told["exit"], told["reasons"][0]["code"]) == (1, "decision.unknown")
    assert "Yang ada: fee" in told["reasons"][0]["message"]


def test_decide_refuses_a_model_that_cannot_be_read(tmp_path: Path) -> None:
    file = tmp_path / "bad.dmn"
    file.write_bytes(b"<x/>")
    told = decided(file, "--decision", "d")
    assert ("value" in told, told["problems"][0]["code"], told["exit"]) == (False, "root.not_dmn", 1)
    assert run("decide", file, "--decision", "d").stdout.startswith("d: ditolak\n  error root.not_dmn [-, baris 1]")


def test_decide_asks_for_an_object(fees: Path) -> None:
    for given in ("{", "[1]"):
        result = run("decide", fees, "--decision", "fee", "--input", given)
        assert result.exit_code == 2
        assert "JSON" in result.output


def test_imported_models_stand_beside(tmp_path: Path) -> None:
    (tmp_path / "rates.dmn").write_bytes(draw.model(draw.decision("rate", "3"), namespace="rates"))
    file = tmp_path / "main.dmn"
    file.write_bytes(draw.model(
        '<import name="r" namespace="rates" importType="https://www.omg.org/spec/DMN/20230324/MODEL/"/>',
        draw.decision("d", "r.rate + 1", needs="rates#rate")))
    assert decided(file, "--decision", "d")["value"] == 4
