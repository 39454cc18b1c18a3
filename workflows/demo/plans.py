"""How far each body of the demo has come, and what happened to it on the way: a list written down, then dealt out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random

from workflows.demo import ground
from workflows.models import Body

STAGES = ("inauguration", "sowan", "secretariat", "bimtek", "monitoring")


@dataclass(frozen=True)
class Hold:
    """An obstacle: its code, who must act, what is the matter, in how many days it was promised (None: not at all)."""

    code: str
    owner: str
    note: str
    promised_in: int | None = None


@dataclass(frozen=True)
class Plan:
    """`done` stages are passed; `ending` says how the next one stands: "open", "waiting" or "returned".

    `mended` are stages that were returned once on the way, `prepared` whether the bimtek was filed early, `draft`
    whether the open evidence was begun; `lifted` is an obstacle that is over.
    """

    done: int
    ending: str = "open"
    hold: Hold | None = None
    lifted: Hold | None = None
    mended: frozenset[int] = frozenset()
    prepared: bool = True
    draft: bool = False
    flaws: frozenset[str] = frozenset()


BUPATI = Hold("menunggu_SK_bupati", "Setda Kab. Temanggung", "Usulan sudah di Bagian Tata Pemerintahan; keputusan "
              "bupati tentang sekretariat belum terbit.", 4)
VILLAGE = Hold("menunggu_SK_kades_lurah", "Kepala Desa {place}", "Usulan diterima desa; keputusan kepala desa menunggu "
               "tanda tangan.", 2)
NO_STAFF = Hold("kurang_ASN/staf", "Kepala Desa {place}", "Perangkat desa yang dapat ditugaskan hanya satu orang.")
NOT_MET = Hold("pejabat_belum_ditemui", "Kepala Desa {place}", "Dua kali datang, pejabat sedang dinas luar. Dijanjikan "
               "waktu baru.", 1)
VACANT = Hold("jabatan_kosong", "Bagian Pemerintahan Setda Kab. Temanggung", "Kepala desa berhenti; penjabat belum "
              "dilantik.", 6)
TOO_FEW = Hold("anggota_kurang", "KPU Kab. Temanggung (Divisi SDM)", "Seorang anggota mengundurkan diri sebelum "
               "pelantikan; menunggu penetapan pengganti.", -1)
NO_OATH = Hold("belum_sumpah", "KPU Kab. Temanggung", "Anggota belum dapat dilantik; menunggu jadwal susulan.", 3)
CAMAT = Hold("pejabat_belum_ditemui", "Camat {place}", "Camat baru dilantik; jadwal sowan menunggu kepastian.", 1)
ROAD = Hold("bencana/akses", "BPBD Kab. Temanggung", "Jalan ke desa tertutup longsor.", -4)

PPK: tuple[tuple[int, Plan], ...] = (
    (1, Plan(1, hold=CAMAT)), (1, Plan(1, "returned")), (1, Plan(1, "waiting", flaws=frozenset({"represented"}))),
    (3, Plan(2, hold=BUPATI)), (1, Plan(2, "returned")), (1, Plan(2, "waiting", flaws=frozenset({"order"}))),
    (1, Plan(3, prepared=False)), (1, Plan(3, "waiting")), (3, Plan(4)), (1, Plan(4, "waiting")), (4, Plan(5)),
)
EARLY: tuple[tuple[int, Plan], ...] = (
    (6, Plan(1, draft=True)), (18, Plan(1)), (3, Plan(1, hold=NOT_MET)), (2, Plan(1, "returned")),
    (5, Plan(1, "waiting")), (2, Plan(1, "waiting", flaws=frozenset({"represented"}))), (11, Plan(2)),
)
"""The PPS of the second wave: nobody of them is beyond sowan."""
PPS: tuple[tuple[int, Plan], ...] = (
    (3, Plan(0, hold=TOO_FEW)), (3, Plan(0, hold=NO_OATH)), (2, Plan(0)), (4, Plan(0, "waiting")),
    (1, Plan(0, "waiting", flaws=frozenset({"unsigned"}))),
    (10, Plan(1)), (4, Plan(1, draft=True)), (5, Plan(1, hold=NOT_MET)), (3, Plan(1, hold=VACANT)),
    (7, Plan(1, "returned")), (4, Plan(1, "waiting")), (1, Plan(1, "waiting", flaws=frozenset({"stranger"}))),
    (20, Plan(2)), (15, Plan(2, hold=VILLAGE)), (7, Plan(2, hold=NO_STAFF)), (8, Plan(2, "returned")),
    (2, Plan(2, lifted=ROAD)), (7, Plan(2, "waiting")), (3, Plan(2, "waiting", flaws=frozenset({"order"}))),
    (4, Plan(3, prepared=False)), (4, Plan(3, "returned")), (4, Plan(3, "waiting")),
    (2, Plan(3, "waiting", flaws=frozenset({"short"}))),
    (38, Plan(4)), (5, Plan(4, lifted=ROAD)), (4, Plan(4, "waiting")),
    (1, Plan(4, "waiting", flaws=frozenset({"high"}))),
)
"""The others; those whom this leaves over are monitored."""
FIXED: Mapping[str, Plan] = {
    ground.PPK_MEMBER: Plan(2), ground.PPK_SECRETARY: Plan(5), ground.OPEN_PPS: Plan(1, prepared=False),
    ground.RETURNED_PPS: Plan(1, "returned"), ground.OVERDUE_PPS: Plan(2),
}


def deal(bodies: Sequence[Body]) -> dict[str, Plan]:
    """A plan for every body, by region code; the same for the same bodies."""
    random, plans = Random("plans"), {}
    early = [body for body in bodies if body.kind == "pps" and _district(body) in ground.SECOND_WAVE]
    later = [body for body in bodies if body.kind == "pps" and _district(body) not in ground.SECOND_WAVE]
    for group, table in (([body for body in bodies if body.kind == "ppk"], PPK), (early, EARLY), (later, PPS)):
        dealt = [plan for count, plan in table for _ in range(count)]
        dealt += [Plan(5)] * (len(group) - len(dealt))
        random.shuffle(dealt)
        for body, plan in zip(group, _mended(dealt, random), strict=False):
            plans[body.region_code] = FIXED.get(body.region_code) or plan
    return plans


def _mended(plans: Sequence[Plan], random: Random) -> Iterator[Plan]:
    for plan in plans:
        passed = [stage for stage in range(1, plan.done) if random.random() < 0.12]
        yield replace(plan, mended=frozenset(passed))


def _district(body: Body) -> str:
    return ".".join(body.region_code.split(".")[:3])
