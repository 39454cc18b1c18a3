"""Built-in functions over strings. Wrong kinds give null."""

from __future__ import annotations

from base64 import b64encode
from decimal import Decimal

from engine.feel.arithmetic import LONGEST_TEXT
from engine.feel.builtins.patterns import pattern
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


def matches(text: Value, expression: Value, flags: Value = None) -> Value:
    """Whether a part of the text fits the pattern."""
    if not isinstance(text, str) or (found := pattern(expression, flags, len(text))) is None:
        return None
    return found.search(text) is not None


def replace(text: Value, expression: Value, replacement: Value, flags: Value = None) -> Value:
    """Groups are named `$1` in the replacement."""
    if not isinstance(text, str) or not isinstance(replacement, str):
        return None
    found = pattern(expression, flags, len(text))
    if found is None or (len(text) + 1) * (len(replacement) + 1) > LONGEST_TEXT:
        return None
    parts = _replacement(replacement, found.groups)
    size = (len(text) + 1) * (len(text) * sum(isinstance(part, int) for part in parts) + len(replacement) + 1)
    if size > 50 * LONGEST_TEXT:
        return None
    return found.sub(lambda hit: "".join(p if isinstance(p, str) else hit[p] or "" for p in parts), text)


def _replacement(text: str, groups: int) -> list[str | int]:
    """Letters and group numbers; a group that does not exist is nothing."""
    parts: list[str | int] = []
    place = 0
    while place < len(text):
        letter, following = text[place], text[place + 1 : place + 2]
        if letter == "$" and following.isascii() and following.isdigit():
            if int(following) <= groups:
                parts.append(int(following))
            place += 2
        elif letter == "\\" and following and following in "$\\":
            parts.append(following)
            place += 2
        else:
            parts.append(letter)
            place += 1
    return parts


def split(text: Value, delimiter: Value) -> Value:
    """The delimiter is a pattern."""
    if not isinstance(text, str) or (found := pattern(delimiter, None, len(text))) is None:
        return None
    parts: list[Value] = []
    begin = 0
    for hit in found.finditer(text):
        if hit.end() > hit.start():
            parts.append(text[begin : hit.start()])
            begin = hit.end()
    return [*parts, text[begin:]]


def extract(text: str, expression: str) -> Value:
    """The parts that fit the pattern."""
    found = pattern(expression, None, len(text))
    return None if found is None else [hit[0] for hit in found.finditer(text)]


def trim(text: str) -> Value:
    return text.strip()


def is_blank(text: str) -> Value:
    return not text.strip()


def to_base64(value: str) -> Value:
    return b64encode(value.encode("utf-8", "replace")).decode("ascii")
