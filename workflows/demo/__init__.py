"""A whole regency to look at: real places, invented people, and a past that was played through the real verbs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from engine.outbox import Effect
from workflows import drawings
from workflows.demo import ground, history, plans, registers
from workflows.demo.acts import Keep, Player
from workflows.demo.ground import Ground
from workflows.models import Account, Membership, Notice
from workflows.people import NikKeys
from workflows.regions import TEMANGGUNG, is_within

ACCOUNTS = (
    "operator                        operator KPU: daftar badan dan pelantikan",
    "komisioner-sdm                  komisioner: memeriksa, menyetujui, mengembalikan",
    "komisioner-teknis               komisioner kedua",
    "hukum                           pengawas (Divisi Hukum): badan yang terhambat",
    "provinsi                        KPU provinsi",
    "bawaslu                         pengamat Bawaslu, hanya melihat",
    "auditor                         auditor, memeriksa riwayat",
    "admin                           admin: akun dan pengaturan",
    "sekretaris-ppk-temanggung       sekretariat PPK Temanggung",
    "ppk-kranggan                    anggota PPK: berkas sekretariat masih terbuka",
    "pps-pare-kranggan               anggota PPS: bukti sowan masih terbuka",
    "pps-bengkal-kranggan            anggota PPS: bukti sowannya dikembalikan",
    "pps-candimulyo-kedu             anggota PPS: terlambat",
)
"""Printable lines, a login and who that is; in the order of the accounts' ids. All the other bodies have one too."""


def load(
    session: Session, *, now: datetime, keys: NikKeys, password_hash: str, keep: Keep, effects: Mapping[str, Effect],
    within: str = TEMANGGUNG, progress: Callable[[float], None] = lambda share: None,
) -> None:
    """The demo stands: registers, accounts, definitions, 309 bodies under way, their evidence and their past.

    `keep` stores the bytes of a file and answers their sha256; `effects` is what is done about each message of the
    outbox; `password_hash` is every account's; `progress` hears the share done, from 0 to 1. Only the bodies `within`
    have started. All of it in the caller's transaction, on a database without bodies.
    """
    ground.lay(session, now=now, keys=keys, password_hash=password_hash)
    laid = ground.find(session, now)
    begun = now - timedelta(days=ground.BEGUN)
    published = drawings.publish_all(session, laid.office["admin"].id, begun)
    player = Player(session, laid, {kind: one.id for kind, one in published.items()}, keep)
    dealt = plans.deal(list(laid.bodies.values()))
    told = {code: plan for code, plan in dealt.items() if is_within(code, within)}
    history.play(session, laid, told, player, now=now, effects=effects, progress=progress)
    if is_within(registers.DISTRICT, within):
        registers.Teller(session, laid, keep, now).tell()
        history.background(session, now, effects)
    _secretary_is_known(session, laid)
    _old_notices_are_read(session, now)


def _secretary_is_known(session: Session, laid: Ground) -> None:
    """The secretary's account is that of the person whom the accepted evidence appointed; so is the name."""
    body = laid.bodies[ground.PPK_SECRETARY]
    person = session.scalar(
        select(Membership.person_id).where(Membership.body_id == body.id, Membership.post == "sekretaris")
    )
    session.execute(update(Account).where(Account.id == int(laid.secretary.id)).values(person_id=person))


def _old_notices_are_read(session: Session, now: datetime) -> None:
    old = Notice.created_at < now - timedelta(hours=36)
    session.execute(update(Notice).where(old, Notice.read_at.is_(None)).values(read_at=now))
