"""The drawings that KPU runs, as files: `workflows/<kind>/<kind>.bpmn` with its forms and its outline beside it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from engine import definitions, handlers
from engine.bpmn import outline, reader
from engine.models import Definition

FOLDER = Path(__file__).parent
KINDS = ("ppk", "pps", "kpps", "pantarlih")


def drawing_file(kind: str) -> Path:
    return FOLDER / kind / f"{kind}.bpmn"


def form_texts(drawing: Path) -> dict[str, str]:
    """The forms beside a drawing: {form id: text}; the id is the file's name."""
    return {path.stem: path.read_text("utf-8") for path in sorted(drawing.parent.glob("*.form"))}


def outline_file(drawing: Path) -> Path:
    return drawing.with_suffix(".outline.txt")


def outline_of(drawing: Path) -> str:
    """The outline that should stand beside this drawing."""
    return outline.outline(reader.read(drawing.read_bytes()).process())


def publish_all(session: Session, *, by: str, now: datetime) -> list[Definition]:
    """Each kind's drawing is published, as it stands in the files; one that is published already stays as it is."""
    return [
        definitions.publish(
            session, drawing=drawing_file(kind).read_bytes(), form_texts=form_texts(drawing_file(kind)), by=by, now=now,
            handlers=handlers.registered(),
        )
        for kind in KINDS
    ]
