"""Values in the shape in which they are kept and shown: what JSON knows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from engine.feel import Function, Interval, YearMonth
from engine.feel.iso import write_moment


def plain(value: object) -> Any:
    """The value as JSON keeps it: moments and durations as ISO 8601 text, numbers whole or as a double; what JSON has
    no shape for (ranges, functions) as null."""
    if value is None or isinstance(value, bool | str | int | float):
        return value
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, Mapping):
        return {str(key): plain(member) for key, member in value.items()}
    if isinstance(value, list | tuple):
        return [plain(member) for member in value]
    if isinstance(value, Function | Interval):
        return None
    return write_moment(value) if isinstance(value, date | datetime | time | timedelta | YearMonth) else str(value)
