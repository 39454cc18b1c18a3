"""The verdict about one body of an activity: what would be done, or why nothing is, and what to mend."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engine.errors import FieldError
from engine.forms import Field, Form
from engine.forms.fields import Checklist, Choice
from engine.history import digest
from engine.phrases import Phrase, as_dict
from workflows import rules, signposts
from workflows.activities.cases import Case
from workflows.field_names import named
from workflows.rules import Serving

READY, LATER, LACKING = "ready", "later", "lacking"
HANDED_IN, PREPARED, DRAFTED = "handed_in", "prepared", "drafted"
ACTING = (READY, LATER, LACKING)
"""The verdicts after which something is done; the others say why nothing is."""
LACKS = frozenset({"required", "minItems", "minFiles"})
"""The codes of what is only still missing."""
CARRIED = frozenset({
    "appointment_number", "appointment_on", "checks", "held_on", "method", "place", "oath_official", "clergy",
    "witnesses", "plenary_on", "plenary_file", "minutes_number", "minutes_file", "attendance_list_file",
    "integrity_pacts", "photos", "coordination_stressed",
    "narrative", "publication_url", "organiser", "hours", "topics", "division_sessions_complete", "kpu_monitor",
    "kpu_monitor_note", "pre_test_score", "post_test_score", "materials_file",
})
"""What the evidence takes from the activity as it stands there."""


@dataclass(frozen=True)
class Said:
    """One sentence: our own by its `code` with `values`, or `text` as a form, a rule or a refusal says it, of `name`.

    `lacks` tells that something is only missing yet, `waits` that it is the day of making up.
    """

    code: str = ""
    name: str = ""
    text: str = ""
    values: Mapping[str, str] | None = None
    lacks: bool = False
    waits: bool = False

    def as_dict(self) -> dict[str, Any]:
        name, text = (as_dict(said) if isinstance(said, Phrase) else said for said in (self.name, self.text))
        return {"code": self.code, "name": name, "text": text, "values": dict(self.values or {})}


@dataclass(frozen=True)
class Verdict:
    """What is so about one body: a code, its sentences, and the evidence where some would be handed in."""

    code: str
    said: tuple[Said, ...] = ()
    data: Mapping[str, Any] | None = None
    digest: str = ""


def judge(case: Case) -> Verdict:
    """The verdict about this body as it stands. Nothing is asked of the database."""
    if (settled := _settled(case)) is not None:
        return settled
    data = evidence(case)
    mark = digest(data)
    if case.task is None and case.kept is not None and case.kept.status == "prepared":
        if case.row.digest is None or case.row.draft is not None:
            return Verdict("prepared_before", (Said("by_others"),))
        if case.row.digest == mark:
            return Verdict("prepared_before")
    errors, warnings = _checked(case, data)
    notes = (*_waits_for(case), *_draft_replaced(case))
    said = (*notes, *(one for one in errors if not (one.waits and notes)))
    if errors:
        lacking = all(one.lacks for one in errors)
        same = case.row.digest == mark and case.kept is not None and case.kept.edition == case.row.draft
        code = (DRAFTED if same else LACKING) if lacking else "refused"
        return Verdict(code, said, data, mark)
    return Verdict(READY if case.task is not None else LATER, (*said, *warnings), data, mark)


def _settled(case: Case) -> Verdict | None:
    """The verdict where the evidence need not be looked at; None where it must."""
    if case.loaded is None or case.form is None:
        return Verdict("gone", (Said("not_begun"),))
    if case.task is None and case.last is not None and case.last.status == "accepted":
        return Verdict("approved")
    if case.task is None and case.last is not None and case.last.status == "submitted":
        return Verdict("waiting")
    if case.row.status != "running":
        return Verdict("gone", (Said("ended"),))
    if case.actor is None:
        return Verdict("not_yours", (Said("whose", values={"role": case.role}),))
    if case.task is None and not signposts.can_come(case.loaded, case.row.state, case.node):
        return Verdict("gone", (Said("past"),))
    if case.task is not None and case.acted:
        return Verdict("refused", (Said("four_eyes"),))
    if case.task is not None and case.task.claimed_by not in (None, case.actor.id):
        return Verdict("refused", (Said("claimed"),))
    return None


def _waits_for(case: Case) -> Iterator[Said]:
    waiting = [member.name for member in case.members if _pending(case, member)]
    if waiting:
        yield Said("waits", values={"names": ", ".join(waiting)})


def _pending(case: Case, member: Serving) -> bool:
    noted = case.noted.get(member.key)
    return noted is not None and noted.mark.status in ("late", "absent") and noted.made_up_on is None


def _draft_replaced(case: Case) -> Iterator[Said]:
    kept = case.kept
    if kept is not None and kept.status == "draft" and kept.edition != case.row.draft and case.task is not None:
        yield Said("draft_replaced")


def _checked(case: Case, data: Mapping[str, Any]) -> tuple[tuple[Said, ...], tuple[Said, ...]]:
    """What the body's own form and rules refuse, and what they only warn of."""
    form = case.form
    if form is None:
        return (), ()
    checked = form.check(data, context=case.context)
    if checked.errors:
        return tuple(_said(form, one) for one in checked.errors), ()
    findings = rules.check(case.row.kind, case.node, checked.data, case.facts)
    hard = tuple(_said(form, FieldError(one.path, one.code, one.message)) for one in findings if one.hard)
    soft = tuple(Said("", named(form, one.path), one.message) for one in findings if not one.hard)
    return hard, soft


