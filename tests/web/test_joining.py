"""Scripts that come as one are whole, served packed, and each of them is still a file to read."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from flask import Flask

from web import pwa
from web.assets import STATIC, asset
from web.joining import JOINED, joined, write


@pytest.mark.parametrize("name", JOINED)
def test_a_joined_script_is_its_parts_in_their_order(name: str) -> None:
    text = joined(name, STATIC)
    places = [text.index((STATIC / f"js/{part}.js").read_text(encoding="utf-8")) for part in JOINED[name]]
    assert places == sorted(places)
    assert text.startswith('"use strict";')
    assert not (STATIC / name).exists()


def test_writing_them_again_leaves_them_whole(tmp_path: Path) -> None:
    for _ in range(2):
        write(STATIC, tmp_path)
    (tmp_path / "js/form.js").write_text("broken off", encoding="utf-8")
    write(STATIC, tmp_path)
    assert sorted(one.relative_to(tmp_path).as_posix() for one in tmp_path.rglob("*.js")) == sorted(JOINED)
    assert (tmp_path / "js/form.js").read_text(encoding="utf-8") == joined("js/form.js", STATIC)


def test_they_are_served_under_an_address_that_changes_with_them(own_app: Flask) -> None:
    browser = own_app.test_client()
    with own_app.test_request_context():
        addresses = {name: asset(name) for name in JOINED}
    for name, address in addresses.items():
        answer = browser.get(address, headers={"Accept-Encoding": "gzip"})
        assert answer.headers["Content-Encoding"] == "gzip"
        assert "max-age=31536000" in answer.headers["Cache-Control"]
        assert gzip.decompress(answer.data).decode() == joined(name, STATIC)
    assert set(pwa.WORKER) <= set(pwa.SHELL)
    assert set(JOINED) <= set(pwa.SHELL)
