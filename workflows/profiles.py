"""One person of the register with their services and accounts, and the small corrections an operator makes."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from engine.errors import EvidenceRefused, FieldError, Forbidden, NotFound, Stale
from engine.forms.cleaning import clean
from engine.host import Actor, lies_within
from workflows.models import Account, Body, Membership, Person
from workflows.models.accounts import MEMBER_ROLES
from workflows.people import NikKeys, mask, name_key
from workflows.register import phones_of

PRIVATE = ("operator", "commissioner")
PHONE = re.compile(r"\+?\d{9,15}")


@dataclass(frozen=True)
class Service:
    """One service in one body; `body_id` is 0 where the reader may not open the body."""

    body_id: int
    body: str
    post: str
    from_on: date | None
    until_on: date | None
    sworn_on: date | None
    trained_on: date | None


@dataclass(frozen=True)
class Profile:
    """A person as this reader may see them: `nik` (masked), `born_on` and `phone` are None where hidden or unknown.

    `private` says whether the reader may see such things at all, `may_correct` whether they may mend them; `edition`
    names the state of what can be corrected.
    """

    id: int
    name: str
    gender: str | None
    nik: str | None
    born_on: date | None
    phone: str | None
    shows_phone: bool
    private: bool
    services: tuple[Service, ...]
    accounts: tuple[Account, ...]
    may_correct: bool
    edition: str


def read(session: Session, person_id: int, actor: Actor, looking: Iterable[str], keys: NikKeys) -> Profile:
    """The person. NotFound when there is none, and no less when they never served within the actor's regions."""
    person, serving = _found(session, person_id)
    roles = set(looking)
    seen = [
        body.id for _, body in serving
        if any(grant.role in roles and lies_within(body.scope, grant.scope) for grant in actor.grants)
    ]
    if person is None or not seen:
        raise NotFound("Orang ini tidak ditemukan, atau di luar wilayah kerja Anda.")
    private = any(actor.holds(role, body.scope) for _, body in serving for role in PRIVATE)
    phones = any(phones_of(actor, body.kind, body.scope) for _, body in serving)
    corrects = any(actor.holds("operator", body.scope) for _, body in serving)
    return Profile(
        id=person.id, name=person.name, gender=person.gender,
        nik=mask(keys.unseal(person.nik_sealed)) if private and person.nik_sealed else None,
        born_on=person.born_on if private else None, phone=person.phone if phones else None, shows_phone=phones,
        private=private,
        services=tuple(
            Service(body.id if body.id in seen else 0, body.name, one.post, one.from_on, one.until_on, one.sworn_on,
                    one.trained_on)
            for one, body in serving
        ),
        accounts=tuple(_accounts(session, person_id)) if corrects else (), may_correct=corrects,
        edition=_edition(person),
    )


def _found(session: Session, person_id: int) -> tuple[Person | None, list[tuple[Membership, Body]]]:
    rows = session.execute(
        select(Membership, Body).join(Body, Body.id == Membership.body_id).where(Membership.person_id == person_id)
        .order_by(Membership.until_on.is_not(None), Membership.id.desc())
    ).all()
    return session.get(Person, person_id), [(one, body) for one, body in rows]


def _accounts(session: Session, person_id: int) -> list[Account]:
    query = select(Account).options(selectinload(Account.assignments)).where(Account.person_id == person_id)
    return list(session.scalars(query.order_by(Account.id)))


def _edition(person: Person) -> str:
    return hashlib.sha256(f"{person.name}\n{person.phone or ''}".encode()).hexdigest()[:16]


def correct(session: Session, person_id: int, actor: Actor, *, name: str, phone: str, edition: str) -> Person:
    """The person's name and telephone number are these; "" for no number.

    Refused: nobody such who serves where the actor is operator (NotFound, Forbidden); somebody corrected it meanwhile
    (Stale); a name of under 3 letters or a number that is none (EvidenceRefused).
    """
    person, serving = _found(session, person_id)
    if person is None or not serving:
        raise NotFound("Orang ini tidak ditemukan, atau di luar wilayah kerja Anda.")
    if not any(actor.holds("operator", body.scope) for _, body in serving):
        raise Forbidden()
    session.refresh(person, with_for_update=True)
    if edition != _edition(person):
        raise Stale("Data orang ini sudah diubah orang lain. Periksa data terakhir, lalu simpan kembali.")
    name, phone = clean(name), re.sub(r"[\s().-]", "", phone)
    wrong = []
    if not 3 <= len(name) <= 200 or not name_key(name):
        wrong.append(FieldError(("name",), "name", "Isi nama lengkap, paling sedikit 3 huruf."))
    if phone and not PHONE.fullmatch(phone):
        wrong.append(FieldError(("phone",), "phone", "Nomor telepon hanya angka, 9 sampai 15, misalnya 081234567890."))
    if wrong:
        raise EvidenceRefused(wrong)
    person.name, person.name_key, person.phone = name, name_key(name), phone or None
    session.flush()
    return person


def resettable(session: Session, person_id: int, account_id: int, actor: Actor) -> Account:
    """The person's account, which this operator may give a fresh password.

    Refused: NotFound; Forbidden for an account that is more than a member's, or one outside the actor's region: nobody
    can take over the account of a commissioner or an admin this way.
    """
    account = next((one for one in _accounts(session, person_id) if one.id == account_id), None)
    if account is None:
        raise NotFound("Akun ini tidak ditemukan.")
    held = account.assignments
    if not held or not all(one.role in MEMBER_ROLES and actor.holds("operator", one.scope) for one in held):
        raise Forbidden("Akun ini bukan akun anggota badan di wilayah Anda. Hubungi admin sistem.")
    return account
