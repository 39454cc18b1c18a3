"""Cron texts as timers of other engines write them, counted in the subject's own time zone.

Five fields (minute, hour, day, month, weekday), or six with the seconds first; a seventh, Quartz's year, only as "*".
Where a "?" stands it is Quartz's dialect, in which 1 is Sunday; elsewhere 0 and 7 are. "@daily" and its kin are read.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

_NAMED = {
    "@yearly": "0 0 0 1 1 *", "@annually": "0 0 0 1 1 *", "@monthly": "0 0 0 1 * *", "@weekly": "0 0 0 * * SUN",
    "@daily": "0 0 0 * * *", "@midnight": "0 0 0 * * *", "@hourly": "0 0 * * * *",
}
_DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_ANY_MOMENT = datetime(2024, 1, 1, tzinfo=UTC)


def read_cron(text: str) -> str | None:
    """The same times in the one dialect that is counted here, six fields; None when the text is no cron text."""
    fields = _NAMED.get(text.strip().lower(), text).upper().split()
    if len(fields) == 5:
        fields.insert(0, "0")
    if len(fields) == 7 and fields[6] == "*":
        fields.pop()
    if len(fields) != 6:
        return None
    if "?" in fields:
        fields[5] = re.sub(r"(?<![\d/#])[1-7](?!\d)", lambda found: _DAYS[int(found[0]) - 1], fields[5])
        fields = ["*" if one == "?" else one for one in fields]
    try:
        CronSim(" ".join(fields), _ANY_MOMENT)
    except CronSimError:
        return None
    return " ".join(fields)


def next_after(cron: str, moment: datetime, zone: ZoneInfo) -> datetime | None:
    """The first moment of `cron` (as `read_cron` gives it) after this one, in UTC; None when there is none."""
    found = next(CronSim(cron, moment.astimezone(zone)), None)
    return found.astimezone(UTC) if found is not None else None
