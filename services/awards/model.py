"""Where awards are handed over: quota slots and the places that a layout has for them. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest

COLLECTIVE, INDIVIDUAL = "collective", "individual"


@dataclass(frozen=True, slots=True)
class Unit:
    key: str
    level: str


@dataclass(frozen=True, slots=True)
class Quota:
    """How many may be honoured: of the organiser (`level` None), or of each unit of a level."""

    level: str | None
    collectives: int
    individuals: int


@dataclass(frozen=True, slots=True)
class Slots:
    """`count` awards of one kind that a unit may receive."""

    unit: str
    level: str
    kind: str
    count: int


@dataclass(frozen=True, slots=True)
class Presentation:
    """Up to `seats` awards of the levels `sources` at `site`; of one `unit` only, unless it is None."""

    unit: str | None
    site: str
    seats: int
    sources: tuple[str, ...]
    kinds: tuple[str, ...]


Placement = Mapping[tuple[str, str], tuple[str | None, ...]]
"""(unit, kind) → the site of each of its slots in order; None: deferred."""


def quota_slots(organiser: str, units: Iterable[Unit], quotas: Iterable[Quota]) -> list[Slots]:
    """Quota slots in the order of presentation: the province first, then units in plan order."""
    by_level = {quota.level: quota for quota in quotas}
    ordered = sorted(units, key=lambda unit: unit.key != organiser)
    return [
        slots
        for unit in ordered
        for slots in _of_unit(unit, by_level.get(None if unit.key == organiser else unit.level))
    ]


def _of_unit(unit: Unit, quota: Quota | None) -> Iterator[Slots]:
    if quota is not None:
        yield Slots(unit.key, unit.level, COLLECTIVE, quota.collectives)
        yield Slots(unit.key, unit.level, INDIVIDUAL, quota.individuals)


def place_slots(slots: Iterable[Slots], presentations: Iterable[Presentation]) -> Placement:
    """Give each slot a site: first where the unit's own awards are presented, then where its level's are.

    What finds no seat is deferred. Linear in slots for a bounded number of shared presentations.
    """
    own: dict[str, list[_Place]] = {}
    shared: list[_Place] = []
    for presentation in presentations:
        place = _Place(presentation)
        (shared if presentation.unit is None else own.setdefault(presentation.unit, [])).append(place)
    return {
        (block.unit, block.kind): tuple(_sites(block, [*own.get(block.unit, ()), *shared])) for block in slots
    }


class _Place:
    """The seats that a presentation has left."""

    def __init__(self, presentation: Presentation) -> None:
        self.presentation, self.left = presentation, presentation.seats

    def take(self, block: Slots, wanted: int) -> int:
        fits = block.level in self.presentation.sources and block.kind in self.presentation.kinds
        taken = min(wanted, self.left) if fits else 0
        self.left -= taken
        return taken


def _sites(block: Slots, places: list[_Place]) -> Iterator[str | None]:
    wanted = block.count
    for place in places:
        taken = place.take(block, wanted)
        wanted -= taken
        yield from (place.presentation.site for _ in range(taken))
    yield from (None for _ in range(wanted))


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of slots: `kept` at their site, `moved` to one (also from deferred or from nowhere),
    or `deferred`."""

    unit: str
    kind: str
    from_site: str | None
    site: str | None
    change: str


def compare(old: Placement, new: Placement) -> Counter[Change]:
    """How many slots of the new placement are kept, moved and deferred against the old one."""
    changes: Counter[Change] = Counter()
    for (unit, kind), sites in new.items():
        before = old.get((unit, kind), ())[: len(sites)]
        for from_site, site in zip_longest(before, sites):
            changes[Change(unit, kind, from_site, site, _change(from_site, site))] += 1
    return changes


def _change(from_site: str | None, site: str | None) -> str:
    if site is None:
        return "deferred"
    return "kept" if site == from_site else "moved"
