"""Check-in at the door: what a scan is, and what becomes of it. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal
from uuid import UUID

Outcome = Literal["checked_in", "duplicate", "unknown", "elsewhere", "withdrawn", "undone", "closed"]
OUTCOMES: tuple[Outcome, ...] = (
    "checked_in",
    "duplicate",
    "unknown",
    "elsewhere",
    "withdrawn",
    "undone",
    "closed",
)
MOST_ITEMS = 1_000
AHEAD = timedelta(minutes=5)
"""How far a door's clock may be before ours."""
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
"""Where a clock begins that was reset: no device means anything before it."""


class NotCheckedIn(Exception):
    """There is no check-in to take back."""


@dataclass(frozen=True, slots=True)
class Item:
    """One scan: `id` is the device's own, so that it may be sent again. Of place and person one is given,
    or neither, when the code was none of ours. `site`: the door's, if it has one."""

    id: UUID
    at: datetime
    place: UUID | None = None
    person: UUID | None = None
    site: str | None = None


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody with a place, where the current revision seats them (`site_id` None: nowhere), and their
    answer and check-in for there. `has_route`: it is by this place that they are seated."""

    place: UUID
    person: UUID
    has_route: bool
    group: str
    unit: str
    ordinal: int
    name: str
    position: str | None
    group_name: str
    unit_name: str
    site_id: int | None
    site: str | None
    site_name: str | None
    answer: str | None
    at: datetime | None
    item: UUID | None
    undone: bool | None


@dataclass(frozen=True, slots=True)
class Result:
    """What became of an item. `at`: when they were first checked in there."""

    id: UUID
    outcome: Outcome
    guest: Guest | None = None
    at: datetime | None = None


class Guests:
    """Who may be meant, by place and by person."""

    def __init__(self, found: Iterable[Guest]) -> None:
        self._by_place: dict[UUID, Guest] = {}
        self._by_person: dict[UUID, Guest] = {}
        for guest in sorted(found, key=lambda guest: not guest.has_route):
            self._by_place[guest.place] = guest
            self._by_person.setdefault(guest.person, guest)

    def find(self, item: Item) -> Guest | None:
        if item.person is not None:
            return self._by_person.get(item.person)
        return self._by_place.get(item.place) if item.place is not None else None


def judge(
    item: Item, guest: Guest | None, taken_back: Collection[UUID], closed_at: datetime | None
) -> Result | None:
    """What is clear without writing anything; None: they are to be checked in now.

    An item in `taken_back` never checks anybody in again, however many came and went after it.
    """
    if guest is None:
        return Result(item.id, "unknown")
    if guest.site_id is None:
        return Result(item.id, "withdrawn", guest)
    if item.site is not None and item.site != guest.site:
        return Result(item.id, "elsewhere", guest)
    if guest.at is not None and not guest.undone:
        return Result(item.id, "checked_in" if guest.item == item.id else "duplicate", guest, guest.at)
    if item.id in taken_back:
        return Result(item.id, "undone", guest)
    if closed_at is not None and item.at > closed_at:
        return Result(item.id, "closed", guest)
    return None


def first_of_each(waiting: Mapping[UUID, tuple[Item, Guest]]) -> dict[UUID, tuple[Item, Guest]]:
    """The earliest item of each person: one batch may hold several scans of one badge."""
    first: dict[UUID, tuple[Item, Guest]] = {}
    for item, guest in sorted(waiting.values(), key=lambda pair: pair[0].at):
        first.setdefault(guest.person, (item, guest))
    return first
