"""The morning: the members come in from Excel, people get their codes, and one inauguration serves all bodies."""

from __future__ import annotations

import re
from datetime import datetime

import sqlalchemy as sa

from benchmarks.day import evidence, members
from benchmarks.day.hands import Hand, Refused, Wire
from benchmarks.day.members import Company
from benchmarks.day.people import Day, accept, all_at_work, code_in
from engine.models import Instance, Task
from workflows.demo.ground import ZONE
from workflows.models import Body, Membership

LATECOMERS = 11


def expect(day: Day, what: str, found: object, wanted: object) -> None:
    """The database says what was meant; else the day is over."""
    if found != wanted:
        raise Refused(f"{what}: {found}, not {wanted}")


def import_members(day: Day) -> None:
    """The operator sends the Excel, looks at what each row would do, and applies all; the flows begin."""
    path = day.folder / "anggota-terpilih.xlsx"
    with day.house.looking() as session:
        rows = members.write(path, day.bodies, members.region_names(session))
    hand = day.staff("operator")
    with day.ledger.act(f"import of {rows} members: dry run", "operator", hand) as act:
        hand.open("/impor")
        hand.attach("file", [path])
        hand.press("Kirim dan periksa kolom")
        hand.press("Periksa semua baris")
        hand.wait_for("Terapkan")
        act.bodies = len(day.bodies)
    with day.ledger.act(f"import of {rows} members: applied", "operator", hand) as act:
        hand.press("Terapkan")
        hand.wait_for("Semua baris sudah tercatat")
        act.bodies = len(day.bodies)
    with day.house.looking() as session:
        expect(day, "members", session.scalar(sa.select(sa.func.count()).select_from(Membership)), rows)
        begun = sa.select(sa.func.count(Body.id)).where(Body.instance_id.is_not(None))
        expect(day, "flows begun", session.scalar(begun), len(day.bodies))


def hand_out_codes(day: Day) -> None:
    """One member of each body has a code, and opens the door on a phone: one as a person does, the others over HTTP."""
    persons = _first_members(day)
    first = day.pps[0]
    hand, phone = day.staff("operator"), day.screen("anggota PPS", phone=True)
    with day.ledger.act("a code to get in, for one", "operator", hand) as act:
        hand.open(f"/orang/{persons[first.code]}")
        hand.press("Buat kode masuk")
        act.bodies = 1
    code = code_in(hand.source())
    with day.ledger.act("in by the code, a PIN chosen", "anggota PPS (HP)", phone) as act:
        accept(phone, code)
        act.bodies = 1
    day.hands["pps"] = phone
    others = [one for one in day.bodies.values() if one is not first]
    office = day.wire("operator")
    with day.ledger.act("codes for the others", "operator", office) as act:
        for one in others:
            office.open(f"/orang/{persons[one.code]}")
            office.press("Buat kode masuk")
            day.codes[one.code] = code_in(office.source())
        act.bodies = len(others)
    screens = {one.code: Wire(day.house.url, one.name) for one in others}
    with day.ledger.act("in by the code, each their own PIN", f"{len(others)} anggota", *screens.values()) as act:
        all_at_work(lambda one: accept(screens[one.code], day.codes[one.code]), others)
        act.bodies = len(others)
    day.wires |= screens


def _first_members(day: Day) -> dict[str, int]:
    with day.house.looking() as session:
        found = session.execute(
            sa.select(Body.region_code, sa.func.min(Membership.person_id))
            .join(Membership, Membership.body_id == Body.id).group_by(Body.region_code)
        )
        return dict(found.all())


def inaugurate(day: Day) -> None:
    """One activity for all bodies: filled in once, the latecomers marked, handed in with a verdict for each body."""
    hand, late = day.staff("operator"), day.pps[1:1 + min(LATECOMERS, len(day.pps) - 2)]
    with day.ledger.act("inauguration: begun, bodies, particulars", "operator", hand) as act:
        number = begin(hand, "inauguration", "Pelantikan serentak PPK dan PPS")
        everybody(hand, day, number)
        _particulars(hand, day, number)
        act.bodies = len(day.bodies)
    with day.ledger.act("first plenaries proposed for all", "operator", hand) as act:
        hand.follow("Pleno")
        hand.press("Isi yang kosong dengan usulan")
        act.bodies = len(day.bodies)
    with day.ledger.act(f"{len(late)} latecomers marked", "operator", hand) as act:
        for body in late:
            mark_late(hand, number, body, "Terlambat: jalan ke Temanggung tertutup")
        act.bodies = len(late)
    with day.ledger.act("handed in for all at once", "operator", hand) as act:
        hand_over(hand, number)
        act.bodies = len(day.bodies)
    _handed_in(day, "approve_inauguration", len(day.bodies) - len(late))
    with day.ledger.act(f"{len(late)} made up for (susulan)", "operator", hand) as act:
        hand.open("/kegiatan/susulan")
        hand.press("Buat kegiatan susulan")
        again = int(re.findall(r"/kegiatan/(\d+)", hand.path)[0])
        hand_over(hand, again)
        act.bodies = len(late)
    _handed_in(day, "approve_inauguration", len(day.bodies))


