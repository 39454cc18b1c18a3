"""A proposal, its second person, and the bodies under way: nothing changes for them until they are moved."""

from __future__ import annotations

import uuid

import pytest
import sqlalchemy as sa
from flask import Flask

from engine.migration.models import MoveRun
from engine.models import Definition, Instance
from tests.web import desk_world as world_of
from tests.web.conftest import Browser
from tests.web.desk_world import PENDOWO, World
from tests.web.drawings_world import (
    MAPPED,
    PPS,
    RENAMED,
    SOWAN_FORM,
    as_,
    consented,
    drafted,
    drained,
    proposed,
    rows,
    seen,
)
from web import db
from workflows import drawing_moves
from workflows.models import Body

OTHER = "33.23.13.2008"


@pytest.fixture
def app(on_both: Flask) -> Flask:
    return on_both


@pytest.fixture
def world(app: Flask) -> World:
    with db.transaction(app.extensions["tapak.engine"]) as session:
        return world_of.inaugurated(session, PENDOWO, OTHER)


@pytest.fixture
def operator(app: Flask, world: World) -> Browser:
    return as_(app, "operator")


@pytest.fixture
def commissioner(app: Flask, world: World) -> Browser:
    return as_(app, "komisioner")


def versions(app: Flask) -> list[tuple[int, str]]:
    query = sa.select(Definition.version, Definition.status).where(Definition.key == "pps").order_by(Definition.version)
    return [tuple(row) for row in rows(app, query)]


def under_way(app: Flask) -> list[int]:
    """The version each body of PPS under way runs by."""
    query = (
        sa.select(Definition.version).select_from(Instance).join(Definition, Definition.id == Instance.definition_id)
        .where(Definition.key == "pps", Instance.status == "running").order_by(Instance.id)
    )
    return [row[0] for row in rows(app, query)]


def runs(app: Flask) -> list[str]:
    return [row[0] for row in rows(app, sa.select(MoveRun.status).order_by(MoveRun.id))]


def wish(world: World, app: Flask, **more: str) -> dict[str, str]:
    """The form of a move to the version that is current."""
    query = sa.select(sa.func.max(Definition.id)).where(Definition.key == "pps", Definition.status == "published")
    old, new = world.definitions["pps"].id, rows(app, query)[0][0]
    return {"dari": str(old), "ke": str(new), "key": str(uuid.uuid4()), **more}


def test_the_very_person_may_not_consent(app: Flask, operator: Browser, world: World) -> None:
    with db.transaction(app.extensions["tapak.engine"]) as session:
        world_of.accounts(session, {}, [("admin", "admin", "33.23")], world.now)
    admin = as_(app, "admin")
    proposal = proposed(admin, RENAMED)
    page = admin.get(proposal).text
    assert "Anda sendiri yang mengusulkan" in page
    assert "Setujui dan terbitkan" not in page
    answer = consented(admin, proposal)
    assert answer.status_code == 403
    assert "Minta orang kedua" in answer.text
    answer = operator.send(proposal, {"act": "consent", "seen": seen(page)})
    assert answer.status_code == 403
    assert "Ini pekerjaan" in answer.text
    assert versions(app) == [(1, "published"), (2, "proposed")]


def test_a_second_person_publishes_and_nothing_moves(app: Flask, operator: Browser, commissioner: Browser) -> None:
    proposal = proposed(operator, RENAMED)
    page = commissioner.get(proposal).text
    assert "Telaah bimtek" in page
    assert "2 badan: 2 pindah menurut nama" in page
    assert "menunggu orang kedua" in commissioner.get("/alur").text
    sent = {"act": "consent", "seen": seen(page)}
    for _ in range(2):
        assert commissioner.send(proposal, sent).status_code == 302
    assert versions(app) == [(1, "published"), (2, "published")]
    assert under_way(app) == [1, 1]
    assert "versi 1: 2" in commissioner.get("/alur").text


def test_what_another_decided_meanwhile_is_told(app: Flask, operator: Browser, commissioner: Browser) -> None:
    proposal = proposed(operator, RENAMED)
    late = {"act": "consent", "seen": seen(commissioner.get(proposal).text)}
    assert as_(app, "komisioner2").send(proposal, {**late, "act": "withdraw"}).status_code == 302
    answer = commissioner.send(proposal, late)
    assert answer.status_code == 409
    assert "sudah ditarik" in answer.text
    assert versions(app) == [(1, "published"), (2, "withdrawn")]
    again = commissioner.get(proposal)
    assert again.status_code == 302


