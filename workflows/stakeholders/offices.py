"""The offices: added, corrected, handed on to a successor, joined where one was written down twice."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from engine.errors import EvidenceRefused, FieldError, Forbidden, NotFound, Refused, Stale
from engine.forms.cleaning import clean
from engine.host import Actor
from workflows.blocked import within
from workflows.models import Region, Stakeholder, StakeholderHolder, StakeholderMerge
from workflows.stakeholders import rights
from workflows.stakeholders.kinds import KINDS

_PHONE = re.compile(r"\+?[0-9][0-9 ()/.-]{4,28}", re.ASCII)


@dataclass(frozen=True)
class Said:
    """What was typed about an office. `successor`: its holder changed, and was not only misspelt."""

    kind: str = ""
    region: str = ""
    office: str = ""
    official: str = ""
    phone: str = ""
    since: date | None = None
    successor: bool = False

    def cleaned(self) -> Said:
        return Said(
            self.kind, self.region, clean(self.office)[:200], clean(self.official)[:200], clean(self.phone)[:30],
            self.since, self.successor,
        )


def get(session: Session, stakeholder_id: int, scopes: tuple[str, ...], *, lock: bool = False) -> Stakeholder:
    """The office, within what these scopes may see. Refused with NotFound."""
    query = select(Stakeholder).where(Stakeholder.id == stakeholder_id, rights.visible(scopes))
    found = session.scalars(query.with_for_update() if lock else query).one_or_none()
    if found is None:
        raise NotFound("Pemangku kepentingan ini tidak ditemukan di wilayah Anda.")
    return found


def regions_for(session: Session, scopes: tuple[str, ...]) -> list[tuple[str, str]]:
    """The regions in which the keeper of these scopes may add offices: (code, "Pare, Kranggan"), by code."""
    rows = session.execute(
        select(Region.code, Region.name, Region.parent_code)
        .where(within(Region.code, scopes), func.length(Region.code) >= 5).order_by(Region.code)
    ).all()
    names = {row.code: row.name for row in rows}
    return [(row.code, ", ".join(filter(None, (row.name, names.get(row.parent_code))))) for row in rows]


def add(session: Session, said: Said, *, key: str, actor: Actor, today: date) -> Stakeholder:
    """The office stands in the register; asked again with the same key, the one that was added is answered.

    Refused: Forbidden outside one's own region; EvidenceRefused with all that is wrong, an office that is there already
    among it.
    """
    said, key = said.cleaned(), f"{actor.id}:{key}"
    if (added := session.scalar(select(Stakeholder).where(Stakeholder.key == key))) is not None:
        return added
    wrong = _wrong(said, today)
    if not rights.keeps(actor, said.region):
        wrong.append(FieldError(("region",), "region", "Pilih wilayah dalam tugas Anda."))
    if not wrong and _same(session, said.region, said.kind, said.office) is not None:
        wrong.append(_KNOWN)
    if wrong:
        raise EvidenceRefused(wrong)
    made = Stakeholder(
        region_code=said.region, kind=said.kind, office=said.office, official=said.official or None,
        phone=said.phone or None, held_since=said.since, edition=0, added_by=actor.name, key=key,
    )
    try:
        with session.begin_nested():
            session.add(made)
    except IntegrityError:
        again = session.scalar(select(Stakeholder).where(Stakeholder.key == key))
        if again is None:
            raise EvidenceRefused([_KNOWN]) from None
        return again
    return made


_KNOWN = FieldError(("office",), "known", "Jabatan ini sudah tercatat di wilayah itu. Cari di daftar, lalu pakai itu.")


def correct(
    session: Session, office: Stakeholder, said: Said, *, edition: int, actor: Actor, today: date
) -> None:
    """The office says what was typed. With `successor` the one who held it so far stands in its history; contacts stay.

    Refused: Forbidden; Stale for another edition; EvidenceRefused.
    """
    said = said.cleaned()
    require_keeping(actor, office)
    if edition != office.edition:
        raise Stale(
            "Data pemangku ini sudah diubah orang lain. Isian Anda masih di layar; bandingkan, lalu simpan lagi."
        )
    wrong = _wrong(said, today)
    if said.successor and not said.official:
        wrong.append(FieldError(("official",), "official", "Tulis nama pejabat yang baru."))
    if said.successor and said.since is None:
        wrong.append(FieldError(("since",), "since", "Isi sejak kapan pejabat yang baru menjabat."))
    if said.successor and said.since and office.held_since and said.since < office.held_since:
        wrong.append(FieldError(("since",), "since", "Pejabat sebelumnya menjabat sesudah tanggal ini."))
    same = None if wrong else _same(session, office.region_code, said.kind, said.office)
    if same is not None and same != office.id:
        wrong.append(_KNOWN)
    if wrong:
        raise EvidenceRefused(wrong)
    if said.successor and office.official:
        session.add(StakeholderHolder(
            stakeholder_id=office.id, name=office.official, phone=office.phone, from_on=office.held_since,
            until_on=said.since,
        ))
    office.kind, office.office, office.official = said.kind, said.office, said.official or None
    office.phone, office.held_since = said.phone or None, said.since
    office.edition += 1
    session.flush()


def _wrong(said: Said, today: date) -> list[FieldError]:
    wrong = []
    if said.kind not in KINDS:
        wrong.append(FieldError(("kind",), "kind", "Pilih jenisnya."))
    if len(said.office) < 3:
        wrong.append(FieldError(("office",), "office", "Tulis jabatan atau nama lembaganya, misalnya Camat Kranggan."))
    if said.phone and not _PHONE.fullmatch(said.phone):
        wrong.append(FieldError(("phone",), "phone", "Nomor telepon hanya berisi angka, misalnya 0812 3456 7890."))
    if said.since is not None and said.since > today:
        wrong.append(FieldError(("since",), "since", "Tanggal ini belum tiba."))
    return wrong


def _same(session: Session, region: str, kind: str, office: str) -> int | None:
    return session.scalar(select(Stakeholder.id).where(
        Stakeholder.region_code == region, Stakeholder.kind == kind, func.lower(Stakeholder.office) == office.lower()
    ).limit(1))


def require_keeping(actor: Actor, office: Stakeholder) -> None:
    if not rights.keeps(actor, office.region_code):
        raise Forbidden("Pemangku di luar wilayah tugas Anda tidak dapat Anda ubah.")


def holders(session: Session, stakeholder_id: int) -> list[StakeholderHolder]:
    """Who held the office before, the last one first."""
    return list(session.scalars(
        select(StakeholderHolder).where(StakeholderHolder.stakeholder_id == stakeholder_id)
        .order_by(StakeholderHolder.until_on.desc(), StakeholderHolder.id.desc()).limit(50)
    ))


def doubles(session: Session, stakeholder_id: int) -> list[Row[Any]]:
    """What was merged into this office: (id of the merge, office, official, merged_by, merged_at)."""
    return list(session.execute(
        select(StakeholderMerge.id, Stakeholder.office, Stakeholder.official, StakeholderMerge.merged_by,
               StakeholderMerge.merged_at)
        .join(Stakeholder, Stakeholder.id == StakeholderMerge.stakeholder_id)
        .where(StakeholderMerge.into_id == stakeholder_id, StakeholderMerge.undone_at.is_(None))
        .order_by(StakeholderMerge.id)
    ))


def merged_into(session: Session, stakeholder_id: int) -> int | None:
    """The office this one is shown with; None for one that stands by itself."""
    return session.scalar(select(StakeholderMerge.into_id).where(
        StakeholderMerge.stakeholder_id == stakeholder_id, StakeholderMerge.undone_at.is_(None)
    ))


def others(session: Session, office: Stakeholder) -> list[Row[Any]]:
    """The other offices of the same region that stand by themselves: (id, office, official, kind)."""
    merged = select(StakeholderMerge.id).where(
        StakeholderMerge.stakeholder_id == Stakeholder.id, StakeholderMerge.undone_at.is_(None)
    )
    return list(session.execute(
        select(Stakeholder.id, Stakeholder.office, Stakeholder.official, Stakeholder.kind)
        .where(Stakeholder.region_code == office.region_code, Stakeholder.id != office.id, ~merged.exists())
        .order_by(Stakeholder.office, Stakeholder.id).limit(100)
    ))


def merge(session: Session, *, double: Stakeholder, into: Stakeholder, actor: Actor, now: datetime) -> None:
    """What is said of the double is shown with the other, until undone; nothing is moved. Merged so already: nothing.

    Refused: offices of different regions, one with itself, one that others were merged into, one merged elsewhere.
    """
    require_keeping(actor, double)
    require_keeping(actor, into)
    if double.id == into.id or double.region_code != into.region_code:
        raise Refused("Pilih jabatan lain di wilayah yang sama.")
    there = merged_into(session, double.id)
    if there == into.id:
        return
    if there is not None or merged_into(session, into.id) is not None:
        raise Refused("Salah satunya sudah digabungkan. Muat ulang halaman, lalu pilih lagi.")
    if doubles(session, double.id):
        raise Refused("Ke jabatan itu sudah digabungkan yang lain. Buka halamannya, lalu gabungkan sebaliknya.")
    session.add(StakeholderMerge(
        stakeholder_id=double.id, into_id=into.id, merged_by=actor.name, merged_at=now
    ))
    session.flush()


def part(session: Session, *, merge_id: int, into: Stakeholder, actor: Actor, now: datetime) -> None:
    """The double stands by itself again, with all it had. Undone already: nothing."""
    require_keeping(actor, into)
    session.execute(
        update(StakeholderMerge)
        .where(StakeholderMerge.id == merge_id, StakeholderMerge.into_id == into.id,
               StakeholderMerge.undone_at.is_(None))
        .values(undone_at=now, undone_by=actor.name)
    )
