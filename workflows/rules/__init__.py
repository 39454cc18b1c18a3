"""The evidence rules: what law and practice ask of each stage's evidence, beyond what its form asks.

A rule is a function of the form's data and the register's facts that yields findings. Hard ones refuse the evidence,
soft ones are shown to who hands it in and to who approves it. Rules are looked up by kind of body and task.
"""

from __future__ import annotations

from collections.abc import Mapping

from engine.host import Finding
from workflows.rules import bimtek, inauguration, monitoring, roster, secretariat, sowan
from workflows.rules.common import Rule, photos_of_others
from workflows.rules.facts import Facts, Serving, gather_facts, issuer_of
from workflows.rules.secretariat import missing_documents
from workflows.rules.sowan import required_offices
from workflows.rules.values import Data

__all__ = [
    "RULES",
    "Facts",
    "Finding",
    "Serving",
    "check",
    "gather_facts",
    "issuer_of",
    "missing_documents",
    "required_offices",
]

# "recruited" is no task of the drawings: it is asked by whoever registers a body's members.
_ALL: Mapping[str, tuple[Rule, ...]] = {
    "recruited": roster.RULES,
    "submit_inauguration": inauguration.RULES,
    "submit_bimtek": bimtek.RULES,
    "submit_monitoring": monitoring.RULES,
}
_COORDINATED: Mapping[str, tuple[Rule, ...]] = {
    "submit_sowan": (*sowan.RULES, photos_of_others),
    "submit_secretariat": (*secretariat.RULES, photos_of_others),
}
RULES: Mapping[tuple[str, str], tuple[Rule, ...]] = {
    **{(kind, task): rules for kind in ("ppk", "pps", "kpps", "pantarlih") for task, rules in _ALL.items()},
    **{(kind, task): rules for kind in ("ppk", "pps") for task, rules in _COORDINATED.items()},
}


def check(kind: str, task_id: str, data: Data, facts: Facts) -> list[Finding]:
    """All that the rules of this kind and task find, in the order of the rules; [] for a task without rules."""
    return [finding for rule in RULES.get((kind, task_id), ()) for finding in rule(data, facts)]
