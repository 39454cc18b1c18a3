"""Turning the pages of a list that is ordered by a moment and a row's number."""

from __future__ import annotations

import re
from datetime import UTC, datetime

_NUMBER = re.compile(r"[0-9]{1,18}")


def place(after: str) -> tuple[datetime, int] | None:
    """Where a page begins, from the words "moment,number" in its address; None for anything that is no such place."""
    moment, _, number = after.partition(",")
    if not _NUMBER.fullmatch(number):
        return None
    try:
        found = datetime.fromisoformat(moment)
        return (found.astimezone(UTC), int(number)) if found.tzinfo else None
    except (ValueError, OverflowError):  # OverflowError: a moment whose UTC lies before the year 1 or behind 9999
        return None
