"""Sentences for people that are put together from parts, so that a page can say them in its reader's language."""

from __future__ import annotations

from collections.abc import Mapping


class Phrase(str):
    """The Indonesian sentence, its %(names)s filled in; it remembers `template` and `values` for who translates it.

    A value may be a phrase itself. Without values the template is the sentence as it stands.
    """

    template: str
    values: Mapping[str, str]

    def __new__(cls, template: str, /, **values: str) -> Phrase:
        made = super().__new__(cls, template % values if values else template)
        made.template, made.values = template, values
        return made


def parts(sentence: str) -> tuple[str, Mapping[str, str]]:
    """(template, values) of a phrase; any other sentence is its own template."""
    return (sentence.template, sentence.values) if isinstance(sentence, Phrase) else (sentence, {})
