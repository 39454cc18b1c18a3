"""All rows together, beside the register: who is new, who is changed, who is there twice, what each body would have."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from workflows.bodies import MEMBERS
from workflows.imports.places import Place, Places
from workflows.imports.rows import Found
from workflows.models import Body, ImportRow, Membership, Person
from workflows.people import MEMBER_POSTS, name_key

PARTICULARS = ("name", "gender", "born_on", "phone", "education", "domicile_code", "address")
CHUNK = 500


@dataclass(frozen=True, slots=True)
class Act:
    """What one row asks of the register. No `person`: somebody new. No `membership`: a new service, with `post`.

    `changes` are the person's columns that become others, `service` those of the membership.
    """

    row: Row[Any]
    place: Place
    post: str
    person: int | None = None
    membership: int | None = None
    changes: Mapping[str, Any] = field(default_factory=dict)
    service: Mapping[str, Any] = field(default_factory=dict)

    @property
    def verdict(self) -> str:
        if self.membership is None:
            return "add"
        return "change" if self.changes or self.service else "same"


@dataclass
class Plan:
    """What would be done, row by row, and what stands against it."""

    acts: list[Act] = field(default_factory=list)
    found: list[Found] = field(default_factory=list)

    def refuse(self, row: Row[Any], kind: str, /, **named: str) -> None:
        """The row stands against the rest of the file or the register."""
        self.found.append(Found(row.line, -1, kind, True, named))

    def warn(self, row: Row[Any], kind: str, /, **named: str) -> None:
        """The row is taken, and this is told."""
        self.found.append(Found(row.line, -1, kind, False, named))


@dataclass(frozen=True)
class Register:
    """Those of the register whom the rows may mean: persons by digest, open services by person and by body."""

    persons: Mapping[str, Row[Any]]
    of_person: Mapping[int, Sequence[Row[Any]]]
    of_body: Mapping[int, Sequence[Row[Any]]]


def make(session: Session, import_id: int, agenda_id: int, places: Places) -> Plan:
    """The plan of the staged rows of this import, in a fixed number of questions for each thousand of them."""
    rows = session.execute(
        select(ImportRow.__table__).where(ImportRow.import_id == import_id).order_by(ImportRow.line)
    ).all()
    register = _register(session, agenda_id, {row.nik_digest for row in rows if row.nik_digest})
    by_id = {place.id: place for place in places.bodies.values()}
    digests = {row.nik_digest for row in rows}
    plan = Plan()
    seen: dict[tuple[str, int], Row[Any]] = {}
    serving: dict[str, Row[Any]] = {}
    for row in rows:
        if row.body_id is None or row.nik_digest is None:
            continue
        place = by_id[row.body_id]
        if _twice(plan, row, place, seen, serving, by_id):
            continue
        act = _act(plan, row, place, register, digests)
        if act is not None:
            plan.acts.append(act)
    _count(plan, register, by_id)
    return plan


def _register(session: Session, agenda_id: int, digests: Iterable[str]) -> Register:
    wanted = sorted(digests)
    columns = [Person.id, Person.nik_digest, *(getattr(Person, name) for name in PARTICULARS)]
    persons = {
        row.nik_digest: row for first in range(0, len(wanted), CHUNK) for row in session.execute(
            select(*columns).where(Person.nik_digest.in_(wanted[first:first + CHUNK]))
        )
    }
    of_person: dict[int, list[Row[Any]]] = defaultdict(list)
    of_body: dict[int, list[Row[Any]]] = defaultdict(list)
    for row in session.execute(
        select(
            Membership.id, Membership.person_id, Membership.body_id, Membership.post, Membership.rank,
            Membership.division, Person.name_key, Person.nik_digest, Body.name.label("body"),
            *(getattr(Person, name) for name in PARTICULARS),
        )
        .join(Person, Person.id == Membership.person_id).join(Body, Body.id == Membership.body_id)
        .where(Membership.agenda_id == agenda_id, Membership.until_on.is_(None)).order_by(Membership.id)
    ):
        of_person[row.person_id].append(row)
        of_body[row.body_id].append(row)
    return Register(persons, of_person, of_body)


def _twice(
    plan: Plan, row: Row[Any], place: Place, seen: dict[tuple[str, int], Row[Any]], serving: dict[str, Row[Any]],
    by_id: Mapping[int, Place],
) -> bool:
    """Whether an earlier row already stands for this person in this body, has them serve in another one, or calls them
    by another name."""
    first = seen.setdefault((row.nik_digest, 0), row)
    if first is not row and name_key(first.particulars["name"]) != name_key(row.particulars["name"]):
        plan.refuse(row, "nik_twice", line=str(first.line))
        return True
    earlier = seen.setdefault((row.nik_digest, place.id), row)
    if earlier is not row:
        same = _told(earlier) == _told(row)
        plan.refuse(row, "row_twice" if same else "nik_twice", line=str(earlier.line))
        return True
    if row.post != "cadangan":
        elsewhere = serving.setdefault(row.nik_digest, row)
        if elsewhere is not row:
            plan.refuse(row, "nik_elsewhere", line=str(elsewhere.line), body=by_id[elsewhere.body_id].name)
            return True
    return False


def _told(row: Row[Any]) -> tuple[Any, ...]:
    return row.body_id, row.post, row.rank, row.division, row.particulars


def _act(
    plan: Plan, row: Row[Any], place: Place, register: Register, digests: set[str | None]
) -> Act | None:
    """What this row asks for; None, with the finding, where the register stands against it."""
    person = register.persons.get(row.nik_digest)
    if person and name_key(person.name) != name_key(row.particulars["name"]):
        plan.warn(row, "name_changes", known=person.name)
    services = register.of_person.get(person.id, ()) if person else ()
    here = next((one for one in services if one.body_id == place.id), None)
    if person is None:
        here, known = _by_name(plan, row, place, register, digests)
        if known is None:
            return None
        if here is not None:
            return _changed(plan, row, place, here, {"nik_digest": row.nik_digest, "nik_sealed": row.nik_sealed})
    if here is not None:
        return _changed(plan, row, place, here, {})
    elsewhere = next((one for one in services if one.post != "cadangan"), None)
    if elsewhere is not None and row.post != "cadangan":
        plan.refuse(row, "serves", body=elsewhere.body)
        return None
    if row.post != "cadangan" and place.oath_on is not None:
        plan.refuse(row, "sworn", body=place.name)
        return None
    changes = _differences(row.particulars, person) if person else {}
    return Act(row, place, row.post or "anggota", person.id if person else None, None, changes)


def _by_name(
    plan: Plan, row: Row[Any], place: Place, register: Register, digests: set[str | None]
) -> tuple[Row[Any] | None, bool | None]:
    """Somebody of this very name who serves in this body under another NIK, or none: then the NIK is what changes.

    Only before the oath, and only where exactly one is meant; afterwards it is refused (None).
    """
    key = name_key(row.particulars["name"])
    alike = [
        one for one in register.of_body.get(place.id, ())
        if one.name_key == key and (one.nik_digest is None or one.nik_digest not in digests)
    ]
    if len(alike) != 1:
        return None, True
    if alike[0].nik_digest is not None and place.oath_on is not None:
        plan.refuse(row, "nik_differs", body=place.name)
        return None, None
    plan.warn(row, "nik_corrected" if alike[0].nik_digest else "nik_added", body=place.name)
    return alike[0], True


def _changed(plan: Plan, row: Row[Any], place: Place, here: Row[Any], changes: Mapping[str, Any]) -> Act | None:
    """The service that stands, with what the row has different. What it leaves empty takes nothing away."""
    service = {
        name: value for name in ("rank", "division")
        if (value := getattr(row, name)) is not None and value != getattr(here, name)
    }
    if place.oath_on is not None:
        service.pop("division", None)
    wanted = row.post or (here.post if here.post in MEMBER_POSTS else "anggota")
    if here.post in ("sekretaris", "staf"):
        plan.refuse(row, "secretariat", body=place.name)
        return None
    if place.oath_on is not None and {wanted, here.post} <= set(MEMBER_POSTS):
        if wanted != here.post:
            plan.warn(row, "chair_kept", body=place.name)
        wanted = here.post  # who is ketua the first plenary decided
    if wanted != here.post:
        if place.oath_on is not None:
            plan.refuse(row, "sworn", body=place.name)
            return None
        service["post"] = wanted
    changed = {**_differences(row.particulars, here), **changes}
    return Act(row, place, wanted, here.person_id, here.id, changed, service)


def _differences(particulars: Mapping[str, Any], known: Row[Any]) -> dict[str, Any]:
    """The person's columns that the row has otherwise; `name_key` goes with the name."""
    found: dict[str, Any] = {}
    for name in PARTICULARS:
        value = particulars.get(name)
        if value is not None and name == "born_on":
            value = date.fromisoformat(value)
        if value not in (None, "") and value != getattr(known, name):
            found[name] = value
    if "name" in found:
        found["name_key"] = name_key(found["name"])
    return found


def _count(plan: Plan, register: Register, by_id: Mapping[int, Place]) -> None:
    """Each body that rows speak of has no more members than seats, and one ketua; that it has fewer is told."""
    acts: dict[int, list[Act]] = defaultdict(list)
    for act in plan.acts:
        acts[act.place.id].append(act)
    for number, its in acts.items():
        place = by_id[number]
        least, most = MEMBERS[place.kind]
        spoken = {act.membership for act in its}
        staying = [
            one for one in register.of_body.get(number, ()) if one.id not in spoken and one.post in MEMBER_POSTS
        ]
        members = [act.post for act in its if act.post in MEMBER_POSTS] + [one.post for one in staying]
        seats = str(most) if most == least else f"{least}–{most}"
        named = {"body": place.name, "count": str(len(members)), "seats": seats,
                 "staying": ", ".join(one.name for one in staying[:5])}
        if len(members) > most and any(act.verdict != "same" for act in its):
            plan.refuse(its[0].row, "too_many_staying" if staying else "too_many", **named)
        elif 0 < len(members) < least:
            plan.warn(its[0].row, "too_few", **named)
        if members.count("ketua") > 1:
            plan.refuse(its[0].row, "two_chairs", **named)
