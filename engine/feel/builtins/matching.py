"""Runs the program of a pattern over a text, trying what the pattern prefers first.

Each instruction is tried at most once at each letter: what failed there once fails again, whatever led there. Patterns
that refer back to groups are the exception; they are given up after MOST_STEPS.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias, cast

from engine.feel.builtins.letters import Test
from engine.feel.builtins.patterns import BEGIN, DONE, END, JUMP, LETTER, SAVE, SPLIT, Program

MOST_STEPS = 2_000_000
Hit: TypeAlias = list[int]
"""Where the whole match and each group begin and end, two numbers each; -1 where a group took no part."""


class GivenUp(Exception):
    """The text is too long for the pattern."""


def matches(program: Program, text: str) -> Iterator[Hit]:
    """The matches in a text, from left to right, not overlapping. Raises GivenUp."""
    run = _Run(program, text)
    place = 0
    while place <= len(text):
        hit = run.first(place)
        if hit is None:
            return
        yield hit
        place = hit[1] if hit[1] > hit[0] else hit[1] + 1


def search(program: Program, text: str) -> Hit | None:
    """The first match, or None. Raises GivenUp."""
    return _Run(program, text).first(0)


class _Run:
    """A text being searched; `tried` remembers which instruction was tried at which letter, and failed."""

    def __init__(self, program: Program, text: str) -> None:
        self.program, self.text = program, text
        self.width = len(program.code)
        if self.width * (len(text) + 1) > 10 * MOST_STEPS:
            raise GivenUp
        self.tried = bytearray(0 if program.refers else self.width * (len(text) + 1))
        self.left = MOST_STEPS

    def first(self, place: int) -> Hit | None:
        """The first match at or behind a place."""
        op, test, _ = self.program.code[0]
        for start in range(place, len(self.text) + 1):
            if op == LETTER and (start == len(self.text) or not cast("Test", test)(self.text[start])):
                continue
            hit = self.at(start)
            if hit is not None:
                # What led to the match did not fail: the next search may come by it again where this one ended.
                if self.tried:
                    self.tried[hit[1] * self.width : (hit[1] + 1) * self.width] = bytes(self.width)
                return hit
            if op == BEGIN and not self.program.lines:
                return None
        return None

    def at(self, start: int) -> Hit | None:
        """The match that begins here."""
        groups = [-1] * (2 * self.program.groups + 2)
        # (place in the program, place in the text), or (-1 - slot, what the slot held before)
        waiting = [(0, start)]
        while waiting:
            place, letter = waiting.pop()
            if place < 0:
                groups[-1 - place] = letter
                continue
            end = self._thread(place, letter, groups, waiting)
            if end >= 0:
                groups[0], groups[1] = start, end
                return groups
        return None

    def _thread(self, place: int, letter: int, groups: Hit, waiting: list[tuple[int, int]]) -> int:
        """Run on from here until it fails (-1) or the match is done (its end)."""
        code, text, tried, width = self.program.code, self.text, self.tried, self.width
        while True:
            self.left -= 1
            if self.left < 0:
                raise GivenUp
            if tried:
                mark = letter * width + place
                if tried[mark]:
                    return -1
                tried[mark] = 1
            op, first, second = code[place]
            if op == LETTER:
                if letter >= len(text) or not cast("Test", first)(text[letter]):
                    return -1
                letter += 1
                place += 1
            elif op == SPLIT:
                waiting.append((second, letter))
                place = cast("int", first)
            elif op == JUMP:
                place = cast("int", first)
            elif op == SAVE:
                slot = cast("int", first)
                waiting.append((-1 - slot, groups[slot]))
                groups[slot] = letter
                place += 1
            elif op == DONE:
                return letter
            else:
                letter = self._other(op, cast("int", first), letter, groups)
                if letter < 0:
                    return -1
                place += 1

    def _other(self, op: int, group: int, letter: int, groups: Hit) -> int:
        """The ends of lines and text, and groups referred to: the letter behind, or -1."""
        text, lines = self.text, self.program.lines
        if op == BEGIN:
            begins = letter == 0 or (lines and text[letter - 1] == "\n" and letter < len(text))
            return letter if begins else -1
        if op == END:
            return letter if letter == len(text) or (lines and text[letter] == "\n") else -1
        low, high = groups[2 * group], groups[2 * group + 1]
        if low < 0 or high < 0:
            return letter
        return letter + high - low if text.startswith(text[low:high], letter) else -1
