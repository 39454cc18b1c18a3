"""People and their service: the sealed NIK, what NIK and NIP tell, taking a post, giving it up, being replaced."""

from __future__ import annotations

import hmac
import re
from base64 import urlsafe_b64encode
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Self

from cryptography.fernet import Fernet
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.errors import EvidenceRefused, FieldError, Refused
from engine.phrases import Phrase
from workflows.models import Body, Membership, Person

MEMBER_POSTS = ("ketua", "anggota")
SECRETARIAT_POSTS = ("sekretaris", "staf")
PPPK_MONTHS = range(21, 100)  # a contract employee's NIP has a number from 21 where others have the month
_TITLE = re.compile(r"^(?:(?:prof|drs|dra|dr|ir|hj|h|kh|ust|rr|r)\.?\s+)+", re.IGNORECASE)
_NOT_A_LETTER = re.compile(r"[^\w\s]")


@dataclass(frozen=True, repr=False)
class NikKeys:
    """The two keys of the NIK: one seals it, the other makes the digest that keeps it unique. Given by the caller."""

    sealing: bytes
    digesting: bytes

    @classmethod
    def from_secret(cls, secret: bytes) -> Self:
        """Both keys from one secret of at least 16 bytes, the same each time. Shorter ones: ValueError."""
        if len(secret) < 16:
            raise ValueError("the secret behind the NIK needs at least 16 bytes")
        return cls(_derive(secret, b"tapak nik sealing"), _derive(secret, b"tapak nik digest"))

    def digest(self, nik: str) -> str:
        """64 hexadecimal digits, the same for the same NIK; worth nothing without the key."""
        return hmac.new(self.digesting, nik.encode(), "sha256").hexdigest()

    def seal(self, nik: str) -> bytes:
        """The NIK encrypted and authenticated (Fernet)."""
        return self._fernet().encrypt(nik.encode())

    def unseal(self, sealed: bytes) -> str:
        """The NIK again. Another key or a changed token: cryptography.fernet.InvalidToken."""
        return self._fernet().decrypt(sealed).decode()

    def _fernet(self) -> Fernet:
        return _fernet_of(self.sealing)


@lru_cache(maxsize=8)
def _fernet_of(sealing: bytes) -> Fernet:
    return Fernet(urlsafe_b64encode(sealing))


def _derive(secret: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=purpose).derive(secret)


@dataclass(frozen=True)
class Identity:
    """What a number says about its holder. `born_on` is None where the digits are no date."""

    born_on: date | None
    gender: str | None
    serving_since: int | None = None


def is_nik(text: str) -> bool:
    """Sixteen digits."""
    return len(text) == 16 and text.isascii() and text.isdigit()


def is_nip(text: str) -> bool:
    """Eighteen digits."""
    return len(text) == 18 and text.isascii() and text.isdigit()


def read_nip(nip: str) -> Identity:
    """Birth date, gender ("L" or "P") and year of appointment of an 18-digit NIP.

    Source: BKN's form YYYYMMDD YYYYMM G NNN. A contract employee (PPPK) has a number from 21 for the second month.
    """
    month = int(nip[12:14])
    appointed = int(nip[8:12]) if month in range(1, 13) or month in PPPK_MONTHS else None
    return Identity(_date(int(nip[:4]), int(nip[4:6]), int(nip[6:8])), {"1": "L", "2": "P"}.get(nip[14]), appointed)


def nik_agrees(nik: str, born_on: date | None, gender: str | None) -> bool:
    """Whether a 16-digit NIK says this birth date and gender, as far as both are known.

    Digits 7 to 12 are day, month and year of birth; 40 is added to the day of a woman.
    """
    day, rest = int(nik[6:8]), nik[8:12]
    if gender and (day > 40) != (gender == "P"):
        return False
    return born_on is None or f"{day % 40:02d}{rest}" == born_on.strftime("%d%m%y")


def mask(nik: str) -> str:
    """The NIK as it is shown: the region stays, the person does not."""
    return f"{nik[:6]}{'•' * 10}"


def name_key(name: str) -> str:
    """A name as it is compared: without titles and marks, lower case, single spaces."""
    bare = _TITLE.sub("", name.split(",", maxsplit=1)[0].strip())
    return " ".join(_NOT_A_LETTER.sub(" ", bare).casefold().split())


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


@dataclass(frozen=True)
class Particulars:
    """What the register keeps of one person. `nik` is None for secretariat staff who are known by NIP or name."""

    name: str
    nik: str | None = field(default=None, repr=False)
    gender: str | None = None
    born_on: date | None = None
    phone: str | None = None
    education: str | None = None
    domicile_code: str | None = None


