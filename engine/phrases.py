"""Sentences for people that are put together from parts, so that a page can say them in its reader's language.

JSON keeps a sentence as `as_dict` has it, and `from_dict` gives it back: what was stored is translated as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any


class Phrase(str):
    """The Indonesian sentence, its %(names)s filled in; it remembers `template` and `values` for who translates it.

    A value may be a phrase itself, or a `Figure`. Without values the template is the sentence as it stands.
    """

    template: str
    values: Mapping[str, str]

    def __new__(cls, template: str, /, **values: str) -> Phrase:
        made = super().__new__(cls, template % values if values else template)
        made.template, made.values = template, values
        return made


class Figure(str):
    """A day ("16-05-2024") or a number ("2,5") within a phrase; it remembers `value` for who says it otherwise."""

    value: date | Decimal

    def __new__(cls, value: date | Decimal, /) -> Figure:
        digits = f"{value:%d-%m-%Y}" if isinstance(value, date) else f"{value:f}".replace(".", ",")
        made = super().__new__(cls, digits)
        made.value = value
        return made

    def __reduce__(self) -> tuple[type[Figure], tuple[date | Decimal]]:
        return Figure, (self.value,)


def worded(text: str) -> Phrase:
    """Words of the house or of a form's author as a phrase, so that they are translated within another one."""
    return text if isinstance(text, Phrase) else Phrase(text)


def listed(texts: Iterable[str], between: str = ", ") -> Phrase:
    """The texts, one after the other, as one phrase; each phrase among them is translated, other text is not."""
    values = {f"part{number}": text for number, text in enumerate(texts)}
    template = between.join(f"%({name})s" for name in values)
    return Phrase(template, **values)


def parts(sentence: str) -> tuple[str, Mapping[str, str]]:
    """(template, values) of a phrase; any other sentence is its own template."""
    return (sentence.template, sentence.values) if isinstance(sentence, Phrase) else (sentence, {})


def as_dict(sentence: str) -> dict[str, Any]:
    """What JSON keeps: {"message"} in Indonesian, with "template" and "values" of a phrase, "day" or "number" of a
    figure."""
    said: dict[str, Any] = {"message": str(sentence)}
    if isinstance(sentence, Phrase):
        said |= {"template": sentence.template, "values": kept(sentence.values)}
    elif isinstance(sentence, Figure):
        said |= {"day": sentence.value.isoformat()} if isinstance(sentence.value, date) else {
            "number": str(sentence.value)
        }
    return said


def kept(values: Mapping[str, str]) -> dict[str, Any]:
    """The values of a phrase for JSON: texts as they are, phrases and figures as `as_dict` has them."""
    return {
        name: as_dict(value) if isinstance(value, Phrase | Figure) else value for name, value in values.items()
    }


def from_dict(said: str | Mapping[str, Any]) -> str:
    """The sentence that was kept so, as phrase or figure if it was one; a text, or a row with only "message", is a
    sentence as it stands."""
    if isinstance(said, str):
        return said
    if "template" in said:
        return Phrase(said["template"], **recalled(said["values"]))
    if "day" in said:
        return Figure(date.fromisoformat(said["day"]))
    return Figure(Decimal(said["number"])) if "number" in said else str(said["message"])


def recalled(values: Mapping[str, Any]) -> dict[str, str]:
    """The values that `kept` made ready for JSON."""
    return {name: from_dict(value) for name, value in values.items()}
