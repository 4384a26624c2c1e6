"""The board as everyone who may read the plan sees it: sites, their lines, who is expected and who came."""

from __future__ import annotations

import json
import zlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import groupby

MOST_ROWS = 200
"""More sites than these are shown by area, or in pages."""
MOST_ATTENTION = 12
STATES = ("failed", "not_tested", "waived", "ok", "not_required")
WORST_FIRST = ("failed", "not_tested", "ok", "waived", "not_required")


@dataclass(frozen=True, slots=True)
class Site:
    """`path`: the units that it belongs to, below the organiser; only known where areas are needed.

    The last three are None while registration does not answer. Moments are ISO 8601.
    """

    key: str
    name: str
    kind: str
    unit: str | None
    room: str
    seats: int
    capacity: int | None
    line_test: str
    late: bool
    due_at: str | None
    tested_at: str | None
    named: int | None
    accepted: int | None
    checked_in: int | None
    path: tuple[str, ...] = ()

    @property
    def over(self) -> bool:
        return self.capacity is not None and self.seats > self.capacity

    @property
    def alarming(self) -> bool:
        return self.line_test == "failed" or (self.late and self.line_test == "not_tested")


@dataclass(frozen=True, slots=True)
class Figures:
    """What a set of sites adds up to; the last three None when nobody knows."""

    sites: int
    states: dict[str, int]
    late: int
    seats: int
    named: int | None
    accepted: int | None
    checked_in: int | None

    @property
    def worst(self) -> str:
        """The state that speaks for all: what was not tested is never fine."""
        return next((state for state in WORST_FIRST if self.states[state]), "not_required")


@dataclass(frozen=True, slots=True)
class Area:
    """Sites of one unit and the units below it, shown as one row."""

    key: str
    name: str
    figures: Figures


@dataclass(frozen=True, slots=True)
class Reading:
    """All sites in layout order, the hub first, as read at one moment."""

    revision: int | None
    zone: str
    sites: tuple[Site, ...]
    counts_known: bool
    units: dict[str, str] = field(default_factory=dict)
    """Names of the units in the sites' paths."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of the board somebody looks at; `unit`: whose own sites are repeated on top."""

    area: str = ""
    text: str = ""
    state: str = ""
    page: int = 1
    unit: str = ""


@dataclass(frozen=True, slots=True)
class View:
    """Rows are sites (`sites`), or areas and the sites that belong to none (`areas`, `sites`)."""

    wanted: Wanted
    reading: Reading
    figures: Figures
    areas: tuple[Area, ...]
    sites: tuple[Site, ...]
    attention: tuple[Site, ...]
    unlisted: int
    mine: tuple[Site, ...]
    found: int
    pages: int
    crumbs: tuple[tuple[str, str], ...]

    @property
    def chips(self) -> list[str]:
        """The states to be counted; those that no site can have here are left out."""
        counts = self.figures.states
        tested = self.figures.sites > counts["not_required"]
        return [state for state in STATES if counts[state] or (tested and state != "not_required")]

    @property
    def shape(self) -> int:
        """Differs when more than the live figures differ: the page is then asked for again."""
        shown = (*self.sites, *self.mine)
        fixed = [(s.key, s.name, s.kind, s.unit, s.room, s.seats, s.capacity) for s in shown]
        areas = [(area.key, area.name, area.figures.sites) for area in self.areas]
        rest = (self.reading.revision, self.figures.sites, self.found, self.pages, self.chips)
        return zlib.crc32(json.dumps([fixed, areas, rest]).encode())


def view_of(reading: Reading, wanted: Wanted) -> View:
    """What `wanted` says of a reading. Filters look at single sites; without one, many sites become areas."""
    inside = [site for site in reading.sites if not wanted.area or wanted.area in site.path]
    found = [site for site in inside if _matches(site, wanted)]
    areas: tuple[Area, ...] = ()
    rows = found
    if len(found) > MOST_ROWS and not (wanted.text or wanted.state):
        areas, rows = _areas(reading, found, wanted.area)
    pages = max(1, -(-len(rows) // MOST_ROWS))
    first = (min(wanted.page, pages) - 1) * MOST_ROWS
    alarming = sorted((site for site in inside if site.alarming), key=lambda site: site.line_test != "failed")
    return View(
        wanted=wanted,
        reading=reading,
        figures=add_up(inside),
        areas=areas,
        sites=tuple(rows[first : first + MOST_ROWS]),
        attention=tuple(alarming[:MOST_ATTENTION]),
        unlisted=max(0, len(alarming) - MOST_ATTENTION),
        mine=tuple(site for site in reading.sites if wanted.unit and site.unit == wanted.unit),
        found=len(found),
        pages=pages,
        crumbs=_crumbs(reading, inside, wanted.area),
    )


def add_up(sites: Iterable[Site]) -> Figures:
    listed = list(sites)
    counted = Counter(site.line_test for site in listed)
    states = {state: counted[state] for state in STATES}
    known = bool(listed) and all(site.named is not None for site in listed)
    named, accepted, came = (
        sum(getattr(site, name) for site in listed) if known else None
        for name in ("named", "accepted", "checked_in")
    )
    late = sum(site.late for site in listed)
    return Figures(len(listed), states, late, sum(site.seats for site in listed), named, accepted, came)


def _areas(reading: Reading, sites: list[Site], inside: str) -> tuple[tuple[Area, ...], list[Site]]:
    """The sites by the unit next below `inside`, and those that are not below another unit.

    No areas when there would be as many of them as of sites that fit on a page.
    """
    below = {site.key: _next_unit(site, inside) for site in sites}
    alone = [site for site in sites if below[site.key] is None]
    grouped = sorted((site for site in sites if below[site.key]), key=lambda site: below[site.key] or "")
    found = {unit: list(own) for unit, own in groupby(grouped, key=lambda site: below[site.key] or "")}
    if not found or len(found) + len(alone) > MOST_ROWS:
        return (), sites
    order = {unit: place for place, unit in enumerate(reading.units)}
    named = sorted(found, key=lambda unit: order[unit])
    return tuple(Area(unit, reading.units[unit], add_up(found[unit])) for unit in named), alone


def _next_unit(site: Site, inside: str) -> str | None:
    """The unit of its path next below `inside`, unless that is the site's own."""
    start = site.path.index(inside) + 1 if inside else 0
    return site.path[start] if len(site.path) > start + 1 else None


def _matches(site: Site, wanted: Wanted) -> bool:
    return wanted.text in site.name.casefold() and wanted.state in ("", site.line_test)


def _crumbs(reading: Reading, inside: list[Site], area: str) -> tuple[tuple[str, str], ...]:
    if not area or not inside:
        return ()
    path = inside[0].path
    return tuple((unit, reading.units[unit]) for unit in path[: path.index(area) + 1])