def register(session: Session, particulars: Particulars, keys: NikKeys) -> Person:
    """The person stands in the register with these particulars; the same NIK is the same person, brought up to date.

    A NIK that is not 16 digits is refused with EvidenceRefused.
    """
    nik = particulars.nik
    if nik is not None and not is_nik(nik):
        raise EvidenceRefused([FieldError(("nik",), "nik", "NIK harus 16 angka. Salin kembali dari KTP-el.")])
    digest = keys.digest(nik) if nik else None
    person = session.scalar(select(Person).where(Person.nik_digest == digest)) if digest else None
    if person is None:
        person = Person(nik_digest=digest, nik_sealed=keys.seal(nik) if nik else None)
        session.add(person)
    person.name, person.name_key = particulars.name.strip(), name_key(particulars.name)
    for column in ("gender", "born_on", "phone", "education", "domicile_code"):
        given = getattr(particulars, column)
        if given is not None or getattr(person, column) is None:
            setattr(person, column, given)
    session.flush()
    return person


def serving(session: Session, agenda_id: int, person_id: int) -> tuple[Membership, Body] | None:
    """Where this person serves now in this agenda, as a member or in a secretariat."""
    row = session.execute(
        select(Membership, Body)
        .join(Body, Body.id == Membership.body_id)
        .where(
            Membership.agenda_id == agenda_id,
            Membership.person_id == person_id,
            Membership.until_on.is_(None),
            Membership.post != "cadangan",
        )
    ).first()
    return None if row is None else (row[0], row[1])


def taken_niks(session: Session, agenda_id: int, niks: Iterable[str], keys: NikKeys) -> dict[str, str]:
    """Which of these NIK belong to somebody who serves in the agenda now, and in which body: `Facts.taken_niks`."""
    digests = {keys.digest(nik): nik for nik in niks if is_nik(nik)}
    found = session.execute(
        select(Person.nik_digest, Body.name)
        .join(Membership, Membership.person_id == Person.id)
        .join(Body, Body.id == Membership.body_id)
        .where(
            Person.nik_digest.in_(digests),
            Membership.agenda_id == agenda_id,
            Membership.until_on.is_(None),
            Membership.post != "cadangan",
        )
    )
    return {digests[digest]: name for digest, name in found if digest is not None}


def enrol(
    session: Session,
    body: Body,
    person: Person,
    post: str,
    *,
    from_on: date | None = None,
    division: str | None = None,
    rank: int | None = None,
    is_asn: bool = False,
    nip: str | None = None,
    letter_id: int | None = None,
) -> Membership:
    """The person serves in the body at this post, or waits on its reserve list ("cadangan").

    Refused: somebody who already serves in the same agenda. A second call for the same body and post answers with the
    service that stands.
    """
    if post != "cadangan":
        already = serving(session, body.agenda_id, person.id)
        if already and (already[1].id, already[0].post) == (body.id, post):
            return already[0]
        if already:
            raise Refused(
                "%(name)s masih bertugas sebagai %(post)s %(body)s. Akhiri dulu tugas itu, atau pilih orang lain.",
                name=person.name, post=Phrase(already[0].post), body=already[1].name,
            )
    membership = Membership(
        agenda_id=body.agenda_id, body_id=body.id, person_id=person.id, post=post, division=division, rank=rank,
        is_asn=is_asn, nip=nip, from_on=from_on, letter_id=letter_id,
    )
    session.add(membership)
    session.flush()
    return membership


def replace(
    session: Session, leaving: Membership, successor: Person, *, on: date, letter_id: int | None = None
) -> Membership:
    """PAW: the successor holds the post and division from `on`, the service of the one who leaves ends on that day.

    The oath and the training are the successor's own to come. Refused: a service that has ended, a successor who
    already serves in the agenda. Source: PKPU 8/2022, replacement by rank; the caller picks the next in rank.
    """
    if leaving.until_on is not None:
        raise Refused("Masa tugas anggota ini sudah berakhir. Muat ulang halaman untuk melihat penggantinya.")
    leaving.until_on = on
    session.flush()
    body = session.get_one(Body, leaving.body_id)
    reserve = session.scalar(
        select(Membership).where(
            Membership.body_id == body.id, Membership.person_id == successor.id, Membership.post == "cadangan",
            Membership.until_on.is_(None),
        )
    )
    if reserve is not None:
        reserve.until_on = on
    taken = enrol(
        session, body, successor, leaving.post, from_on=on, division=leaving.division,
        rank=reserve.rank if reserve else None, letter_id=letter_id,
    )
    leaving.replaced_by = taken.id
    session.flush()
    return taken
