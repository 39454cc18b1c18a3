"""`python3 -m benchmarks.bad_signal --runs 200 --seed 1`: evidence sent from a phone while everything breaks.

Each run is one body's sowan with two photos, in a real Chromium of 360 pixels on a line that cuts, loses answers and
goes away; the browser is killed and opened anew, the page loaded again, the button pressed twice, a second tab sends
along. Then the signal comes back, and the database is asked: a submission that is missing is lost, one too many is
doubled. Two processes serve the pages.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from PIL import Image
from playwright.sync_api import Error, Page, sync_playwright

from benchmarks.bad_line import BadLine
from benchmarks.phone import Phone, free_port, wait_for
from engine.models import History, Submission
from tests.web import desk_world as world_of
from tests.web.desk_world import KRANGGAN, World
from web import db
from web.config import ROOT, Config
from web.store import Store
from workflows.models import Account, Assignment

NODE = "submit_sowan"
SECONDS = 90


@dataclass
class Tally:
    """What became of the runs; `trouble` says of each that went wrong what and where."""

    runs: int = 0
    received: int = 0
    lost: int = 0
    doubled: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    trouble: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class House:
    """The running pages, behind the bad line."""

    port: int
    config: Config
    engine: sa.Engine
    world: World


def run(runs: int, seed: int, *, chromium: str, tell: bool = True) -> Tally:
    """So many runs on one phone; each with its own body and its own faults, drawn from the seed."""
    tally = Tally()
    with tempfile.TemporaryDirectory(prefix="tapak-signal-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        pictures = [_picture(folder, number) for number in range(4)]
        with serving(folder, runs) as house, sync_playwright() as playwright:
            line = BadLine(house.port, seed)
            phone = Phone(playwright, chromium, folder / "phone", f"http://127.0.0.1:{line.port}")
            try:
                phone.sign_in(phone.page)
                phone.rest()
                for number in range(runs):
                    seen = len(tally.trouble)
                    chance = random.Random(f"{seed}/{number}")
                    _one(Run(house, line, phone, number, chance, pictures), tally)
                    if tell:
                        counted = f"{tally.runs} runs, {tally.received} received, {tally.lost} lost"
                        print(f"{counted}, {tally.doubled} doubled", *tally.trouble[seen:], flush=True)
            finally:
                phone.kill()
                line.close()
    return tally


@dataclass
class Run:
    """One body's evidence, and the chance that decides what happens to it."""

    house: House
    line: BadLine
    phone: Phone
    number: int
    chance: random.Random
    pictures: list[Path]

    @property
    def body(self) -> Any:
        return self.house.world.of(f"{KRANGGAN}.{2100 + self.number}")

    @property
    def path(self) -> str:
        return f"/badan/{self.body.id}/bukti/{NODE}"

    @property
    def words(self) -> str:
        return f"Kunjungan nomor {self.number} diterima dengan baik di balai desa."


def _one(this: Run, tally: Tally) -> None:
    tally.runs += 1
    try:
        try:
            with this.phone.watched():
                _play(this, tally)
        except Error:
            if not this.phone.hung:
                raise
            _switched_on_again(this, tally)
        tally.received += 1
    except (Error, AssertionError) as error:
        tally.trouble.append(f"run {this.number}: {str(error)[:600]}\n  {_shown(this.phone.page)}")
        this.line.turn("good")
    _count(this, tally)


def _shown(page: Page) -> str:
    """Where the phone stands."""
    try:
        return f"{page.url}: {page.locator('main').inner_text(timeout=2000)[:300]!r}"
    except Error as error:
        return f"{page.url}: {error.message.splitlines()[0]}"


def _play(this: Run, tally: Tally) -> None:
    """Visited once, filled in and sent while things break, waited for when the signal is back."""
    this.line.turn("good")
    page = this.phone.open(this.path)
    _until(lambda: _is_kept(page), "the form is kept for the time without a signal")
    this.line.turn(this.chance.choice(("bad", "bad", "away")))
    _fill(page, this)
    page.locator("[data-photo]").nth(1).wait_for()
    if this.chance.random() < 0.35:
        page = _break(this, tally, this.chance.choice(("killed", "reloaded")))
        _check_kept(page, this)
    _press(page, this, tally)
    for _ in range(this.chance.choice((0, 1, 1, 2))):
        page = _break(this, tally, this.chance.choice(("killed", "killed", "reloaded", "tab", "offline", "flapping")))
    _wait_until_received(this)


