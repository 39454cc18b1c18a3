"""The commands about versions, as people type them: diff, publish, consent, move; on a database of their own."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import insert, select

from engine import operations
from engine.errors import DrawingRefused, Forbidden, FourEyes, NotFound, Refused
from engine.host import SYSTEM, PlainHost
from engine.models import Definition, Instance
from tests.engine.migration.moving_world import REVIEW, Drawn
from web import versions_cli
from web.db import make_engine, transaction
from web.drawings_cli import drawings
from workflows.drawings import drawing_file
from workflows.models import Account, Assignment

NOW = datetime(2024, 5, 16, 3, 0, tzinfo=UTC)


class House:
    """A folder with drawings, and a database with three accounts."""

    def __init__(self, url: str, folder: Path) -> None:
        self.engine, self.folder = make_engine(url, pool_size=2), folder
        with transaction(self.engine) as session:
            for login, role in (("eka", "admin"), ("fajar", "commissioner"), ("gita", "pps_member")):
                account = Account(login=login, name=login.title(), password_hash="", created_at=NOW)
                session.add(account)
                session.flush()
                session.add(Assignment(account_id=account.id, role=role, scope="33.23", from_on=date(2024, 1, 1)))

    def draw(self, drawn: Drawn) -> None:
        (self.folder / "p.bpmn").write_bytes(drawn.xml().replace(b'lane id="member"', b'lane id="pps_member"'))

    def run(self, *arguments: object) -> Result:
        result = CliRunner().invoke(drawings, [str(one) for one in arguments])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    def said(self, *arguments: object) -> list[dict[str, object]]:
        result = self.run(*arguments, "--json")
        assert result.exit_code == 0, result.output
        return [json.loads(line) for line in result.stdout.splitlines()]

    def start(self, count: int) -> None:
        with transaction(self.engine) as session:
            (definition,) = session.scalars(select(Definition.id).where(Definition.version == 1))
            for number in range(count):
                operations.start(session, definition_id=definition, subject=f"thing:{number}", scope="33.23",
                                 actor=SYSTEM, now=NOW, host=PlainHost())

    def versions(self) -> list[int]:
        with transaction(self.engine) as session:
            return list(session.scalars(
                select(Definition.version).join(Instance, Instance.definition_id == Definition.id).order_by(Instance.id)
            ))


@pytest.fixture
def house(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    folder = tmp_path / "drawings"
    folder.mkdir()
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("TAPAK_VAR", str(tmp_path / "var"))
    monkeypatch.setattr("workflows.host.HOST", PlainHost())
    return House(database_url, folder)


RENAMED = REVIEW.named("submit", "hand_in")


def published(house: House) -> None:
    """Two versions, the second by four eyes."""
    house.draw(REVIEW)
    house.run("publish", house.folder)
    house.draw(RENAMED)
    house.run("publish", house.folder, "--by", "eka")
    house.run("consent", "p@2", "--by", "fajar")


def test_a_role_that_does_not_exist_is_not_proposed(house: House) -> None:
    (house.folder / "p.bpmn").write_bytes(REVIEW.xml())
    with pytest.raises(DrawingRefused, match="Peran “member” tidak ada"):
        house.run("publish", house.folder, "--by", "eka")


def test_publishing_by_four_eyes(house: House) -> None:
    house.draw(REVIEW)
    assert [one["outcome"] for one in house.said("publish", house.folder)] == ["published"]
    assert [one["outcome"] for one in house.said("publish", house.folder)] == ["unchanged"]
    house.draw(RENAMED)
    with pytest.raises(Refused, match="orang kedua"):
        house.run("publish", house.folder)
    with pytest.raises(Forbidden, match="admin"):
        house.run("publish", house.folder, "--by", "gita")
    with pytest.raises(NotFound):
        house.run("publish", house.folder, "--by", "nobody")
    told = house.run("publish", house.folder, "--by", "eka").stdout
    assert "drawings consent p@2" in told
    assert [one["outcome"] for one in house.said("publish", house.folder, "--by", "eka")] == ["proposed"]
    with pytest.raises(FourEyes):
        house.run("consent", "p@2", "--by", "eka")
    with pytest.raises(Forbidden):
        house.run("consent", "p@2", "--by", "gita")
    (done,) = house.said("consent", "p@2", "--by", "fajar")
    assert done == {"key": "p", "version": 2, "status": "published"}
    assert [one["outcome"] for one in house.said("publish", house.folder)] == ["unchanged"]


def test_a_proposal_can_be_withdrawn(house: House) -> None:
    house.draw(REVIEW)
    house.run("publish", house.folder)
    house.draw(RENAMED)
    house.run("publish", house.folder, "--by", "eka")
    (done,) = house.said("consent", "p@2", "--by", "eka", "--withdraw")
    assert done["status"] == "withdrawn"


def test_a_folder_with_one_bad_drawing_publishes_nothing(house: House) -> None:
    house.draw(REVIEW)
    dead = REVIEW.with_node("lost", "userTask", ("lost", "e")).xml()
    (house.folder / "q.bpmn").write_bytes(dead.replace(b'"p"', b'"q"'))
    result = house.run("publish", house.folder)
    assert result.exit_code == 1
    assert "[lost" in result.stdout
    with transaction(house.engine) as session:
        assert session.scalars(select(Definition.key)).all() == []
    (house.folder / "empty").mkdir()
    assert house.run("publish", house.folder / "empty").exit_code == 2


def test_ours_are_published_from_their_folder(house: House, tmp_path: Path) -> None:
    for kind in ("pps", "kpps"):
        shutil.copytree(drawing_file(kind).parent, house.folder / kind, ignore=shutil.ignore_patterns("*.py"))
    assert {(one["key"], one["outcome"]) for one in house.said("publish", house.folder)} == {
        ("pps", "published"), ("kpps", "published")}


def test_diff_of_files_and_of_versions(house: House, tmp_path: Path) -> None:
    published(house)
    one, other = tmp_path / "one.bpmn", tmp_path / "other.bpmn"
    one.write_bytes(REVIEW.xml())
    other.write_bytes(RENAMED.xml())
    told = house.said("diff", one, other)
    assert told == house.said("diff", "p@1", "p@2")
    assert [(change["code"], change["element"]) for change in told] == [("step.identified", "hand_in")]
    assert "hand_in" in house.run("diff", "p@1", "p").stdout
    assert house.run("diff", one, one).stdout == "Tidak ada perubahan makna.\n"
    with pytest.raises(NotFound, match="p@9"):
        house.run("diff", "p@9", "p@1")


def test_moving_with_a_dry_run_first_and_back_again(house: House) -> None:
    published(house)
    house.start(5)
    (plan,) = house.said("move", "p@1", "p@2", "--dry-run")
    assert plan["counts"] == {"all": 5, "moves": 0, "needs_mapping": 5, "cannot": 0, "loses_work": 0}
    assert "Coba: --map submit=hand_in" in house.run("move", "p@1", "p@2", "--dry-run").stdout
    assert house.versions() == [1] * 5
    *_, done = [one for one in house.said(
        "move", "p@1", "p@2", "--map", "submit=hand_in", "--batch", 2, "--by", "eka") if "status" in one]
    assert (done["status"], done["moved"], done["left"]) == ("moved", 5, 0)
    assert house.versions() == [2] * 5
    told = house.run("move", "--undo", done["run_id"]).stdout
    assert "5 dikembalikan" in told
    assert house.versions() == [1] * 5


def test_what_stays_is_told_with_its_reason(house: House) -> None:
    published(house)
    house.start(2)
    told = house.run("move", "p@1", "p@2").stdout
    assert "thing:0: submit tidak ada lagi pada gambar baru." in told
    assert house.versions() == [1, 1]


def test_what_cannot_be_asked_is_refused(house: House) -> None:
    published(house)
    assert house.run("move").exit_code == 2
    assert house.run("move", "p@1", "p@2", "--map", "submit").exit_code == 2
    with pytest.raises(Forbidden):
        house.run("move", "p@1", "p@2", "--by", "gita")
    with pytest.raises(NotFound):
        house.run("move", "--undo", 77)


def test_an_account_that_is_switched_off_does_nothing(house: House) -> None:
    house.draw(REVIEW)
    with transaction(house.engine) as session:
        session.execute(insert(Account).values(
            login="hilda", name="Hilda", password_hash="", created_at=NOW, active=False, demo=False))
    with pytest.raises(NotFound, match="hilda"):
        house.run("publish", house.folder, "--by", "hilda")


def test_every_command_says_what_it_does() -> None:
    for command in versions_cli.COMMANDS:
        assert " / " in (command.help or "")
