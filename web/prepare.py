"""What has to be so before the pages open: a migrated database and, in demo mode, something to look at."""

from __future__ import annotations

import io
from collections.abc import Callable

import click
import sqlalchemy as sa

from web import migrate
from web.config import Config, SettingsRefused
from web.db import clock, make_engine, transaction
from web.store import Store
from web.uploads import PHOTO_BYTES
from workflows import regions


def prepare(config: Config) -> None:
    """The database is at the newest migration; an empty one holds the demo, and in production says how to begin."""
    migrate.up(config.database_url)
    if not config.production:
        load_demo(config)
    elif _empty(config):
        click.echo(
            "Belum ada kantor di basis data ini. Buka dengan / no office yet, open one with:\n"
            "  python3 manage.py office 33.23 --voting-day 2029-11-27"
        )


def load_demo(config: Config) -> bool:
    """The demo is loaded, all of it or nothing. False when the database already holds bodies: nothing was changed.

    Refuses (SettingsRefused) in production.
    """
    from web.auth import passwords
    from web.auth.accounts import DEMO_PASSWORD
    from web.notify import EFFECTS
    from workflows import demo
    from workflows.people import NikKeys

    if config.production:
        raise SettingsRefused(["TAPAK_ENV=production: data dan akun demo tidak boleh dimuat."])
    engine = make_engine(config.database_url)
    try:
        with transaction(engine) as session:
            if not is_empty(session.connection()):
                return False
            click.echo("Memuat demo Temanggung (loading the demo) ...")
            demo.load(
                session, now=clock(session), keys=NikKeys.from_secret(config.secret_key.encode()),
                password_hash=passwords.digest(DEMO_PASSWORD), keep=keeper(Store(config.attachments)), effects=EFFECTS,
                progress=_tell_tenths(),
            )
    finally:
        engine.dispose()
    return True


def _tell_tenths() -> Callable[[float], None]:
    """Prints each tenth once it is reached: the load takes about a minute."""
    told = 0

    def tell(share: float) -> None:
        nonlocal told
        while told < int(share * 10):
            told += 1
            click.echo(f"  {told * 10} %")

    return tell


def lead_demo(config: Config) -> tuple[int, int]:
    """Every body of the demo is monitored, one transaction a body; (bodies led, acts done), (0, 0) the next time.

    Refuses (SettingsRefused) in production: the evidence is invented.
    """
    from workflows.demo import lead
    from workflows.models import Body
    from workflows.people import NikKeys

    if config.production:
        raise SettingsRefused(["TAPAK_ENV=production: bukti rekaan tidak boleh diajukan."])
    engine, keep = make_engine(config.database_url), keeper(Store(config.attachments))
    keys, acts = NikKeys.from_secret(config.secret_key.encode()), 0
    try:
        with transaction(engine) as session:
            waiting = lead.unfinished(session)
        for number in waiting:
            with transaction(engine) as session:
                now = clock(session)
                player = lead.player_of(session, now=now, keep=keep)
                acts += lead.lead(player, session.get_one(Body, number), keys=keys, now=now)
    finally:
        engine.dispose()
    return len(waiting), acts


def keeper(store: Store) -> Callable[[bytes], str]:
    """Seals bytes in the store and answers their sha256; the pictures to show are made when somebody looks."""
    def keep(content: bytes) -> str:
        with store.incoming(io.BytesIO(content), PHOTO_BYTES) as incoming:
            incoming.seal()
            return incoming.sha256

    return keep


def load_regions(config: Config, within: str | None) -> regions.Loaded:
    """The regions of the list, all or those `within` one, stand in the database, which is migrated first."""
    migrate.up(config.database_url)
    engine = make_engine(config.database_url)
    try:
        with transaction(engine) as session:
            return regions.load(session, within=within)
    finally:
        engine.dispose()


def _empty(config: Config) -> bool:
    engine = make_engine(config.database_url)
    try:
        with engine.connect() as connection:
            return is_empty(connection)
    finally:
        engine.dispose()


def is_empty(connection: sa.Connection) -> bool:
    """Whether nobody has put a body or an agenda into this database yet."""
    from workflows.models import Agenda, Body

    return not any(connection.scalar(sa.select(sa.literal(1)).select_from(table).limit(1)) for table in (Agenda, Body))


def print_accounts(config: Config) -> None:
    """The demo's accounts stand on the terminal, one a line; nothing in production or without the demo."""
    from web.auth.accounts import DEMO_PASSWORD
    from workflows import demo

    if config.production:
        return
    click.echo(f"Akun demo, kata sandi (password) {DEMO_PASSWORD}:")
    for account in demo.ACCOUNTS:
        click.echo(f"  {account}")
