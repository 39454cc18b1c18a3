#!/usr/bin/env python3
"""Tapak's one door: makes the environment it needs, then hands on. Needs Python 3.11 to 3.13 and nothing else.

    python3 manage.py run      jalankan Tapak (start)
    python3 manage.py test     jalankan semua ujian (run all tests)
    python3 manage.py help     daftar perintah (all commands)

Only the standard library is used here. The environment stands in .venv; it is made from the requirements' hash, by one
process at a time, and one that was left half made is made again.
"""

from __future__ import annotations

import ast
import fcntl
import hashlib
import importlib
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "tapak-requirements"
NEEDS_TEST_TOOLS = ("test", "check", "bench")
OLDEST, NEWEST = (3, 11), (3, 13)


def main() -> None:
    """The command runs inside the environment, as this very process."""
    arguments = sys.argv[1:] or ["help"]
    if arguments[0] in ("help", "--help", "-h"):
        print(overview())
        return
    if arguments[0] not in commands():
        stop(f"Perintah {arguments[0]!r} tidak dikenal (unknown command).\n\n{overview()}")
    prepare(with_test_tools=arguments[0] in NEEDS_TEST_TOOLS)
    os.environ.update(VIRTUAL_ENV=str(VENV), PATH=f"{PYTHON.parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}")
    os.environ["PYTHONPATH"] = str(ROOT)  # the person stays in their folder: `drawings check` names files from there
    os.environ.pop("PYTHONHOME", None)
    os.execv(PYTHON, [str(PYTHON), "-P", "-m", "web.cli", *arguments])


def overview() -> str:
    """All commands with the first line of their docstrings."""
    lines = [f"  {name:<10} {text}" for name, text in commands().items()]
    return "\n".join(["python3 manage.py PERINTAH (COMMAND)", "", *lines, f"  {'help':<10} Daftar ini / this list."])


def commands() -> dict[str, str]:
    """{command: first line of its docstring}, read from web/cli.py without running it: no environment is needed."""
    found = {}
    for node in ast.parse((ROOT / "web" / "cli.py").read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef):
            for mark in node.decorator_list:
                if isinstance(mark, ast.Call) and ast.unparse(mark.func) in ("cli.command", "cli.group"):
                    hidden = any(keyword.arg == "hidden" for keyword in mark.keywords)
                    shown = "" if hidden else (ast.get_docstring(node) or "").splitlines()[0]
                    found[ast.literal_eval(mark.args[0])] = shown
    return {name: text for name, text in found.items() if text}


def prepare(with_test_tools: bool) -> None:
    """.venv holds exactly what the requirements ask for; a second process waits for the first."""
    wanted = fingerprint(with_test_tools)
    if is_ready(wanted, with_test_tools):
        return
    folder = os.open(ROOT, os.O_RDONLY)
    try:
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Menunggu proses lain yang sedang menyiapkan .venv (waiting for another process) ...")
            fcntl.flock(folder, fcntl.LOCK_EX)
        if not is_ready(wanted, with_test_tools):
            make(wanted, with_test_tools)
    finally:
        os.close(folder)


def fingerprint(with_test_tools: bool) -> str:
    """One line that changes with the Python in use and with what is to be installed."""
    files = ["requirements.txt", "requirements-test.txt"] if with_test_tools else ["requirements.txt"]
    digest = hashlib.sha256(b"".join((ROOT / name).read_bytes() for name in files)).hexdigest()
    return f"{'test' if with_test_tools else 'run'} {python_version()} {digest}"


def python_version() -> str:
    return f"{sys.version_info.major}.{sys.version_info.minor}"


def is_ready(wanted: str, with_test_tools: bool) -> bool:
    """Whether the stamp, written last of all, says that this was installed. Test tools include the rest."""
    if not PYTHON.exists():
        return False
    try:
        stamps = STAMP.read_text().splitlines()
    except OSError:
        return False
    return wanted in stamps or (not with_test_tools and fingerprint(with_test_tools=True) in stamps)


def make(wanted: str, with_test_tools: bool) -> None:
    """Installs into .venv; the stamp is taken away first and written last, so a half made one is known."""
    whole = STAMP.exists() and PYTHON.exists() and f" {python_version()} " in STAMP.read_text()
    STAMP.unlink(missing_ok=True)
    say("Menyiapkan lingkungan di .venv, sekali saja, satu sampai tiga menit (preparing, only once) ...")
    if not whole:
        need_supported_python()
        need_venv()
        shutil.rmtree(VENV, ignore_errors=True)
        call([sys.executable, "-m", "venv", str(VENV)], "Lingkungan .venv tidak dapat dibuat (cannot make .venv).")
    requirements = "requirements-test.txt" if with_test_tools else "requirements.txt"
    call(
        [str(PYTHON), "-m", "pip", "install", "--disable-pip-version-check", "-qq", "--no-input",
         "--root-user-action=ignore", "-r", str(ROOT / requirements)],
        "Paket tidak dapat dipasang; periksa sambungan internet, lalu ulangi (cannot install packages).",
    )
    STAMP.write_text(wanted + "\n")


def need_supported_python() -> None:
    if not OLDEST <= sys.version_info[:2] <= NEWEST:
        stop(f"Tapak perlu Python {OLDEST[0]}.{OLDEST[1]} sampai {NEWEST[0]}.{NEWEST[1]}; ini Python "
             f"{python_version()}. Contoh (e.g.): python3.12 manage.py run")


def need_venv() -> None:
    """Python can make environments; as root on Debian or Ubuntu the missing package is installed."""
    if can_make_venv():
        return
    package = f"python{python_version()}-venv"
    if os.geteuid() == 0 and shutil.which("apt-get"):
        say(f"Memasang {package} (installing) ...")
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "update", "-qq"], env=quiet, check=False)
        for name in (package, "python3-venv"):
            done = subprocess.run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", name], env=quiet,
                                  stdout=subprocess.DEVNULL, check=False)
            if done.returncode == 0:
                break
        importlib.invalidate_caches()
        if can_make_venv():
            return
    stop(f"Python ini belum dapat membuat lingkungan. Ketik satu baris ini, lalu ulangi (type this, repeat):\n"
         f"    sudo apt-get install -y {package}")


def can_make_venv() -> bool:
    return all(importlib.util.find_spec(name) is not None for name in ("venv", "ensurepip"))


def call(command: list[str], refusal: str) -> None:
    if subprocess.run(command, check=False).returncode != 0:
        stop(refusal)


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def stop(text: str) -> None:
    """Ends here with a sentence for the person and exit code 2."""
    say(text)
    sys.exit(2)


if __name__ == "__main__":
    main()
