"""When people are reminded of a task, and when a reminder came too late. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.planning.plan.model import Start
from services.planning.tasks.model import Deadline, moment_of

DAYS_BEFORE = (3, 1, 0)  # before the deadline; 0 is the deadline itself
LATEST = timedelta(hours=12)  # a reminder that comes later than this is none


@dataclass(frozen=True, slots=True)
class Reminder:
    """The reminder `days_before` a deadline, of all tasks that have this deadline; moments in UTC."""

    deadline: Deadline
    days_before: int
    due_at: datetime
    at: datetime


def reminders_until(
    start: Start, deadlines: Iterable[Deadline], now: datetime, after: datetime | None
) -> list[Reminder]:
    """Those whose time has come, and had not at `after`; the earliest first."""
    found = [
        Reminder((days, at), before, moment_of(start, (days, at)), moment_of(start, (days + before, at)))
        for days, at in deadlines
        for before in DAYS_BEFORE
    ]
    come = [one for one in found if one.at <= now and (after is None or one.at > after)]
    return sorted(come, key=lambda one: one.at)


def state_of(reminder: Reminder, since: datetime, now: datetime) -> str:
    """`missed` when it comes too late, or when its time was over before its task came into force."""
    return "missed" if reminder.at < since or now - reminder.at > LATEST else "sent"
