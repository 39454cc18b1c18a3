"""One act of one body, done through the engine's verbs by whoever may do it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import operations
from engine.host import Actor
from engine.models import Instance, Obstacle, Task
from workflows import regions
from workflows.demo import evidence, ground, pictures
from workflows.demo.evidence import Case, Official
from workflows.demo.ground import Ground
from workflows.demo.names import nip
from workflows.demo.plans import STAGES, Hold
from workflows.host import HOST
from workflows.models import Body, Membership

Keep = Callable[[bytes], str]
"""Puts bytes into the store of attachments and answers their sha256."""

MANY_BODIES = ("oath", "training")
"""The photos of these events are the same for all who were there."""
RETURNS: Mapping[str, tuple[tuple[str, tuple[str, ...], str], ...]] = {
    "inauguration": (("unsigned", ("group_documents",), "Pakta integritas satu anggota belum ditandatangani."),),
    "sowan": (
        ("blurry", ("group_visits",), "Foto kunjungan buram. Mohon unggah foto yang jelas wajah pejabatnya."),
        ("outcome_unclear", ("group_visits",), "Hasil pertemuan terlalu singkat. Tuliskan kesepakatannya."),
        ("photos_unrelated", ("group_visits", "group_closing"), "Foto bukan foto kunjungan. Ganti dengan yang benar."),
    ),
    "secretariat": (
        ("number_mismatch", ("group_local_decree",), "Nomor keputusan tidak sama dengan berkas yang diunggah."),
        ("unsigned", ("group_pacts",), "Pakta integritas staf belum ditandatangani."),
    ),
    "bimtek": (("attendance_incomplete", ("group_attendance", "group_documents"), "Daftar hadir belum lengkap."),),
    "monitoring": (("follow_up_unclear", ("group_follow_up",), "Tindak lanjut belum menyebut siapa dan kapan."),),
}


@dataclass
class Player:
    """Does what a plan says, as the person whose task it is. Nothing is committed here."""

    session: Session
    laid: Ground
    definitions: Mapping[str, int]
    keep: Keep
    members: dict[str, Sequence[str]] = field(default_factory=dict)
    kept: dict[tuple[str, int, str], tuple[str, int]] = field(default_factory=dict)
    officials: dict[str, list[str]] = field(default_factory=dict)
    secretariats: dict[int, list[tuple[str, str]]] = field(default_factory=dict)

    def start(self, body: Body, at: datetime) -> None:
        outcome = operations.start(
            self.session, definition_id=self.definitions[body.kind], subject=body.subject, scope=body.scope,
            actor=self.laid.office["operator"], now=at, host=HOST,
        )
        body.instance_id = outcome.instance_id
        self.session.flush()

    def hand_in(self, body: Body, stage: int, at: datetime, flaws: frozenset[str] = frozenset()) -> None:
        node = f"submit_{STAGES[stage]}"
        actor = self._filler(body, stage)
        data = evidence.make(node, self.case(body, node, actor, at, flaws))
        operations.complete_task(
            self.session, task_id=self._task(body, node), actor=actor, now=at, host=HOST, data=data
        )

    def prepare(self, body: Body, stage: int, at: datetime, flaws: frozenset[str] = frozenset()) -> None:
        node = f"submit_{STAGES[stage]}"
        actor = self._filler(body, stage)
        data = evidence.make(node, self.case(body, node, actor, at, flaws))
        operations.prepare(
            self.session, instance_id=_instance(body), node=node, actor=actor, now=at, host=HOST, data=data
        )

    def draft(self, body: Body, stage: int, at: datetime) -> None:
        node = f"submit_{STAGES[stage]}"
        actor = self._filler(body, stage)
        data = evidence.make(node, self.case(body, node, actor, at))
        begun = {key: value for key, value in data.items() if key not in ("narrative", "statement_true")}
        operations.save_draft(
            self.session, instance_id=_instance(body), node=node, actor=actor, now=at, host=HOST, data=begun
        )

    def approve(self, body: Body, stage: int, at: datetime) -> None:
        self._decide(body, stage, at, evidence.approve(500 + body.id, at.year))

    def send_back(self, body: Body, stage: int, at: datetime) -> None:
        known = RETURNS[STAGES[stage]]
        self._decide(body, stage, at, evidence.send_back(*known[body.id % len(known)]))

    def _decide(self, body: Body, stage: int, at: datetime, answer: Mapping[str, Any]) -> None:
        who = "komisioner-sdm" if (stage + body.id) % 3 else "komisioner-teknis"
        operations.complete_task(
            self.session, task_id=self._task(body, f"approve_{STAGES[stage]}"), actor=self.laid.office[who], now=at,
            host=HOST, data=answer,
        )

    def hold(self, body: Body, hold: Hold, at: datetime) -> None:
        sworn = body.oath_on is not None
        actor = self.laid.actors[body.region_code] if sworn else self.laid.office["operator"]
        today = datetime.combine(self.laid.today, at.timetz())
        promised = None if hold.promised_in is None else today + timedelta(days=hold.promised_in)
        operations.report_obstacle(
            self.session, instance_id=_instance(body), actor=actor, role=actor.grants[0].role, now=at, host=HOST,
            code=hold.code, owner=self._owner(body, hold.owner), note_text=hold.note, promised_at=promised,
        )
        if hold.code == "anggota_kurang":
            self._resign(body, at.date())

    def _owner(self, body: Body, owner: str) -> str:
        place = self._place(body)
        if body.kind == "pps" and regions.head_of_village(body.region_code) == "lurah":
            owner = owner.replace("Kepala Desa", "Lurah")
        return owner.format(place=place)

    def _resign(self, body: Body, on: date) -> None:
        last = self.session.scalars(
            select(Membership).where(Membership.body_id == body.id).order_by(Membership.rank.desc()).limit(1)
        ).one()
        last.until_on = max(on, last.from_on or on)
        self.session.flush()

    def lift(self, body: Body, hold: Hold, at: datetime) -> None:
        found = self.session.scalars(
            select(Obstacle.id).where(
                Obstacle.instance_id == body.instance_id, Obstacle.code == hold.code, Obstacle.lifted_at.is_(None)
            )
        ).one()
        actor = self.laid.actors[body.region_code]
        operations.lift_obstacle(
            self.session, obstacle_id=found, actor=actor, role=actor.grants[0].role, now=at, host=HOST
        )

    def _filler(self, body: Body, stage: int) -> Actor:
        if stage == 0 or (stage == 4 and body.kind == "ppk"):
            return self.laid.office["operator"]
        if stage == 4:
            return self.laid.actors[self.laid.district(body).region_code]
        if body.region_code == ground.PPK_SECRETARY:
            return _for(self.laid.secretary, self.laid.members[body.region_code][0])
        return self.laid.actors[body.region_code]

    def _task(self, body: Body, node: str) -> int:
        return self.session.scalars(
            select(Task.id).where(
                Task.instance_id == body.instance_id, Task.node == node, Task.closed_at.is_(None)
            )
        ).one()

    def case(
        self, body: Body, node: str, actor: Actor, at: datetime, flaws: frozenset[str] = frozenset()
    ) -> Case:
        """What the evidence of this body speaks of, if it is handed in now by this person."""
        today, district = at.astimezone(ground.ZONE).date(), self.laid.district(body)
        planned = self.laid.today - timedelta(days=oath_of(body))
        oath_on = body.oath_on or _oath(planned, today)
        place, random = self._place(body), Random(f"{body.region_code} {node} {at.isoformat()}")
        return Case(
            kind=body.kind, code=body.region_code, body=body.name, place=place, district=self._place(district),
            number=body.id, members=self._members(body), oath_on=oath_on,
            today=today, file=self._file(body, node, actor, at), officials=self._officials(body, place),
            trainers=self.laid.members[district.region_code][1:2],
            secretariat=self._secretariat(body), flaws=flaws, since=self._since(body), random=random,
        )

    def _members(self, body: Body) -> Sequence[str]:
        return self.members.get(body.region_code) or self.laid.members[body.region_code]

    def _place(self, body: Body) -> str:
        return body.name.partition(",")[0].partition(" ")[2]

    def _since(self, body: Body) -> date:
        staged = self.session.scalars(select(Instance.staged_at).where(Instance.id == body.instance_id)).one()
        return staged.astimezone(ground.ZONE).date()

    def _officials(self, body: Body, place: str) -> list[Official]:
        offices = evidence.offices(body.kind, body.region_code)
        if body.region_code not in self.officials:
            self.officials[body.region_code] = [self.laid.people.name("L") for _ in offices]
        posts = {"kades": "Kepala Desa", "lurah": "Lurah", "camat": "Camat", "kapolsek": "Kapolsek",
                 "danramil": "Danramil"}
        return [
            Official(office, name, f"{posts[office]} {place}")
            for office, name in zip(offices, self.officials[body.region_code], strict=True)
        ]

    def _secretariat(self, body: Body) -> list[tuple[str, str]]:
        number = body.id
        if number not in self.secretariats:
            self.secretariats[number] = [
                (self.laid.people.name(gender), nip(number * 3 + place, gender) if place == 0 else "")
                for place, gender in enumerate("LPL" if number % 2 else "PLP")
            ]
        return self.secretariats[number]

    def _file(self, body: Body, node: str, actor: Actor, at: datetime) -> evidence.File:
        def attach(scene: str, title: str) -> dict[str, Any]:
            sha256, size = self._stored(body, scene, title, at)
            ending, kind = (".pdf", "application/pdf") if scene == "paper" else (".jpg", "image/jpeg")
            return operations.attach(
                self.session, instance_id=_instance(body), node=node, actor=actor, now=at, host=HOST, sha256=sha256,
                name=f"{title} (contoh){ending}", type=kind, size=size,
            )

        return attach

    def _stored(self, body: Body, scene: str, title: str, at: datetime) -> tuple[str, int]:
        if scene == "paper":
            key = (scene, 0, title)
        elif scene in MANY_BODIES:
            key = (scene, len(title), f"{title} · Kec. {self._place(self.laid.district(body))}")
        else:
            key = (scene, body.id + at.day, f"{title} · {body.name.partition(',')[0]} · {at:%d-%m-%Y}")
        if key not in self.kept:
            content = (
                pictures.paper(title, ("KPU Kabupaten Temanggung", "Semua nama dan angka di sini rekaan."))
                if scene == "paper" else pictures.photo(*key)
            )
            self.kept[key] = self.keep(content), len(content)
        return self.kept[key]


def _instance(body: Body) -> int:
    if body.instance_id is None:
        raise ValueError(f"{body.name} has not started")
    return body.instance_id


def _for(actor: Actor, name: str) -> Actor:
    return Actor(actor.id, actor.name, actor.grants, on_behalf_of=name, person=actor.person)


def _oath(planned: date, today: date) -> date:
    """Sworn on the planned day when it is handed in within two days of it, later ones on the day before."""
    return planned if (today - planned).days <= 2 else today


def oath_of(body: Body) -> int:
    """How many days ago this body's oath was, where it was sworn in with the others."""
    if body.kind == "ppk":
        return ground.PPK_OATH
    second = any(body.region_code.startswith(f"{district}.") for district in ground.SECOND_WAVE)
    return ground.SECOND_OATH if second else ground.PPS_OATH
