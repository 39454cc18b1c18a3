"""`python3 manage.py account …`: what only whoever runs the installation may do to an account.

Every act writes a line of the log. Members of bodies get their accounts from the operator, on the body's page.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from web.auth import devices, sessions, totp
from web.auth.accounts import create_account, normal_login
from web.config import Config
from web.db import clock, make_engine, transaction
from web.people import new_password
from workflows import founding, notices, regions
from workflows.models import Account, Assignment
from workflows.models.accounts import MEMBER_ROLES, ROLES

log = logging.getLogger(__name__)
OFFICE_ROLES = tuple(role for role in ROLES if role not in MEMBER_ROLES)
DAY = click.DateTime(["%Y-%m-%d"])
ROLE = click.option("--role", type=click.Choice(OFFICE_ROLES), required=True, help="Peran / role.")
SCOPE = click.option(
    "--scope", required=True, metavar="KODE", help="Kode wilayah / region, e.g. 33.23, 33, 33.23.01; '' for all."
)


@contextmanager
def installation() -> Iterator[tuple[Session, Config]]:
    """A transaction on the installation's database; what is done is logged as the command's."""
    from web import logging as our_logging

    config = Config.from_environment()
    our_logging.configure("account")
    engine = make_engine(config.database_url)
    try:
        with transaction(engine) as session:
            yield session, config
    finally:
        engine.dispose()


def found(session: Session, login: str) -> Account:
    """The account of this login, locked. ClickException without."""
    one = session.scalar(select(Account).where(Account.login == normal_login(login)).with_for_update())
    if one is None:
        raise click.ClickException(f"Akun {login} tidak ditemukan / no such account.")
    return one


def today_in(scope: str, now: datetime) -> date:
    """The local day of a region at this moment."""
    return now.astimezone(ZoneInfo(founding.zone_of(scope))).date()


def grant(
    session: Session, account: Account, *, role: str, scope: str, since: date, until: date | None = None
) -> bool:
    """The account holds the role within the region from that day on; False when it does already.

    Refused with NotFound for a region that is not in the register.
    """
    if scope:
        regions.get(session, scope)
    held = session.scalars(select(Assignment).where(
        Assignment.account_id == account.id, Assignment.role == role, Assignment.scope == scope
    ))
    if any(one.until_on is None or one.until_on >= since for one in held):
        return False
    session.add(Assignment(account_id=account.id, role=role, scope=scope, from_on=since, until_on=until))
    session.flush()
    log.info("account %s holds %s in %r from %s", account.id, role, scope, since)
    return True


@click.group("account")
def account() -> None:
    """Akun kantor / accounts of the office: list, grant, end, totp-off."""


@account.command("list")
def list_command() -> None:
    """Semua akun kantor dan perannya / every office account with its roles."""
    with installation() as (session, _config):
        rows = session.execute(
            select(Account.login, Account.name, Account.active, Assignment).join(Assignment)
            .where(Assignment.role.in_(OFFICE_ROLES)).order_by(Account.login, Assignment.id)
        ).all()
        for login, name, active, held in rows:
            until = f" – {held.until_on}" if held.until_on else ""
            off = "" if active else "  (mati / off)"
            click.echo(f"{login:<24} {held.role:<12} {held.scope or '*':<10} {held.from_on}{until}  {name}{off}")


@account.command("grant")
@click.argument("login")
@ROLE
@SCOPE
@click.option("--name", metavar="NAMA", help="Nama lengkap, untuk akun baru / full name, for a new account.")
@click.option("--since", type=DAY, metavar="YYYY-MM-DD", help="Hari pertama / first day (default: today).")
@click.option("--until", type=DAY, metavar="YYYY-MM-DD", help="Hari terakhir / last day (default: none).")
def grant_command(
    login: str, role: str, scope: str, name: str | None, since: datetime | None, until: datetime | None
) -> None:
    """Beri LOGIN sebuah peran; akun baru dibuat bila ada --name / give a role; --name makes a new account."""
    with installation() as (session, config):
        now, password = clock(session), ""
        if name and session.scalar(select(Account.id).where(Account.login == normal_login(login))) is None:
            password = new_password(normal_login(login))
            create_account(session, config=config, login=login, name=name, password=password, now=now)
        first = since.date() if since else today_in(scope, now)
        last = until.date() if until else None
        if last is not None and last < first:
            raise click.ClickException("--until mendahului --since / the last day is before the first.")
        new = grant(session, found(session, login), role=role, scope=scope, since=first, until=last)
    click.echo(f"{normal_login(login)}: {role} {scope or '*'}" + ("" if new else " (sudah / already)"))
    if password:
        click.echo(f"  {password}\nKata sandi ini hanya tampil sekali / shown once only.")


@account.command("end")
@click.argument("login")
@ROLE
@SCOPE
@click.option("--on", type=DAY, metavar="YYYY-MM-DD", help="Hari terakhir / last day (default: yesterday, at once).")
def end_command(login: str, role: str, scope: str, on: datetime | None) -> None:
    """Akhiri peran LOGIN / end a role: from then on it may do nothing by it."""
    with installation() as (session, _config):
        holder = found(session, login)
        last = on.date() if on else today_in(scope, clock(session)) - timedelta(days=1)
        ended = 0
        for held in session.scalars(select(Assignment).where(
            Assignment.account_id == holder.id, Assignment.role == role, Assignment.scope == scope
        )):
            if held.until_on is None or held.until_on > last:
                ended += 1
                if held.from_on > last:
                    session.delete(held)
                else:
                    held.until_on = last
        if not ended:
            raise click.ClickException(f"{login} tidak memegang peran itu / does not hold that role.")
        log.info("account %s holds %s in %r no more after %s", holder.id, role, scope, last)
    click.echo(f"{normal_login(login)}: {role} {scope or '*'} sampai / until {last}")


@account.command("totp-off")
@click.argument("login")
def totp_off(login: str) -> None:
    """Matikan kode autentikator LOGIN: HP-nya hilang / turn the second factor off and sign the account out."""
    with installation() as (session, _config):
        holder = found(session, login)
        if holder.totp_secret is None:
            raise click.ClickException(f"Kode autentikator {login} tidak menyala / is not on.")
        now = clock(session)
        totp.turn_off(session, holder)
        sessions.revoke_all(session, holder, now)
        devices.revoke(session, devices.of_account(session, holder.id), now)
        notices.tell(
            session, [holder.id], topic="totp.off", dedupe=f"totp:{now.isoformat()}", instance_id=None, params={},
            now=now,
        )
        log.info("second factor of account %s turned off from the command line", holder.id)
    click.echo(f"{login}: kode autentikator mati, semua perangkat keluar / second factor off, signed out everywhere.")
