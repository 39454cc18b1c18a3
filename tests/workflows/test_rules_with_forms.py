"""The forms beside the drawings and the rules ask for the same keys: evidence in order passes both, for every task."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from engine import forms
from tests.workflows import samples
from workflows import rules

WORKFLOWS = Path(__file__).resolve().parents[2] / "workflows"
ALL = [(kind, task) for kind, tasks in samples.TASKS.items() for task in tasks]


@pytest.mark.parametrize(("kind", "task"), ALL)
def test_evidence_in_order_passes_its_form_and_every_rule(kind: str, task: str) -> None:
    data, facts = samples.evidence(kind, task), samples.facts(kind)
    form = forms.load((WORKFLOWS / kind / f"{task}.form").read_text(encoding="utf-8"))
    context = {"body": {"oath_on": facts.oath_on, "kind": kind}, "today": facts.today}
    checked = form.check(data, context=context)
    assert [(error.path, error.code) for error in checked.errors] == []
    assert rules.check(kind, task, checked.data, facts) == []


@pytest.mark.parametrize(("kind", "task"), ALL)
def test_every_task_has_rules(kind: str, task: str) -> None:
    assert rules.RULES[kind, task]


def test_every_handed_in_form_has_rules() -> None:
    drawn = {(path.parent.name, path.stem) for path in WORKFLOWS.glob("*/submit_*.form")}
    assert drawn == {key for key in rules.RULES if key[1] != "recruited"}


def test_a_task_without_rules_finds_nothing() -> None:
    assert rules.check("ppk", "approve_sowan", {"decision": "approve"}, samples.facts("ppk")) == []


@pytest.mark.parametrize(("kind", "task"), [key for key in ALL if key[1] != "submit_inauguration"])
def test_no_evidence_lies_before_the_oath(kind: str, task: str) -> None:
    """The oath moved behind everything: each date of the evidence is refused by its path."""
    facts = samples.facts(kind, oath_on=date(2024, 6, 20))
    found = {item.path for item in rules.check(kind, task, samples.evidence(kind, task), facts)
             if item.code == "date.before_oath" and item.hard}
    expected = {
        "submit_sowan": {("visits", place, "held_on") for place in range(3 if kind == "ppk" else 1)},
        "submit_secretariat": {("proposal_on",), ("local_decree_on",), ("kpu_decree_on",), ("held_on",)},
        "submit_bimtek": {("held_on",)},
        "submit_monitoring": {("held_on",)},
    }
    assert found == expected[task]


@pytest.mark.parametrize(("kind", "task"), ALL)
def test_no_evidence_lies_in_the_future(kind: str, task: str) -> None:
    facts = samples.facts(kind, today=date(2024, 5, 1), oath_on=date(2024, 5, 1))
    found = [item for item in rules.check(kind, task, samples.evidence(kind, task), facts)
             if item.code == "date.future"]
    assert found
    assert all(item.hard for item in found)