def _switched_on_again(this: Run, tally: Tally) -> None:
    """The phone had to be switched off: whatever was not sent yet is on it, and is sent."""
    tally.faults["hung"] += 1
    this.phone.kill()
    this.phone.wake()
    this.line.turn("good")
    page = this.phone.open(this.path)
    if page.locator("form[data-upload]").count():
        _check_kept(page, this)
        _press(page, this, tally)
    _wait_until_received(this)


def _wait_until_received(this: Run) -> None:
    """The signal is back, and the page shows the receipt."""
    this.line.turn("good")
    page = this.phone.open(this.path)
    end = time.monotonic() + SECONDS
    while not _is_received(page):
        assert time.monotonic() < end, f"not received: {page.locator('#kiriman').inner_text()!r}"
        if page.locator("[data-undo]").count() == 0 and page.locator("form[data-upload]").count() == 0:
            page = this.phone.open(this.path)
        time.sleep(0.3)


def _is_received(page: Page) -> bool:
    with suppress(Error):
        return page.locator("#kiriman .receipt").count() > 0 and page.locator("form[data-upload]").count() == 0
    return False


def _is_kept(page: Page) -> bool:
    return bool(page.evaluate("async () => Boolean(await caches.match(location.pathname, {ignoreVary: true}))"))


def _fill(page: Page, this: Run) -> None:
    """As a member would; the answers satisfy form and rules."""
    answers = world_of.evidence(this.house.world, "pps", NODE)
    visit = answers["visits"][0]
    for name, value in (
        ("held_on", visit["held_on"]), ("place", "Balai Desa"), ("official_name", "Mulyono"),
        ("official_post", "Kepala Desa"), ("present_members", "Joko Susilo, Ratna Sari"),
        ("outcome", "Perkenalan dan permintaan ruang sekretariat."),
    ):
        page.fill(f"[name=visits-0-{name}]", value)
    page.select_option("[name=visits-0-office]", "kades")
    page.check("[name=visits-0-manner][value=in_person]")
    page.check("[name=secretariat_support][value=promised]")
    page.check("[name=neutrality_kept]")
    page.fill("[name=narrative]", this.words)
    page.check("[name=statement_true]")
    page.set_input_files(
        "[name=visits-0-photos][type=file]", [this.pictures[(this.number + step) % 4] for step in (0, 1)]
    )
    page.locator("[data-photo]").nth(1).wait_for()
    page.locator("[data-saved]", has_text="Tersimpan di HP").wait_for(state="attached")
    time.sleep(0.4)  # the last letter is kept a quarter of a second after it was typed


def _check_kept(page: Page, this: Run) -> None:
    page.locator("[data-photo]").nth(1).wait_for()
    kept = (page.input_value("[name=narrative]"), page.input_value("[name=visits-0-place]"))
    assert kept == (this.words, "Balai Desa"), f"the draft came back as {kept}"
    assert page.is_checked("[name=statement_true]")


def _press(page: Page, this: Run, tally: Tally) -> None:
    send = page.locator("button[name=act][value=send]")
    if this.chance.random() < 0.25:
        tally.faults["pressed twice"] += 1
        send.evaluate("button => { button.click(); button.click(); }")
    else:
        send.click()
    page.locator("#kiriman.waiting, #kiriman .receipt").first.wait_for()


def _break(this: Run, tally: Tally, fault: str) -> Page:
    """Something happens; the page that stands afterwards."""
    tally.faults[fault] += 1
    phone, line, chance = this.phone, this.line, this.chance
    time.sleep(chance.uniform(0, 1.2))
    if fault == "killed":
        phone.kill()
        phone.wake()
        return phone.open(this.path)
    if fault == "tab":
        other = phone.open(this.path, phone.another())
        time.sleep(chance.uniform(0, 1.5))
        other.close()
    elif fault == "offline":
        phone.context.set_offline(True)
        time.sleep(chance.uniform(0, 1))
        phone.context.set_offline(False)
    elif fault == "flapping":
        for mode in ("away", "bad", "away", "bad"):
            line.turn(mode)
            time.sleep(chance.uniform(0, 0.5))
    else:
        with suppress(Error):
            phone.page.reload(wait_until="commit", timeout=4000)
    return phone.open(this.path)


