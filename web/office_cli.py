"""`python3 manage.py office CODE`: a real office begins, from an empty database to its first two accounts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from web import migrate
from web.account_cli import grant, installation, today_in
from web.auth.accounts import create_account, normal_login
from web.config import Config
from web.db import clock
from web.people import new_password
from workflows import founding
from workflows.models import Account, Agenda, Assignment

DAY = click.DateTime(["%Y-%m-%d"])
FIRST = ("admin", "operator")
"""The roles of the two people who let in all others: one proposes an account, the other consents."""


@click.command("office")
@click.argument("code", metavar="KODE")
@click.option("--kind", type=click.Choice(sorted(founding.DAY_TYPES)), default="pilkada", show_default=True)
@click.option("--voting-day", type=DAY, required=True, metavar="YYYY-MM-DD", help="Hari pemungutan suara / voting day.")
@click.option("--begins", type=DAY, metavar="YYYY-MM-DD", help="Awal masa kerja / first day (default: today).")
@click.option("--ends", type=DAY, metavar="YYYY-MM-DD", help="Akhir masa kerja / last day (default: voting day + 61).")
@click.option("--ppk-oath", type=DAY, metavar="YYYY-MM-DD", help="Rencana pelantikan PPK / planned inauguration.")
@click.option("--pps-oath", type=DAY, metavar="YYYY-MM-DD", help="Rencana pelantikan PPS / planned inauguration.")
@click.option("--admin", metavar="LOGIN=NAMA", help="Akun admin pertama / the first admin's account.")
@click.option("--operator", metavar="LOGIN=NAMA", help="Akun operator pertama / the first operator's account.")
def office(
    code: str, kind: str, voting_day: datetime, begins: datetime | None, ends: datetime | None,
    ppk_oath: datetime | None, pps_oath: datetime | None, admin: str | None, operator: str | None,
) -> None:
    """Buka kantor: wilayah, agenda, badan, dan dua akun pertama / open an office: regions, agenda, bodies, accounts."""
    migrate.up(Config.from_environment().database_url)
    with installation() as (session, config):
        now = clock(session)
        today = today_in(code, now)
        opened = founding.open_office(session, founding.Opening(
            code, kind, voting_day.date(), begins.date() if begins else today, ends.date() if ends else None,
            {name: day.date() for name, day in (("ppk", ppk_oath), ("pps", pps_oath)) if day is not None},
        ), now)
        made = _accounts(session, config, opened.agenda, {"admin": admin, "operator": operator}, today, now)
        said = opened.agenda.name, len(opened.begun)
    click.echo(f"{said[0]}: {said[1]} badan dibentuk dan dimulai (bodies formed and begun).")
    for role, login, password in made:
        click.echo(f"  {role:<9} {login:<24} {password}")
    if made:
        click.echo(
            "Kata sandi di atas hanya tampil sekali; ganti sesudah masuk, di “Akun saya”.\n"
            "Anggota KPU, Divisi Hukum dan lainnya: python3 manage.py account grant --help\n"
            "Berikutnya: python3 manage.py run, lalu Agenda dan Impor anggota.\n"
            "(The passwords are shown once only.)"
        )


def _accounts(
    session: Session, config: Config, agenda: Agenda, given: Mapping[str, str | None], today: date, now: datetime
) -> list[tuple[str, str, str]]:
    """(role, login, password) of those that are new. A role that somebody holds in this office asks for nobody."""
    made = []
    for role in FIRST:
        if _held(session, role, agenda.scope):
            continue
        login, _, name = (given[role] or "").partition("=")
        login = login or click.prompt(f"Nama pengguna {role} pertama (login of the first {role})")
        name = name or click.prompt(f"Nama lengkapnya (full name of {login})")
        password = new_password(normal_login(login))
        account = create_account(session, config=config, login=login, name=name, password=password, now=now)
        grant(session, account, role=role, scope=agenda.scope, since=today)
        made.append((role, normal_login(login), password))
    session.flush()
    return made


def _held(session: Session, role: str, scope: str) -> bool:
    return session.scalar(
        select(Assignment.id).join(Account, Account.id == Assignment.account_id)
        .where(Account.active, Assignment.role == role, Assignment.scope == scope, Assignment.until_on.is_(None))
        .limit(1)
    ) is not None