def _handed_in(day: Day, node: str, count: int) -> None:
    with day.house.looking() as session:
        found = session.scalar(
            sa.select(sa.func.count(Task.id)).join(Instance, Instance.id == Task.instance_id)
            .where(Task.node == node, Task.closed_at.is_(None))
        )
    expect(day, f"bodies at {node}", found, count)


def begin(hand: Hand, kind: str, title: str) -> int:
    """The activity stands; its number."""
    hand.open("/kegiatan/baru")
    hand.choose("kind", kind)
    hand.fill("title", title)
    hand.fill("held_on", datetime.now(ZONE).date().isoformat())
    hand.press("Lanjut: pilih badan")
    return int(re.findall(r"/kegiatan/(\d+)/badan", hand.path)[0])


def everybody(hand: Hand, day: Day, number: int, *, kind: str = "", district: str = "") -> None:
    """All that the filter shows take part; in a small day those of its region."""
    asked = {"jenis": kind, "kecamatan": district or (day.within if day.within.count(".") == 2 else "")}
    told = "&".join(f"{name}={value}" for name, value in asked.items() if value)
    if told:
        hand.open(f"/kegiatan/{number}/badan?{told}")
    hand.press(name="act", value="all")


def _particulars(hand: Hand, day: Day, number: int) -> None:
    any_body, today = day.ppk[0], datetime.now(ZONE).date()
    hand.open(f"/kegiatan/{number}/rincian")
    typed = {
        "appointment_number": f"245 Tahun {today.year}", "appointment_on": today.isoformat(),
        "place": "Pendopo Pengayoman Temanggung", "organiser": "KPU Kabupaten Temanggung",
        "oath_official": "Ketua KPU Kabupaten Temanggung", "clergy": "Rohaniwan Kementerian Agama",
        "witnesses-0-name": "Sekretaris KPU Kabupaten", "witnesses-1-name": "Kasubbag Teknis KPU",
        "plenary_on": today.isoformat(), "plenary_pattern": f"{{urut}}/PP.04.1-BA/{{kode}}/{today.year}",
        "minutes_number": f"101/PP.04.1-BA/3323/{today.year}",
        "narrative": "Pelantikan berjalan tertib; semua yang hadir mengucapkan sumpah/janji.",
    }
    for name, value in typed.items():
        evidence.answer(hand, name, value)
    hand.choose("method", "in_person")
    for check in ("party", "marriage", "response"):
        hand.choose("checks", check)
    hand.choose("coordination_stressed", "true")
    for name in ("plenary_file", "minutes_file", "attendance_list_file", "integrity_pacts"):
        hand.attach(name, [evidence.path_of(evidence.file(day.folder, "paper", f"Berkas {name}", any_body))])
    hand.attach("photos", [
        evidence.path_of(evidence.file(day.folder, "oath", title, any_body))
        for title in ("Pengambilan sumpah", "Penandatanganan berita acara")
    ])
    hand.press(name="act", value="save")
    hand.arrive(f"/kegiatan/{number}")


def mark_late(hand: Hand, number: int, body: Company, reason: str) -> None:
    """The last member of the body is found by name and marked."""
    name = body.members[-1].name
    hand.open(f"/kegiatan/{number}/kehadiran")
    hand.fill("q", name)
    hand.press("Cari")
    member = re.findall(r'name="member" value="(\d+)"', hand.source())
    if len(member) != 1:
        raise Refused(f"{name} is found {len(member)} times")
    hand.choose(f"status-{member[0]}", "late")
    hand.fill(f"reason-{member[0]}", reason)
    hand.press("Simpan tanda")


def hand_over(hand: Hand, number: int) -> None:
    """The verdicts are looked at, the statement ticked, and all handed in; it is over when the bar is."""
    hand.open(f"/kegiatan/{number}/serahkan")
    hand.choose("statement_true", "true")
    hand.press(next(one for one in ("Serahkan", "Catat susulan") if one in hand.text()))
    hand.wait_for("Perbaiki, lalu serahkan lagi")
