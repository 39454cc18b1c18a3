"""Turning the pages of a list that is ordered by a moment and whole numbers, the row's own the last of them."""

from __future__ import annotations

import re
from datetime import UTC, datetime

_NUMBER = re.compile(r"-?[0-9]{1,18}")


def place(after: str) -> tuple[datetime, int] | None:
    """Where a page begins, from the words "moment,number" in its address; None for anything that is no such place."""
    moment, _, number = after.partition(",")
    found = _moment(moment)
    return (found, int(number)) if found is not None and _NUMBER.fullmatch(number) else None


def ranked(after: str) -> tuple[datetime, int, int] | None:
    """The same from "moment,rank,number"."""
    moment, _, behind = after.partition(",")
    rank, _, number = behind.partition(",")
    found = place(f"{moment},{number}")
    return (found[0], int(rank), found[1]) if found is not None and _NUMBER.fullmatch(rank) else None


def _moment(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
        return found.astimezone(UTC) if found.tzinfo else None
    except (ValueError, OverflowError):  # OverflowError: a moment whose UTC lies before the year 1 or behind 9999
        return None