def _said(form: Form, error: FieldError) -> Said:
    lacks = error.code.partition(".")[0] in LACKS
    waits = lacks and error.path[-1:] == ("made_up_on",)
    return Said("", named(form, error.path), error.message, lacks=lacks, waits=waits)


def evidence(case: Case) -> dict[str, Any]:
    """The evidence of this body: what the activity says of all, what only this body knows, and who was there."""
    form, shared = case.form, case.shared
    if form is None:
        return {}
    keys = _top(form)
    data: dict[str, Any] = {}
    for key in CARRIED & set(keys):
        value = shared.get(key)
        part = keys[key]
        if isinstance(part, Checklist) and isinstance(value, list):
            allowed = {option.value for option in part.options}
            value = [one for one in value if one in allowed]
        if value not in (None, "", []):
            data[key] = value
    data["attendance"] = [_attended(case, member) for member in case.members]
    if "trainers" in keys:
        data["trainers"] = [_trainer(one) for one in shared.get("speakers") or ()]
    if "materials_file" in keys and (materials := _materials(shared)):
        data["materials_file"] = materials
    data |= _own(case, keys)
    data["statement_true"] = True
    return data


def _top(form: Form) -> dict[str, Field]:
    """The fields that stand in no list, by key."""
    plain = {tuple(str(step) for step in path if str(step)[0] != "#"): part for path, part in form.walk()}
    return {path[0]: part for path, part in plain.items() if len(path) == 1 and part.key == path[0]}


def _own(case: Case, keys: Mapping[str, Any]) -> dict[str, Any]:
    names = {member.key: member.name for member in case.members}
    found = {
        "chair_name": names.get(str(case.own.get("chair") or ""), ""),
        "plenary_number": case.own.get("plenary_number"),
        "plenary_on": case.own.get("plenary_on"),
    }
    return {key: value for key, value in found.items() if value and key in keys}


def _attended(case: Case, member: Serving) -> dict[str, Any]:
    noted, form = case.noted.get(member.key), case.form
    row: dict[str, Any] = {"member_name": member.name}
    status = noted.mark.status if noted else "present"
    part = form.field(("attendance", "status")) if form else None
    known = {option.value for option in part.options} if isinstance(part, Choice) else set()
    if noted is not None and noted.made_up_on is not None and status in ("late", "absent"):
        row |= {"status": "late", "made_up_on": noted.made_up_on.isoformat()}
    elif status == "late" and "absent" in known:
        row["status"] = "absent"  # nobody was late who has not come yet
    else:
        row["status"] = status
    if form is not None and status != "cancelled":
        if form.field(("attendance", "pact_signed")) is not None:
            row["pact_signed"] = noted.mark.pact if noted else True
        if form.field(("attendance", "divisions")) is not None:
            row["divisions"] = list((case.own.get("divisions") or {}).get(member.key) or ())
    return row


def _trainer(speaker: Mapping[str, Any]) -> dict[str, Any]:
    return {key: speaker[key] for key in ("name", "origin", "institution", "topic") if speaker.get(key)}


def _materials(shared: Mapping[str, Any]) -> list[Any]:
    """The speakers' own papers and the common ones, each once."""
    found: dict[Any, Any] = {}
    for file in (
        *(shared.get("materials_file") or ()),
        *(file for one in shared.get("speakers") or () for file in one.get("material") or ()),
    ):
        found.setdefault(file.get("sha256"), file)
    return list(found.values())


def files_of(case: Case, data: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The files that this evidence names, each once."""
    found: dict[str, dict[str, Any]] = {}

    def look(value: Any) -> None:
        if isinstance(value, Mapping):
            if isinstance(value.get("sha256"), str):
                found.setdefault(value["sha256"], dict(value))
                return
            for part in value.values():
                look(part)
        elif isinstance(value, list):
            for part in value:
                look(part)

    look(data)
    return [one for one in found.values() if one.get("name")]
