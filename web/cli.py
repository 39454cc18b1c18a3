"""Every command behind `python3 manage.py`. The first line of a docstring is what `help` prints.

Each command imports what it needs when it runs, so that starting one does not wait for all.
"""

from __future__ import annotations

import os
import subprocess
import sys

import click

from web.config import ROOT, Config, SettingsRefused

FORWARD = {"ignore_unknown_options": True, "allow_extra_args": True, "help_option_names": []}


@click.group(help="Tapak. Ketik / type: python3 manage.py COMMAND")
def cli() -> None:
    """All commands."""


def main() -> None:
    """Runs one command; refused settings are printed as sentences, not as a traceback."""
    from engine.errors import TapakError

    try:
        cli(prog_name="manage.py")
    except (SettingsRefused, TapakError) as refusal:
        print(refusal, file=sys.stderr)
        sys.exit(2)


@cli.command("run")
def run_command() -> None:
    """Jalankan Tapak: web, worker dan penyapu / start everything, Ctrl-C stops it."""
    from web import supervisor

    sys.exit(supervisor.run(Config.from_environment()))


@cli.command("test", context_settings=FORWARD)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def test_command(arguments: tuple[str, ...]) -> None:
    """Jalankan semua ujian / run all tests, or those given, e.g. test tests/web -k config."""
    # A third of the time a test waits for a browser, a server or a clock: one more process than cores uses it. Each
    # has a database of its own in a Redis that has sixteen.
    counted = any(given.startswith(("-n", "--numprocesses", "-p")) for given in arguments)
    workers = () if counted else ("-n", str(min((os.cpu_count() or 1) + 1, 8)))
    os.chdir(ROOT)
    os.execv(sys.executable, [sys.executable, "-m", "pytest", *workers, "--dist", "loadgroup", *arguments])


@cli.command("check")
def check_command() -> None:
    """Periksa kode dan gambar / lint, types, import contracts, drawings, outlines, migrations."""
    from web.checks import check

    sys.exit(check())


@cli.command("demo")
@click.option("--accounts", is_flag=True, help="Hanya tampilkan akun demo / only print the demo accounts.")
def demo_command(accounts: bool) -> None:
    """Muat data demo Temanggung ke basis data kosong / load the demo, or print its accounts."""
    from web import migrate
    from web.prepare import load_demo, print_accounts

    config = Config.from_environment()
    if not accounts:
        migrate.up(config.database_url)
        load_demo(config)
    print_accounts(config)


@cli.command("office", context_settings=FORWARD)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def office_command(arguments: tuple[str, ...]) -> None:
    """Buka kantor KODE yang sesungguhnya / open a real office: regions, agenda, bodies, first accounts."""
    from web.office_cli import office

    office.main(list(arguments), prog_name="manage.py office")


@cli.command("regions")
@click.option("--within", metavar="KODE", help="Hanya wilayah ini dan isinya / only this region, e.g. 33.23.")
def regions_command(within: str | None) -> None:
    """Muat daftar wilayah Indonesia / load the register of regions: all 91,599, or those --within one."""
    from web.prepare import load_regions

    loaded = load_regions(Config.from_environment(), within)
    click.echo(f"baru {loaded.inserted}, berubah {loaded.updated}, sudah ada {loaded.unchanged}")


@cli.command("lead")
def lead_command() -> None:
    """Pimpin semua badan demo sampai dimonitor / lead the demo's bodies to the end, with invented evidence."""
    from web.prepare import lead_demo

    bodies, acts = lead_demo(Config.from_environment())
    click.echo(f"{bodies} badan, {acts} tindakan (bodies led, acts done).")


@cli.group("migration")
def migration_group() -> None:
    """Ubah susunan basis data / schema migrations: up, down, new, check, history."""


@migration_group.command("up")
@click.argument("revision", default="head")
def migration_up(revision: str) -> None:
    """Migrate up to REVISION (head)."""
    from web import migrate

    migrate.up(Config.from_environment().database_url, revision)


@migration_group.command("down")
@click.argument("revision", default="-1")
def migration_down(revision: str) -> None:
    """Migrate down to REVISION (one step)."""
    from web import migrate

    migrate.down(Config.from_environment().database_url, revision)


