"""The commands about versions: what changed between two, publishing by four eyes, and moving who is under way."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from zoneinfo import ZoneInfo

import click
import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine import definitions, migration
from engine.diff import Version, differences
from engine.host import SYSTEM, Actor
from engine.migration import MOVES, Plan, Progress
from web.config import Config
from web.db import clock, make_engine, transaction
from workflows import drawings as kpu
from workflows import versions

JSON = click.option("--json", "as_json", is_flag=True, help="Satu objek JSON per baris / one JSON object per line.")
BY = click.option("--by", metavar="LOGIN", help="Siapa yang bertindak / whose act this is.")
HOME = ZoneInfo("Asia/Jakarta")


@contextmanager
def _database() -> Iterator[sa.Engine]:
    engine = make_engine(Config.from_environment().database_url)
    try:
        yield engine
    finally:
        engine.dispose()


def _actor(session: Session, login: str | None, roles: tuple[str, ...] = ()) -> Actor:
    """Whose act this is; the engine itself when nobody is named."""
    if login is None:
        return SYSTEM
    actor = versions.actor_of(session, login, clock(session).astimezone(HOME).date())
    if roles:
        versions.require_everywhere(session, actor, roles)
    return actor


def _tell(said: dict[str, object], words: str, as_json: bool) -> None:
    click.echo(json.dumps(said, ensure_ascii=False, default=str) if as_json else words)


@click.command("diff")
@click.argument("old", metavar="A")
@click.argument("new", metavar="B")
@JSON
def diff_command(old: str, new: str, as_json: bool) -> None:
    """Apa yang berubah maknanya / what changed in meaning: two files, or versions such as pps@1 pps@2."""
    found = differences(_side(old), _side(new))
    for change in found:
        _tell(dict(change.as_dict()), change.message, as_json)
    if not found and not as_json:
        click.echo("Tidak ada perubahan makna.")


def _side(text: str) -> Version:
    """The drawing in this file with the forms beside it, or the version of this name."""
    file = Path(text)
    if file.is_file():
        drawing = file.read_bytes()
        return Version(definitions.chosen(drawing), kpu.form_texts(file))
    with _database() as engine, transaction(engine) as session:
        return versions.side(versions.find(session, text))


@click.command("publish")
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@BY
@JSON
def publish_command(folder: Path, by: str | None, as_json: bool) -> None:
    """Usulkan gambar yang berubah / propose each drawing of a folder that changed; a second person consents."""
    found = versions.files(folder)
    if not found:
        raise click.BadParameter(f"Tidak ada gambar (.bpmn) di {folder}.", param_hint="DIR")
    unfit = [file for file in found if not _is_fit(file, as_json)]
    if unfit:
        raise SystemExit(1)
    with _database() as engine, transaction(engine) as session:
        actor = _actor(session, by)
        pools = [(file, key) for file in found for key in versions.process_keys(file.read_bytes())]
        for drawing, key in pools:
            one = versions.publish(session, drawing, actor, clock(session), key)
            made = one.definition
            name = f"{made.key}@{made.version}"
            words = {
                "unchanged": "tidak berubah", "published": "diterbitkan",
                "proposed": f"diusulkan; orang kedua menyetujui dengan: drawings consent {name} --by LOGIN",
            }[one.outcome]
            _tell({"file": str(drawing), "key": made.key, "version": made.version, "outcome": one.outcome},
                  f"{name}: {words}", as_json)


def _is_fit(file: Path, as_json: bool) -> bool:
    verdict = kpu.verdict(file.read_bytes(), kpu.form_texts(file))
    for problem in verdict.problems if not verdict.ok else ():
        place = f"{problem.element or '-'}{f', baris {problem.line}' if problem.line else ''}"
        _tell({"file": str(file), **problem.as_dict()}, f"{file} [{place}] {problem.message}", as_json)
    return verdict.ok


@click.command("consent")
@click.argument("version", metavar="KEY@VERSION")
@click.option("--by", metavar="LOGIN", required=True, help="Orang kedua / the second person.")
@click.option("--withdraw", is_flag=True, help="Tarik usulan ini / withdraw the proposal instead.")
@JSON
def consent_command(version: str, by: str, withdraw: bool, as_json: bool) -> None:
    """Setujui usulan orang lain / make another person's proposed version the current one."""
    with _database() as engine, transaction(engine) as session:
        found = versions.find(session, version)
        if withdraw:
            versions.withdraw(session, found.id, _actor(session, by), clock(session))
        else:
            versions.consent(session, found.id, _actor(session, by), clock(session))
        words = "ditarik" if withdraw else "berlaku untuk yang dimulai sejak sekarang; yang berjalan tetap"
        _tell({"key": found.key, "version": found.version, "status": found.status},
              f"{found.key}@{found.version}: {words}.", as_json)