def test_consent_to_what_was_compared_with_another_version_is_refused(
    app: Flask, operator: Browser, commissioner: Browser
) -> None:
    proposal = proposed(operator, RENAMED)
    answer = commissioner.send(proposal, {"act": "consent", "seen": "0"})
    assert answer.status_code == 409
    assert "sudah berganti sejak halaman ini dibuka" in answer.text
    assert versions(app) == [(1, "published"), (2, "proposed")]


def test_a_newer_proposal_takes_the_place_of_the_older(app: Flask, operator: Browser) -> None:
    first = proposed(operator, RENAMED)
    second = proposed(operator, PPS.replace("Periksa bimtek", "Tinjau bimtek").encode())
    assert first != second
    assert versions(app) == [(1, "published"), (2, "withdrawn"), (3, "proposed")]
    draft = drafted(operator, ("pps.bpmn", RENAMED))
    sent = {"seen": seen(operator.get(draft).text)}
    assert operator.send(f"{draft}/usulkan", sent).location == operator.send(f"{draft}/usulkan", sent).location


def test_bodies_are_moved_in_the_background_and_taken_back(
    app: Flask, operator: Browser, commissioner: Browser, world: World
) -> None:
    consented(commissioner, proposed(operator, MAPPED, ("file_sowan.form", SOWAN_FORM)))
    dry = operator.get(f"/alur/pindah?dari={world.definitions['pps'].id}").text
    assert "2 badan: 0 pindah menurut nama, 2 perlu padanan" in dry
    assert under_way(app) == [1, 1]
    sent = wish(world, app, **{"map-submit_sowan": "file_sowan"})
    first, second = (operator.send("/alur/pindah", sent) for _ in range(2))
    assert first.status_code == second.status_code == 302
    assert first.location == second.location
    assert "0 pindah, 0 tetap, 2 lagi" in operator.get(first.location).text
    drained(app)
    assert under_way(app) == [2, 2]
    page = operator.get(first.location).text
    assert "2 pindah, 0 tetap, 0 lagi" in page
    assert "Batalkan pemindahan" in page
    assert "Batalkan pemindahan" not in commissioner.get(first.location).text
    assert operator.send(first.location, {"act": "undo", "key": str(uuid.uuid4())}).status_code == 302
    drained(app)
    assert under_way(app) == [1, 1]
    assert "2 dikembalikan, 0 tetap, 0 lagi" in operator.get(f"{first.location}/kemajuan").text
    assert runs(app) == ["undone"]


def test_a_move_is_stopped_and_goes_on(
    app: Flask, operator: Browser, commissioner: Browser, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drawing_moves, "BATCH", 1)
    consented(commissioner, proposed(operator, RENAMED))
    run = operator.send("/alur/pindah", wish(world, app)).location
    assert operator.send(run, {"act": "stop"}).status_code == 302
    drained(app)
    assert under_way(app) == [1, 1]
    assert "dihentikan" in operator.get(run).text
    assert operator.send(run, {"act": "resume", "key": str(uuid.uuid4())}).status_code == 302
    drained(app)
    assert under_way(app) == [2, 2]
    assert runs(app) == ["moved"]
    assert operator.send(run, {"act": "jump"}).status_code == 400


def test_what_needs_a_mapping_stays_and_is_listed_with_the_reason(
    app: Flask, operator: Browser, commissioner: Browser, world: World
) -> None:
    consented(commissioner, proposed(operator, MAPPED, ("file_sowan.form", SOWAN_FORM)))
    run = operator.send("/alur/pindah", wish(world, app)).location
    drained(app)
    assert under_way(app) == [1, 1]
    page = operator.get(run).text
    assert "0 pindah, 2 tetap, 0 lagi" in page
    name = rows(app, sa.select(Body.name).where(Body.region_code == PENDOWO))[0][0]
    assert name in page
    refused = operator.send("/alur/pindah", wish(world, app, **{"map-submit_sowan": "nirwana"}))
    assert refused.status_code == 400
    assert "nirwana" in refused.text


def test_a_move_to_what_is_no_longer_current_is_refused(
    app: Flask, operator: Browser, commissioner: Browser, world: World
) -> None:
    consented(commissioner, proposed(operator, RENAMED))
    stale = wish(world, app)
    consented(commissioner, proposed(operator, PPS.replace("Periksa bimtek", "Tinjau bimtek").encode()))
    answer = operator.send("/alur/pindah", stale)
    assert answer.status_code == 409
    assert "sudah berganti" in answer.text
    assert runs(app) == []
    assert operator.get("/alur/pindah?dari=9999").status_code == 404
    assert operator.get(f"/alur/pindah?dari={stale['ke']}").status_code == 200
    assert commissioner.send("/alur/pindah", wish(world, app)).status_code == 403
