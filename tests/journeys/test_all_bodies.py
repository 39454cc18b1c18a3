"""All 309 bodies are led to the last stage by a script through the public verbs; a second run finds nothing to do."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine import history
from engine.models import Instance, Obstacle, Submission
from tests import demo as loaded
from web.db import transaction
from workflows.demo import lead
from workflows.models import Body, Membership

pytestmark = pytest.mark.xdist_group("demo")


def led(session: Session) -> int:
    """How many acts it took to lead every body that was not monitored yet."""
    player = lead.player_of(session, now=loaded.NOW, keep=loaded.forget)
    unfinished = [session.get_one(Body, number) for number in lead.unfinished(session)]
    return sum(lead.lead(player, body, keys=loaded.KEYS, now=loaded.NOW) for body in unfinished)


def test_all_bodies_come_to_monitored_and_a_second_run_finds_nothing(
    tmp_path_factory: pytest.TempPathFactory, tmp_path: Path
) -> None:
    engine = loaded.copied(tmp_path_factory.getbasetemp(), tmp_path)
    with transaction(engine) as session:
        before = len(lead.unfinished(session))
        assert 200 < before < 309
        assert led(session) > 3 * before
    with transaction(engine) as session:
        assert led(session) == 0
        states = dict(session.execute(select(Instance.state, func.count()).group_by(Instance.state)).all())  # type: ignore[arg-type]
        assert states == {"monitored/monitoring_rest": 309}
        assert session.scalar(select(func.count()).select_from(Obstacle).where(Obstacle.lifted_at.is_(None))) == 0
        assert session.scalar(
            select(func.count()).select_from(Submission).where(Submission.status.in_(("submitted", "prepared")))
        ) == 0
        full = select(Membership.body_id).where(
            Membership.until_on.is_(None), Membership.post.in_(("ketua", "anggota"))
        )
        assert len(session.scalars(full).all()) == 967
        assert history.verify(session) == []
    engine.dispose()
