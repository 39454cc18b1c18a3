"""What the villages hand in: the demo's evidence with files of its own, typed into the form as it is on the page."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from benchmarks.day.hands import Hand, Refused
from benchmarks.day.members import Company
from benchmarks.day.people import Day
from engine import forms
from engine.forms import Form
from engine.forms.naming import pairs
from web.config import ROOT
from workflows.demo import evidence, pictures
from workflows.demo.evidence import Case, Official
from workflows.demo.ground import ZONE
from workflows.demo.names import People, nip

POSTS = {"kades": "Kepala Desa", "lurah": "Lurah", "camat": "Camat", "kapolsek": "Kapolsek", "danramil": "Danramil"}


def case(day: Day, body: Company) -> Case:
    """The body as its evidence speaks of it today. Officials and secretariat bear the name of their place, so that
    nobody serves twice."""
    people = People(seed=body.id)

    def somebody(gender: str) -> str:
        return f"{people.name(gender)} {body.place}"

    head, *staff = "LPL" if body.id % 2 else "PLP"
    today = datetime.now(ZONE).date()
    return Case(
        kind=body.kind, code=body.code, body=body.name, place=body.place, district=day.bodies[body.district].place,
        number=body.id, members=[one.name for one in body.members], oath_on=today, today=today,
        file=lambda scene, title: file(day.folder, scene, title, body),
        trainers=[day.bodies[body.district].members[1].name],
        officials=[Official(office, somebody("L"), f"{POSTS[office]} {body.place}")
                   for office in evidence.offices(body.kind, body.code)],
        secretariat=[(somebody(head), nip(body.id * 3, head)), *((somebody(one), "") for one in staff)],
        random=Random(body.code),
    )


def file(folder: Path, scene: str, title: str, body: Company) -> dict[str, Any]:
    """A photo or a paper of this body on its phone; the form names it by its path."""
    words = f"{title} · {body.name.partition(',')[0]}"
    ending = "pdf" if scene == "paper" else "jpg"
    path = folder / f"{hashlib.sha1(f'{scene} {words}'.encode(), usedforsecurity=False).hexdigest()[:12]}.{ending}"
    if not path.exists():
        made = pictures.paper(title, (words,)) if scene == "paper" else pictures.photo(scene, body.id, words)
        path.write_bytes(made)
    return {"sha256": f"file:{path}"}


@cache
def form_of(kind: str, node: str) -> Form:
    """The form as the drawing's folder has it: it says how each answer is named on the page."""
    return forms.load((ROOT / "workflows" / kind / f"{node}.form").read_text("utf-8"))


def fill_in(hand: Hand, form: Form, data: Mapping[str, Any]) -> None:
    """Every answer stands in the page's own field, every file at its place; rows are added with the page's button."""
    files: dict[str, list[Path]] = {}
    for name, value in pairs(form.fields, data):
        if value.startswith("file:"):
            files.setdefault(name, []).append(Path(value[5:]))
        else:
            _answer(hand, form, name, value)
    for name, paths in files.items():
        hand.attach(name, paths)


def _answer(hand: Hand, form: Form, name: str, value: str) -> None:
    _row_for(hand, name)
    part = form.field(tuple(int(step) if step.isdecimal() else step for step in name.split("-")))
    if part is not None and part.kind == "checkbox" and value != "true":
        return
    if part is not None and part.kind in ("radio", "checklist", "select", "checkbox"):
        hand.choose(name, value)
    else:
        hand.fill(name, value)


def _row_for(hand: Hand, name: str) -> None:
    """The row that this answer stands in is on the page."""
    steps = name.split("-")
    for at, step in enumerate(steps):
        if not step.isdecimal() or hand.has(name):
            continue
        hand.press(name="_add", value="-".join(steps[:at]))
    if not hand.has(name):
        raise Refused(f"{hand.path} has no field {name}")


def send(hand: Hand, day: Day, body: Company, node: str, told: str = "menunggu pemeriksaan") -> None:
    """The evidence of this task of this body is filled in and handed in, and the page says that it arrived."""
    hand.open(f"/badan/{body.id}/bukti/{node}")
    fill_in(hand, form_of(body.kind, node), evidence.make(node, case(day, body)))
    hand.press(name="act", value="send")
    if told not in hand.text().lower():
        raise Refused(f"{body.name}: {node} was not taken: {hand.text()[:2500]}")


def answer(hand: Hand, name: str, value: str) -> None:
    """A line typed into its field, in a row of its own where it needs one."""
    _row_for(hand, name)
    hand.fill(name, value)


def path_of(named: Mapping[str, Any]) -> Path:
    """Where the file that `file` made lies."""
    return Path(str(named["sha256"]).removeprefix("file:"))
