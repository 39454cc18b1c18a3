"""The drawings that KPU runs, as files: `workflows/<kind>/<kind>.bpmn` with its forms and its outline beside it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from engine import definitions, handlers
from engine.bpmn import outline, reader
from engine.checking import Verdict, check
from engine.models import Definition
from workflows.models.accounts import ROLES
from workflows.settings import KINDS

FOLDER = Path(__file__).parent


def drawing_file(kind: str) -> Path:
    return FOLDER / kind / f"{kind}.bpmn"


def form_texts(drawing: Path) -> dict[str, str]:
    """The forms and decisions beside a drawing: {form id: text}, the id being the file's name; {"<file>.dmn": text}."""
    beside = {path.stem: path.read_text("utf-8") for path in sorted(drawing.parent.glob("*.form"))}
    return beside | {path.name: path.read_text("utf-8") for path in sorted(drawing.parent.glob("*.dmn"))}


def verdict(drawing: bytes, texts: Mapping[str, str] | None) -> Verdict:
    """Everything wrong with a drawing and the texts beside it, or still missing here: handlers, forms, roles."""
    return check(drawing, form_texts=texts, handlers=handlers.registered(), roles=ROLES)


def outline_file(drawing: Path) -> Path:
    return drawing.with_suffix(".outline.txt")


def outline_of(drawing: Path) -> str:
    """The outline that should stand beside this drawing."""
    return outline.outline(reader.read(drawing.read_bytes()).process())


def publish_all(session: Session, by: str, now: datetime) -> dict[str, Definition]:
    """The newest version of every kind's drawing is in the database; the answer is by kind.

    A drawing in which nothing changed keeps its version. Refused, with nothing stored: DrawingRefused, FormRefused.
    """
    return {kind: publish(session, kind, by, now) for kind in KINDS}


def publish(session: Session, kind: str, by: str, now: datetime) -> Definition:
    """The drawing of this kind of body, as it stands in its folder, is the newest version in the database."""
    file = drawing_file(kind)
    return definitions.publish(
        session, drawing=file.read_bytes(), form_texts=form_texts(file), by=by, now=now,
        handlers=handlers.registered(),
    )
