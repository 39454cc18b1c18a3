"""`python3 manage.py bpmn-table`: docs/bpmn.md from the small drawings of the standard's elements."""

from __future__ import annotations

import click

from engine.standard.table import table
from web.config import ROOT

FILE = ROOT / "docs" / "bpmn.md"


@click.command()
@click.option("--check", "only_check", is_flag=True, help="Hanya periksa / only compare, change nothing.")
def bpmn_table(only_check: bool) -> None:
    """Tulis docs/bpmn.md / write docs/bpmn.md: what of BPMN runs, is kept or refused."""
    text = table()
    stale = not FILE.exists() or FILE.read_text("utf-8") != text
    if stale and not only_check:
        FILE.write_text(text, "utf-8")
    click.echo(f"{'Berbeda' if only_check else 'Ditulis'}: {FILE.name if stale else '-'}")
    raise SystemExit(1 if stale and only_check else 0)
