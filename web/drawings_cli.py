"""The commands about drawings: check, outline, walk; those of others beside them; and the outlines of KPU's own."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

import click

from engine import checking
from engine.bpmn import outline as outlines_of
from engine.bpmn import reader
from engine.compile import compile_process
from engine.errors import DrawingRefused
from engine.walk import Walk
from web import decisions_cli, versions_cli
from workflows import drawings as kpu
from workflows.settings import KINDS

FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.group()
def drawings() -> None:
    """Gambar alur / drawings: check, outline, walk, decide, diff, publish, consent, move."""


for one in (decisions_cli.decide, *versions_cli.COMMANDS):
    drawings.add_command(one)


@drawings.command()
@click.argument("files", nargs=-1, required=True, type=FILE)
@click.option("--json", "as_json", is_flag=True, help="Satu objek JSON per berkas / one JSON object per file.")
def check(files: tuple[Path, ...], as_json: bool) -> None:
    """Periksa gambar / read, compile and prove each file. Exit code 1 when one is refused."""
    refused = False
    for file in files:
        if file.suffix == ".dmn":
            refused = not decisions_cli.report(file, as_json) or refused
            continue
        texts = kpu.form_texts(file) or None
        verdict = kpu.verdict(file.read_bytes(), texts)
        refused = refused or not verdict.ok
        if as_json:
            click.echo(json.dumps(verdict.as_dict(str(file)), ensure_ascii=False))
            continue
        states = sum(len(graph.states) for graph in verdict.graphs)
        click.echo(f"{file}: {'baik' if verdict.ok else 'ditolak'} ({states} keadaan)")
        for problem in verdict.problems:
            place = f"{problem.element or '-'}{f', baris {problem.line}' if problem.line else ''}"
            click.echo(f"  {problem.severity} {problem.code} [{place}] {problem.message}")
            if problem.path:
                click.echo(f"    jalan: {' → '.join(problem.path)}")
    raise SystemExit(1 if refused else 0)


@drawings.command()
@click.argument("file", type=FILE)
def outline(file: Path) -> None:
    """Cetak alur dalam kata-kata / print the flow in words."""
    for process in reader.read(file.read_bytes()).processes:
        click.echo(outlines_of.outline(process), nl=False)


@drawings.command()
@click.argument("file", type=FILE)
@click.option("--seed", default=1, show_default=True)
@click.option("--steps", default=100, show_default=True)
@click.option("--stub", is_flag=True, help="Jawab acak syarat bahasa lain / answer other languages.")
@click.option("--json", "as_json", is_flag=True)
def walk(file: Path, seed: int, steps: int, stub: bool, as_json: bool) -> None:
    """Mainkan gambar secara acak dalam waktu maya / play the drawing at random in virtual time.

    Each pool of a collaboration is played as the process it is. The last line says where it led: "end" when all ended,
    "waiting" when a step is left to somebody, "refused" with the reason.
    """
    try:
        graphs = {one.id: compile_process(one, stub=stub) for one in checking.runnable(reader.read(file.read_bytes()))}
    except DrawingRefused as refused:
        _last(as_json, {"ended": "refused", "problems": [problem.as_dict() for problem in refused.problems]})
        return
    walks = [Walk(graph, Random(seed), graphs) for graph in graphs.values()]
    for played in walks:
        for number, step in enumerate(played.play(steps), 1):
            said = {"step": number, **({"process": played.graph.root.id} if len(walks) > 1 else {}), **step.as_dict()}
            click.echo(json.dumps(said, ensure_ascii=False) if as_json else
                       f"{number:4} {step.at:%Y-%m-%d %H:%M} {step.trigger}: {step.source or '·'} → {step.target}")
    _last(as_json, _led_to(walks))


def _led_to(walks: list[Walk]) -> dict[str, object]:
    """Where the walks led, told by the one that came least far."""
    order = ("refused", "waiting", "end")
    told = min(walks, key=lambda one: order.index(one.ended))
    return {"ended": told.ended, "state": told.state, **({"reason": told.reason} if told.reason else {})}


def _last(as_json: bool, said: dict[str, object]) -> None:
    click.echo(json.dumps(said, ensure_ascii=False) if as_json else f"selesai: {said['ended']}")


@click.command()
@click.option("--check", "only_check", is_flag=True, help="Hanya periksa / only compare, change nothing.")
def outlines(only_check: bool) -> None:
    """Tulis ikhtisar di samping setiap gambar / write the outline beside each drawing."""
    stale = []
    for kind in KINDS:
        drawing = kpu.drawing_file(kind)
        target, text = kpu.outline_file(drawing), kpu.outline_of(drawing)
        if target.exists() and target.read_text("utf-8") == text:
            continue
        stale.append(target.name)
        if not only_check:
            target.write_text(text, "utf-8")
    click.echo(f"{'Berbeda' if only_check else 'Ditulis'}: {', '.join(stale) or '-'}")
    raise SystemExit(1 if stale and only_check else 0)
