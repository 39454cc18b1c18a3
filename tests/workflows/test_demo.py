"""The demo: its past was played by the rules, nothing is left undone, and every place of the flow has somebody."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine import history, timers
from engine.errors import EvidenceRefused, Refused
from engine.models import Attachment, History, Instance, Message, Obstacle, Submission, Task
from tests import demo as loaded
from tests.conftest import Database
from web.auth.accounts import DEMO_PASSWORD, DemoRefused, create_account
from web.config import Config, SettingsRefused
from web.prepare import load_demo
from workflows import demo
from workflows.demo import ground
from workflows.models import (
    Account,
    Body,
    Climb,
    Contact,
    Escalation,
    Membership,
    Person,
    RegisterEntry,
    Replacement,
    Stakeholder,
)
from workflows.people import is_nik, nik_agrees
from workflows.registers.kinds import KINDS
from workflows.stakeholders import lapses

pytestmark = pytest.mark.xdist_group("demo")
SOME = "33.23.13"
STAGES = {"recruited", "inaugurated", "sowan_done", "secretariat_formed", "bimtek_complete", "monitored"}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    """The whole demo, read only."""
    engine = loaded.copied(tmp_path_factory.getbasetemp(), tmp_path_factory.mktemp("demo"))
    with Session(engine) as session:
        yield session
    engine.dispose()


def count(session: Session, *where: object, of: type = Instance) -> int:
    return session.scalar(select(func.count()).select_from(of).where(*where)) or 0  # type: ignore[arg-type]


def test_every_body_is_under_way_and_two_thirds_are_in_the_middle(whole: Session) -> None:
    stages = dict(whole.execute(select(Instance.stage, func.count()).group_by(Instance.stage)).all())
    assert sum(stages.values()) == 309
    assert set(stages) == STAGES
    middle = 309 - stages["recruited"] - stages["monitored"]
    assert 0.6 < middle / 309 < 0.75
    kinds = whole.execute(select(Body.kind, func.count()).group_by(Body.kind)).all()
    assert dict(kinds) == {"ppk": 20, "pps": 289}


def test_nothing_is_left_undone(whole: Session) -> None:
    assert history.verify(whole) == []
    assert count(whole, Message.done_at.is_(None), of=Message) == 0
    assert timers.due(whole, now=loaded.NOW) == []
    assert count(whole, Climb.next_at <= loaded.NOW, of=Climb) == 0
    assert whole.scalar(select(func.max(History.at))) <= loaded.NOW  # type: ignore[operator]


def test_commissioners_have_a_queue_and_some_evidence_was_returned(whole: Session) -> None:
    waiting = count(whole, Task.closed_at.is_(None), Task.role == "commissioner", of=Task)
    assert 35 <= waiting <= 45
    open_again = (
        select(func.count(func.distinct(Task.instance_id)))
        .join(Submission, (Submission.instance_id == Task.instance_id) & (Submission.node == Task.node))
        .where(Task.closed_at.is_(None), Submission.status == "returned", Submission.decided_at == Task.opened_at)
    )
    assert 20 <= (whole.scalar(open_again) or 0) <= 26
    assert count(whole, Submission.status == "prepared", of=Submission) > 100
    assert count(whole, Submission.status == "draft", of=Submission) == 10
    assert count(whole, func.json_array_length(Submission.warnings) > 0, of=Submission) > 50


def test_late_bodies_have_climbed_some_of_them_to_the_province(whole: Session) -> None:
    highest = select(func.max(Escalation.level)).join(Task, Task.id == Escalation.stay).where(
        Task.closed_at.is_(None)
    ).group_by(Escalation.stay)
    assert set(whole.scalars(highest)) >= {0, 1, 4}


def test_blocked_bodies_say_why_and_who_must_act(whole: Session) -> None:
    open_ones = whole.scalars(select(Obstacle).where(Obstacle.lifted_at.is_(None))).all()
    assert {one.code for one in open_ones} == {
        "menunggu_SK_bupati", "menunggu_SK_kades_lurah", "kurang_ASN/staf", "pejabat_belum_ditemui", "anggota_kurang",
        "belum_sumpah", "jabatan_kosong",
    }
    assert all("{" not in one.owner for one in open_ones)
    assert {one.owner for one in open_ones if one.code == "menunggu_SK_bupati"} == {"Setda Kab. Temanggung"}
    assert any(one.promised_at for one in open_ones)
    assert len(open_ones) == count(whole, Instance.held_since.is_not(None)) == 43


def test_members_are_invented_and_their_numbers_are_of_the_right_shape(whole: Session) -> None:
    followed = Membership.id.in_(select(Replacement.new_id).where(Replacement.new_id.is_not(None)))
    assert count(whole, Membership.post.in_(("ketua", "anggota")), ~followed, of=Membership) == 967
    people = whole.scalars(select(Person).where(Person.nik_sealed.is_not(None))).all()
    assert len({person.name for person in people}) == len(people) == 967
    for person in people[:50]:
        nik = loaded.KEYS.unseal(person.nik_sealed or b"")
        assert is_nik(nik)
        assert nik_agrees(nik, person.born_on, person.gender)
        assert (person.phone or "").startswith("08120000")


def test_registers_and_replacements_have_some_of_each(whole: Session) -> None:
    told = whole.execute(select(RegisterEntry.kind, RegisterEntry.state)).all()
    assert {kind for kind, _ in told} == set(KINDS)
    assert {("issue", "legal"), ("neutrality", "in_hand"), ("suggestion", "suggested"), ("monthly", "sent")} <= set(
        map(tuple, told))
    late = whole.scalars(select(RegisterEntry.due_on).where(RegisterEntry.state == "suggested")).one()
    assert late is not None
    assert late < loaded.NOW.date()
    paw = whole.execute(select(Replacement.status, Replacement.oath).order_by(Replacement.id)).all()
    assert [tuple(row) for row in paw] == [("approved", ""), ("proposed", "")]
    assert lapses.count(whole, ["33.23.13"], loaded.NOW) == 1
    kinds = whole.scalars(select(Stakeholder.kind).join(Contact, Contact.stakeholder_id == Stakeholder.id))
    assert {"kua", "puskesmas", "bpd"} <= set(kinds)


def test_history_names_people_not_numbers(whole: Session) -> None:
    names = set(whole.scalars(select(History.details["actor_name"].as_string()).distinct()))
    assert not [name for name in names if name.isdecimal()]


def test_the_accounts_stand_as_they_are_told(whole: Session) -> None:
    told = [line.split()[0] for line in demo.ACCOUNTS]
    assert list(whole.scalars(select(Account.login).order_by(Account.id).limit(len(told)))) == told[:13] == told
    assert count(whole, Account.demo.is_(False), of=Account) == 0
    assert DEMO_PASSWORD not in "".join(told)
    state = dict(whole.execute(
        select(Body.region_code, Instance.state).join(Instance, Instance.id == Body.instance_id)
        .where(Body.region_code.in_((ground.OPEN_PPS, ground.RETURNED_PPS, ground.OVERDUE_PPS, ground.PPK_MEMBER)))
    ).all())
    assert state == {
        ground.OPEN_PPS: "inaugurated/submit_sowan", ground.RETURNED_PPS: "inaugurated/submit_sowan",
        ground.OVERDUE_PPS: "sowan_done/submit_secretariat", ground.PPK_MEMBER: "sowan_done/submit_secretariat",
    }
    secretary = whole.scalars(select(Account).where(Account.login == ground.SECRETARY)).one()
    post = whole.scalars(select(Membership.post).where(Membership.person_id == secretary.person_id)).one()
    assert post == "sekretaris"


@pytest.mark.parametrize("minute", [1, 45])
def test_a_part_loads_at_any_hour(database: Database, minute: int) -> None:
    """Just after local midnight and in the evening, on both databases."""
    now = loaded.NOW.replace(hour=17, minute=minute) + timedelta(days=3)
    with database.sessions() as session:
        loaded.load(session, within=SOME, now=now)
        first = session.execute(select(Instance.subject, Instance.head).order_by(Instance.id)).all()
        assert len(first) == 14
        assert history.verify(session) == []
        assert session.scalar(select(func.max(History.at))) <= now  # type: ignore[operator]
        assert count(session, of=Attachment) > 50


def test_nothing_of_it_exists_in_production(sqlite: Database, tmp_path: object) -> None:
    config = Config.from_environment({
        "TAPAK_ENV": "production", "TAPAK_VAR": str(tmp_path), "DATABASE_URL": sqlite.url,
        "TAPAK_TRUSTED_HOSTS": "tapak.example",
    })
    with pytest.raises(SettingsRefused):
        load_demo(config)
    with sqlite.sessions() as session, pytest.raises(DemoRefused):
        create_account(
            session, config=config, login="operator", name="Operator", password=DEMO_PASSWORD, now=loaded.NOW, demo=True
        )
    assert issubclass(DemoRefused, Refused)
    assert not issubclass(DemoRefused, EvidenceRefused)
