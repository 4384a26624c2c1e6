"""The conference's clock. Tokens, sessions and retries use real time instead."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from shared.kept import kept


@dataclass(slots=True)
class Clock:
    """`now()` in UTC, shifted by `offset` (zero outside demos and tests)."""

    offset: timedelta = timedelta(0)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.offset

    def go_to(self, moment: datetime) -> None:
        """For `diemcau demo` and tests alone, which hold the one clock of their process."""
        self.offset = moment - datetime.now(UTC)


def fixed_offset(data: Path, start: datetime | None) -> timedelta:
    """The offset that the first start with `start` fixed in `data`; later starts go on from there."""
    path = data / "clock-offset"
    if start is None and not path.exists():
        return timedelta(0)
    return timedelta(seconds=float(kept(path, lambda: _seconds_until(start))))


def keep_offset(data: Path, clock: Clock) -> None:
    """Later starts in `data` go on with this clock."""
    kept(data / "clock-offset", lambda: f"{clock.offset.total_seconds():.3f}\n")


def _seconds_until(start: datetime | None) -> str:
    assert start is not None
    return f"{(start - datetime.now(UTC)).total_seconds():.3f}\n"
