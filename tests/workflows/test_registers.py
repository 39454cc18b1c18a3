"""Registers below the pages: the machines of the kinds, due days, the trail that stays, rights by data."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from engine.errors import AlreadyDone, EvidenceRefused, Forbidden, NotFound, Stale, WrongState
from engine.host import Actor, Grant
from workflows import agendas, bodies
from workflows.models import Account, Agenda, Body, Region, RegisterEntry
from workflows.models.accounts import ROLES
from workflows.registers import entries, lists, rights
from workflows.registers.entries import Sent
from workflows.registers.kinds import AUTHOR, KINDS, form_named
from workflows.registers.lists import Wanted
from workflows.settings import OF_REGISTERS, Periods

NOW = datetime(2024, 6, 10, 3, tzinfo=UTC)
TODAY = date(2024, 6, 10)
REGENCY, DISTRICT, VILLAGE, OTHER = "33.23", "33.23.13", "33.23.13.2007", "33.23.13.2008"
ISSUE = {"subject": "Listrik padam", "category": "technical", "severity": "low", "story": "Sejak Senin padam."}
ADVICE = {"subject": "Papan DPT", "topic": "voters", "story": "Papan pengumuman belum dipasang."}


@pytest.fixture
def ground(session: Session) -> dict[str, Any]:
    """An agenda in working days, a PPK and two PPS sworn in on 16 May, and an actor for each role."""
    for code, name, level, up in (("33", "Jawa Tengah", "provinsi", None), (REGENCY, "Temanggung", "kabupaten", "33"),
                                  (DISTRICT, "Kranggan", "kecamatan", REGENCY), (VILLAGE, "Pendowo", "desa", DISTRICT),
                                  (OTHER, "Sanggrahan", "desa", DISTRICT)):
        session.add(Region(code=code, name=name, level=level, parent_code=up))
    agenda = Agenda(
        code="UJI", name="Pilkada", kind="pilkada", scope=REGENCY, timezone="Asia/Jakarta",
        voting_day=date(2024, 11, 27), term_begins=date(2024, 5, 1), term_ends=date(2025, 1, 27), day_type="working",
    )
    agendas.save_settings(agenda, {"periods": {"suggestion": 3, "report": 5}})
    session.add(agenda)
    session.flush()
    formed: dict[str, Any] = {body.region_code: body for body in bodies.form(session, agenda)}
    for body in formed.values():
        body.oath_on = date(2024, 5, 16)
    for login, role, scope in (
        ("pps", "pps_member", VILLAGE), ("other", "pps_member", OTHER), ("ppk", "ppk_member", DISTRICT),
        ("operator", "operator", REGENCY), ("commissioner", "commissioner", REGENCY),
        ("hukum", "supervisor", REGENCY), ("bawaslu", "observer", REGENCY), ("auditor", "auditor", REGENCY),
        ("province", "province", "33"), ("far", "supervisor", "33.08"),
    ):
        account = Account(login=login, name=login, password_hash="", created_at=NOW)
        session.add(account)
        session.flush()
        formed[login] = Actor(str(account.id), login, (Grant(role, scope),))
    session.flush()
    return formed


def sent(actor: Actor, now: datetime = NOW, key: str = "") -> Sent:
    return Sent(actor, now, key or str(uuid.uuid4()))


def written(session: Session, ground: dict[str, Any], kind: str, who: str, data: dict[str, Any], about: str = VILLAGE,
            **options: Any) -> int:
    return entries.write(session, KINDS[kind], ground[about].id, data, sent(ground[who]), **options)[0]


@pytest.mark.parametrize("code", list(KINDS))
def test_a_kind_is_whole(code: str) -> None:
    """Its forms can be read, its machine ends nowhere unknown, every state is reached, every role and period exists."""
    kind = KINDS[code]
    reached, rest = set(), {kind.begin, *(state for _, _, state in kind.begins)}
    while rest:
        state = rest.pop()
        reached.add(state)
        rest |= {kind.ways.step(state, act) for act in kind.ways.triggers(state)} - reached
    assert reached == set(kind.states)
    for act in kind.acts.values():
        assert set(act.roles) <= {*ROLES, AUTHOR}
        assert not act.form or form_named(act.form).names
    assert {*kind.write, *kind.see, *kind.names_to} <= set(ROLES)
    assert all(kind.form_for(body).field((kind.title,)) for body in ("ppk", "pps", "kpps", ""))
    for state in kind.states.values():
        assert not state.days or (state.days in OF_REGISTERS and getattr(Periods(), state.days) > 0)
        assert not (state.owed_by and state.answered)
        if state.owed_by:
            name = next(key for key, one in kind.states.items() if one is state)
            assert any(state.owed_by in kind.acts[act].roles for act in kind.ways.triggers(name))


def test_the_machine_refuses_what_it_does_not_know() -> None:
    ways = KINDS["issue"].ways
    assert ways.step("", "write_reported") == "reported"
    assert ways.step("reported", "take") == "in_hand"
    for state, trigger in (("settled", "take"), ("reported", "settle"), ("", "take"), ("nowhere", "take"),
                           ("reported", "to_settled"), ("reported", "nothing")):
        with pytest.raises(WrongState):
            ways.step(state, trigger)


def test_an_answer_is_owed_in_the_days_of_the_agenda(session: Session, ground: dict[str, Any]) -> None:
    """Monday 10 June 2024 and three working days: Thursday 13 June. Answered on Friday it was late, and says so."""
    number = written(session, ground, "suggestion", "bawaslu", ADVICE)
    entry = session.get_one(RegisterEntry, number)
    assert entry.due_on == date(2024, 6, 13)
    late = NOW + timedelta(days=4)
    entries.act(session, number, "answer", {"note": "Sudah dipasang."}, sent(ground["commissioner"], late), seen=0)
    assert (entry.state, entry.due_on, entry.answered_on) == ("answered", date(2024, 6, 13), date(2024, 6, 14))
    rows, _ = lists.listed(session, KINDS["suggestion"], ground["hukum"], Wanted("late"), TODAY)
    assert [row.id for row in rows] == [number]
    entries.act(session, number, "ask_again", {"note": "Fotonya mana."}, sent(ground["bawaslu"], late), seen=1)
    assert entry.answered_on is None
    assert entry.due_on == date(2024, 6, 21)  # 17 and 18 June are days off (Eid al-Adha)


def test_a_report_is_owed_until_the_fifth(session: Session, ground: dict[str, Any]) -> None:
    data = {"summary": "Dua rapat.", "meetings": 2, "coordination": 1, "board": "yes", "unregistered": 0,
            "problems": "no", "plans": "Coklit."}
    owed, _, number = lists.missing(session, ground["operator"], date(2024, 5, 1))
    assert number == 3
    assert {row.name for row in owed} == {ground[code].name for code in (DISTRICT, VILLAGE, OTHER)}
    entry = session.get_one(RegisterEntry, written(session, ground, "monthly", "pps", data, period=date(2024, 5, 31)))
    assert (entry.period, entry.due_on, entry.answered_on) == (date(2024, 5, 1), date(2024, 6, 5), TODAY)
    assert lists.one(session, entry, ground["pps"], TODAY).late
    assert lists.missing(session, ground["operator"], date(2024, 5, 1))[2] == 2
    assert lists.missing(session, ground["pps"], date(2024, 5, 1))[2] == 0
    assert lists.missing(session, ground["far"], date(2024, 5, 1))[2] == 0
    with pytest.raises(AlreadyDone):
        written(session, ground, "monthly", "pps", data, period=date(2024, 5, 2))
    for wrong in (date(2024, 4, 1), date(2024, 7, 1), None):
        with pytest.raises(EvidenceRefused):
            written(session, ground, "monthly", "pps", data, period=wrong)
    with pytest.raises(Forbidden):
        written(session, ground, "monthly", "operator", data, period=date(2024, 5, 1))


def test_the_trail_cannot_be_changed(session: Session, ground: dict[str, Any]) -> None:
    number = written(session, ground, "issue", "pps", ISSUE)
    entries.act(session, number, "take", {}, sent(ground["commissioner"]), seen=0)
    trail = lists.trail(session, session.get_one(RegisterEntry, number), ground["pps"])
    assert [(one.action, one.target) for one in trail] == [("write", "reported"), ("take", "in_hand")]
    for statement in ("UPDATE register_step SET action = 'x'", "DELETE FROM register_step"):
        with pytest.raises(DatabaseError, match="append only"), session.begin_nested():
            session.execute(text(statement))


def test_steps_are_refused_with_nothing_changed(session: Session, ground: dict[str, Any]) -> None:
    number = written(session, ground, "issue", "pps", ISSUE)
    entry = session.get_one(RegisterEntry, number)
    for who, act, seen, why in (
        ("ppk", "take", 0, Forbidden), ("other", "take", 0, NotFound), ("bawaslu", "take", 0, NotFound),
        ("far", "take", 0, NotFound), ("commissioner", "settle", 0, WrongState),
        ("commissioner", "take", 1, Stale), ("commissioner", "hand_over", 0, EvidenceRefused),
        ("commissioner", "unheard_of", 0, Forbidden), ("ppk", "withdraw", 0, Forbidden),
    ):
        with pytest.raises(why):
            entries.act(session, number, act, {}, sent(ground[who]), seen=seen)
    assert (entry.state, entry.edition) == ("reported", 0)


def test_a_key_is_one_act(session: Session, ground: dict[str, Any]) -> None:
    key = str(uuid.uuid4())
    kind, about = KINDS["issue"], ground[VILLAGE].id
    first = entries.write(session, kind, about, ISSUE, sent(ground["pps"], key=key))
    assert entries.write(session, kind, about, ISSUE, sent(ground["pps"], key=key)) == (first[0], False)
    assert entries.write(session, kind, about, ISSUE, sent(ground["operator"], key=key))[1]
    with pytest.raises(AlreadyDone):
        entries.write(session, kind, ground[OTHER].id, ISSUE, sent(ground["operator"], key=key))


@pytest.mark.parametrize("who", ["other", "ppk", "operator", "bawaslu", "auditor", "province", "far"])
def test_a_report_in_confidence_is_in_no_list(session: Session, ground: dict[str, Any], who: str) -> None:
    data = {"subject": "Rahasia", "form_of": "gift", "who": "official", "happened_on": "2024-06-09",
            "story": "Sangat rahasia."}
    number = written(session, ground, "neutrality", "pps", data, OTHER)
    actor = ground[who]
    with pytest.raises(NotFound):
        rights.find(session, number, actor)
    assert lists.listed(session, KINDS["neutrality"], actor, Wanted(), TODAY) == ([], False)
    assert lists.counts(session, actor) == {}
    for reader in ("pps", "hukum", "commissioner"):
        assert lists.of_body(session, ground[OTHER].id, ground[reader], TODAY) == []
        found = lists.listed(session, KINDS["neutrality"], ground[reader], Wanted(), TODAY)[0]
        assert [row.author for row in found] == ["" if reader == "commissioner" else "pps"]


def test_what_may_be_written_about(session: Session, ground: dict[str, Any]) -> None:
    def names(kind: str, who: str) -> list[str]:
        return [one.name for one in rights.targets(session, KINDS[kind], ground[who])]

    body: Body = ground[VILLAGE]
    assert names("issue", "pps") == names("monthly", "pps") == [body.name]
    assert names("monthly", "ppk") == [ground[DISTRICT].name]
    assert len(names("neutrality", "pps")) == 4
    assert names("neutrality", "pps")[0] == "Temanggung"
    assert len(names("issue", "operator")) == len(names("suggestion", "bawaslu")) == 4
    assert len(names("socialisation", "operator")) == 3
    assert names("suggestion", "operator") == names("issue", "auditor") == names("issue", "province") == []
