"""The field: visits with photos from a phone without a signal, others over HTTP; secretariats, bimtek, monitoring."""

from __future__ import annotations

from benchmarks.day import evidence, morning
from benchmarks.day.hands import Hand, Refused, Wire
from benchmarks.day.members import Company
from benchmarks.day.people import Day, all_at_work
from benchmarks.day.touch import Touch
from workflows.demo import evidence as demo

SOWAN = "submit_sowan"


def sowan_by_phone(day: Day) -> None:
    """One PPS fills in its visit, with two photos; in a browser without a signal, which comes back later."""
    body, hand = day.pps[0], day.hands["pps"]
    data = demo.make(SOWAN, evidence.case(day, body))
    photos = [evidence.file(day.folder, "visit", title, body) for title in ("Di depan balai desa", "Bersama kades")]
    data["visits"][0]["photos"] = photos
    path = f"/badan/{body.id}/bukti/{SOWAN}"
    without = ", no signal" if isinstance(hand, Touch) else ""
    with day.ledger.act(f"sowan by phone, two photos{without}", "anggota PPS (HP)", hand) as act:
        act.bodies = 1
        if isinstance(hand, Touch):
            _without_signal(hand, path, body, data)
        else:
            hand.open("/tugas")
            hand.follow("Isi bukti")
            evidence.fill_in(hand, evidence.form_of("pps", SOWAN), data)
            hand.press(name="act", value="send")
            if "menunggu pemeriksaan" not in hand.text().lower():
                raise Refused(hand.text()[:2000])


def _without_signal(hand: Touch, path: str, body: Company, data: dict[str, object]) -> None:
    page = hand.page
    hand.open("/tugas")
    hand.follow("Isi bukti")
    page.locator("html[data-ready]").wait_for(state="attached")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.wait_for_function("path => caches.match(path, {ignoreVary: true}).then(Boolean)", arg=page.url)
    hand.context.set_offline(True)
    page.reload()
    page.locator("html[data-ready]").wait_for(state="attached")
    evidence.fill_in(hand, evidence.form_of("pps", SOWAN), data)
    page.locator("[data-photo] .state").nth(1).wait_for()
    hand.press("Kirim")
    page.get_by_text("Tidak ada sinyal").first.wait_for()
    hand.context.set_offline(False)
    page.goto(path)
    page.get_by_text("Diterima KPU").first.wait_for()


def sowan_of_the_others(day: Day) -> None:
    others = [one for one in day.bodies.values() if one is not day.pps[0]]
    _each(day, "sowan, each from their own account", SOWAN, others)


def secretariats(day: Day) -> None:
    """Every PPS and every PPK hands in its secretariat."""
    first = day.pps[0]
    _known_over_http(day, first)
    _each(day, f"{len(day.pps)} secretariats of PPS", "submit_secretariat", day.pps)
    _each(day, f"{len(day.ppk)} secretariats of PPK", "submit_secretariat", day.ppk)


def _known_over_http(day: Day, body: Company) -> None:
    """The member of the phone has a second device, so that the many act alike."""
    if body.code in day.wires:
        return
    hand = day.hands["pps"]
    wire = Wire(day.house.url, body.name)
    if isinstance(hand, Touch):
        wire.take_cookies({one["name"]: one["value"] for one in hand.context.cookies()})
    elif isinstance(hand, Wire):
        wire = hand
    day.wires[body.code] = wire


def _each(day: Day, name: str, node: str, bodies: list[Company]) -> None:
    screens = [day.wires[one.code] for one in bodies]
    with day.ledger.act(name, f"{len(bodies)} anggota", *screens) as act:
        all_at_work(lambda one: evidence.send(day.wires[one.code], day, one, node), bodies)
        act.bodies = len(bodies)


def mend(day: Day, body: Company, note: str) -> None:
    """What came back is read and mended on the phone, and sent again."""
    hand = day.hands["pps"]
    with day.ledger.act("the returned one mended and sent", "anggota PPS (HP)", hand) as act:
        hand.open("/tugas")
        if note not in hand.text():
            raise Refused(f"the note is not read: {hand.text()[:1000]}")
        hand.follow("Perbaiki bukti")
        if isinstance(hand, Touch):
            hand.page.locator("html[data-ready]").wait_for(state="attached")
        hand.fill("visits-0-outcome", "Kepala desa meminjamkan ruang balai desa mulai Senin, dengan dua meja.")
        if isinstance(hand, Touch):
            hand.press("Kirim lagi")
            hand.wait_for("menunggu pemeriksaan")
        else:
            hand.press(name="act", value="send")
        act.bodies = 1
    if "menunggu pemeriksaan" not in hand.text().lower():
        raise Refused(hand.text()[:2000])


