"""The board: every reason with who must act and what frees it, in one's region only, filtered, counted, taken along."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from engine import operations
from engine.models import Incident, Instance, Task
from tests.web import desk_world as world_of
from tests.web.conftest import Browser
from tests.web.desk_world import KRANGGAN, OTHER_VILLAGE, PASSWORD, PENDOWO, REGENCY, World
from web import db
from web.db import clock
from workflows import blocked, causes
from workflows.blocked import Filters
from workflows.freeing import Cause
from workflows.host import HOST
from workflows.models import Body, Membership


@pytest.fixture
def app(on_both: Flask) -> Flask:
    return on_both


@pytest.fixture
def world(app: Flask) -> World:
    with db.transaction(app.extensions["tapak.engine"]) as session:
        world = world_of.lay(session, villages=8)
        for code in (KRANGGAN, PENDOWO, OTHER_VILLAGE):
            world_of.inaugurate(session, world, world.of(code))
        return world


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    with db.session_factory(app.extensions["tapak.engine"])() as opened:
        yield opened
        opened.commit()


def signed_in(browser: Browser, login: str) -> Browser:
    browser.sign_in(login, PASSWORD)
    return browser


def names(page: str) -> list[str]:
    return re.findall(r"<h2>(?:<a [^>]*>)?(PP[SK][^<]+)<", page)


def late(session: Session, body: Body, days: int) -> None:
    """The open task of this body was due so many days ago."""
    session.execute(sa.update(Task).where(Task.instance_id == body.instance_id, Task.closed_at.is_(None))
                    .values(due_at=sa.literal(clock(session) - timedelta(days=days), Task.due_at.type)))
    session.commit()


def reasons(session: Session, body: Body) -> dict[str, Cause]:
    page = blocked.page(session, [REGENCY], Filters(), clock(session))
    return {cause.reason: cause for row in page.entries if row.body_id == body.id for cause in row.causes}


def test_nobody_is_blocked_who_is_in_time(browser: Browser, world: World) -> None:
    page = signed_in(browser, "operator").get("/terhambat")
    assert page.status_code == 200
    assert names(page.text) == []
    assert "Tidak ada badan yang terhambat" in page.text


def test_a_late_task_says_who_and_what_is_missing(browser: Browser, world: World, session: Session) -> None:
    late(session, world.of(PENDOWO), 3)
    page = signed_in(browser, "operator").get("/terhambat").text
    assert names(page) == ["PPS Pendowo, Kec. Kranggan"]
    assert "Lewat tenggat" in page
    assert "lengkapi kepala desa" in page
    assert f'href="/badan/{world.of(PENDOWO).id}"' in page


def test_returned_evidence_blocks_after_three_days(world: World, session: Session) -> None:
    body, then = world.of(PENDOWO), world.now - timedelta(days=4)
    world_of.hand_in(session, world, body, "pps", "submit_sowan", then - timedelta(hours=1))
    world_of.decide(session, world, body, "komisioner", "approve_sowan", then, decision="return", reason="blurry",
                    fields=["group_visits"], note="Ambil ulang.")
    session.commit()
    cause = reasons(session, body)["returned"]
    assert (cause.owner, cause.who, cause.since) == ("pps_member", body.name, then)
    late(session, body, 9)
    cause = reasons(session, body)["returned"]
    assert (cause.opened_at, (clock(session) - cause.since).days) == (then, 9)
    session.execute(sa.update(Task).values(due_at=None))
    session.commit()
    assert blocked.counts(session, [REGENCY], Filters(), then + timedelta(days=2)).total == 0


def test_a_late_approval_waits_for_the_commissioner(world: World, session: Session) -> None:
    body = world.of(PENDOWO)
    world_of.hand_in(session, world, body, "pps", "submit_sowan")
    session.commit()
    late(session, body, 2)
    cause = reasons(session, body)["approval"]
    assert (cause.owner, cause.task) == ("commissioner", "Periksa sowan")


def test_an_obstacle_says_owner_promise_and_note(browser: Browser, world: World, session: Session) -> None:
    operations.report_obstacle(
        session, instance_id=world.of(PENDOWO).instance_id or 0, actor=world.actors["pps"], role="pps_member",
        now=world.now, host=HOST, code="menunggu_SK_kades_lurah", owner="Kades Pendowo", note_text="Bu Siti cuti.",
    )
    session.commit()
    page = signed_in(browser, "komisioner").get("/terhambat").text
    assert "Menunggu SK kepala desa/lurah: Bu Siti cuti." in page
    assert "Kades Pendowo" in page
    assert names(browser.get("/terhambat?pihak=outside").text) == ["PPS Pendowo, Kec. Kranggan"]
    assert names(browser.get("/terhambat?q=kades+pend").text) == ["PPS Pendowo, Kec. Kranggan"]
    observed = signed_in(browser, "bawaslu").get("/terhambat").text
    assert "Menunggu SK kepala desa/lurah" in observed
    assert "Bu Siti" not in observed
    assert "Bu Siti" not in browser.get("/terhambat/terhambat.csv").text


def test_missing_members_and_failed_steps_block(world: World, session: Session) -> None:
    body = world.of(PENDOWO)
    one = session.scalars(sa.select(Membership).where(Membership.body_id == body.id).limit(1)).one()
    one.until_on = (world.now - timedelta(days=6)).date()
    session.add(Incident(instance_id=body.instance_id, node="submit_sowan", error="RuntimeError", opened_at=world.now))
    session.commit()
    found = reasons(session, body)
    assert set(found) == {"members", "incident"}
    assert (found["members"].serving, found["members"].wanted) == (2, 3)
    row = blocked.page(session, [REGENCY], Filters(), world.now).entries[0]
    assert row.since.date() == one.until_on


def test_monitoring_of_a_pps_waits_for_its_ppk(world: World, session: Session) -> None:
    body = world.of(PENDOWO)
    session.execute(sa.update(Task).where(Task.instance_id == body.instance_id, Task.closed_at.is_(None))
                    .values(role="ppk_member", node="submit_monitoring"))
    late(session, body, 1)
    cause = reasons(session, body)["parent"]
    assert (cause.owner, cause.who) == ("ppk_member", "PPK Kranggan")


def test_bimtek_of_a_pps_waits_for_an_untrained_ppk(world: World, session: Session) -> None:
    body = world.of(PENDOWO)
    session.execute(sa.update(Task).where(Task.instance_id == body.instance_id, Task.closed_at.is_(None))
                    .values(node="submit_bimtek"))
    late(session, body, 1)
    assert set(reasons(session, body)) == {"parent"}
    session.execute(sa.update(Instance).where(Instance.id == world.of(KRANGGAN).instance_id)
                    .values(stage="bimtek_complete"))
    session.commit()
    assert set(reasons(session, body)) == {"overdue"}


def test_filters_counts_and_order(browser: Browser, world: World, session: Session) -> None:
    for code, days in ((PENDOWO, 2), (OTHER_VILLAGE, 9), (KRANGGAN, 4)):
        late(session, world.of(code), days)
    signed_in(browser, "operator")
    everything = ["PPS Joho, Kec. Temanggung", "PPK Kranggan", "PPS Pendowo, Kec. Kranggan"]
    assert names(browser.get("/terhambat").text) == everything
    for query, wanted in (
        ("kecamatan=33.23.13", everything[1:]), ("jenis=ppk", ["PPK Kranggan"]), ("umur=7", everything[:1]),
        ("tahap=inaugurated", everything), ("tahap=sowan_done", []), ("alasan=overdue", everything),
        ("alasan=approval", []), ("pihak=ppk_member", ["PPK Kranggan"]), ("alasan=nonsense&umur=x", everything),
        ("q=%25", []),
    ):
        assert names(browser.get(f"/terhambat?{query}").text) == wanted, query
    counts = blocked.counts(session, [REGENCY], Filters(reason="overdue"), clock(session))
    assert counts.reasons["overdue"] == counts.total == 3
    assert counts.cells == {("33.23.13", "inaugurated"): 2, ("33.23.03", "inaugurated"): 1}
    text = browser.get("/terhambat/ingatkan?kecamatan=33.23.13").text
    assert "*Terhambat di Kranggan*" in text
    assert "Pendowo" in text
    assert "Joho" not in text


def test_pages_follow_each_other_without_gaps(world: World, session: Session) -> None:
    for code in (PENDOWO, OTHER_VILLAGE, KRANGGAN):
        late(session, world.of(code), 5)
    seen, after = list[int](), ""
    for _ in range(5):
        page = blocked.page(session, [REGENCY], Filters(), clock(session), after=after, size=1)
        seen += [row.body_id for row in page.entries]
        after = page.after
        if not after:
            break
    assert len(seen) == len(set(seen)) == 3


@pytest.mark.parametrize(("login", "wanted"), [
    ("ppk", ["PPK Kranggan", "PPS Pendowo, Kec. Kranggan"]), ("pps", None), ("jauh", None),
])
def test_everybody_sees_their_region_only(
    browser: Browser, world: World, session: Session, login: str, wanted: list[str] | None
) -> None:
    for code, days in ((PENDOWO, 2), (OTHER_VILLAGE, 9), (KRANGGAN, 4)):
        late(session, world.of(code), days)
    page = signed_in(browser, login).get("/terhambat")
    assert (names(page.text) if page.status_code == 200 else None) == wanted
    if wanted:
        assert names(browser.get("/terhambat?kecamatan=33.23.03").text) == []
        assert "Joho" not in browser.get("/terhambat/terhambat.csv").text


def test_csv_has_the_rows_of_the_page_and_no_formula(browser: Browser, world: World, session: Session) -> None:
    for code in (PENDOWO, OTHER_VILLAGE):
        late(session, world.of(code), 5)
    session.execute(sa.update(Body).where(Body.id == world.of(PENDOWO).id).values(name='=HYPERLINK("x")'))
    session.commit()
    answer = signed_in(browser, "operator").get("/terhambat/terhambat.csv?kecamatan=33.23.13")
    assert answer.mimetype == "text/csv"
    rows = list(csv.reader(io.StringIO(answer.text.lstrip("\ufeff"))))
    assert [row[1] for row in rows] == ["Badan", '\'=HYPERLINK("x")']
    assert rows[1][0] == PENDOWO


@pytest.mark.parametrize("read", [True, False])
def test_what_was_sent_while_it_was_read_holds_no_connection(
    app: Flask, browser: Browser, world: World, session: Session, read: bool
) -> None:
    late(session, world.of(PENDOWO), 5)
    answer = signed_in(browser, "operator").get("/terhambat/terhambat.csv", buffered=False)
    line = next(answer.iter_encoded())
    assert line.startswith(b"\xef\xbb\xbf")
    if read:
        assert b"Pendowo" in answer.data
    answer.close()
    assert app.extensions["tapak.engine"].pool.checkedout() == 0


def test_the_number_of_queries_does_not_grow(app: Flask, browser: Browser, world: World, session: Session) -> None:
    late(session, world.of(PENDOWO), 5)
    counted: list[str] = []

    def count(*told: object) -> None:
        counted.append(str(told[2]))

    signed_in(browser, "operator").get("/terhambat")
    sa.event.listen(app.extensions["tapak.engine"], "before_cursor_execute", count)
    browser.get("/terhambat")
    few = len(counted)
    for body in world.bodies.values():
        if body.instance_id is None:
            world_of.start(session, world, body)
        late(session, body, 5)
    counted.clear()
    page = browser.get("/terhambat").text
    sa.event.remove(app.extensions["tapak.engine"], "before_cursor_execute", count)
    assert len(names(page)) == len(world.bodies) > 10
    assert len(counted) == few


def test_an_ended_body_is_not_blocked(world: World, session: Session) -> None:
    late(session, world.of(PENDOWO), 5)
    session.execute(
        sa.update(Instance).where(Instance.id == world.of(PENDOWO).instance_id).values(status="cancelled")
    )
    session.commit()
    assert blocked.counts(session, [REGENCY], Filters(), clock(session)).total == 0


def test_every_reason_and_owner_has_a_bit_of_its_own() -> None:
    assert len(set(causes.BIT.values())) == len(causes.REASONS)
    assert len({causes.owner_bit(owner) for owner in causes.OWNERS}) == len(causes.OWNERS)
    assert causes.owner_bit("nonsense") == 0
