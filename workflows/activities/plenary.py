"""What only each body knows of its inauguration: its ketua, who holds which division, the number of its minutes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from engine.errors import Stale
from engine.forms import Option
from engine.forms.fields import Choice
from engine.host import Actor
from workflows.activities import rights
from workflows.activities.cases import Case, load
from workflows.activities.invited import taking_part
from workflows.models import Activity, ActivityBody

PAGE = 20


@dataclass(frozen=True)
class Table:
    """One body's part: what is kept, what would be proposed, and the choices. `missing` names what is still empty."""

    body_id: int
    name: str
    edition: int
    members: tuple[tuple[str, str], ...]
    divisions: tuple[Option, ...]
    kept: Mapping[str, Any]
    missing: tuple[str, ...]


def tables(
    session: Session, activity: Activity, *, actor: Actor, now: datetime, page: int = 0, only_open: bool = False
) -> tuple[list[Table], int, int]:
    """(the bodies of this page, how many bodies there are, how many of them are complete)."""
    scopes = rights.scopes_of(actor, rights.LOOKING)
    cases = load(session, activity, taking_part(session, activity.id, scopes), actor, now)
    found = [_table(case) for case in cases if case.form is not None]
    done = sum(not one.missing for one in found)
    shown = [one for one in found if one.missing] if only_open else found
    return shown[page * PAGE:(page + 1) * PAGE], len(found), done


def _table(case: Case) -> Table:
    options = divisions_of(case)
    members = tuple((member.key, member.name) for member in case.members)
    kept = case.own
    missing = []
    if asks(case, "chair_name") and not kept.get("chair"):
        missing.append("chair")
    given = kept.get("divisions") or {}
    if options and any(not given.get(key) for key, _ in members):
        missing.append("divisions")
    if asks(case, "plenary_number") and not kept.get("plenary_number"):
        missing.append("plenary_number")
    if asks(case, "plenary_on") and not (kept.get("plenary_on") or case.shared.get("plenary_on")):
        missing.append("plenary_on")
    return Table(case.body.id, case.body.name, case.row.edition, members, options, kept, tuple(missing))


def asks(case: Case, key: str) -> bool:
    """Whether this body's form has this field."""
    return case.form is not None and case.form.field((key,)) is not None


def divisions_of(case: Case) -> tuple[Option, ...]:
    """The divisions this body's form offers; () where it asks for none."""
    part = case.form.field(("attendance", "divisions")) if case.form else None
    return part.options if isinstance(part, Choice) else ()


def proposal(case: Case, number: int) -> dict[str, Any]:
    """What usually is so, for somebody to check: the registered ketua, the divisions in their order, the number by the
    activity's pattern. What is kept already stays."""
    kept, options = dict(case.own), divisions_of(case)
    made: dict[str, Any] = dict(kept)
    if asks(case, "chair_name") and case.members:
        made.setdefault("chair", case.members[0].key)
    if options:
        given = dict(kept.get("divisions") or {})
        for place, member in enumerate(case.members):
            registered = [code for code in (member.division or "").split(",") if code in {one.value for one in options}]
            given.setdefault(member.key, registered or [options[place % len(options)].value])
        made["divisions"] = given
    pattern = str(case.shared.get("plenary_pattern") or "")
    if asks(case, "plenary_number") and pattern and not kept.get("plenary_number"):
        code = case.scope.replace(".", "")
        made["plenary_number"] = pattern.replace("{urut}", str(number)).replace("{kode}", code)
    return made


def propose_all(session: Session, activity: Activity, *, actor: Actor, now: datetime) -> int:
    """Every body that lacks something has the proposal; the answer is how many were filled. Refused: Forbidden."""
    rights.require_edit(actor, activity)
    cases = load(session, activity, taking_part(session, activity.id, ("",)), actor, now)
    filled = 0
    for number, case in enumerate(cases, start=1):
        made = proposal(case, number)
        if case.form is not None and made != case.own:
            filled += 1
            _write(session, case.row.number, made)
    return filled


def save(
    session: Session, activity: Activity, wishes: Iterable[tuple[int, int, Mapping[str, Any]]], *, actor: Actor,
    now: datetime,
) -> tuple[int, tuple[str, ...]]:
    """(body, edition it was drawn with, what was typed) of one page are written; the answer is how many, and the bodies
    that somebody else changed meanwhile and that stay as they are. Refused: Forbidden; Stale for a foreign body."""
    rights.require_edit(actor, activity)
    typed = {body: (edition, data) for body, edition, data in wishes}
    cases = {case.body.id: case for case in load(session, activity, list(typed), actor, now)}
    if set(cases) != set(typed):
        raise Stale("Daftar badannya sudah berubah. Muat ulang halaman, lalu isi lagi.")
    written, clashes = 0, []
    for body_id, (edition, data) in typed.items():
        case = cases[body_id]
        wish = _cleaned(case, data)
        if wish == dict(case.own):
            continue
        if edition != case.row.edition:
            clashes.append(case.body.name)
            continue
        _write(session, case.row.number, wish)
        written += 1
    return written, tuple(clashes)


def _cleaned(case: Case, data: Mapping[str, Any]) -> dict[str, Any]:
    keys, codes = {member.key for member in case.members}, {one.value for one in divisions_of(case)}
    given = {
        key: [code for code in chosen if code in codes]
        for key, chosen in (data.get("divisions") or {}).items() if key in keys
    }
    made = {
        "chair": data.get("chair") if data.get("chair") in keys else "",
        "plenary_number": str(data.get("plenary_number") or "").strip()[:100],
        "plenary_on": str(data.get("plenary_on") or "")[:10],
        "divisions": {key: chosen for key, chosen in given.items() if chosen},
    }
    return {key: value for key, value in made.items() if value}


def _write(session: Session, number: int, data: Mapping[str, Any]) -> None:
    session.execute(update(ActivityBody).where(ActivityBody.id == number).values(
        data=dict(data), edition=ActivityBody.edition + 1
    ))