@migration_group.command("new")
@click.argument("what_it_does")
@click.option("--empty", is_flag=True, help="Do not compare models and database; write an empty migration.")
def migration_new(what_it_does: str, empty: bool) -> None:
    """Write migrations/versions/NNNN_WHAT_IT_DOES.py from the difference between models and migrations."""
    from web import migrate

    click.echo(migrate.new(what_it_does, empty=empty))


@migration_group.command("check")
def migration_check() -> None:
    """Tell whether models and migrations describe the same schema; exit code 1 when they do not."""
    from web import migrate

    differences = migrate.differences()
    for line in differences:
        click.echo(line)
    sys.exit(1 if differences else 0)


@migration_group.command("history")
def migration_history() -> None:
    """List the migrations and mark where the database stands."""
    from web import migrate

    for line in migrate.history(Config.from_environment().database_url):
        click.echo(line)


@cli.command("drawings", context_settings=FORWARD)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def drawings_command(arguments: tuple[str, ...]) -> None:
    """Gambar alur / drawings: check, outline, walk, decide, diff, publish, consent, move (--help tells more)."""
    from web.drawings_cli import drawings

    drawings.main(list(arguments), prog_name="manage.py drawings")


@cli.command("outlines", context_settings=FORWARD)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def outlines_command(arguments: tuple[str, ...]) -> None:
    """Tulis ulang kerangka semua gambar / rewrite each drawing's outline; --check only compares."""
    from web.drawings_cli import outlines

    outlines.main(list(arguments), prog_name="manage.py outlines")


@cli.command("bpmn-table", context_settings=FORWARD)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def bpmn_table_command(arguments: tuple[str, ...]) -> None:
    """Tulis ulang docs/bpmn.md / what of BPMN runs, is kept or refused; --check only compares."""
    from web.bpmn_table_cli import bpmn_table

    bpmn_table.main(list(arguments), prog_name="manage.py bpmn-table")


@cli.command("bench", context_settings=FORWARD)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def bench_command(arguments: tuple[str, ...]) -> None:
    """Ukur kecepatan / measure speed; --json prints medians and ratios."""
    sys.exit(subprocess.run([sys.executable, "-m", "benchmarks", *arguments], cwd=ROOT, check=False).returncode)


@cli.command("audit", context_settings=FORWARD)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def audit_command(arguments: tuple[str, ...]) -> None:
    """Riwayat dan titik periksa / histories and checkpoints: export, verify, key (--help tells more)."""
    from web.audit_cli import audit

    audit.main(list(arguments), prog_name="manage.py audit")


@cli.command("backup")
@click.argument("folder")
def backup_command(folder: str) -> None:
    """Cadangkan semuanya ke FOLDER baru, juga saat dipakai / back everything up, also while it is in use."""
    from pathlib import Path

    from web.backup import backup

    made = backup(Config.from_environment(), Path(folder))
    click.echo(f"{folder}: {len(made['files'])} berkas / files, {made['entries']} catatan / entries, {made['at']}")


@cli.command("restore", context_settings=FORWARD)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def restore_command(arguments: tuple[str, ...]) -> None:
    """Pulihkan cadangan ke tempat kosong dan periksa / restore FOLDER --verify: into an empty place, checked."""
    from web.restore import restore_command as restore

    restore.main(list(arguments), prog_name="manage.py restore")


@cli.command("account", context_settings=FORWARD)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def account_command(arguments: tuple[str, ...]) -> None:
    """Akun kantor / accounts of the office: list, grant, end a role, totp-off (--help tells more)."""
    from web.account_cli import account

    account.main(list(arguments), prog_name="manage.py account")


@cli.command("prepare", hidden=True)
def prepare_command() -> None:
    """Migrate the database and, when it is empty in demo mode, load the demo."""
    from web.prepare import prepare

    prepare(Config.from_environment())


@cli.command("worker", hidden=True)
def worker_command() -> None:
    """Listen for rings and drain the outbox."""
    from web import jobs, logging

    logging.configure("worker")
    jobs.work(Config.from_environment())


@cli.command("sweep", hidden=True)
def sweep_command() -> None:
    """Fire timers, climb escalations, see to waiting messages."""
    from web import logging, schedule

    logging.configure("sweep")
    schedule.run(Config.from_environment())


if __name__ == "__main__":
    main()
