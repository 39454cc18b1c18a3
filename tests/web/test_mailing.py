"""Notices outside Tapak: once each, when the person wants them, to an address that is proven theirs. A real server."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import Message as Mail
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
import sqlalchemy as sa
from aiosmtpd.controller import Controller
from flask import Flask
from sqlalchemy.orm import Session

from engine import outbox
from tests.conftest import Database
from tests.web.conftest import Browser, application
from web import db, jobs, mailing_sending, schedule
from web.config import Config, SettingsRefused
from web.queue import Doorbell
from workflows import mailing, notices
from workflows.models import Account, Notice, NoticeChoice, NoticeSending, NoticeSent

NINE = datetime(2024, 5, 16, 2, tzinfo=UTC)
"""Nine in the morning in Temanggung."""
EMAIL = ("email",)


@dataclass
class Office:
    """A mail server that keeps what it takes and refuses addresses of "hilang" for good."""

    port: int = 0
    mails: list[Mail] = field(default_factory=list)

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if address.startswith("hilang"):
            return "550 5.1.1 no such user"
        if address.startswith("nanti"):
            return "451 4.3.0 later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.mails.append(message_from_bytes(envelope.content))
        return "250 OK"

    def text(self, place: int = -1) -> str:
        content = self.mails[place].get_payload(decode=True)
        assert isinstance(content, bytes)
        return content.decode()

    def subject(self, place: int = -1) -> str:
        return str(make_header(decode_header(self.mails[place]["Subject"])))


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@pytest.fixture
def office() -> Iterator[Office]:
    mailing_sending.rested()
    kept = Office(free_port())
    controller = Controller(kept, hostname="127.0.0.1", port=kept.port)
    controller.start()
    yield kept
    controller.stop()
    mailing_sending.rested()


def mailing_config(config: Config, office: Office) -> Config:
    return replace(config, smtp_url=f"smtp://127.0.0.1:{office.port}", mail_from="tapak@kpu.example",
                   public_url="https://tapak.example")


def account(session: Session, login: str = "pps", locale: str | None = None, **wishes: Any) -> int:
    made = Account(login=login, name=login.title(), password_hash="-", active=True, demo=False, locale=locale,
                   created_at=NINE - timedelta(days=9))
    session.add(made)
    session.flush()
    session.add(NoticeChoice(**{
        "account_id": made.id, "channel": "email", "address": f"{login}@contoh.example", "mode": "each",
        "since": NINE - timedelta(days=1), "timezone": "Asia/Jakarta", "digest_hour": 7, "quiet_from": 21,
        "quiet_until": 6, "nonce": "", "asked_channel": "", "asked_address": "", "tries": 0, **wishes,
    }))
    session.commit()
    return made.id


def tell(session: Session, who: int, number: int = 1, at: datetime = NINE) -> None:
    notices.tell(session, [who], topic="agenda.proposed", dedupe=f"n{number}", instance_id=None,
                 params={"agenda": 1}, now=at)
    session.commit()


def gather(database: Database, now: datetime) -> list[int]:
    """One look of one sweep: the messages it put into the outbox."""
    with db.transaction(database.engine) as session:
        due = mailing.due(session, now=now, channels=EMAIL)
        made = [mailing.gather(session, account_id=one, now=now, channels=EMAIL) for one in due]
    return [one for one in made if one is not None]


def post(database: Database, config: Config) -> int:
    """Everything in the outbox was tried."""
    return jobs.drain_outbox(database.engine, mailing_sending.effects(lambda: config), seconds=20).count


@pytest.fixture
def settings(tmp_path: Any, database: Database, office: Office) -> Config:
    read = Config.from_environment({"TAPAK_VAR": str(tmp_path / "var"), "DATABASE_URL": database.url})
    return mailing_config(read, office)


def test_each_notice_goes_out_once_and_says_little(
    database: Database, session: Session, settings: Config, office: Office
) -> None:
    who = account(session)
    tell(session, who, 1)
    tell(session, who, 2)
    notices.tell(session, [who], topic="comment.mentioned", dedupe="c", instance_id=None,
                 params={"who": "Siti Rahasia"}, now=NINE)
    session.commit()
    assert len(gather(database, NINE)) == 1
    assert gather(database, NINE + timedelta(minutes=1)) == []
    post(database, settings)
    post(database, settings)
    (mail,) = office.mails
    assert mail["To"] == "pps@contoh.example"
    assert office.subject() == "Tapak: 3 pemberitahuan"
    assert office.text().count("Perubahan tenggat menunggu persetujuan Anda") == 2
    assert "https://tapak.example/pemberitahuan" in office.text()
    assert "Rahasia" not in office.text()
    tell(session, who, 3)
    gather(database, NINE + timedelta(minutes=2))
    post(database, settings)
    assert office.subject() == "Tapak: 1 pemberitahuan"


def test_two_sweeps_at_once_send_each_once(postgres: Database, tmp_path: Any, office: Office) -> None:
    read = Config.from_environment({"TAPAK_VAR": str(tmp_path / "var"), "DATABASE_URL": postgres.url})
    with postgres.sessions() as session:
        people = [account(session, f"orang{number}") for number in range(8)]
        for who in people:
            tell(session, who, 1)
            tell(session, who, 2)
    ready = threading.Barrier(3)

    def sweep() -> None:
        ready.wait()
        for who in people:
            with db.transaction(postgres.engine) as session:
                mailing.gather(session, account_id=who, now=NINE, channels=EMAIL)

    sweeps = [threading.Thread(target=sweep) for _ in range(3)]
    for one in sweeps:
        one.start()
    for one in sweeps:
        one.join()
    post(postgres, mailing_config(read, office))
    assert sorted(mail["To"] for mail in office.mails) == [f"orang{number}@contoh.example" for number in range(8)]
    with postgres.sessions() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(NoticeSent)) == 16


def test_a_repetition_after_a_crash_is_recognisable(
    database: Database, session: Session, settings: Config, office: Office
) -> None:
    """The process ends after the server took the mail and before the commit."""
    who = account(session)
    tell(session, who)
    gather(database, NINE)
    with database.sessions() as dying:
        outbox.take(dying, now=db.clock(dying), effects=mailing_sending.effects(lambda: settings))
        dying.rollback()
    post(database, settings)
    first, second = office.mails
    assert first["Message-ID"] == second["Message-ID"]
    assert first["Message-ID"].endswith("@kpu.example>")
    tell(session, who, 2)
    gather(database, NINE + timedelta(minutes=5))
    post(database, settings)
    assert office.mails[2]["Message-ID"] != first["Message-ID"]


def test_the_sweep_looks_once_a_minute(database: Database, session: Session, settings: Config, office: Office) -> None:
    who = account(session, quiet_from=0, quiet_until=0)
    sweep = schedule.Sweep(engine=database.engine, bell=Doorbell(None), host=jobs.host(), channels=EMAIL)
    tell(session, who, 1)
    sweep.tick()
    tell(session, who, 2)
    sweep.tick()
    post(database, settings)
    assert [office.subject(place) for place in range(len(office.mails))] == ["Tapak: 1 pemberitahuan"]
    sweep.gathered_at -= schedule.GATHER_SECONDS
    sweep.tick()
    assert post(database, settings) == 1


def test_quiet_hours_and_what_was_read(database: Database, session: Session) -> None:
    who = account(session)
    night = NINE + timedelta(hours=12, minutes=30)
    tell(session, who, 1, night)
    assert gather(database, night) == []
    assert gather(database, night + timedelta(hours=8)) == []
    assert len(gather(database, night + timedelta(hours=8, minutes=31))) == 1
    tell(session, who, 2, NINE + timedelta(days=1))
    session.execute(sa.update(Notice).values(read_at=NINE))
    session.commit()
    assert gather(database, NINE + timedelta(days=1)) == []


def test_a_digest_once_each_local_morning(database: Database, session: Session) -> None:
    who = account(session, mode="digest", timezone="Asia/Jayapura")
    seven = datetime(2024, 5, 15, 22, tzinfo=UTC)
    tell(session, who, 1, seven - timedelta(hours=3))
    assert gather(database, seven - timedelta(minutes=1)) == []
    assert len(gather(database, seven)) == 1
    tell(session, who, 2, seven + timedelta(minutes=10))
    assert gather(database, seven + timedelta(hours=5)) == []
    assert len(gather(database, seven + timedelta(days=1))) == 1
    tell(session, who, 3, seven + timedelta(days=1, hours=1))
    assert gather(database, seven + timedelta(days=2, hours=15)) == [], "missed, and now it is quiet"


@pytest.mark.parametrize(("begins", "ends", "quiet"), [(21, 6, {21, 23, 0, 5}), (6, 6, set()), (1, 4, {1, 3})])
def test_hours_that_are_quiet(begins: int, ends: int, quiet: set[int]) -> None:
    choice = NoticeChoice(quiet_from=begins, quiet_until=ends)
    assert {hour for hour in (0, 1, 3, 5, 6, 12, 20, 21, 23) if mailing.is_quiet(choice, hour)} >= quiet
    assert not any(mailing.is_quiet(choice, hour) for hour in (6, 12, 20))


def test_it_speaks_the_readers_language(
    database: Database, session: Session, settings: Config, office: Office
) -> None:
    tell(session, account(session, locale="en"))
    gather(database, NINE)
    post(database, settings)
    assert office.subject() == "Tapak: 1 notice"
    assert "tenggat" not in office.text()


def test_an_address_refused_for_good_is_switched_off_and_told(
    database: Database, session: Session, settings: Config, office: Office
) -> None:
    gone, later = account(session, "hilang"), account(session, "nanti")
    tell(session, gone)
    tell(session, later)
    gather(database, NINE)
    post(database, settings)
    session.rollback()
    assert session.get_one(NoticeChoice, gone).channel == ""
    assert session.get_one(NoticeChoice, later).channel == "email"
    topics = session.scalars(sa.select(Notice.topic).where(Notice.account_id == gone)).all()
    assert sorted(topics) == ["address.refused", "agenda.proposed"]
    assert office.mails == []
    waits = session.scalars(sa.select(NoticeSending.account_id).where(NoticeSending.sent_at.is_(None))).all()
    assert sorted(waits) == sorted([gone, later])


def test_a_dead_server_is_asked_once_and_nothing_is_lost(
    database: Database, session: Session, settings: Config, office: Office
) -> None:
    for number in range(3):
        tell(session, account(session, f"o{number}"))
    gather(database, NINE)
    assert post(database, replace(settings, smtp_url=f"smtp://127.0.0.1:{free_port()}")) >= 3
    errors = session.scalars(sa.select(outbox.table_of(outbox.Message).c.last_error)).all()
    assert sum("ConnectionRefused" in (error or "") for error in errors) == 1
    session.rollback()
    mailing_sending.rested()
    session.execute(sa.update(outbox.Message).values(available_at=NINE))
    session.commit()
    post(database, settings)
    assert len(office.mails) == 3


@pytest.fixture
def page(config: Config, office: Office) -> Iterator[Flask]:
    made = application(mailing_config(config, office))
    yield made
    made.extensions["tapak.engine"].dispose()


def deliver(app: Flask) -> None:
    kept = app.extensions["tapak.config"]
    jobs.drain_outbox(app.extensions["tapak.engine"], mailing_sending.effects(lambda: kept), seconds=20)


@pytest.fixture
def reader(page: Flask, config: Config) -> Browser:
    from web.auth.accounts import create_account

    with db.transaction(page.extensions["tapak.engine"]) as session:
        create_account(session, config=config, login="pps", name="Pps", password="tiga kata lepas",
                       now=datetime.now(UTC))
    client = page.test_client()
    assert isinstance(client, Browser)
    client.sign_in("pps")
    return client


WISH = {"channel": "email", "address": "pps@contoh.example", "mode": "digest", "digest_hour": "8", "quiet_from": "20",
        "quiet_until": "5", "timezone": "Asia/Makassar"}


def test_an_address_is_proven_before_anything_goes_there(page: Flask, reader: Browser, office: Office) -> None:
    where = "/pemberitahuan/pilihan"
    assert reader.send(where, WISH).status_code == 302
    assert reader.send(where, WISH).status_code == 302
    deliver(page)
    assert len(office.mails) == 1, "a double click asks once"
    found = re.search(r"\b(\d{6})\b", office.text())
    assert found
    assert "Ketik kodenya" in reader.get(where).text
    assert "Kirim percobaan" not in reader.get(where).text
    wrong = f"{(int(found[1]) + 1) % 1_000_000:06d}"
    assert "tidak cocok" in reader.send(f"{where}/kode", {"code": wrong}, follow_redirects=True).text
    assert "terbukti" in reader.send(f"{where}/kode", {"code": found[1]}, follow_redirects=True).text
    assert "Kirim percobaan" in reader.get(where).text
    reader.send(f"{where}/percobaan")
    deliver(page)
    assert office.subject() == "Percobaan dari Tapak"
    for _ in range(5):
        answer = reader.send(f"{where}/percobaan")
    assert answer.status_code >= 400
    assert "Tunggu satu jam" in answer.text
    reader.send(where, {**WISH, "channel": ""})
    assert "Kirim percobaan" not in reader.get(where).text


def test_codes_cannot_be_guessed(page: Flask, reader: Browser, office: Office) -> None:
    reader.send("/pemberitahuan/pilihan", WISH)
    deliver(page)
    found = re.search(r"\b(\d{6})\b", office.text())
    assert found
    for step in range(1, 6):
        reader.send("/pemberitahuan/pilihan/kode", {"code": f"{(int(found[1]) + step) % 1_000_000:06d}"})
    answer = reader.send("/pemberitahuan/pilihan/kode", {"code": found[1]}, follow_redirects=True)
    assert "terbukti" not in answer.text
    assert "Ketik kodenya" not in answer.text
    reader.send("/pemberitahuan/pilihan", WISH)
    deliver(page)
    assert len(office.mails) == 2, "after too many tries the next code is a new one, at once"


def test_a_way_that_is_set_no_more_is_not_promised(page: Flask, reader: Browser, office: Office) -> None:
    where, kept = "/pemberitahuan/pilihan", page.extensions["tapak.config"]
    reader.send(where, WISH)
    page.extensions["tapak.config"] = replace(kept, smtp_url="")  # the office took its mail server away
    assert "Ketik kodenya" not in reader.get(where).text
    page.extensions["tapak.config"] = kept
    deliver(page)
    reader.send(f"{where}/kode", {"code": re.findall(r"\b(\d{6})\b", office.text())[0]})
    page.extensions["tapak.config"] = replace(kept, smtp_url="")
    assert "tidak lagi diatur" in reader.get(where).text
    assert "Percobaan sedang dikirim" not in reader.send(f"{where}/percobaan", follow_redirects=True).text


@pytest.mark.parametrize("address", ["a@b\r\nBcc: x@y.example", "a b@c.d", "", "a@b@c", "a@b,c@d", "<a@b>"])
def test_hostile_addresses_are_refused(page: Flask, reader: Browser, office: Office, address: str) -> None:
    assert reader.send("/pemberitahuan/pilihan", {**WISH, "address": address}).status_code == 422
    deliver(page)
    assert office.mails == []


def test_only_what_the_office_has_is_offered(browser: Browser, person: Any) -> None:
    person("pps", ("pps_member", "33.23.13.2007"))
    assert browser.get("/pemberitahuan/pilihan").status_code == 302
    browser.sign_in("pps")
    assert "belum mengatur" in browser.get("/pemberitahuan/pilihan").text
    assert browser.send("/pemberitahuan/pilihan", WISH).status_code == 422


def test_messengers_go_through_apprise(database: Database, session: Session, settings: Config) -> None:
    got: list[tuple[str, str]] = []

    class Taking(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append((self.path, self.rfile.read(int(self.headers["Content-Length"])).decode()))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    server = HTTPServer(("127.0.0.1", 0), Taking)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    who = account(session, channel="messenger", address="6281234567890")
    tell(session, who)
    assert gather(database, NINE) == [], "no messenger among the channels"
    with db.transaction(database.engine) as writing:
        mailing.gather(writing, account_id=who, now=NINE, channels=("messenger",))
    post(database, replace(settings, apprise_url=f"json://127.0.0.1:{server.server_port}/{{address}}"))
    server.shutdown()
    server.server_close()
    ((path, body),) = got
    assert path.startswith("/6281234567890")
    assert "Perubahan tenggat" in body


@pytest.mark.parametrize("wrong", [
    {"TAPAK_SMTP": "http://x"}, {"TAPAK_SMTP": "smtp://x"}, {"TAPAK_MAIL_FROM": "a\nb@c"},
    {"TAPAK_APPRISE": "tgram://rahasia/1"}, {"TAPAK_SMTP": "smtp://x:rahasia@h:xx", "TAPAK_MAIL_FROM": "a@b.id"},
])
def test_settings_that_cannot_work_are_refused(tmp_path: Any, wrong: dict[str, str]) -> None:
    with pytest.raises(SettingsRefused) as refused:
        Config.from_environment({"TAPAK_VAR": str(tmp_path / "var"), **wrong})
    assert "rahasia" not in str(refused.value)
