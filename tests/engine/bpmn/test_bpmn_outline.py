"""The outline says what a drawing means, and nothing else."""

from __future__ import annotations

import difflib
import random
import re
from dataclasses import replace
from pathlib import Path

import pytest
from lxml import etree

from engine.bpmn.model import Event, Loop
from engine.bpmn.outline import fingerprint, outline
from engine.bpmn.reader import read

APPROVAL = (Path(__file__).parent / "drawings" / "approval.bpmn").read_text()

WORDS = """\
PROSES p “Pelantikan”
  LAJUR body “Badan”
    LAJUR ppk_member “Anggota PPK”
  LAJUR commissioner “Komisioner”
ALUR
  begun: mulai “Terpilih”; lajur body -> submit
  submit: tugas orang “Ajukan\\nbukti”; lajur ppk_member; formulir submit; tenggat ${body.inauguration_due}; \
properti photos=2 -> approve
    overdue: di tepi submit (tidak mengganggu); jam setelah P7D -> told
  told: selesai; eskalasi late “Terlambat”
  approve: tugas orang “Periksa”; lajur commissioner; peran commissioner, operator; formulir approval; \
tenggat = body.sowan_due; berulang bergantian, untuk tiap isi = members, sebagai member, \
cukup bila = approved >= 3 -> choice
  choice: gerbang pilih satu “Disetujui?”; lajur commissioner
    jika = decision = "return" -> submit “Kembalikan”
    selain itu -> meeting
  meeting: subproses; lajur commissioner -> done
    opened: mulai; lajur commissioner -> decide
    decide: tugas orang; lajur commissioner -> closed
    closed: selesai; lajur commissioner
  done: selesai “Dilantik”
"""


def words(text: str) -> str:
    return outline(read(text.encode()).process())


def changed(text: str) -> int:
    """Lines removed and added."""
    diff = difflib.ndiff(WORDS.splitlines(), words(text).splitlines())
    return sum(1 for line in diff if line[:1] in "+-")


def test_the_flow_in_words() -> None:
    assert words(APPROVAL) == WORDS


@pytest.mark.parametrize("seed", range(20))
def test_the_order_of_elements_in_the_file_says_nothing(seed: int) -> None:
    root = etree.fromstring(APPROVAL.encode())
    chance = random.Random(seed)
    for parent in list(root.iter()):
        mixed = list(parent)
        chance.shuffle(mixed)
        parent[:] = mixed
    shuffled = etree.tostring(root).decode()
    assert shuffled.index("approve") != APPROVAL.index("approve")
    assert words(shuffled) == WORDS


@pytest.mark.parametrize(("old", "new", "lines"), [
    ("P7D", "P8D", 2),  # a deadline on an edge
    ("body.sowan_due", "body.bimtek_due", 2),  # a deadline of a task
    ('"return"<', '"back"<', 2),
    ('name="Periksa"', 'name="Setujui"', 2),
    ("= approved &gt;= 3", "= approved &gt;= 4", 2),
    ('cancelActivity="false"', 'cancelActivity="true"', 2),
    ('escalationCode="late"', 'escalationCode="later"', 2),
    ("<bpmn:flowNodeRef>choice</bpmn:flowNodeRef>", "", 2),
    ('name="Komisioner"', 'name="Ketua"', 2),
    # without a meaning
    ("Unggah berita acara.", "Unggah foto.", 0),
    ("</bpmn:process>", '</bpmn:process><di:diagram xmlns:di="urn:di" x="1"/><!-- moved -->', 0),
    ("</bpmn:laneSet>", '</bpmn:laneSet><bpmn:textAnnotation id="n"><bpmn:text>x</bpmn:text></bpmn:textAnnotation>', 0),
])
def test_how_many_lines_a_change_changes(old: str, new: str, lines: int) -> None:
    assert old in APPROVAL
    mended = APPROVAL.replace(old, new)
    assert changed(mended) == lines
    same = fingerprint(read(mended.encode()).process()) == fingerprint(read(APPROVAL.encode()).process())
    assert same == (lines == 0)


def test_other_ids_of_flows_say_nothing() -> None:
    renamed = re.sub(r"\bf([1-6])\b", lambda found: f"z{9 - int(found.group(1))}", APPROVAL)
    assert renamed != APPROVAL
    assert words(renamed) == WORDS


def test_the_fingerprint_is_a_sha256_of_the_outline() -> None:
    assert re.fullmatch("[0-9a-f]{64}", fingerprint(read(APPROVAL.encode()).process()))


def test_every_fact_of_a_node_is_in_the_outline() -> None:
    """A drawing that differs in one field that is run differs in its outline."""
    plain = read(APPROVAL.encode()).process()
    node = plain.nodes["submit"]
    facts: dict[str, dict[str, object]] = {
        "event": {"event": Event("message", ref="m", key="= order.id")},
        "together": {"event": Event("multiple", parts=(Event("signal"), Event("message")), together=True)},
        "results": {"loop": Loop("parallel", cardinality="2", results="all", result="= one")},
        "called": {"called": "other", "binding": "version", "version": "2"},
        "decision": {"decision": "rate", "binding": "deployment"},
        "result": {"result": "r"}, "script": {"script": "x = 1"}, "handler": {"handler": "undo"},
        "listeners": {"listeners": (("start", "log"),)}, "embedded": {"embedded": "{}"},
        "inputs": {"inputs": (("a", "= b"),)}, "outputs": {"outputs": (("a", "= b"),)},
        "ordering": {"kind": "adHocSubProcess", "ordering": "Sequential"},
        "completion": {"kind": "adHocSubProcess", "completion": "= done"},
        "remaining": {"kind": "adHocSubProcess", "cancel_remaining": False},
        "ad hoc": {"kind": "adHocSubProcess"},
    }
    prints = {fingerprint(plain), fingerprint(replace(plain, listeners=(("end", "log"),)))}
    for changed in facts.values():
        other = replace(node, **changed)  # type: ignore[arg-type]
        prints.add(fingerprint(replace(plain, nodes={**plain.nodes, "submit": other})))
    assert len(prints) == len(facts) + 2
