"""What a venue plugin answers with: a layout. Frozen values, keys of the plan, no rows and no sessions."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from diemcau.plan import Plan

SITE_KINDS = ("hub", "bridge", "hall")
TIME_OF_DAY = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
LONGEST_BEFORE = 365  # days
LARGEST = 2**31 - 1  # capacity of a site, and seats of a layout: a database's integer


@dataclass(frozen=True, slots=True)
class Site:
    """A place where delegates sit. `key` is stable across layouts (`hub`, `hall`, a unit's key):
    contacts, tests and overrides hang on it. `capacity` None: nobody counts."""

    key: str
    name: str
    kind: str
    unit: str | None = None
    room: str = ""
    address: str = ""
    capacity: int | None = None


@dataclass(frozen=True, slots=True)
class Route:
    """Places 1..`seats` of `group` for the inviting `unit` are at `site`."""

    group: str
    unit: str
    site: str
    seats: int
    rank: int


@dataclass(frozen=True, slots=True)
class Presentation:
    """Where awards are handed over: up to `seats` awardees of the levels `sources` in `group` at `site`.

    `unit` is the unit whose own awardees these are, or None for all units of the levels."""

    group: str
    unit: str | None
    site: str
    seats: int
    sources: tuple[str, ...]
    kinds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Duty:
    """Work that this layout asks of a unit, due `days_before` the start at `at` (HH:MM, local)."""

    key: str
    unit: str
    site: str
    title: str
    days_before: int
    at: str


@dataclass(frozen=True, slots=True)
class Layout:
    """Sites, routes, presentations, duties and wording of one option: immutable."""

    sites: tuple[Site, ...]
    routes: tuple[Route, ...]
    presentations: tuple[Presentation, ...] = ()
    duties: tuple[Duty, ...] = ()
    wording: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


def presentations(plan: Plan, routes: Iterable[Route]) -> tuple[Presentation, ...]:
    """Awards are handed over where the awardee groups sit: the usual rule, for plugins to use.

    A route of a unit other than the organiser presents that unit's own awardees.
    """
    awardees = {group.key: group.awardees for group in plan.groups if group.awardees is not None}
    return tuple(
        Presentation(
            group=route.group,
            unit=None if route.unit == plan.organiser else route.unit,
            site=route.site,
            seats=route.seats,
            sources=awardees[route.group].sources,
            kinds=awardees[route.group].kinds,
        )
        for route in routes
        if route.group in awardees
    )


def problems(layout: Layout, plan: Plan) -> list[str]:
    """What is wrong with a layout, in words; empty when it can be used. Run on every plugin's answer."""
    return [*_site_problems(layout, plan), *_route_problems(layout, plan), *_duty_problems(layout, plan)]


def _site_problems(layout: Layout, plan: Plan) -> Iterator[str]:
    units = {unit.key for unit in plan.units}
    if not layout.sites:
        yield "a layout needs at least one site"
    yield from (f"site {key} stands twice" for key in _repeated(site.key for site in layout.sites))
    for site in layout.sites:
        if site.kind not in SITE_KINDS:
            yield f"site {site.key}: unknown kind {site.kind}"
        if site.unit is not None and site.unit not in units:
            yield f"site {site.key}: the plan has no unit {site.unit}"
        if site.capacity is not None and not 1 <= site.capacity <= LARGEST:
            yield f"site {site.key}: capacity {site.capacity} is not within 1 and {LARGEST}"


def _route_problems(layout: Layout, plan: Plan) -> Iterator[str]:
    sites = {site.key for site in layout.sites}
    groups = {group.key for group in plan.groups}
    units = {unit.key for unit in plan.units}
    routes: list[Route | Presentation] = [*layout.routes, *layout.presentations]
    yield from (f"route {key} stands twice" for key in _repeated((r.group, r.unit) for r in layout.routes))
    if sum(route.seats for route in layout.routes) > LARGEST:
        yield f"more than {LARGEST} seats"
    for route in routes:
        if route.site not in sites:
            yield f"route of {route.group}: no site {route.site}"
        if route.group not in groups:
            yield f"route to {route.site}: the option has no group {route.group}"
        if route.unit is not None and route.unit not in units:
            yield f"route of {route.group}: the plan has no unit {route.unit}"
        if route.seats < 1:
            yield f"route of {route.group} to {route.site}: {route.seats} seats"


def _duty_problems(layout: Layout, plan: Plan) -> Iterator[str]:
    sites = {site.key for site in layout.sites}
    units = {unit.key for unit in plan.units}
    yield from (f"duty {key} stands twice" for key in _repeated((d.key, d.site) for d in layout.duties))
    for duty in layout.duties:
        if duty.site not in sites:
            yield f"duty {duty.key}: no site {duty.site}"
        if duty.unit not in units:
            yield f"duty {duty.key}: the plan has no unit {duty.unit}"
        if not duty.title.strip():
            yield f"duty {duty.key}: no title"
        if not TIME_OF_DAY.fullmatch(duty.at):
            yield f"duty {duty.key}: {duty.at!r} is no time of day as HH:MM"
        if not 0 <= duty.days_before <= LONGEST_BEFORE:
            yield f"duty {duty.key}: {duty.days_before} days before is not within 0 and {LONGEST_BEFORE}"


def _repeated(keys: Iterable[object]) -> list[object]:
    return [key for key, count in Counter(keys).items() if count > 1]
