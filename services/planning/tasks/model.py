"""Tasks as they are asked for, when they are due, and what the rules of tasks say no to. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time
from typing import TypeAlias

from services.planning.plan.model import Due, Start, due_at

LINE_TEST = "duty.line-test"  # done by the result of the test, never by hand
PAPER = "papers.due"
PASSED = ("ok", "waived")

# A deadline as the tables hold it: days before, and the time of day (HH:MM) or None.
Deadline: TypeAlias = "tuple[int, str | None]"


class TaskNotInForce(Exception):
    """No such task under the current option, or it is another unit's."""

    def __init__(self, task: str) -> None:
        super().__init__(task)
        self.task = task


class SettledByTest(Exception):
    """A line test is done when its result is there, which is entered at the site."""

    def __init__(self, site: str) -> None:
        super().__init__(site)
        self.site = site
        self.extra = {"site": site}


@dataclass(frozen=True, slots=True)
class Force:
    """What decides which tasks are in force. Option '' and no layout: before the first decision."""

    plan_version: int
    option: str
    layout_id: int | None


@dataclass(frozen=True, slots=True)
class Standing:
    """What holds now, or at a revision: the tasks in force, when the conference starts, the units' names."""

    conference: str
    revision: int | None
    force: Force
    start: Start
    names: Mapping[str, str]

    @property
    def test_day(self) -> str:
        """The day that a line test has to be for."""
        return test_day(self.start)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which tasks of those in force: of `unit` (its own and where it helps), overdue, due before a moment,
    with words in title or unit's name. `by_due`: the earliest deadline first, else plan order."""

    unit: str | None = None
    state: str | None = None
    overdue: bool = False
    due_before: datetime | None = None
    q: str = ""
    by_due: bool = False


def test_day(start: Start) -> str:
    return start.starts_at.date().isoformat() if start.starts_at else ""


def moment_of(start: Start, deadline: Deadline) -> datetime:
    """The deadline in UTC."""
    days_before, at = deadline
    return due_at(start, Due(days_before, time.fromisoformat(at) if at else None))


def in_order(start: Start, deadlines: Iterable[Deadline]) -> list[tuple[Deadline, datetime]]:
    """Deadlines with their moments, the earliest first."""
    found = [(deadline, moment_of(start, deadline)) for deadline in deadlines]
    return sorted(found, key=lambda one: (one[1], str(one[0])))
