"""Who consents to a drawing is told of a proposal once, and who proposed it what became of it."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask

from engine.models import Definition
from tests.web import desk_world as world_of
from tests.web.conftest import Browser
from tests.web.desk_world import PENDOWO, World
from tests.web.drawings_world import RENAMED, as_, consented, proposed, rows
from web import db
from workflows.models import Account, Notice


@pytest.fixture
def app(on_both: Flask) -> Flask:
    return on_both


@pytest.fixture
def world(app: Flask) -> World:
    with db.transaction(app.extensions["tapak.engine"]) as session:
        return world_of.inaugurated(session, PENDOWO)


@pytest.fixture
def operator(app: Flask, world: World) -> Browser:
    return as_(app, "operator")


def told(app: Flask) -> list[tuple[str, str, str]]:
    """(who, topic, status) of the notices about drawings, in the order of their making."""
    query = (
        sa.select(Account.login, Notice.topic, Notice.params).join(Account, Account.id == Notice.account_id)
        .where(Notice.topic.like("drawing.%")).order_by(Notice.id, Account.login)
    )
    return [(row.login, row.topic, row.params.get("status", "")) for row in rows(app, query)]


def able(app: Flask) -> set[str]:
    return {who for who, topic, _ in told(app) if topic == "drawing.proposed"}


def test_whoever_may_consent_is_told_once_with_a_link_and_words_in_their_language(
    app: Flask, world: World, operator: Browser
) -> None:
    address = proposed(operator, RENAMED)
    assert proposed(operator, RENAMED) == address
    assert "komisioner" in able(app)
    assert not able(app) & {"operator", "pps", "jauh"}
    assert len(told(app)) == len(able(app))
    commissioner = as_(app, "komisioner")
    page = commissioner.get("/pemberitahuan").text
    assert "Usulan perubahan alur menunggu persetujuan Anda" in page
    assert f'href="{address}"' in page
    with db.transaction(app.extensions["tapak.engine"]) as session:
        session.execute(sa.update(Account).values(locale="en"))
    assert "A change of a process waits for your consent" in commissioner.get("/pemberitahuan").text


def test_who_proposed_it_is_told_that_it_is_in_force(app: Flask, world: World, operator: Browser) -> None:
    address = proposed(operator, RENAMED)
    commissioner = as_(app, "komisioner")
    consented(commissioner, address)
    consented_again = commissioner.send(address, {"act": "consent", "seen": "1"})
    assert consented_again.status_code == 302
    assert [one for one in told(app) if one[1] == "drawing.decided"] == [("operator", "drawing.decided", "published")]
    assert "disetujui dan berlaku" in operator.get("/pemberitahuan").text


def test_who_proposed_it_is_told_that_it_was_refused_but_not_of_their_own_withdrawal(
    app: Flask, world: World, operator: Browser
) -> None:
    as_(app, "komisioner").send(proposed(operator, RENAMED), {"act": "withdraw"})
    decided = [one for one in told(app) if one[1] == "drawing.decided"]
    assert decided == [("operator", "drawing.decided", "refused")]
    assert "Usulan alur Anda ditolak" in operator.get("/pemberitahuan").text
    operator.send(proposed(operator, RENAMED), {"act": "withdraw"})
    assert [one for one in told(app) if one[1] == "drawing.decided"] == decided
    assert rows(app, sa.select(Definition.status).where(Definition.status == "proposed")) == []
