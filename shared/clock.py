"""The conference's clock. Tokens, sessions and retries use real time instead."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Clock:
    """`now()` in UTC, shifted by `offset` (zero outside demos and tests)."""

    offset: timedelta = timedelta(0)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.offset


def fixed_offset(data: Path, start: datetime | None) -> timedelta:
    """The offset that the first start in `data` fixed; later starts go on from there."""
    kept = data / "clock-offset"
    if kept.exists():
        return timedelta(seconds=float(kept.read_text()))
    if start is None:
        return timedelta(0)
    offset = start - datetime.now(UTC)
    kept.write_text(f"{offset.total_seconds():.3f}\n")
    return offset
