"""manage.py makes the environment once, also for two at a time, and makes a half made one again."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import manage
from web.config import ROOT


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """The smallest house that manage.py can lead into: no requirement, one command."""
    shutil.copy(ROOT / "manage.py", tmp_path)
    (tmp_path / "requirements.txt").write_text("# nothing\n")
    (tmp_path / "requirements-test.txt").write_text("-r requirements.txt\n")
    (tmp_path / "web").mkdir()
    (tmp_path / "web" / "__init__.py").touch()
    (tmp_path / "web" / "cli.py").write_text(
        'import sys\n\n\ndef command(name):\n    return lambda function: function\n\n\n'
        'class cli:\n    command = staticmethod(command)\n\n\n'
        '@cli.command("hello")\ndef hello():\n    """Says hello."""\n\n\n'
        'print("hello from", sys.prefix)\n'
    )
    return tmp_path


def start(clone: Path, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, str(clone / "manage.py"), *arguments], cwd="/", env={}, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )


def test_two_at_once_make_one_environment_and_both_go_on(clone: Path) -> None:
    both = [start(clone, "hello"), start(clone, "hello")]
    told = [process.communicate(timeout=120) for process in both]
    assert [process.returncode for process in both] == [0, 0], told
    assert all(out == f"hello from {clone / '.venv'}\n" for out, _ in told)
    assert sum("Menyiapkan lingkungan" in errors for _, errors in told) == 1

    stamp = clone / ".venv" / "tapak-requirements"
    stamp.unlink()
    (clone / ".venv" / "bin" / "python").unlink()
    out, errors = start(clone, "hello").communicate(timeout=120)
    assert "Menyiapkan lingkungan" in errors
    assert out.startswith("hello from")
    assert stamp.exists()

    (clone / "requirements.txt").write_text("# something else\n")
    assert "Menyiapkan lingkungan" in start(clone, "hello").communicate(timeout=120)[1]
    assert start(clone, "hello").communicate(timeout=120)[1] == ""


def test_help_needs_no_environment(clone: Path) -> None:
    out, _ = start(clone, "help").communicate(timeout=20)
    assert "hello      Says hello." in out
    assert not (clone / ".venv").exists()


def test_an_unknown_command_is_told_with_those_there_are(clone: Path) -> None:
    process = start(clone, "nonsense")
    _, errors = process.communicate(timeout=20)
    assert process.returncode == 2
    assert "'nonsense'" in errors
    assert "hello" in errors
    assert not (clone / ".venv").exists()


def test_the_stamp_knows_python_and_requirements(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(manage, "PYTHON", Path(sys.executable))
    monkeypatch.setattr(manage, "STAMP", tmp_path / "stamp")
    plain, test = manage.fingerprint(with_test_tools=False), manage.fingerprint(with_test_tools=True)
    assert plain != test
    assert not manage.is_ready(plain, with_test_tools=False)
    manage.STAMP.write_text(test + "\n")
    assert manage.is_ready(test, with_test_tools=True)
    assert manage.is_ready(plain, with_test_tools=False)
    manage.STAMP.write_text(plain + "\n")
    assert not manage.is_ready(test, with_test_tools=True)
    manage.STAMP.write_text(plain.replace(manage.python_version(), "3.99") + "\n")
    assert not manage.is_ready(plain, with_test_tools=False)


def test_without_venv_and_without_root_the_line_to_type_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(manage, "can_make_venv", lambda: False)
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    with pytest.raises(SystemExit) as ending:
        manage.need_venv()
    assert ending.value.code == 2
    assert f"sudo apt-get install -y python{manage.python_version()}-venv" in capsys.readouterr().err
