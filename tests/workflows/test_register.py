"""The reads behind the pages of bodies and people, on both databases."""

from __future__ import annotations

from sqlalchemy.orm import Session

from tests.web import desk_world as world_of
from tests.web.desk_world import PENDOWO, REGENCY
from workflows import dossier, inbox, register
from workflows.register import Filters, Turn


def test_pages_of_bodies_and_people_follow_each_other(session: Session) -> None:
    world = world_of.lay(session, villages=4)
    world_of.inaugurate(session, world, world.of(PENDOWO))
    world_of.hand_in(session, world, world.of(PENDOWO), "pps", "submit_sowan")
    actor = world.actors["operator"]
    bodies, people, turn = list[int](), list[tuple[str, int]](), Turn()
    for _ in range(9):
        page = register.bodies(session, [REGENCY], world.now, turn=turn, size=4)
        bodies += [row.id for row in page.rows]
        turn = Turn(after=page.after)
        if not page.after:
            break
    assert sorted(bodies) == sorted(body.id for body in world.bodies.values())
    turn = Turn()
    for _ in range(99):
        found = register.people(session, [REGENCY], actor, turn=turn, size=7)
        people += [(row.name, row.body_id) for row in found.rows]
        turn = Turn(after=found.after)
        if not found.after:
            break
    assert len(people) == len(set(people)) == 2 * 5 + 7 * 3
    back = register.people(session, [REGENCY], actor, turn=Turn(before=found.before), size=7)
    last = len(found.rows)
    assert [(row.name, row.body_id) for row in back.rows] == people[-7 - last:-last]
    tally = register.tally(session, [REGENCY], world.now, Filters(search="33.23.13"))
    assert (tally.bodies, tally.held) == (7, 0)
    read = dossier.read(session, world.of(PENDOWO).id, world.actors["komisioner"], world.now)
    assert read.flow is not None
    assert read.flow.chain.whole
    assert [task.may_do for task in read.flow.awaited] == [True]
    assert inbox.page(session, int(actor.id), actor).told == []
