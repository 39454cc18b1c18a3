"""Notices outside Tapak: who is to be told now, put together once, and what people choose about it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Select, exists, func, insert, or_, select
from sqlalchemy.orm import Session

from engine import outbox
from engine.base import table_of
from engine.errors import Refused
from engine.host import Actor, Grant
from workflows import notices
from workflows.models import Account, Assignment, Notice, NoticeChoice, NoticeSending, NoticeSent

MESSAGE = "notices.sending"
ZONES = ("Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura")
HOURLY, TRIES, CODE_HOLDS = 5, 5, timedelta(minutes=30)
AT_ONCE = 500
"""So many notices at most go into one message; the next look takes the rest."""


class TooManySendings(Refused):
    """Sudah terlalu banyak kode atau percobaan dikirim. Tunggu satu jam, lalu coba lagi."""


def is_quiet(choice: NoticeChoice, hour: int) -> bool:
    """Whether nothing goes out in this local hour."""
    begins, ends = choice.quiet_from, choice.quiet_until
    return begins <= hour < ends if begins <= ends else hour >= begins or hour < ends


def told_before(choice: NoticeChoice, now: datetime) -> datetime | None:
    """Notices told before this moment may go out now; None while nothing may.

    Each: all until now, outside the quiet hours. A digest: those told until its hour of today, once a local day, in
    its own hour or, when it was missed, in a later one that is not quiet.
    """
    local = now.astimezone(ZoneInfo(choice.timezone))
    if choice.mode == "each":
        return None if is_quiet(choice, local.hour) else now
    if choice.digested_on == local.date() or local.hour < choice.digest_hour:
        return None
    if local.hour != choice.digest_hour and is_quiet(choice, local.hour):
        return None
    return datetime.combine(local.date(), time(choice.digest_hour), local.tzinfo).astimezone(UTC)


def due(session: Session, *, now: datetime, channels: Collection[str]) -> list[int]:
    """The accounts for which `gather` has something to do now, by id."""
    found = session.scalars(
        _chosen(channels).where(exists().where(
            Notice.account_id == NoticeChoice.account_id, Notice.read_at.is_(None),
            Notice.created_at >= NoticeChoice.since, ~exists().where(NoticeSent.notice_id == Notice.id),
        )).order_by(NoticeChoice.account_id)
    )
    return [choice.account_id for choice in found if told_before(choice, now) is not None]


def gather(session: Session, *, account_id: int, now: datetime, channels: Collection[str]) -> int | None:
    """One message with this account's unread notices that have not gone out waits in the outbox; its id.

    None when there is nothing to tell now, or another sweep is at it. A notice goes along once: it is the key of
    `notice_sent`, written in the same transaction as the message.
    """
    choice = session.scalars(
        _chosen(channels).where(NoticeChoice.account_id == account_id)
        .with_for_update(of=NoticeChoice, skip_locked=True).execution_options(populate_existing=True)
    ).first()
    before = told_before(choice, now) if choice is not None else None
    if choice is None or before is None:
        return None
    ids = session.scalars(
        select(Notice.id).where(
            Notice.account_id == account_id, Notice.read_at.is_(None), Notice.created_at >= choice.since,
            Notice.created_at <= before, ~exists().where(NoticeSent.notice_id == Notice.id),
        ).order_by(Notice.id).limit(AT_ONCE)
    ).all()
    if not ids:
        return None
    if choice.mode == "digest":
        choice.digested_on = now.astimezone(ZoneInfo(choice.timezone)).date()
    sending = _put(session, account_id, choice.mode, now)
    session.execute(insert(table_of(NoticeSent)), [{"notice_id": one, "sending_id": sending} for one in ids])
    return sending


def _chosen(channels: Collection[str]) -> Select[NoticeChoice]:
    return (
        select(NoticeChoice).join(Account, Account.id == NoticeChoice.account_id)
        .where(Account.active, NoticeChoice.channel.in_(list(channels)))
    )


def _put(session: Session, account_id: int, kind: str, now: datetime) -> int:
    sending = NoticeSending(account_id=account_id, kind=kind, made_at=now)
    session.add(sending)
    session.flush()
    outbox.put(session, [outbox.row("notices.sending", f"notices:{sending.id}", {"sending_id": sending.id}, now)])
    return sending.id


def choice_of(session: Session, account_id: int) -> NoticeChoice:
    """What this account chose; before it ever did, the defaults, not yet kept."""
    return session.get(NoticeChoice, account_id) or NoticeChoice(
        account_id=account_id, channel="", address="", mode="each", digest_hour=7, quiet_from=21, quiet_until=6,
        timezone=ZONES[0], asked_channel="", asked_address="", nonce="", tries=0,
    )


def ask_for(session: Session, choice: NoticeChoice, *, channel: str, address: str, nonce: str, now: datetime) -> bool:
    """A code is on its way to this address, and the address is used once it is typed in; what was confirmed before
    goes on until then. False when the address is the confirmed one, or "" (which ends it at once).

    TooManySendings after HOURLY codes and trials in an hour: nobody may pester others with it.
    """
    session.add(choice)
    if (channel, address) == (choice.channel, choice.address):
        _forget_question(choice)
        return False
    if not channel:
        choice.channel, choice.address, choice.since = "", "", None
        _forget_question(choice)
        return False
    again = (channel, address) == (choice.asked_channel, choice.asked_address)
    if again and choice.tries < TRIES and choice.asked_at is not None and now - choice.asked_at < timedelta(minutes=1):
        return True
    _within_limits(session, choice.account_id, now)
    choice.asked_channel, choice.asked_address, choice.asked_at = channel, address, now
    choice.nonce, choice.tries = nonce, 0
    session.flush()
    _put(session, choice.account_id, "code", now)
    return True


def _forget_question(choice: NoticeChoice) -> None:
    choice.asked_channel, choice.asked_address, choice.asked_at, choice.nonce = "", "", None, ""


def waits_for_code(choice: NoticeChoice, now: datetime) -> bool:
    """Whether a code was sent that still holds."""
    return choice.asked_at is not None and now - choice.asked_at < CODE_HOLDS and choice.tries < TRIES


def confirm(choice: NoticeChoice, *, right: bool, now: datetime) -> bool:
    """The address asked for is used from now on; a wrong code is counted, and after TRIES of them none is right."""
    if not waits_for_code(choice, now):
        return False
    if not right:
        choice.tries += 1
        return False
    choice.channel, choice.address, choice.since = choice.asked_channel, choice.asked_address, now
    _forget_question(choice)
    return True


def try_out(session: Session, choice: NoticeChoice, now: datetime) -> None:
    """A trial is on its way to the confirmed address. TooManySendings as `ask_for`."""
    _within_limits(session, choice.account_id, now)
    _put(session, choice.account_id, "trial", now)


def _within_limits(session: Session, account_id: int, now: datetime) -> None:
    session.execute(select(Account.id).where(Account.id == account_id).with_for_update())
    sent = session.scalar(select(func.count()).select_from(NoticeSending).where(
        NoticeSending.account_id == account_id, NoticeSending.kind.in_(("code", "trial")),
        NoticeSending.made_at > now - timedelta(hours=1),
    )) or 0
    if sent >= HOURLY:
        raise TooManySendings


def refused(session: Session, choice: NoticeChoice, *, kind: str, now: datetime, dedupe: str) -> None:
    """The address is not used any more, for its server refused it for good; what was chosen besides stays."""
    if kind == "code":
        _forget_question(choice)
    else:
        choice.channel, choice.address, choice.since = "", "", None
    notices.tell(
        session, [choice.account_id], topic="address.refused", dedupe=dedupe, instance_id=None, params={}, now=now
    )


def actor_of(session: Session, account: Account, day: date) -> Actor:
    """The account's holder with the grants of this local day: what may be named in a message."""
    rows = session.execute(select(Assignment.role, Assignment.scope).where(
        Assignment.account_id == account.id, Assignment.from_on <= day,
        or_(Assignment.until_on.is_(None), Assignment.until_on >= day),
    )).all()
    return Actor(id=str(account.id), name=account.name, grants=tuple(Grant(row.role, row.scope) for row in rows))