def bimtek(day: Day) -> None:
    """The operator trains the PPKs, each PPK its own PPS: one activity each, handed in for all at once."""
    hand = day.staff("operator")
    with day.ledger.act("bimtek of the PPKs: one activity", "operator", hand) as act:
        number = morning.begin(hand, "bimtek", "Bimbingan teknis PPK")
        morning.everybody(hand, day, number, kind="ppk")
        _training(hand, day, number, day.ppk[0], "KPU Kabupaten Temanggung")
        morning.hand_over(hand, number)
        act.bodies = len(day.ppk)
    one, *others = day.ppk
    _ppk_trains(day, [(one, day.wires[one.code])], "anggota PPK", "bimtek of one PPK for its PPS")
    if others:
        _ppk_trains(day, [(ppk, day.wires[ppk.code]) for ppk in others], f"{len(others)} anggota PPK",
                    "bimtek of the other PPKs for their PPS")


def _ppk_trains(day: Day, pairs: list[tuple[Company, Hand]], who: str, name: str) -> None:
    trained = [one for one in day.pps if one.district in {ppk.code for ppk, _ in pairs}]

    def train(pair: tuple[Company, Hand]) -> None:
        ppk, hand = pair
        number = morning.begin(hand, "bimtek", f"Bimbingan teknis PPS Kecamatan {ppk.place}")
        morning.everybody(hand, day, number, kind="pps", district=ppk.code)
        _training(hand, day, number, ppk, f"PPK {ppk.place}")
        morning.hand_over(hand, number)

    with day.ledger.act(name, who, *(hand for _, hand in pairs)) as act:
        for pair in pairs:
            train(pair)
        act.bodies = len(trained)


def _training(hand: Hand, day: Day, number: int, ppk: Company, organiser: str) -> None:
    of_ppk = organiser.startswith("KPU")
    hand.open(f"/kegiatan/{number}/rincian")
    typed = {
        "place": "Gedung Pemuda Temanggung" if of_ppk else f"Aula Kecamatan {ppk.place}", "organiser": organiser,
        "hours": "6" if of_ppk else "3",
        "speakers-0-name": "Ketua KPU Kabupaten Temanggung" if of_ppk else ppk.members[1].name,
        "speakers-0-institution": organiser, "speakers-0-topic": "Tugas dan kode etik",
        "kpu_monitor": "Petugas Divisi SDM KPU",
        "kpu_monitor_note": "Materi lengkap, peserta aktif bertanya; koordinasi ditekankan.",
        "pre_test_score": "55", "post_test_score": "82",
        "narrative": "Bimbingan teknis berjalan tertib; semua peserta hadir sampai selesai.",
    }
    for name, value in typed.items():
        evidence.answer(hand, name, value)
    hand.choose("speakers-0-origin", "commissioner" if of_ppk else "ppk_member")
    for topic in demo.TOPICS["ppk" if of_ppk else "pps"]:
        hand.choose("topics", topic)
    if of_ppk:
        hand.choose("division_sessions_complete", "true")
    hand.choose("coordination_stressed", "true")
    for name in ("attendance_list_file", "materials_file"):
        hand.attach(name, [evidence.path_of(evidence.file(day.folder, "paper", "Daftar hadir dan materi", ppk))])
    hand.attach("photos", [evidence.path_of(evidence.file(day.folder, "training", title, ppk))
                           for title in ("Penyampaian materi", "Peserta")])
    hand.press(name="act", value="save")
    hand.arrive(f"/kegiatan/{number}")


def monitor(day: Day) -> None:
    """Each PPK hands in what it saw at its PPS, the operator what the KPU saw at the PPKs."""
    office = day.wire("operator")
    with day.ledger.act(f"monitoring of {len(day.ppk)} PPK", "operator", office) as act:
        for one in day.ppk:
            evidence.send(office, day, one, "submit_monitoring")
        act.bodies = len(day.ppk)
    screens = [day.wires[one.code] for one in day.ppk]

    def visit(ppk: Company) -> None:
        for one in day.pps:
            if one.district == ppk.code:
                evidence.send(day.wires[ppk.code], day, one, "submit_monitoring")

    with day.ledger.act(f"monitoring of {len(day.pps)} PPS", f"{len(day.ppk)} anggota PPK", *screens) as act:
        all_at_work(visit, day.ppk)
        act.bodies = len(day.pps)
