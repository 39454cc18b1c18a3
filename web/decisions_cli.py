"""The commands about decision models: what `drawings check` says of a .dmn file, and `drawings decide`."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import click

from engine import dmn
from engine.dmn.checking import check
from engine.dmn.written import to_json
from engine.errors import DrawingRefused, Problem


def report(file: Path, as_json: bool) -> bool:
    """Prints what is wrong with a .dmn file; models it imports are looked for beside it. Whether it is fit to run."""
    verdict = check(file.read_bytes(), beside(file))
    if as_json:
        click.echo(json.dumps(verdict.as_dict(str(file)), ensure_ascii=False))
        return verdict.ok
    count = 0 if verdict.decisions is None else len(verdict.decisions.decisions)
    click.echo(f"{file}: {'baik' if verdict.ok else 'ditolak'} ({count} keputusan)")
    _tell(verdict.problems)
    return verdict.ok


def beside(file: Path) -> list[bytes]:
    """The other decision models of its folder."""
    return [other.read_bytes() for other in sorted(file.parent.glob("*.dmn")) if other != file]


@click.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--decision", required=True, help="Nama atau id / name or id.")
@click.option("--input", "given", default="{}", show_default=True, help="Objek JSON / the inputs, a JSON object.")
@click.option("--json", "as_json", is_flag=True, help="Satu objek JSON / one JSON object.")
def decide(file: Path, decision: str, given: str, as_json: bool) -> None:
    """Jawab satu keputusan dari berkas .dmn / answer one decision of a .dmn file. Exit code 1 when it is refused."""
    inputs = _object(given)
    said: dict[str, object] = {"file": str(file), "decision": decision}
    try:
        outcome = dmn.read(file.read_bytes(), beside(file)).evaluate(
            decision, inputs, now=datetime.now(UTC), written=True)
    except DrawingRefused as refused:
        _say(said, "problems", refused.problems, as_json)
        raise SystemExit(1) from None
    _say({**said, "value": to_json(outcome.value)}, "reasons", outcome.reasons, as_json)
    raise SystemExit(1 if any(reason.code == "decision.unknown" for reason in outcome.reasons) else 0)


def _object(given: str) -> dict[str, object]:
    try:
        found = json.loads(given, parse_float=Decimal)
    except json.JSONDecodeError as error:
        raise click.BadParameter(f"Bukan JSON ({error}). Contoh: '{{\"umur\": 20}}'", param_hint="--input") from None
    if not isinstance(found, dict):
        raise click.BadParameter("Tulis sebuah objek JSON. Contoh: '{\"umur\": 20}'", param_hint="--input")
    return found


def _say(said: dict[str, object], key: str, problems: tuple[Problem, ...], as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps({**said, key: [one.as_dict() for one in problems]}, ensure_ascii=False))
        return
    value = json.dumps(said["value"], ensure_ascii=False) if "value" in said else "ditolak"
    click.echo(f"{said['decision']}: {value}")
    _tell(problems)


def _tell(problems: tuple[Problem, ...]) -> None:
    for one in problems:
        place = f"{one.element or '-'}{f', baris {one.line}' if one.line else ''}"
        click.echo(f"  {one.severity} {one.code} [{place}] {one.message}")
