"""Line tests: what counts, for which day, and what that makes of a site. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

OUTCOMES = ("ok", "failed", "waived", "cleared")
TESTED = ("ok", "failed")
STATES = ("failed", "not_tested", "waived", "ok", "not_required")
METHODS = ("person", "probe")
MISSING = ("failed", "not_tested")  # a required test is not there


class NotDecided(Exception):
    """No option has been decided on: no site is in force."""


class NotRequired(Exception):
    """The current layout asks for no line test at this site."""


class AlreadyWaived(Exception):
    """Somebody has waived this test already."""

    def __init__(self, by: str) -> None:
        super().__init__(by)
        self.by = by


class NotWaived(Exception):
    """There is no waiver to take back."""


class NoProbeAddress(Exception):
    """Nobody wrote down where the site's terminal listens."""


@dataclass(frozen=True, slots=True)
class Start:
    """When the conference starts, local time; None while that is open, `first_day` is then provisional."""

    moment: datetime | None
    first_day: date | None
    timezone: str

    @property
    def day(self) -> date | None:
        return self.moment.date() if self.moment else None

    @property
    def key(self) -> str:
        """Under which tests are kept: ISO day, '' while the start is open."""
        return self.day.isoformat() if self.day else ""

    def due_at(self, days_before: int | None, at: str | None) -> datetime | None:
        """Whole calendar days before the start's day, at HH:MM of its zone; in UTC."""
        if self.first_day is None or days_before is None or at is None:
            return None
        local = datetime.combine(self.first_day - timedelta(days=days_before), time.fromisoformat(at))
        return local.replace(tzinfo=ZoneInfo(self.timezone)).astimezone(UTC)


def start_of(head: Mapping[str, Any]) -> Start:
    """From the stored head of a plan version."""
    moment = datetime.fromisoformat(head["starts_at"]) if head["starts_at"] else None
    window = date.fromisoformat(head["window_from"]) if head.get("window_from") else None
    return Start(moment, moment.date() if moment else window, head["timezone"])


@dataclass(frozen=True, slots=True)
class Result:
    """What one test gave. `measured`: figures by name, such as `ms`."""

    outcome: str
    method: str
    note: str = ""
    measured: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """What holds at a site for a start: the newest entry, or the one that a taken-back waiver left."""

    outcome: str
    at: datetime
    by: str
    method: str
    note: str


def state_of(*, required: bool, standing: Standing | None) -> str:
    """One of STATES: what was not tested is never fine."""
    if not required:
        return "not_required"
    return standing.outcome if standing is not None else "not_tested"


def is_late(state: str, due_at: datetime | None, now: datetime) -> bool:
    return state in MISSING and due_at is not None and due_at < now
