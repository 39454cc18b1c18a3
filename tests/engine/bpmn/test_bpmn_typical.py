"""Files as people write them today run unchanged to an end, with any luck of the walk, and lose nothing on the way."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from lxml import etree

from engine.bpmn.reader import read
from engine.bpmn.writer import write
from engine.checking import check
from tests.engine.bpmn.typical import FILES
from web.drawings_cli import drawings

ASKED = {"bpmnio-plain": {"gateway.no_condition"}}
"""What is not said in a mere picture, and is asked before it is published."""


@pytest.mark.parametrize("seed", ["1", "2", "3", "4", "5"])
@pytest.mark.parametrize("name", FILES)
def test_a_typical_file_is_walked_to_an_end(name: str, seed: str, tmp_path: Path) -> None:
    file = tmp_path / f"{name}.bpmn"
    file.write_text(FILES[name], "utf-8")
    told = CliRunner().invoke(drawings, ["walk", str(file), "--seed", seed, "--steps", "300"])
    assert told.output.splitlines()[-1] == "selesai: end", told.output


@pytest.mark.parametrize("name", FILES)
def test_a_typical_file_is_no_fault_and_survives(name: str) -> None:
    file = FILES[name].encode()
    wrong = {one.code for one in check(file).problems if one.severity in ("error", "unsound")}
    assert wrong == ASKED.get(name, set())
    assert etree.canonicalize(etree.fromstring(write(read(file)))) == etree.canonicalize(etree.fromstring(file))
