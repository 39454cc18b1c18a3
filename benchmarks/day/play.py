"""The day from the first act to the last, in the order in which the office would live it."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser

from benchmarks.day import deciding, field, morning, papers, tables
from benchmarks.day.hands import Hand, Refused
from benchmarks.day.house import running
from benchmarks.day.ledger import Ledger
from benchmarks.day.members import companies
from benchmarks.day.people import Day
from workflows.regions import TEMANGGUNG


def whole(folder: Path, within: str = TEMANGGUNG, browser: Browser | None = None) -> Ledger:
    """Everything was done and agrees with the database; what it cost. Refused or RuntimeError where not."""
    with running(folder) as house:
        with house.looking() as session:
            bodies = companies(session, within)
        day = Day(house, Ledger(), bodies, folder, within, browser)
        everything(day)
        return day.ledger


def everything(day: Day) -> None:
    """The acts, each checked against the database before the next."""
    count = len(day.bodies)
    morning.import_members(day)
    morning.hand_out_codes(day)
    morning.inaugurate(day)
    chief, second = day.staff("komisioner-sdm"), day.staff("komisioner-teknis")
    where = deciding.many(day, chief, "inaugurated", count, "inaugurations")
    deciding.take_back(day, chief, "inaugurated", where, "recruited")
    deciding.many(day, chief, "inaugurated", count, "inaugurations again")
    field.sowan_by_phone(day)
    _returned_and_mended(day, second)
    field.sowan_of_the_others(day)
    deciding.many(day, chief, "sowan_done", count, "sowan")
    field.secretariats(day)
    deciding.one(day, second, what="secretariat")
    deciding.many(day, second, "secretariat_formed", count, "secretariats")
    field.bimtek(day)
    deciding.many(day, chief, "bimtek_complete", count, "bimtek")
    field.monitor(day)
    deciding.many(day, second, "monitored", count, "monitoring")
    papers.issue_all(day)
    tables.export(day)
    _nobody_is_blocked(day)


def _returned_and_mended(day: Day, commissioner: Hand) -> None:
    """The first sowan is given back with a reason, mended on the phone, and approved in two taps."""
    note = "Siapa berjanji apa? Tuliskan kesepakatannya."
    deciding.give_back(day, commissioner, "outcome_unclear", note, "group_visits")
    field.mend(day, day.pps[0], note)
    deciding.one(day, commissioner, what="the mended sowan")
    deciding.stands(day, {"sowan_done": 1})


def _nobody_is_blocked(day: Day) -> None:
    """Hukum finds nobody blocked, the province sees all bodies monitored."""
    lawyer, province = day.staff("hukum"), day.staff("provinsi")
    with day.ledger.act("the board: nobody is blocked", "hukum", lawyer) as act:
        lawyer.open("/terhambat")
        act.bodies = len(day.bodies)
    if 'class="board"' in lawyer.source():
        raise Refused(f"somebody is blocked: {lawyer.text()[:1200]}")
    with day.ledger.act("the overview of the regency", "provinsi", province) as act:
        province.open("/ringkasan")
        act.bodies = len(day.bodies)
    if str(len(day.bodies)) not in province.text():
        raise Refused(f"the province does not see {len(day.bodies)} bodies: {province.text()[:1200]}")
