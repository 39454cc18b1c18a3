"""`python3 manage.py check`: everything that can be told without running the product."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence

from web.config import ROOT


def commands() -> dict[str, Sequence[str]]:
    """What is run, by the words the person reads."""
    python = sys.executable
    drawings = sorted(str(path.relative_to(ROOT)) for path in ROOT.glob("workflows/*/*.bpmn"))
    checks: dict[str, Sequence[str]] = {
        "lint (ruff)": (python, "-m", "ruff", "check", "."),
        "types (mypy)": (python, "-m", "mypy"),
        "import contracts": (python, "-c", "from importlinter.cli import lint_imports_command as c; c()"),
        "BPMN table": (python, "-m", "web.cli", "bpmn-table", "--check"),
        "migrations": (python, "-m", "web.cli", "migration", "check"),
    }
    if drawings:
        checks["drawings"] = (python, "-m", "web.cli", "drawings", "check", *drawings)
        checks["outlines"] = (python, "-m", "web.cli", "outlines", "--check")
    return checks


def check() -> int:
    """All checks have run, each with its name and result; returns 1 when one of them failed."""
    failed = []
    for name, command in commands().items():
        print(f"· {name}", flush=True)
        if subprocess.run(command, cwd=ROOT, check=False).returncode != 0:
            failed.append(name)
    print(f"GAGAL / failed: {', '.join(failed)}" if failed else "Semua baik / all well.")
    return 1 if failed else 0
