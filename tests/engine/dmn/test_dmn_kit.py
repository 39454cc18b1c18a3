"""The DMN compatibility kit, when it lies beside the repository (or in TAPAK_SHARED): every case is run."""

from __future__ import annotations

from collections import Counter, defaultdict
from decimal import Decimal

import pytest

from tests.engine.dmn import kit

FLOOR = 0.985
"""The share of all cases that agree: never below what was once reached."""


@pytest.fixture(scope="module")
def answers() -> list[kit.Answer]:
    root = kit.folder()
    if root is None:
        pytest.skip("the DMN kit is not here: put it beside the repository as ../shared/dmn-tck, or set TAPAK_SHARED")
    runner = kit.Runner()
    return [runner.run(case) for case in kit.cases(root)]


def test_the_kit_agrees(answers: list[kit.Answer]) -> None:
    by_folder: dict[str, Counter[str]] = defaultdict(Counter)
    for answer in answers:
        by_folder[answer.case.folder][answer.verdict] += 1
    for folder, count in by_folder.items():
        print(f"{folder:50} {count['agreed']:4} of {count.total():4}")
    agreed = sum(count["agreed"] for count in by_folder.values())
    wrong = "\n".join(f"{one.case.folder} {one.case.id}: {one.told}" for one in answers if one.verdict == "different")
    assert agreed / len(answers) >= FLOOR, f"{agreed} of {len(answers)}\n{wrong}"


def test_no_case_is_null_without_the_file_being_read(answers: list[kit.Answer]) -> None:
    assert len(answers) > 1000
    assert not [one.told for one in answers if one.verdict == "refused" and one.told.startswith("Gambar")]


def test_the_kit_is_compared_as_its_runners_do() -> None:
    assert kit.same(Decimal("1.000000001"), Decimal(1))
    assert not kit.same(Decimal("1.0001"), Decimal(1))
    assert not kit.same(True, Decimal(1))
    assert not kit.same(Decimal(1), True)
    assert kit.same([{"a": None}], [{"a": None}])
    assert not kit.same({"a": 1}, {"a": 1, "b": 2})
    assert not kit.same("1", Decimal(2))
    assert not kit.same(None, False)
