"""Timers written as cron texts, in the dialects of Unix, Spring and Quartz."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from engine.cron import next_after, read_cron
from engine.errors import ExpressionRefused
from engine.graph import Clock
from engine.host import Surroundings
from engine.timers import first_strike, next_strike, timer_expression

JAKARTA = ZoneInfo("Asia/Jakarta")
THURSDAY = datetime(2024, 5, 16, 3, 0, tzinfo=UTC)
"""10.00 in Jakarta."""


@pytest.mark.parametrize(("text", "expected"), [
    ("0 9 * * 1", "2024, 5, 20, 2, 0"),  # Unix: Monday at nine
    ("0 0 9 * * 0", "2024, 5, 19, 2, 0"),  # Spring: Sunday
    ("0 0 9 ? * 2", "2024, 5, 20, 2, 0"),  # Quartz: 2 is Monday
    ("0 0 9 ? * 6#3", "2024, 5, 17, 2, 0"),  # Quartz: the third Friday
    ("0/20 * * * * ?", "2024, 5, 16, 3, 0, 20"),
    ("0 0/5 * * * ?", "2024, 5, 16, 3, 5"),
    ("0 0 9-17 * * MON-FRI", "2024, 5, 16, 4, 0"),
    ("0 0 12 L * ? *", "2024, 5, 31, 5, 0"),
    ("@daily", "2024, 5, 16, 17, 0"),
])
def test_the_next_moment_is_counted_in_local_time(text: str, expected: str) -> None:
    cron = read_cron(text)
    assert cron is not None
    assert next_after(cron, THURSDAY, JAKARTA) == datetime(*map(int, expected.split(",")), tzinfo=UTC)  # type: ignore[misc, arg-type] # -- numbers of a date


@pytest.mark.parametrize("text", ["", "R/P1D", "61 * * * *", "0 0 9 * *  * 2024", "besok pagi", "* * *"])
def test_what_is_no_cron_text_is_not_read(text: str) -> None:
    assert read_cron(text) is None


def test_a_cron_clock_strikes_and_is_set_again_from_the_planned_moment() -> None:
    clock = Clock("t", "a", "cycle", timer_expression("cycle", "0 0 9 * * MON-FRI"), False, True)
    around = Surroundings(JAKARTA)
    first = first_strike(clock, {}, around, THURSDAY)
    assert first is not None
    assert (first.due_at, first.repeats) == (datetime(2024, 5, 17, 2, 0, tzinfo=UTC), -1)
    following = next_strike(clock, {}, around, first.due_at, first.repeats)
    assert following is not None
    assert following.due_at == datetime(2024, 5, 20, 2, 0, tzinfo=UTC)


def test_what_is_neither_is_refused_with_examples() -> None:
    with pytest.raises(ExpressionRefused, match="MON-FRI"):
        timer_expression("cycle", "setiap hari")
