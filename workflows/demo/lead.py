"""Bodies led to the last stage by a script, through the public verbs: what is open is handed in, then approved."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import definitions, operations
from engine.models import Instance, Obstacle, Task
from workflows import bodies, people
from workflows.demo import ground
from workflows.demo.acts import Keep, Player
from workflows.demo.names import Invented
from workflows.demo.plans import STAGES
from workflows.host import HOST
from workflows.models import Body
from workflows.people import NikKeys
from workflows.settings import KINDS

LAST = "monitored"
MOST_STEPS = 4 * len(STAGES)


def player_of(session: Session, *, now: datetime, keep: Keep) -> Player:
    """Plays the people of the demo that stands in this database. Refused with NotFound where there is none."""
    newest = {kind: definitions.newest(session, kind) for kind in KINDS}
    return Player(session, ground.find(session, now), newest, keep)


def unfinished(session: Session) -> list[int]:
    """The bodies that never were monitored, by id, each PPK before its PPS."""
    return list(session.scalars(
        select(Body.id).outerjoin(Instance, Instance.id == Body.instance_id)
        .where((Instance.id.is_(None)) | ((Instance.status == "running") & (Body.monitored_on.is_(None))))
        .order_by(Body.id)
    ))


def lead(player: Player, body: Body, *, keys: NikKeys, now: datetime) -> int:
    """The body is monitored: its flow is started where it was not, its obstacles are lifted, an empty seat is filled,
    each open task is done by whose it is. The answer is the number of acts: 0 when it was monitored before.

    Stands or falls with the caller's transaction. RuntimeError when it does not come nearer.
    """
    acts = 0
    if body.monitored_on is not None:
        return acts
    if body.instance_id is None:
        player.start(body, now)
        acts += 1
    acts += _lift(player, body, now) + _fill_seat(player, body, keys)
    for _ in range(MOST_STEPS):
        if body.monitored_on is not None:
            return acts
        node = player.session.scalars(
            select(Task.node).where(Task.instance_id == body.instance_id, Task.closed_at.is_(None))
        ).one()
        verb, _, stage = node.partition("_")
        do = player.hand_in if verb == "submit" else player.approve
        do(body, STAGES.index(stage), now)
        acts += 1
    raise RuntimeError(f"{body.name} does not come to {LAST}")


def _lift(player: Player, body: Body, now: datetime) -> int:
    open_ones = player.session.scalars(
        select(Obstacle.id).where(Obstacle.instance_id == body.instance_id, Obstacle.lifted_at.is_(None))
    ).all()
    actor = player.laid.actors[body.region_code]
    for one in open_ones:
        operations.lift_obstacle(
            player.session, obstacle_id=one, actor=actor, role=actor.grants[0].role, now=now, host=HOST
        )
    return len(open_ones)


def _fill_seat(player: Player, body: Body, keys: NikKeys) -> int:
    least, _ = bodies.MEMBERS[body.kind]
    names = list(player.laid.members[body.region_code])
    missing = least - len(names)
    for _ in range(missing):
        one: Invented = player.laid.people.somebody("P", body.region_code)
        person = people.register(player.session, people.Particulars(
            one.name, one.nik, one.gender, one.born_on, one.phone, one.education, body.region_code
        ), keys)
        people.enrol(player.session, body, person, "anggota", from_on=player.laid.today, rank=least)
        names.append(one.name)
    player.members[body.region_code] = names
    return max(missing, 0)
