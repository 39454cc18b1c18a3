"""The public drawings beside the repository, for tests that read them where they are."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

CORPUS = Path(os.environ.get("TAPAK_SHARED") or Path(__file__).parents[3] / "shared") / "bpmn-corpus"


def drawings() -> list[Path]:
    """All of them by name; skips the test, and says so, where there are none."""
    if not CORPUS.is_dir():
        pytest.skip(f"no public drawings at {CORPUS}: set TAPAK_SHARED to the folder that holds bpmn-corpus")
    return sorted(path for path in CORPUS.rglob("*") if path.suffix in (".bpmn", ".xml", ".bpmn2", ".bpmn20"))
