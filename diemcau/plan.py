"""The part of a plan that a venue plugin sees: units, groups and when it begins. Frozen values only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Unit:
    """One node of the effective-dated unit tree. `was`: its earlier keys; dates are inclusive."""

    key: str
    name: str
    level: str
    parent: str | None = None
    organ_id: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    predecessors: tuple[str, ...] = ()
    was: tuple[str, ...] = ()

    def exists_on(self, day: date) -> bool:
        """Whether `day` lies within the unit's validity; an open end is unlimited."""
        return (self.valid_from or day) <= day <= (self.valid_to or day)


@dataclass(frozen=True, slots=True)
class Awardees:
    """Whose award recipients fill a group: levels or `press`, and which kinds of them."""

    sources: tuple[str, ...]
    kinds: tuple[str, ...] = ("collective", "individual")


@dataclass(frozen=True, slots=True)
class Group:
    """Guests of one kind (thành phần): `seats` places at the place `at`, for each unit of `per` if given.

    `invited_by` is `organiser` or `bridge_unit`; a lower `rank` comes first in protocol.
    """

    key: str
    name: str
    at: str
    invited_by: str
    seats: int
    rank: int
    per: str | None = None
    press: bool = False
    awardees: Awardees | None = None
    was: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """One option of a plan, as a venue plugin gets it. `starts_at`: local in `timezone`, None while open."""

    conference: str
    organiser: str
    timezone: str
    starts_at: datetime | None
    units: tuple[Unit, ...]
    groups: tuple[Group, ...]

    def units_at(self, level: str) -> tuple[Unit, ...]:
        """Units of a level in plan order; once the start is fixed, only those that exist on that day."""
        day = self.starts_at.date() if self.starts_at else None
        return tuple(u for u in self.units if u.level == level and (day is None or u.exists_on(day)))
