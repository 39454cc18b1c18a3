"""The regular expressions of XPath 3.1 (F&O 5.6), which FEEL's functions use, made into a small program.

The program is run by engine.feel.builtins.matching, in time that grows with its size times the text's length: no
pattern runs away. What XPath does not know (look-around, `\\b`, possessive or named groups) is no pattern.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

from engine.feel.builtins.letters import (
    Test,
    among,
    any_case,
    either,
    ignoring_case,
    negated,
    of_class,
    of_property,
    without,
)

LONGEST_PATTERN = 1000
LARGEST_PROGRAM = 5000
"""Instructions; counted repeats are written out."""
DEEPEST_GROUP = 50
LETTER, SPLIT, JUMP, SAVE, BEGIN, END, GROUP, DONE = range(8)
Instruction: TypeAlias = tuple[int, object, int]
"""Operation; its test, place or group; its second place."""
_SPACE = " \t\n\r"
_ESCAPED = {"n": "\n", "r": "\r", "t": "\t"} | {mark: mark for mark in "\\|.-^?*+{}()[]$"}


class BadPattern(Exception):
    """XPath has no such pattern."""


@dataclass(frozen=True, slots=True)
class Program:
    """A pattern ready to run; `lines`: ^ and $ also stand at line ends."""

    code: tuple[Instruction, ...]
    groups: int
    lines: bool
    refers: bool


@lru_cache(maxsize=512)
def program(pattern: str, flags: str) -> Program | None:
    """The program of a pattern, or None where it is none."""
    if len(pattern) > LONGEST_PATTERN or not set(flags) <= set("smixq"):
        return None
    try:
        return _Compiler(pattern, flags).whole()
    except BadPattern:
        return None


class _Compiler:
    """Reads a pattern from left to right; each part gives the instructions that match it, addressed from 0."""

    def __init__(self, pattern: str, flags: str) -> None:
        self.literal, self.place = "q" in flags, 0
        self.pattern = _unspaced(pattern) if "x" in flags and not self.literal else pattern
        self.dot_all, self.lines, self.any_case = "s" in flags, "m" in flags, "i" in flags
        self.groups, self.closed, self.refers = 0, set[int](), False
        self.depth = 0

    def whole(self) -> Program:
        if self.literal:
            code = [self._letter(letter) for letter in self.pattern]
        else:
            code = self._choice()
            if self.place < len(self.pattern):
                raise BadPattern
        return Program((*code, (DONE, None, 0)), self.groups, self.lines, self.refers)

    def _peek(self) -> str:
        return self.pattern[self.place : self.place + 1]

    def _take(self) -> str:
        letter = self._peek()
        if not letter:
            raise BadPattern
        self.place += 1
        return letter

    def _choice(self) -> list[Instruction]:
        self.depth += 1
        if self.depth > DEEPEST_GROUP:
            raise BadPattern
        branches = [self._branch()]
        while self._peek() == "|":
            self.place += 1
            branches.append(self._branch())
        self.depth -= 1
        code = branches.pop()
        for branch in reversed(branches):
            code = [(SPLIT, 1, len(branch) + 2), *_shifted(branch, 1), (JUMP, len(branch) + 2 + len(code), 0),
                    *_shifted(code, len(branch) + 2)]
        return self._checked(code)

    def _branch(self) -> list[Instruction]:
        code: list[Instruction] = []
        while self._peek() not in ("", "|", ")"):
            code += _shifted(self._piece(), len(code))
            self._checked(code)
        return code

    def _checked(self, code: list[Instruction]) -> list[Instruction]:
        if len(code) > LARGEST_PROGRAM:
            raise BadPattern
        return code

    def _piece(self) -> list[Instruction]:
        atom = self._atom()
        low, high = self._quantity()
        if (low, high) == (1, 1):
            return atom
        lazy = self._peek() == "?"
        if lazy:
            self.place += 1
        return self._repeated(atom, low, high, lazy=lazy)

    def _quantity(self) -> tuple[int, int | None]:
        mark = self._peek()
        if mark not in ("?", "*", "+", "{") or not mark:
            return 1, 1
        self.place += 1
        if mark != "{":
            return {"?": (0, 1), "*": (0, None), "+": (1, None)}[mark]
        end = self.pattern.find("}", self.place)
        first, comma, second = self.pattern[self.place : max(end, self.place)].partition(",")
        if end < 0 or not first.isdecimal() or not (second.isdecimal() or not second) or len(first + second) > 8:
            raise BadPattern
        self.place = end + 1
        low = int(first)
        high = (int(second) if second else None) if comma else low
        if high is not None and high < low:
            raise BadPattern
        return (low, high) if (low, high) != (1, 1) else (1, 1)

    def _repeated(self, atom: list[Instruction], low: int, high: int | None, *, lazy: bool) -> list[Instruction]:
        if len(atom) * max(low, high or 0, 1) > LARGEST_PROGRAM:
            raise BadPattern
        code: list[Instruction] = []
        for _ in range(low):
            code += _shifted(atom, len(code))
        if high is None:
            into, past = len(code) + 1, len(code) + len(atom) + 2
            code += [_split(into, past, lazy=lazy), *_shifted(atom, into), (JUMP, into - 1, 0)]
            return code
        past = low * len(atom) + (high - low) * (len(atom) + 1)
        for _ in range(high - low):
            code += [_split(len(code) + 1, past, lazy=lazy), *_shifted(atom, len(code) + 1)]
        return code

    def _atom(self) -> list[Instruction]:
        letter = self._take()
        match letter:
            case "(":
                return self._group()
            case "[":
                return [(LETTER, self._set(), 0)]
            case ".":
                return [(LETTER, (lambda _: True) if self.dot_all else (lambda one: one not in "\n\r"), 0)]
            case "^":
                return [(BEGIN, None, 0)]
            case "$":
                return [(END, None, 0)]
            case "\\":
                return [self._escape()]
            case "?" | "*" | "+" | "{" | "}" | "]" | ")" | "|":
                raise BadPattern
            case _:
                return [self._letter(letter)]

    def _group(self) -> list[Instruction]:
        if self._peek() == "?":
            if self.pattern[self.place : self.place + 2] != "?:":
                raise BadPattern
            self.place += 2
            inner, number = self._choice(), 0
        else:
            self.groups += 1
            number = self.groups
            inner = self._choice()
        if self._peek() != ")":
            raise BadPattern
        self.place += 1
        if not number:
            return inner
        self.closed.add(number)
        return [(SAVE, 2 * number, 0), *_shifted(inner, 1), (SAVE, 2 * number + 1, 0)]

    def _letter(self, letter: str) -> Instruction:
        if self.any_case:
            return (LETTER, any_case(letter).__contains__, 0)
        return (LETTER, letter.__eq__, 0)

    def _escape(self) -> Instruction:
        mark = self.pattern[self.place : self.place + 1]
        if mark.isdecimal() and mark != "0":
            return self._reference()
        test = self._class()
        if test is not None:
            return (LETTER, test, 0)
        return self._letter(self._single())

    def _reference(self) -> Instruction:
        """`\\1`: as many digits as make a group there is."""
        number, place = 0, self.place
        while place < len(self.pattern) and self.pattern[place].isdecimal():
            wider = number * 10 + int(self.pattern[place])
            if number and wider > self.groups:
                break
            number, place = wider, place + 1
        if number not in self.closed:
            raise BadPattern
        self.place, self.refers = place, True
        return (GROUP, number, 0)

    def _single(self) -> str:
        mark = self.pattern[self.place : self.place + 1]
        if not mark or mark not in _ESCAPED:
            raise BadPattern
        self.place += 1
        return _ESCAPED[mark]

    def _class(self) -> Test | None:
        """A class such as `\\d` or `\\p{Lu}` behind the backslash, or None."""
        mark = self.pattern[self.place : self.place + 1]
        if mark in ("p", "P") and mark:
            end = self.pattern.find("}", self.place)
            name = self.pattern[self.place + 2 : max(end, 0)]
            test = of_property(name) if self.pattern[self.place + 1 : self.place + 2] == "{" else None
            if end < 0 or test is None:
                raise BadPattern
            self.place = end + 1
            return test if mark == "p" else negated(test)
        test = of_class(mark) if mark else None
        if test is not None:
            self.place += 1
        return test

    def _set(self) -> Test:
        """What stands behind "[", to its "]"."""
        self.depth += 1
        if self.depth > DEEPEST_GROUP:
            raise BadPattern
        inverted = self.pattern[self.place : self.place + 1] == "^"
        self.place += inverted
        tests: list[Test] = []
        less: Test | None = None
        while self.pattern[self.place : self.place + 1] != "]" or not tests:
            if less is not None:
                raise BadPattern
            if tests and self.pattern.startswith("-[", self.place):
                self.place += 2
                less = self._set()
            else:
                tests.append(self._member())
        self.place += 1
        self.depth -= 1
        test = negated(either(tests)) if inverted else either(tests)
        return test if less is None else without(test, less)

    def _member(self) -> Test:
        """A class, a letter or a range of letters."""
        if self.pattern.startswith("\\", self.place):
            self.place += 1
            test = self._class()
            if test is not None:
                return test
            low = self._single()
        else:
            low = self._plain()
        if not self.pattern.startswith("-", self.place) or self.pattern[self.place + 1 : self.place + 2] in ("[", "]"):
            return self._cased(among([(ord(low), ord(low))]))
        self.place += 1
        if self.pattern.startswith("\\", self.place):
            self.place += 1
            high = self._single()
        else:
            high = self._plain()
        if high < low:
            raise BadPattern
        return self._cased(among([(ord(low), ord(high))]))

    def _plain(self) -> str:
        letter = self.pattern[self.place : self.place + 1]
        if not letter or letter in "[]":
            raise BadPattern
        self.place += 1
        return letter

    def _cased(self, test: Test) -> Test:
        return ignoring_case(test) if self.any_case else test


def _unspaced(pattern: str) -> str:
    """The pattern without spaces, but for those in brackets."""
    kept, depth, escaped = [], 0, False
    for letter in pattern:
        if letter in _SPACE and not depth:
            continue
        kept.append(letter)
        if not escaped and letter in "[]":
            depth = max(0, depth + (1 if letter == "[" else -1))
        escaped = letter == "\\" and not escaped
    return "".join(kept)


def _split(into: int, past: int, *, lazy: bool) -> Instruction:
    return (SPLIT, past, into) if lazy else (SPLIT, into, past)


def _shifted(code: list[Instruction], by: int) -> list[Instruction]:
    """The instructions, to stand so many places further on."""
    return [
        (op, int(str(first)) + by, second + by if op == SPLIT else 0) if op in (SPLIT, JUMP) else (op, first, second)
        for op, first, second in code
    ]
