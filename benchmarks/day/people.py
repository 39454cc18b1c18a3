"""The seven people of the day and the many who do the same as one of them, each with a screen of their own."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from playwright.sync_api import Browser

from benchmarks.day.hands import Hand, Refused, Wire
from benchmarks.day.house import House
from benchmarks.day.ledger import Ledger
from benchmarks.day.members import Company
from benchmarks.day.touch import Touch
from web.auth.accounts import DEMO_PASSWORD

PIN = "271194"
AT_ONCE = 3
"""So many villages send at the same moment."""
One = TypeVar("One")
Got = TypeVar("Got")


@dataclass
class Day:
    """All that the acts share. Without `browser` everything goes over HTTP.

    `wires` are the screens of the village people and of the PPK, by the code of their body.
    """

    house: House
    ledger: Ledger
    bodies: Mapping[str, Company]
    folder: Path
    within: str
    browser: Browser | None = None
    wires: dict[str, Wire] = field(default_factory=dict)
    hands: dict[str, Hand] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)

    @property
    def ppk(self) -> list[Company]:
        return [one for one in self.bodies.values() if one.kind == "ppk"]

    @property
    def pps(self) -> list[Company]:
        return [one for one in self.bodies.values() if one.kind == "pps"]

    def screen(self, who: str, *, phone: bool = False) -> Hand:
        """A screen for one of the seven, signed in by nobody yet."""
        if self.browser is None:
            return Wire(self.house.url, who)
        return Touch(self.browser, self.house.url, who, phone=phone)

    def staff(self, login: str) -> Hand:
        """One of the office at their desk, signed in with name and password the first time."""
        if login not in self.hands:
            hand = self.hands[login] = self.screen(login)
            sign_in(hand, login)
        return self.hands[login]

    def wire(self, login: str) -> Wire:
        """The same person over HTTP, for what would be the same tap many times over."""
        if login not in self.wires:
            hand = self.wires[login] = Wire(self.house.url, login)
            sign_in(hand, login)
        return self.wires[login]


def sign_in(hand: Hand, login: str) -> None:
    """With name and password, as the office does."""
    hand.open("/masuk")
    hand.fill("login", login)
    hand.fill("password", DEMO_PASSWORD)
    hand.press("Masuk")
    if hand.path.startswith("/masuk"):
        raise Refused(f"{login} is not let in: {hand.text()[:300]}")


def accept(hand: Hand, code: str) -> None:
    """The link of the message is opened on the own phone, and a PIN chosen."""
    hand.open(f"/undangan/{code}")
    hand.fill("pin", PIN)
    hand.fill("again", PIN)
    hand.press("Simpan PIN dan masuk")
    if hand.path.startswith(("/undangan", "/masuk")):
        raise Refused(f"{hand.path}: {hand.text()[:400]}")


def code_in(page: str) -> str:
    """The one-time code that the operator's page shows for one person."""
    found = re.search(r"/undangan/([A-Za-z0-9-]+)", page)
    if found is None:
        raise Refused("the operator's page shows no code")
    return found[1]


def all_at_work(work: Callable[[One], Got], them: Iterable[One]) -> list[Got]:
    """What each of them does, some at the same moment; the first refusal stops the day."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(work, them))
