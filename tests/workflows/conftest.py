"""An agenda with its regions, for the tests of KPU's registers."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy.orm import Session

from workflows import bodies, regions
from workflows.agendas import save_settings
from workflows.models import Agenda, Body


def new_agenda(code: str = "PILKADA2024", day_type: str = "calendar") -> Agenda:
    return Agenda(
        code=code, name="Pilkada 2024", kind="pilkada", scope="33.23", timezone="Asia/Jakarta",
        voting_day=date(2024, 11, 27), term_begins=date(2024, 5, 16), term_ends=date(2025, 1, 27), day_type=day_type,
    )


@pytest.fixture
def agenda(session: Session) -> Agenda:
    """Pilkada 2024 in Temanggung, with the regions of Temanggung."""
    regions.load(session)
    made = new_agenda()
    save_settings(made, {"inauguration_on": {"ppk": "2024-05-16", "pps": "2024-05-26"}})
    session.add(made)
    session.flush()
    return made


@pytest.fixture
def formed(session: Session, agenda: Agenda) -> dict[str, Body]:
    """All PPK and PPS of Temanggung by region code."""
    return {body.region_code: body for body in bodies.form(session, agenda)}
