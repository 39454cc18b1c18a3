"""A kecamatan of the demo on a real port, loaded once for all tests that only look."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session
from werkzeug.serving import make_server

from engine import definitions
from engine.models import Task
from tests.web.drawings_world import UNSOUND
from web import create_app
from web.auth import passwords
from web.auth.accounts import DEMO_PASSWORD
from web.config import Config
from web.db import make_engine, transaction
from web.notify import EFFECTS
from web.prepare import keeper
from web.store import Store
from workflows import demo, drawing_drafts, replacement, versions
from workflows.activities import attendance, hand_in, invited, register
from workflows.activities.attendance import Mark
from workflows.demo import ground
from workflows.drawings import drawing_file, form_texts
from workflows.models import Body, Membership, Person, Stakeholder
from workflows.people import NikKeys
from workflows.regions import TEMANGGUNG
from workflows.registers import entries
from workflows.registers.entries import Sent
from workflows.registers.kinds import KINDS

DISTRICT = "33.23.13"
MINE, RETURNED = f"{DISTRICT}.2004", f"{DISTRICT}.2003"


@dataclass(frozen=True)
class House:
    """The running pages; the numbers that stand for words in a path, and the paths that stand for one of them."""

    url: str
    places: dict[str, str]
    lists: dict[str, tuple[str, ...]]

    def paths(self, wishes: Iterable[str]) -> list[str]:
        """The addresses that are wished for: "/badan/{mine}", "{approvals}"."""
        return [path.format(**self.places) for wish in wishes for path in self.lists.get(wish, (wish,))]


@pytest.fixture(scope="session")
def house(
    sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("pages")
    file = folder / "tapak.sqlite3"
    file.write_bytes(sqlite_template.read_bytes())
    config = Config.from_environment({"TAPAK_VAR": str(folder / "var"), "DATABASE_URL": f"sqlite:///{file}"})
    engine = make_engine(config.database_url)
    with transaction(engine) as session:
        demo.load(
            session, now=datetime.now(UTC), keys=NikKeys.from_secret(config.secret_key.encode()),
            password_hash=passwords.digest(DEMO_PASSWORD), keep=keeper(Store(config.attachments)), effects=EFFECTS,
            within=TEMANGGUNG if request.config.getoption("--pictures") else DISTRICT,
        )
        places = _places(session) | _activity(session) | _drawings(session) | _registers(session)
        places, lists = places | _replacement(session), {
            "{approvals}": _one_of_each(session, "approve_%", "/tugas/{task}/periksa"),
            "{submissions}": _one_of_each(session, "submit_inauguration", "/badan/{body}/bukti/{node}"),
        }
    engine.dispose()
    app = create_app(config)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield House(f"http://127.0.0.1:{server.server_port}", places, lists)
    server.shutdown()
    thread.join(10)
    app.extensions["tapak.engine"].dispose()


def _places(session: Session) -> dict[str, str]:
    number = {code: str(one) for code, one in session.execute(sa.select(Body.region_code, Body.id))}
    person = session.scalars(
        sa.select(Membership.person_id).join(Body, Body.id == Membership.body_id).where(Body.region_code == MINE)
    ).first()
    longest = session.scalars(
        sa.select(Body.id).join(Task, Task.instance_id == Body.instance_id)
        .group_by(Body.id).order_by(sa.func.count().desc(), Body.id)
    ).first()
    return {"mine": number[MINE], "returned": number[RETURNED], "district": number[DISTRICT], "person": str(person),
            "longest": str(longest), "office": str(session.scalars(sa.select(sa.func.min(Stakeholder.id))).one())}


def _activity(session: Session) -> dict[str, str]:
    """An inauguration of the kecamatan with a latecomer, handed in as far as it goes."""
    now = datetime.now(UTC)
    operator = ground.find(session, now).office["operator"]
    activity = register.begin(
        session, kind="inauguration", title="Pelantikan PPS", held_on=now.date(), key="pages", actor=operator, now=now
    )
    number, membership = session.execute(
        sa.select(Body.id, Membership.id).join(Membership, Membership.body_id == Body.id)
        .where(Body.region_code == MINE, Membership.post == "anggota").limit(1)
    ).one()
    invited.add(session, activity, [number], actor=operator)
    attendance.save(session, activity, [(membership, Mark().text, Mark("late", "sakit"))], actor=operator, now=now)
    register.add_follow_up(session, activity, what="Foto bersama", owner="Humas", due_on=None, actor=operator, now=now)
    run = hand_in.begin(session, activity, key="pages", actor=operator, now=now)
    return {"activity": str(activity.id), "run": str(run)}


def _drawings(session: Session) -> dict[str, str]:
    """A draft with a fault in it, and a newer version of PPK whose bodies are still to be moved."""
    now = datetime.now(UTC)
    office = ground.find(session, now).office
    draft = drawing_drafts.begin(
        session, drawing_drafts.Sent("pps.bpmn", UNSOUND, form_texts(drawing_file("pps"))),
        base=definitions.newest(session, "pps"), begun="pages", actor=office["admin"], now=now,
    )
    old, file = definitions.newest(session, "ppk"), drawing_file("ppk")
    drawing = file.read_text("utf-8").replace("Periksa bimtek", "Telaah bimtek").encode()
    made = versions.propose(session, drawing, form_texts(file), office["admin"], now, "ppk")
    versions.consent(session, made.id, office["komisioner-sdm"], now)
    return {"draft": str(draft.id), "moved": str(old)}


def _registers(session: Session) -> dict[str, str]:
    """An issue of a PPS, and a report in confidence by its member."""
    now = datetime.now(UTC)
    member = ground.find(session, now).actors[MINE]
    body = session.scalars(sa.select(Body.id).where(Body.region_code == MINE, Body.kind == "pps")).one()
    issue, _ = entries.write(session, KINDS["issue"], body, {
        "subject": "Listrik padam", "category": "technical", "severity": "high", "risk": "Surat tidak dapat dicetak.",
        "story": "Padam sejak Senin.",
    }, Sent(member, now, "pages-issue"))
    secret, _ = entries.write(session, KINDS["neutrality"], body, {
        "subject": "Diminta memasang atribut", "form_of": "attribute", "who": "official",
        "happened_on": now.date().isoformat(), "story": "Di balai desa.",
    }, Sent(member, now, "pages-secret"))
    return {"issue": str(issue), "secret": str(secret)}


def _replacement(session: Session) -> dict[str, str]:
    """A member of a PPS resigned; the second of two reserves is proposed, the first is not willing."""
    now = datetime.now(UTC)
    body = session.scalars(sa.select(Body).where(Body.region_code == MINE, Body.kind == "pps")).one()
    for rank, name in ((4, "Siti Cadangan Nurhayati"), (5, "Bambang Cadangan Prasetyo")):
        person = Person(name=name, name_key=name.lower())
        session.add(person)
        session.flush()
        session.add(Membership(
            agenda_id=body.agenda_id, body_id=body.id, person_id=person.id, post="cadangan", rank=rank,
        ))
    session.flush()
    leaving, second = replacement.members(session, body.id)[-1][0], replacement.reserves(session, body.id)[-1][0]
    wish = replacement.Wish(
        leaving.id, second.id, "resigned", now.date(), "Tidak bersedia menurut suratnya.",
        {"sha256": "0" * 64, "name": "surat-pengunduran.pdf", "type": "application/pdf", "size": 1},
    )
    operator = ground.find(session, now).office["operator"]
    return {"paw": str(replacement.propose(session, body.id, wish, replacement.Sent(operator, now, "pages")))}


def _one_of_each(session: Session, nodes: str, path: str) -> tuple[str, ...]:
    """The address of one open task of each node of each kind of body."""
    rows = session.execute(
        sa.select(Body.kind, Task.node, sa.func.min(Task.id), sa.func.min(Body.id))
        .join(Body, Body.instance_id == Task.instance_id)
        .where(Task.closed_at.is_(None), Task.node.like(nodes)).group_by(Body.kind, Task.node)
    ).all()
    return tuple(path.format(task=task, body=body, node=node) for _, node, task, body in rows)
