"""The libraries in the repository are those of the table, unchanged, each with its licence."""

from __future__ import annotations

import gzip
import hashlib

from web import vendor


def test_versions_says_what_is_there() -> None:
    expected = []
    for library in vendor.LIBRARIES:
        expected.append(f"{library.name} {library.version}")
        for name in library.files.values():
            content = (vendor.VENDOR / library.folder / name).read_bytes()
            expected.append(f"  {hashlib.sha256(content).hexdigest()}  {library.folder}/{name}")
    assert (vendor.VENDOR / "VERSIONS").read_text().splitlines() == expected


def test_nothing_else_is_there() -> None:
    named = {f"{library.folder}/{name}" for library in vendor.LIBRARIES for name in library.files.values()}
    there = {str(path.relative_to(vendor.VENDOR)) for path in vendor.VENDOR.rglob("*") if path.is_file()}
    assert there == named | {"VERSIONS"} | {f"{name}.gz" for name in named if name.endswith(".js")}
    assert all("LICENSE" in library.files.values() for library in vendor.LIBRARIES)


def test_the_packed_copies_are_the_same_scripts() -> None:
    packed = list(vendor.VENDOR.rglob("*.js.gz"))
    assert len(packed) == 4
    for path in packed:
        assert gzip.decompress(path.read_bytes()) == path.with_suffix("").read_bytes()


def test_the_mark_of_bpmn_io_is_kept() -> None:
    assert b"bpmn.io" in (vendor.VENDOR / "bpmn-js" / "bpmn-navigated-viewer.min.js").read_bytes()
    css = (vendor.VENDOR.parent / "css" / "tapak.css").read_text()
    assert "bjs-powered-by" not in css
