"""The editor of drawings writes what it read: a sample of the public drawings, opened and saved in Chromium."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from playwright.sync_api import Browser

from benchmarks import roundtrip
from tests.engine.corpus_files import drawings

pytestmark = pytest.mark.browser

EVERY = 12
PICTURE = "bpmndi:", "dc:", "di:"


def test_what_the_page_changes_is_the_picture_only(chrome: Browser) -> None:
    found = list(roundtrip.trips(chrome, drawings()[::EVERY]))
    opened = [one for one in found if not one.error]
    assert len(opened) > len(found) / 2
    changed = [name for one in opened for name in one.by_page]
    assert [name for name in changed if not any(mark in name for mark in PICTURE)] == []


def test_what_is_lost_is_told_by_name(chrome: Browser) -> None:
    page = roundtrip.bench(chrome)
    text = (
        '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:x="urn:x" id="d" targetNamespace="t">'
        '<process id="p"><startEvent id="s" x:colour="red" isInterrupting="true"><extensionElements>'
        '<x:thing deep="1"><x:inner>word</x:inner></x:thing></extensionElements></startEvent>{more}</process>'
        "</definitions>"
    )
    before = ElementTree.fromstring(text.format(more='<task id="a" startQuantity="2"/>'))
    for saved, lost in (
        (text.format(more='<task id="a" startQuantity="2.0"/>'), ()),
        (text.format(more='<task id="a"/>'), ("bpmn:task/@startQuantity lost",)),
        (text.format(more=""), ("bpmn:process/bpmn:task lost",)),
        (text.format(more='<task id="a" startQuantity="2"/>').replace("word", "other"),
         ("extension:inner text changed",)),
    ):
        assert roundtrip.lost(before, saved) == lost
    plain = page.evaluate(roundtrip.OPENED, text.format(more='<task id="a" startQuantity="2"/>'))["plain"]
    assert roundtrip.lost(before, plain) == ()
