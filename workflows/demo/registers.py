"""What the demo's registers, stakeholders and replacements tell: a few of each, written by the real verbs, days ago."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from engine.host import Actor
from workflows import people, replacement
from workflows.demo import ground, pictures
from workflows.demo.acts import Keep
from workflows.demo.ground import Ground
from workflows.models import Body, Person
from workflows.people import name_key
from workflows.registers import entries
from workflows.registers.entries import month_before
from workflows.registers.kinds import KINDS
from workflows.replacement import Sent, Wish
from workflows.stakeholders import contacts, offices

DISTRICT = ground.PPK_MEMBER
"""All of it happens in this kecamatan, or is about the regency as a whole."""
Taken = tuple[str, str, float, Mapping[str, Any]]
"""One step: by whom, its name, days ago, what is said with it."""
STORIES: tuple[tuple[str, str, str, float, Mapping[str, Any], tuple[Taken, ...]], ...] = (
    # kind, account or body that writes, body it is about, days ago, answers, then: (who, step, days ago, answers)
    ("issue", ground.OPEN_PPS, ground.OPEN_PPS, 2.2, {
        "subject": "Ruang sekretariat PPS belum mempunyai aliran listrik", "category": "technical",
        "severity": "medium", "story": "Ruang di balai desa dipakai sejak pelantikan. Laptop dan pencetak belum dapat "
        "dipakai; pekerjaan sementara dilakukan di rumah ketua."}, ()),
    ("issue", ground.RETURNED_PPS, ground.RETURNED_PPS, 6.3, {
        "subject": "Warga menggugat hasil seleksi anggota PPS", "category": "people", "severity": "high",
        "risk": "Pelantikan dapat dipersoalkan di pengadilan.", "story": "Seorang peserta seleksi menyerahkan surat "
        "keberatan dengan kuasa hukum dan meminta salinan berita acara seleksi."}, (
            ("komisioner-sdm", "take", 5.2, {}),
            ("komisioner-sdm", "hand_over", 4.1, {"note": "Surat keberatan memakai kuasa hukum; perlu jawaban resmi."}),
    )),
    ("issue", DISTRICT, DISTRICT, 9.4, {
        "subject": "Kotak arsip untuk berkas PPS kurang", "category": "logistics", "severity": "low",
        "story": "Kecamatan menerima dua kotak arsip untuk semua PPS. Dibutuhkan satu untuk setiap desa."}, (
            ("komisioner-teknis", "take", 8.2, {}),
            ("komisioner-teknis", "settle", 5.1, {"note": "Kotak arsip dikirim bersama alat tulis bulan ini."}),
    )),
    ("neutrality", ground.OPEN_PPS, ground.RETURNED_PPS, 3.4, {
        "subject": "Anggota badan hadir di acara bakal calon", "form_of": "partisan", "who": "organiser",
        "happened_on": -4, "story": "Seorang anggota terlihat duduk di barisan depan pada acara bakal calon dan "
        "mengenakan atribut. Kejadian disaksikan beberapa warga."}, (("hukum", "take", 2.2, {}),)),
    ("suggestion", "bawaslu", DISTRICT, 6.4, {
        "subject": "Jadwal sowan PPS tidak diumumkan kepada pengawas", "letter": "021/PM.00.02/K.JT-33/2024",
        "topic": "procedure", "story": "Pengawas desa baru mengetahui kunjungan sesudah selesai. Kami menyarankan "
        "jadwal disampaikan paling lambat dua hari sebelumnya."}, ()),
    ("suggestion", "bawaslu", "", 12.4, {
        "subject": "Daftar anggota badan belum ditempel di kantor desa", "topic": "formation",
        "story": "Di lima desa daftar anggota PPS belum ditempel di papan pengumuman. Kami menyarankan ditempel."}, (
            ("komisioner-sdm", "answer", 10.2, {"note": "Daftar sudah ditempel di kelima desa; foto menyusul."}),)),
    ("socialisation", ground.OPEN_PPS, ground.OPEN_PPS, 1.4, {
        "subject": "both", "held_on": -2, "place": "Balai desa, sesudah pengajian", "manner": "meeting", "people": 46,
        "posko": "Sekretariat PPS di balai desa, setiap hari kerja pukul 08.00 sampai 14.00", "unregistered": 3}, ()),
    ("socialisation", DISTRICT, DISTRICT, 4.4, {
        "subject": "dptb", "held_on": -5, "place": "Aula kecamatan", "manner": "meeting", "people": 62,
        "posko": "Sekretariat PPK di kantor kecamatan", "unregistered": 0}, ()),
)


@dataclass(frozen=True)
class Teller:
    """Writes what is told. Nothing is committed here."""

    session: Session
    laid: Ground
    keep: Keep
    now: datetime

    def tell(self) -> None:
        """Entries of every kind, contacts with offices, one replacement that waits and one whose oath is late."""
        for number, (kind, who, about, days, answers, steps) in enumerate(STORIES):
            self._entry(f"demo-{number}", kind, who, about, days, answers, steps)
        self._reports()
        self._contacts()
        sworn = [body for code, body in sorted(self.laid.bodies.items()) if self._may_change(code, body)]
        for body, approve in zip(sworn, (True, False), strict=False):
            self._replace(body, approve)

    def _entry(
        self, key: str, kind: str, who: str, about: str, days: float, answers: Mapping[str, Any],
        steps: tuple[Taken, ...],
    ) -> None:
        said = {
            name: (self.laid.today + timedelta(days=value)).isoformat() if name in ("held_on", "happened_on") else value
            for name, value in answers.items()
        }
        body = self.laid.bodies[about].id if about else None
        written, _ = entries.write(self.session, KINDS[kind], body, said, self._sent(who, days, key))
        for seen, (by, name, then, data) in enumerate(steps):
            entries.act(self.session, written, name, data, self._sent(by, then, f"{key}-{seen}"), seen=seen)

    def _reports(self) -> None:
        """Of the month before, where the oath was in it, else of this one: the PPK's was received, the PPS's is new."""
        common = {"summary": "Pelantikan, sowan dan pembentukan sekretariat berjalan; koordinasi dengan desa lancar.",
                  "meetings": 2, "coordination": 3, "unregistered": 4, "problems": "no",
                  "plans": "Menyelesaikan sekretariat dan bimtek, lalu monitoring."}
        own: tuple[tuple[str, Mapping[str, Any]], ...] = (
            (DISTRICT, {"supervised": 8}), (ground.OPEN_PPS, {"board": "yes"}),
        )
        for code, more in own:
            body, before = self.laid.bodies[code], month_before(self.laid.today)
            if body.oath_on is None:
                continue
            period = max(before, body.oath_on.replace(day=1))
            written, _ = entries.write(
                self.session, KINDS["monthly"], body.id, {**common, **more}, self._sent(code, 0.4, f"demo-{code}"),
                period,
            )
            if code == DISTRICT:
                entries.act(self.session, written, "receive", {}, self._sent("komisioner-sdm", 0.1, "demo-in"), seen=0)

    def _contacts(self) -> None:
        """One contact that lapsed, one with a promise that is awaited, one with a promise that was not kept."""
        told = (
            ("kua", "Kepala KUA Kranggan", DISTRICT, 40, "", None),
            ("puskesmas", "Kepala Puskesmas Kranggan", DISTRICT, 5, "Petugas kesehatan pada hari pemungutan", 20),
            ("bpd", "Ketua BPD", ground.OPEN_PPS, 12, "Meja dan kursi untuk sekretariat", -3),
        )
        for kind, title, code, days, promise, due in told:
            body, key = self.laid.bodies[code], f"demo-{kind}"
            office = offices.add(
                self.session, offices.Said(kind, code, title, self.laid.people.name("L")), key=key,
                actor=self.laid.office["operator"], today=self.laid.today,
            )
            said = contacts.Said(
                self.laid.today - timedelta(days=days), office.official or title, "in_person",
                "Diterima dengan baik; siap bekerja sama.", promise, "",
                self.laid.today + timedelta(days=due) if due is not None else None,
            )
            contacts.record(
                self.session, office=office, body=body, said=said, key=key, actor=self.laid.actors[code],
                today=self.laid.today,
            )

    def _may_change(self, code: str, body: Body) -> bool:
        plain = code not in (ground.OPEN_PPS, ground.RETURNED_PPS) and code.startswith(f"{DISTRICT}.")
        return plain and body.oath_on is not None and len(replacement.members(self.session, body.id)) == 3

    def _replace(self, body: Body, approve: bool) -> None:
        for rank in (4, 5):
            one = self.laid.people.somebody("P", body.region_code)
            person = Person(
                name=one.name, name_key=name_key(one.name), gender=one.gender, born_on=one.born_on, phone=one.phone,
                education=one.education, domicile_code=body.region_code,
            )
            self.session.add(person)
            self.session.flush()
            people.enrol(
                self.session, body, person, "cadangan", from_on=self.laid.agenda.term_begins, rank=rank
            )
        content = pictures.paper("Surat pengunduran diri", ("KPU Kabupaten Temanggung", "Semua nama di sini rekaan."))
        paper = {"sha256": self.keep(content), "name": "Surat pengunduran diri (contoh).pdf", "type": "application/pdf",
                 "size": len(content)}
        wish = Wish(
            replacement.members(self.session, body.id)[-1][0].id, replacement.reserves(self.session, body.id)[0][0].id,
            "resigned", self.laid.today - timedelta(days=10), "", paper,
        )
        key = f"demo-{body.region_code}"
        number = replacement.propose(
            self.session, body.id, wish, self._proposal("operator", 9 if approve else 1, key)
        )
        if approve:
            yes = self._proposal("komisioner-sdm", 8, f"{key}-yes")
            replacement.act(self.session, number, "approve", {}, yes, seen=1)

    def _sent(self, who: str, days: float, key: str) -> entries.Sent:
        return entries.Sent(self._actor(who), self.now - timedelta(days=days), key)

    def _proposal(self, who: str, days: float, key: str) -> Sent:
        return Sent(self._actor(who), self.now - timedelta(days=days), key)

    def _actor(self, who: str) -> Actor:
        return self.laid.office[who] if who in self.laid.office else self.laid.actors[who]