def _count(this: Run, tally: Tally) -> None:
    """The database's own word: exactly one submission, with these words and both photos, once in the history."""
    with db.session_factory(db.reading(this.house.engine))() as session:
        instance = this.body.instance_id
        filed = session.execute(sa.select(Submission.status, Submission.data).where(
            Submission.instance_id == instance, Submission.node == NODE, Submission.status != "draft")).all()
        acts = session.scalar(sa.select(sa.func.count()).select_from(History).where(
            History.instance_id == instance, History.node == NODE, History.action == "task.completed"))
    store = Store(this.house.config.attachments)
    whole = [
        one for one in filed if one.status == "submitted" and one.data["narrative"] == this.words
        and len(one.data["visits"][0]["photos"]) == 2
        and all(store.verify(photo["sha256"]) for photo in one.data["visits"][0]["photos"])
    ]
    if not whole:
        tally.lost += 1
        tally.trouble.append(f"run {this.number}: lost, there is {[one.status for one in filed]}")
    if len(filed) > 1 or (acts or 0) > 1:
        tally.doubled += 1
        tally.trouble.append(f"run {this.number}: {len(filed)} submissions, {acts} acts")


@contextmanager
def serving(folder: Path, bodies: int) -> Iterator[House]:
    """A regency whose members may send sowan evidence, served by two processes while the block runs."""
    environ = {"TAPAK_VAR": str(folder / "var"), "TAPAK_ENV": "demo"}
    config = Config.from_environment(environ)
    engine = db.make_engine(config.database_url)
    db.metadata().create_all(engine)
    with db.transaction(engine) as session:
        world = world_of.lay(session, villages=bodies)
        account = session.scalars(sa.select(Account).where(Account.login == "pps")).one()
        begun = world.agenda.term_begins
        session.add(Assignment(account_id=account.id, role="pps_member", scope=KRANGGAN, from_on=begun))
        for number in range(bodies):
            world_of.inaugurate(session, world, world.of(f"{KRANGGAN}.{2100 + number}"))
    port = free_port()
    server = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "wsgi:app", "--bind", f"127.0.0.1:{port}", "--no-control-socket",
         "--worker-class", "gthread", "--workers", "2", "--threads", "8", "--log-level", "error"],
        cwd=ROOT, env={**os.environ, **environ}, stdin=subprocess.DEVNULL, start_new_session=True,
    )
    try:
        wait_for(f"http://127.0.0.1:{port}/masuk")
        yield House(port, config, engine, world)
    finally:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait(10)
        engine.dispose()


def _until(true: Any, what: str) -> None:
    end = time.monotonic() + 40
    while not true():
        assert time.monotonic() < end, f"never: {what}"
        time.sleep(0.1)


def _picture(folder: Path, number: int) -> Path:
    """A photo that stays some 60 kB when it is made small: two to five pieces on the line."""
    image = Image.effect_noise((520, 390), 60).convert("RGB")
    image.paste((20 * number, 90, 120), (0, 0, 200, 200))
    path = folder / f"foto{number}.jpg"
    image.save(path, quality=92)
    return path


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.bad_signal", description=__doc__)
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    wanted = parser.parse_args()
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome") or ""
    started = time.monotonic()
    tally = run(wanted.runs, wanted.seed, chromium=chromium)
    print("\n".join(tally.trouble))
    print(f"{tally.runs} runs, {tally.received} received on the phone, {tally.lost} lost, {tally.doubled} doubled; "
          f"faults: {dict(tally.faults)}; {time.monotonic() - started:.0f} s, seed {wanted.seed}")
    sys.exit(1 if tally.lost or tally.doubled or tally.received < tally.runs else 0)


if __name__ == "__main__":
    main()
