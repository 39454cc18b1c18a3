"""`python3 manage.py account …`: what only whoever runs the installation may do to an account."""

from __future__ import annotations

import logging

import click
from sqlalchemy import select

from web.auth import devices, sessions, totp
from web.auth.accounts import normal_login
from web.config import Config
from web.db import clock, make_engine, transaction
from workflows import notices
from workflows.models import Account

log = logging.getLogger(__name__)


@click.group("account")
def account() -> None:
    """Akun / accounts: totp-off."""


@account.command("totp-off")
@click.argument("login")
def totp_off(login: str) -> None:
    """Matikan kode autentikator LOGIN: HP-nya hilang / turn the second factor off and sign the account out."""
    from web import logging as our_logging

    config = Config.from_environment()
    our_logging.configure("account")
    engine = make_engine(config.database_url)
    try:
        with transaction(engine) as session:
            found = session.scalar(select(Account).where(Account.login == normal_login(login)).with_for_update())
            if found is None:
                raise click.ClickException(f"Akun {login} tidak ditemukan / no such account.")
            if found.totp_secret is None:
                raise click.ClickException(f"Kode autentikator {login} tidak menyala / is not on.")
            now = clock(session)
            totp.turn_off(session, found)
            sessions.revoke_all(session, found, now)
            devices.revoke(session, devices.of_account(session, found.id), now)
            notices.tell(
                session, [found.id], topic="totp.off", dedupe=f"totp:{now.isoformat()}", instance_id=None, params={},
                now=now,
            )
        log.info("second factor of account %s turned off from the command line", found.id)
    finally:
        engine.dispose()
    click.echo(f"{login}: kode autentikator mati, semua perangkat keluar / second factor off, signed out everywhere.")
