"""Small scripts that are always wanted together come as one: on a bad line each question costs more than its answer.

The sources stay as they are read, one file for one thing; joined, each still fails by itself.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from pathlib import Path

JOINED: Mapping[str, tuple[str, ...]] = {
    "js/offline.js": ("offline_store", "offline_line", "offline_queue"),
    "js/form.js": (
        "offline_page",
        "photos",
        "evidence_answers",
        "evidence_photos",
        "evidence_refusal",
        "evidence_live",
        "evidence",
    ),
}
"""What each joined script is made of, in the order in which they would be loaded one by one."""
STRICT = '"use strict";\n'


def joined(name: str, static: Path) -> str:
    """The text of this joined script. An error in one part is told, and the parts after it run all the same."""
    parts = [(static / f"js/{part}.js").read_text(encoding="utf-8") for part in JOINED[name]]
    return STRICT + "".join(
        f"try {{\n{part}\n}} catch (error) {{ setTimeout(() => {{ throw error; }}); }}\n" for part in parts
    )


def write(static: Path, folder: Path) -> None:
    """The joined scripts stand in this folder, each whole."""
    for name in JOINED:
        path, content = folder / name, joined(name, static).encode()
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists() and path.read_bytes() == content:
            continue
        fresh = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
        fresh.write_bytes(content)
        fresh.rename(path)
