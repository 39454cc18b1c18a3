"""One day of one kecamatan through the pages of the running product: web, worker and sweep, every form as it is there.

The same acts as `python3 -m benchmarks.day`, over HTTP alone; each is compared with the database before the next.
"""

from __future__ import annotations

from pathlib import Path

from benchmarks.day import play

KRANGGAN = "33.23.13"


def test_a_day_of_one_kecamatan(tmp_path: Path) -> None:
    """Members from Excel, codes, oath with latecomers, sowan, secretariat, bimtek, monitoring, letters, exports."""
    told = play.whole(tmp_path, KRANGGAN)
    assert len(told.acts) >= 30
    assert all(one.taps > 0 for one in told.acts)
    letters = sorted(path.stem for path in (tmp_path / "letters").glob("*.pdf"))
    assert letters == [f"{kind}-{bodies}" for kind in ("assignment", "attendance", "oath_minutes")
                       for bodies in ("ppk", "pps")]