@click.command("move")
@click.argument("old", metavar="FROM", required=False)
@click.argument("new", metavar="TO", required=False)
@click.option("--map", "pairs", multiple=True, metavar="LAMA=BARU", help="Padanan / a mapping; may be given again.")
@click.option("--dry-run", is_flag=True, help="Hanya tunjukkan / only tell what would happen.")
@click.option("--batch", default=migration.BATCH, show_default=True, type=click.IntRange(1, 10_000))
@click.option("--lose-work", is_flag=True, help="Pindahkan juga yang kehilangan pekerjaan / move those that lose work.")
@click.option("--undo", "run", type=int, metavar="RUN", help="Batalkan pemindahan ini / take this run back.")
@BY
@JSON
def move_command(
    old: str | None, new: str | None, pairs: tuple[str, ...], dry_run: bool, batch: int, lose_work: bool,
    run: int | None, by: str | None, as_json: bool,
) -> None:
    """Pindahkan badan yang berjalan ke versi lain / move bodies under way, e.g. move pps@1 pps@2 --dry-run."""
    with _database() as engine:
        if run is not None:
            _until_over(engine, run, by, batch, as_json, undoing=True)
            return
        if old is None or new is None:
            raise click.UsageError("Sebutkan kedua versi, misalnya: drawings move pps@1 pps@2")
        mapping = _mapping(pairs)
        with transaction(engine) as session:
            ends = versions.find(session, old).id, versions.find(session, new).id
            plan = migration.plan(session, from_definition=ends[0], to_definition=ends[1], mapping=mapping)
            if not dry_run:
                actor = _actor(session, by, versions.MOVERS)
                run = migration.begin(
                    session, from_definition=ends[0], to_definition=ends[1], mapping=mapping, lose_work=lose_work,
                    actor=actor, now=clock(session),
                )
        _tell_plan(plan, as_json)
        if run is not None:
            _until_over(engine, run, by, batch, as_json, undoing=False)


def _mapping(pairs: tuple[str, ...]) -> dict[str, str]:
    found = {}
    for pair in pairs:
        was, equals, now = pair.partition("=")
        if not (was and equals and now):
            raise click.BadParameter(f"“{pair}”: tulis LAMA=BARU.", param_hint="--map")
        found[was] = now
    return found


def _tell_plan(plan: Plan, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(plan.as_dict(), ensure_ascii=False))
        return
    click.echo(plan.summary())
    for group in plan.groups:
        target = group.pairing.target
        line = f"  {group.count} di {group.state}" + (f" → {target.name}" if target and group.verdict == MOVES else "")
        notes = [group.reason.message] if group.reason.message else []
        notes += [f"jam baru: {', '.join(group.clocks_new)}"] if group.clocks_new else []
        notes += [f"jam dihapus: {', '.join(group.clocks_gone)}"] if group.clocks_gone else []
        notes += [f"{task} dikerjakan {now}, tadinya {was}" for task, was, now in group.roles]
        notes += [f"Coba: {' '.join(f'--map {one}' for one in group.suggestions[:1])}"] if group.suggestions else []
        click.echo(line + (f": {'; '.join(notes)}" if notes else ""))


def _until_over(engine: sa.Engine, run: int, by: str | None, batch: int, as_json: bool, *, undoing: bool) -> None:
    """Batch after batch, each committed by itself: Ctrl-C stops between two, and the same command goes on."""
    from workflows.host import HOST

    step = migration.undo if undoing else migration.move
    over = False
    while not over:
        with transaction(engine) as session:
            actor = _actor(session, by, versions.MOVERS)
            done = step(session, run_id=run, actor=actor, now=clock(session), host=HOST, batch=batch)
        _tell_progress(done, as_json)
        over = done.over
    with transaction(engine) as session:
        for number, subject, reason in migration.refusals(session, run):
            said = {"reason": reason.message, "reason_en": reason.message_en}
            _tell({"instance": number, "subject": subject, **said}, f"  {subject}: {reason.message}", as_json)


def _tell_progress(done: Progress, as_json: bool) -> None:
    if done.status in ("undoing", "undone"):
        words = f"{done.undone} dikembalikan, {done.kept} tetap, {done.left} lagi"
    else:
        words = f"{done.moved} pindah, {done.refused} tetap, {done.left} lagi"
    _tell(dict(done.as_dict()), f"Pemindahan {done.run_id}: {words}.", as_json)


COMMANDS = (diff_command, publish_command, consent_command, move_command)
