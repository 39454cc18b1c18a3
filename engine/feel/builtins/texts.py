"""Built-in functions over strings. Wrong kinds give null."""

from __future__ import annotations

from base64 import b64encode
from decimal import Decimal

from engine.feel.arithmetic import LONGEST_TEXT
from engine.feel.builtins.matching import GivenUp, Hit, search
from engine.feel.builtins.matching import matches as all_matches
from engine.feel.builtins.patterns import program
from engine.feel.ranges import whole
from engine.feel.values import Value


def contains(text: Value, match: Value) -> Value:
    return match in text if isinstance(text, str) and isinstance(match, str) else None


def starts_with(text: Value, match: Value) -> Value:
    return text.startswith(match) if isinstance(text, str) and isinstance(match, str) else None


def ends_with(text: Value, match: Value) -> Value:
    return text.endswith(match) if isinstance(text, str) and isinstance(match, str) else None


def upper_case(text: Value) -> Value:
    return text.upper() if isinstance(text, str) else None


def lower_case(text: Value) -> Value:
    return text.lower() if isinstance(text, str) else None


def string_length(text: Value) -> Value:
    return Decimal(len(text)) if isinstance(text, str) else None


def substring(text: Value, start: Value, length: Value = None) -> Value:
    """1 is the first letter, -1 the last."""
    first = whole(start)
    if not isinstance(text, str) or first is None or first == 0 or abs(first) > len(text):
        return None
    begin = first - 1 if first > 0 else len(text) + first
    if length is None:
        return text[begin:]
    count = int(length) if isinstance(length, Decimal) and abs(length) < 10**12 else None
    return text[begin : begin + count] if count is not None and count >= 0 else None


def substring_before(text: Value, match: Value) -> Value:
    if not isinstance(text, str) or not isinstance(match, str):
        return None
    before, found, _ = text.partition(match) if match else ("", "", "")
    return before if found else ""


def substring_after(text: Value, match: Value) -> Value:
    if not isinstance(text, str) or not isinstance(match, str):
        return None
    return text.partition(match)[2] if match else text


def string_join(parts: Value, delimiter: Value = None) -> Value:
    """Null members are left out; a null delimiter is none."""
    parts = [parts] if isinstance(parts, str) else parts
    if not isinstance(parts, list) or not isinstance(delimiter, str | None):
        return None
    texts = [part for part in parts if part is not None]
    if not all(isinstance(text, str) for text in texts):
        return None
    between = delimiter or ""
    if sum(len(str(text)) for text in texts) + len(between) * len(texts) > LONGEST_TEXT:
        return None
    return between.join(str(text) for text in texts)


def matches(text: str, expression: str, flags: str | None = None) -> Value:
    """Whether a part of the text fits the pattern (XPath, fn:matches); null for what is no pattern."""
    found = program(expression, flags or "")
    if found is None:
        return None
    try:
        return search(found, text) is not None
    except GivenUp:
        return None


def _hits(expression: str, flags: str, text: str) -> list[Hit] | None:
    """The matches in a text; None for what is no pattern, or one that fits no letters at all."""
    found = program(expression, flags)
    try:
        return None if found is None or search(found, "") is not None else list(all_matches(found, text))
    except GivenUp:
        return None


def replace(text: str, expression: str, replacement: str, flags: str | None = None) -> Value:
    """The text with each match replaced (XPath, fn:replace); groups are named `$1` in the replacement, the whole match
    is `$0`.
    """
    found, hits = program(expression, flags or ""), _hits(expression, flags or "", text)
    if found is None or hits is None:
        return None
    parts = [replacement] if "q" in (flags or "") else _replacement(replacement, found.groups)
    if parts is None or (len(hits) + 1) * (len(replacement) + 1) > LONGEST_TEXT:
        return None
    pieces, place, size = [], 0, 0
    for hit in hits:
        new = "".join(part if isinstance(part, str) else _group(text, hit, part) for part in parts)
        size += len(new)
        if size > LONGEST_TEXT:
            return None
        pieces += [text[place : hit[0]], new]
        place = hit[1]
    return "".join((*pieces, text[place:]))


def _group(text: str, hit: Hit, group: int) -> str:
    begin, end = hit[2 * group : 2 * group + 2]
    return text[begin:end] if begin >= 0 and end >= 0 else ""


def _replacement(text: str, groups: int) -> list[str | int] | None:
    """Letters and group numbers; a group that does not exist is nothing. None where a sign stands for nothing."""
    parts: list[str | int] = []
    place = 0
    while place < len(text):
        letter, following = text[place], text[place + 1 : place + 2]
        place += 1
        if letter not in "$\\":
            parts.append(letter)
        elif letter == "\\" and following and following in "$\\":
            parts.append(following)
            place += 1
        elif letter == "$" and following.isascii() and following.isdigit():
            number, place = _group_number(text, place, groups)
            if number <= groups:
                parts.append(number)
        else:
            return None
    return parts


def _group_number(text: str, place: int, groups: int) -> tuple[int, int]:
    """As many digits as make a group there is, at least one; and the place behind them."""
    number = int(text[place])
    place += 1
    while text[place : place + 1].isascii() and text[place : place + 1].isdigit():
        if number * 10 + int(text[place]) > groups:
            break
        number = number * 10 + int(text[place])
        place += 1
    return number, place


def split(text: str, delimiter: str) -> Value:
    """The pieces between the matches of a pattern."""
    hits = _hits(delimiter, "", text)
    if hits is None:
        return None
    begins, ends = [0, *(hit[1] for hit in hits)], [*(hit[0] for hit in hits), len(text)]
    return [text[begin:end] for begin, end in zip(begins, ends, strict=True)]


def extract(text: str, expression: str) -> Value:
    """The parts that fit the pattern."""
    hits = _hits(expression, "", text)
    return None if hits is None else [text[hit[0] : hit[1]] for hit in hits]


def trim(text: str) -> Value:
    return text.strip()


def is_blank(text: str) -> Value:
    return not text.strip()


def to_base64(value: str) -> Value:
    return b64encode(value.encode("utf-8", "replace")).decode("ascii")


def pattern_work(values: list[Value]) -> int:
    """About how many steps a call of one of these is at worst, for its text and its pattern."""
    text, expression, *_ = (*values, None, None)
    if not isinstance(text, str) or not isinstance(expression, str):
        return 0
    found = program(expression, "")
    return 20 + len(text) * len(found.code) // 2 if found is not None else 0
