"""English is complete: nothing missing, nothing left over, nothing fuzzy, compiled as it is written."""

from __future__ import annotations

import io
import re

import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from engine import errors
from web import catalogue
from workflows.models.accounts import ROLES


def ids(messages: object) -> set[str]:
    return {catalogue._single(message.id) for message in messages if message.id}  # type: ignore[attr-defined]  # Babel


def test_the_catalogue_has_exactly_what_the_sources_say() -> None:
    found = ids(catalogue.extracted())
    assert errors.Stale.__doc__ in found
    assert "Kata sandi" in found
    assert ids(catalogue.english()) == found, "run: python -m web.catalogue"


def test_everything_has_english() -> None:
    kept = catalogue.english()
    assert [message.id for message in kept if message.id and not catalogue._said(message.string)] == []
    assert [message.id for message in kept if message.fuzzy and message.id] == []
    assert not kept.obsolete


def test_placeholders_are_the_same_in_english() -> None:
    for message in catalogue.english():
        wanted = set(re.findall(r"%\(\w+\)[sd]", catalogue._single(message.id)))
        strings = [message.string] if isinstance(message.string, str) else message.string
        for text in strings if message.id else ():
            assert set(re.findall(r"%\(\w+\)[sd]", text)) == wanted, message.id


def test_the_compiled_catalogue_is_of_this_text() -> None:
    compiled = io.BytesIO()
    with catalogue.ENGLISH.open("rb") as file:
        write_mo(compiled, read_po(file, locale="en"))
    assert catalogue.ENGLISH.with_suffix(".mo").read_bytes() == compiled.getvalue()


@pytest.mark.parametrize("role", ROLES)
def test_every_role_has_a_name(role: str) -> None:
    from web.words import ROLE_NAMES

    assert role in ROLE_NAMES
