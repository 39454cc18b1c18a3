"""The commissioners decide: one in two taps, hundreds after a look at samples, one given back, one act taken back."""

from __future__ import annotations

import re
from collections.abc import Mapping

import sqlalchemy as sa

from benchmarks.day.hands import Hand, Refused
from benchmarks.day.people import Day
from engine.models import Instance


def many(day: Day, hand: Hand, stage: str, count: int, what: str) -> str:
    """All that wait are tried, the samples opened, and decided; the address of the result."""
    with day.ledger.act(f"{what}: approved in bulk", hand_name(hand), hand) as act:
        where = prepare(hand)
        seen = look_at_samples(hand, where)
        hand.press("Setujui yang dicentang")
        act.name += f", {seen} samples opened"
        act.bodies = count
    stands(day, {stage: count})
    return where


def prepare(hand: Hand) -> str:
    """Everything that waits is tried; the address of the preview."""
    hand.open("/tugas")
    hand.press("Setujui semua yang cocok")
    if not re.match(r"/massal/\d+", hand.path):
        raise Refused(f"nothing was prepared: {hand.text()[:1200]}")
    return hand.path.partition("?")[0]


def look_at_samples(hand: Hand, where: str) -> int:
    """Each sample that was drawn is opened; how many they were."""
    seen = 0
    while samples := _samples(hand):
        hand.press(samples[0])
        seen += 1
        hand.open(where)
    return seen


def _samples(hand: Hand) -> list[str]:
    """The buttons that open a sample not yet seen."""
    source = hand.source()
    waits = re.findall(r'<li class="wait">.*?<button[^>]*>(.*?)</button>', source, re.DOTALL)
    return [re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", one)).strip() for one in waits]


def take_back(day: Day, hand: Hand, stage: str, where: str, before: str) -> None:
    """Within ten minutes the whole act is undone, and done again."""
    count = standing(day)[stage]
    with day.ledger.act("the bulk approval undone", hand_name(hand), hand) as act:
        hand.open(where)
        hand.press("Batalkan semuanya")
        act.bodies = count
    stands(day, {before: count})


def one(day: Day, hand: Hand, what: str) -> None:
    """The next of the queue is opened and approved: two taps."""
    hand.open("/tugas")
    with day.ledger.act(f"{what}: one approved", hand_name(hand), hand) as act:
        hand.follow("Periksa")
        hand.press("Setujui")
        act.bodies = 1
    if "disetujui dan kini pada tahap" not in hand.text():
        raise Refused(f"it was not approved: {hand.text()[:800]}")


def give_back(day: Day, hand: Hand, reason: str, note: str, part: str) -> None:
    """The next of the queue is given back with a reason and what to mend."""
    hand.open("/tugas")
    with day.ledger.act("one returned with a reason", hand_name(hand), hand) as act:
        hand.follow("Periksa")
        hand.choose("reason", reason)
        hand.choose("fields", part)
        hand.fill("note", note)
        hand.press("Kembalikan untuk diperbaiki")
        act.bodies = 1
    if "dikembalikan" not in hand.text():
        raise Refused(f"it was not given back: {hand.text()[:800]}")


def hand_name(hand: Hand) -> str:
    return str(getattr(hand, "who", ""))


def standing(day: Day) -> Mapping[str, int]:
    """How many bodies of the day stand at each stage, as the database has it."""
    with day.house.looking() as session:
        rows = session.execute(sa.select(Instance.stage, sa.func.count()).group_by(Instance.stage))
        return dict(rows.all())


def stands(day: Day, wanted: Mapping[str, int]) -> None:
    """So many bodies stand at these stages, or the day is over."""
    found = standing(day)
    for stage, count in wanted.items():
        if found.get(stage, 0) != count:
            raise Refused(f"{found.get(stage, 0)} bodies are {stage}, not {count}: {dict(found)}")
