"""The secretariat: one head, two staff, four documents. Source: PKPU 8/2022 ps. 67-75 jo. Kpt 476/2024; UU 7/2017."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from engine.host import Finding
from engine.phrases import Figure, Phrase
from workflows.people import is_nip, name_key, read_nip
from workflows.rules.common import hard, letter_number, since_oath, soft
from workflows.rules.facts import Facts, Serving
from workflows.rules.values import Data, Path, day, has_file, rows, text, yes

STAFF = 2
WORKING_AGES = range(18, 66)
POSTS = {
    "ketua": Phrase("ketua"), "anggota": Phrase("anggota"), "sekretaris": Phrase("sekretaris"), "staf": Phrase("staf"),
}


@dataclass(frozen=True)
class Candidate:
    """The head or one of the staff, as the form names them."""

    path: Path
    name: str
    is_asn: bool
    nip: str
    nip_path: Path
    title: str

    @property
    def born_on(self) -> date | None:
        """The birth date that the NIP tells."""
        return read_nip(self.nip).born_on if is_nip(self.nip) else None


def candidates(data: Data) -> list[Candidate]:
    """The head first, then the staff; those without a name left out."""
    head = Candidate(
        ("secretary_name",), text(data, "secretary_name"), yes(data, "secretary_is_asn"), text(data, "secretary_nip"),
        ("secretary_nip",), "Sekretaris",
    )
    staff = [
        Candidate(
            ("staff", place, "name"), text(row, "name"), yes(row, "is_asn"), text(row, "nip"),
            ("staff", place, "nip"), f"Staf {place + 1}",
        )
        for place, row in enumerate(rows(data, "staff"))
    ]
    return [one for one in (head, *staff) if one.name]


def composition(data: Data, facts: Facts) -> Iterator[Finding]:
    """One head, and exactly two staff; the head of a PPK's secretariat is an ASN."""
    named = candidates(data)
    if not text(data, "secretary_name"):
        yield hard(("secretary_name",), "secretary.missing", Phrase("Isi nama sekretaris (kepala sekretariat)."))
    elif facts.kind == "ppk" and not yes(data, "secretary_is_asn"):
        yield hard(("secretary_is_asn",), "secretary.asn", Phrase(
            "Sekretaris PPK harus ASN. Pilih calon yang ASN dan isi NIP-nya, 18 angka."
        ))
    staff = [one for one in named if one.title != "Sekretaris"]
    if len(staff) != STAFF:
        yield hard(("staff",), "staff.count", Phrase(
            "Staf sekretariat harus tepat %(wanted)s orang; sekarang %(number)s. Tambah atau hapus barisnya.",
            wanted=str(STAFF), number=str(len(staff)),
        ))


def nips(data: Data, facts: Facts) -> Iterator[Finding]:
    """An ASN's NIP has 18 digits; digits that cannot be a birth date, a gender or a year of service only warn."""
    for one in candidates(data):
        if (one.is_asn or one.nip) and not is_nip(one.nip):
            yield hard(one.nip_path, "nip.digits", Phrase(
                "NIP %(name)s harus 18 angka; sekarang %(count)s tanda. Salin kembali tanpa spasi.", name=one.name,
                count=str(len(one.nip)),
            ))
        elif one.nip:
            yield from _plausible(one, facts)


def _plausible(one: Candidate, facts: Facts) -> Iterator[Finding]:
    told = read_nip(one.nip)
    born, since = told.born_on, told.serving_since
    if (
        born is None
        or told.gender is None
        or since is None
        or facts.today.year - born.year not in WORKING_AGES
        or not born.year + WORKING_AGES.start <= since <= facts.today.year
    ):
        yield soft(one.nip_path, "nip.unlikely", Phrase(
            "NIP %(name)s tidak lazim (tanggal lahir, tahun pengangkatan atau jenis kelamin). Periksa lagi.",
            name=one.name,
        ))


def one_post_only(data: Data, facts: Facts) -> Iterator[Finding]:
    """Nobody serves twice: not in two places of this form, not as a member, not in another secretariat.

    The same NIP, or the same name and birth date, is the same person and refused; so is the name of one of the body's
    own members. Elsewhere a name alone only warns, for many people share one.
    """
    named = candidates(data)
    for place, one in enumerate(named):
        for other in named[:place]:
            same_nip = bool(one.nip) and one.nip == other.nip
            if same_nip or name_key(one.name) == name_key(other.name):
                path = one.nip_path if same_nip else one.path
                yield hard(path, "post.twice", Phrase(
                    "%(name)s tercantum dua kali. Isi orang yang berbeda.", name=one.name
                ))
        if any(member.key == name_key(one.name) for member in facts.members):
            yield hard(one.path, "post.member", Phrase(
                "%(name)s adalah anggota %(body)s. Anggota tidak boleh merangkap sekretariat.", name=one.name,
                body=facts.body or Phrase("badan ini"),
            ))
        for serving in facts.elsewhere:
            yield from _also_serves(one, serving)


