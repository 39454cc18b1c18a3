"""Faults put into sound drawings are found, and sound drawings are left in peace; the proof is quick."""

from __future__ import annotations

import time

import pytest

from tests.engine.corpus_files import CORPUS
from tests.engine.seeded import FAULTS, WAYS, Mutant, Shares, Source, mutants, shares, sources

pytestmark = pytest.mark.xdist_group("seeded")  # the set takes half a minute to make, once


@pytest.fixture(scope="session")
def sound() -> list[Source]:
    public = sorted(CORPUS.rglob("*.bpmn"))
    print("" if public else f"no public drawings at {CORPUS}: only our own and random ones are spoiled")
    return sources(public)


@pytest.fixture(scope="session")
def made(sound: list[Source]) -> list[Mutant]:
    return mutants(sound)


@pytest.fixture(scope="session")
def result(sound: list[Source], made: list[Mutant]) -> Shares:
    return shares(sound, made)


def test_the_faults_are_many_and_of_every_way(result: Shares) -> None:
    assert result.faults == FAULTS
    assert result.by_way.keys() == WAYS.keys()
    assert min(number for _, number in result.by_way.values()) >= 3


def test_98_of_100_faults_are_found_and_where_they_are(result: Shares) -> None:
    assert result.found >= 0.98, result.wrong
    assert result.placed >= 0.98, result.wrong


def test_at_most_2_of_100_sound_drawings_are_blamed(result: Shares) -> None:
    assert result.sound > 100
    assert result.alarms <= 0.02, result.wrong


def test_a_proof_takes_less_than_300_milliseconds(made: list[Mutant]) -> None:
    """Reading, compiling and proving, 95th percentile, in this process's own time."""
    times = []
    for one in made[::4]:
        before = time.process_time()
        one.source.check(one.xml)
        times.append(time.process_time() - before)
    assert sorted(times)[int(len(times) * 0.95)] < 0.3
