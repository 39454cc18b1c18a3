"""Bodies are formed from the regions, each once, each under its parent."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from engine.errors import NotFound, Refused
from tests.workflows.conftest import new_agenda
from tests.workflows.samples import PENDOWO
from workflows import bodies
from workflows.models import Agenda, Body

TEMANGGUNG = Path(bodies.__file__).parent / "data" / "temanggung.csv"


def test_temanggung_has_20_ppk_and_289_pps(session: Session, agenda: Agenda, formed: dict[str, Body]) -> None:
    assert Counter(body.kind for body in formed.values()) == {"ppk": 20, "pps": 289}
    listed = {line.split(",")[0] for line in TEMANGGUNG.read_text(encoding="utf-8").splitlines()[1:]}
    assert set(formed) == listed
    least = {kind: bodies.MEMBERS[kind][0] for kind in ("ppk", "pps")}
    assert (20 * least["ppk"], 289 * least["pps"]) == (100, 867)


def test_every_pps_lies_under_the_ppk_of_its_kecamatan(formed: dict[str, Body]) -> None:
    by_id = {body.id: body for body in formed.values()}
    for body in formed.values():
        if body.kind == "pps":
            assert by_id[body.parent_id or 0].region_code == body.region_code.rpartition(".")[0]
        else:
            assert body.parent_id is None


def test_no_two_bodies_have_one_name(formed: dict[str, Body]) -> None:
    assert len({body.name for body in formed.values()}) == 309
    assert formed[PENDOWO].name == "PPS Pendowo, Kec. Kranggan"


def test_forming_again_forms_nothing(session: Session, agenda: Agenda, formed: dict[str, Body]) -> None:
    assert bodies.form(session, agenda) == []
    assert session.scalar(select(func.count()).select_from(Body)) == 309


def test_without_regions_nothing_is_formed(session: Session) -> None:
    agenda = new_agenda()
    session.add(agenda)
    session.flush()
    with pytest.raises(NotFound, match=r"33\.23"):
        bodies.form(session, agenda)


def test_a_kpps_stands_under_its_pps(session: Session, formed: dict[str, Body]) -> None:
    pps = formed[PENDOWO]
    made = bodies.form_units(session, pps, "kpps", [1, 2, 2])
    assert [(body.unit, body.scope, body.name, body.parent_id) for body in made] == [
        (1, f"{PENDOWO}.001", "KPPS 001 Pendowo, Kec. Kranggan", pps.id),
        (2, f"{PENDOWO}.002", "KPPS 002 Pendowo, Kec. Kranggan", pps.id),
    ]
    assert [body.unit for body in bodies.form_units(session, pps, "kpps", [2, 3])] == [3]
    with pytest.raises(Refused, match="TPS"):
        bodies.form_units(session, pps, "kpps", [0])
    with pytest.raises(Refused, match="PPS"):
        bodies.form_units(session, made[0], "kpps", [1])


def test_a_body_is_found_by_its_subject(session: Session, formed: dict[str, Body]) -> None:
    body = formed[PENDOWO]
    assert bodies.of_subject(session, body.subject) is body
    for subject in ("body:999999", "body:x", "agenda:1"):
        with pytest.raises(NotFound):
            bodies.of_subject(session, subject)


def test_the_database_refuses_a_second_body_of_one_place(session: Session, formed: dict[str, Body]) -> None:
    pps = formed[PENDOWO]
    session.add(Body(agenda_id=pps.agenda_id, kind="pps", region_code=PENDOWO, unit=0, name="kembar"))
    with pytest.raises(IntegrityError):
        session.flush()