def _also_serves(one: Candidate, serving: Serving) -> Iterator[Finding]:
    same_name = serving.key == name_key(one.name)
    same_nip = bool(one.nip) and serving.nip == one.nip
    born_on = serving.born_on or (read_nip(serving.nip).born_on if serving.nip and is_nip(serving.nip) else None)
    values: dict[str, str] = {"name": one.name, "post": POSTS.get(serving.post, serving.post), "body": serving.body}
    if same_nip or (same_name and one.born_on is not None and born_on == one.born_on):
        yield hard(one.path, "post.elsewhere", Phrase(
            "%(name)s masih bertugas sebagai %(post)s %(body)s. Ajukan orang lain.", **values
        ))
    elif same_name and not (born_on and one.born_on):
        yield soft(one.path, "post.same_name", Phrase(
            "Nama %(name)s sama dengan %(post)s %(body)s. Pastikan bukan orang yang sama.", **values
        ))


def no_spouses(data: Data, facts: Facts) -> Iterator[Finding]:
    """Nobody in the secretariat is married to a member of a body. Only warns: the register knows no spouses."""
    if candidates(data) and not yes(data, "no_spouse"):
        yield soft(("no_spouse",), "post.spouse", Phrase(
            "Belum dinyatakan bahwa sekretaris dan staf bukan suami atau istri anggota badan adhoc. Pastikan dulu."
        ))


DOCUMENTS = {
    "proposal": Phrase("surat usulan"),
    "local_decree": Phrase("keputusan kepala desa/lurah"),
    "kpu_decree": Phrase("keputusan KPU kabupaten/kota"),
    "pact": Phrase("pakta integritas"),
}
OF_A_PPK = {**DOCUMENTS, "local_decree": Phrase("keputusan bupati/wali kota")}


def missing_documents(data: Data, facts: Facts) -> dict[str, tuple[str, Phrase]]:
    """Which of the four documents are missing: by code, the field to mend and the document's name."""
    missing: dict[str, tuple[str, Phrase]] = {}
    for document, name in (OF_A_PPK if facts.kind == "ppk" else DOCUMENTS).items():
        field = _first_gap(data, document)
        if field:
            missing[document] = (field, name)
    return missing


def _first_gap(data: Data, document: str) -> str:
    if document == "pact":
        return "" if has_file(data, "integrity_pacts") else "integrity_pacts"
    if not text(data, f"{document}_number"):
        return f"{document}_number"
    if day(data, f"{document}_on") is None:
        return f"{document}_on"
    if not has_file(data, f"{document}_file"):
        return f"{document}_file"
    return ""


PARTS = {"number": Phrase("nomor"), "on": Phrase("tanggal"), "file": Phrase("berkas"), "pacts": Phrase("berkas")}


def documents(data: Data, facts: Facts) -> Iterator[Finding]:
    """All four documents are there; each that is missing is named."""
    for document, (field, name) in missing_documents(data, facts).items():
        part = PARTS[field.rpartition("_")[2]]
        yield hard((field,), f"document.{document}", Phrase(
            "Dokumen belum lengkap: %(name)s. Isi %(part)s dokumen ini.", name=name, part=part
        ))


def document_dates(data: Data, facts: Facts) -> Iterator[Finding]:
    """Each date (`held_on` is the day of the pact) lies between the oath and today; their order only warns."""
    dated = [(key, day(data, key)) for key in ("proposal_on", "local_decree_on", "kpu_decree_on", "held_on")]
    for key, value in dated:
        yield from since_oath((key,), value, facts)
    known = [(key, value) for key, value in dated if value is not None]
    for (_, earlier), (key, later) in pairwise(known):
        if later < earlier:
            yield soft((key,), "document.order", Phrase(
                "Tanggal %(day)s mendahului dokumen sebelumnya (%(earlier)s). Periksa urutannya: usulan, keputusan "
                "pemerintah daerah atau desa, keputusan KPU, pakta integritas.", day=Figure(later),
                earlier=Figure(earlier),
            ))


def document_numbers(data: Data, facts: Facts) -> Iterator[Finding]:
    """Letter numbers follow the office's guide; a bupati's or village's own numbering is not ours to judge."""
    yield from letter_number(data, facts, "proposal", decree=False)
    yield from letter_number(data, facts, "kpu_decree", decree=True)


RULES = (composition, nips, one_post_only, no_spouses, documents, document_dates, document_numbers)
