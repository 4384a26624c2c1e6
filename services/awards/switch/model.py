"""Where awards are handed over: slots or recipients, and the places that a layout has for them. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from uuid import UUID

from services.awards.quotas.model import Slots


class UnknownOption(Exception):
    """The plan has no such option."""


class NotRecipients(Exception):
    """A list names somebody whom the decision does not honour, or somebody twice; by place in the list."""

    def __init__(self, unknown: Iterable[int], repeated: Iterable[int]) -> None:
        super().__init__()
        self.unknown, self.repeated = tuple(unknown), tuple(repeated)


@dataclass(frozen=True, slots=True)
class Awardee:
    """Somebody of the decision's annex."""

    id: UUID
    unit: str
    level: str
    kind: str


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


def place_slots(slots: Iterable[Slots], presentations: Iterable[Presentation]) -> Placement:
    """Give each slot a site: first where the unit's own awards are presented, then where its level's are.

    What finds no seat is deferred. Linear in slots for a bounded number of shared presentations.
    """
    places = _Places(presentations)
    return {(block.unit, block.kind): tuple(places.seat(block)) for block in slots}


def place_recipients(
    annex: Iterable[Awardee], presentations: Iterable[Presentation], first: Iterable[UUID] = ()
) -> dict[UUID, str | None]:
    """The site of each recipient by the same rule, in the order of the annex; None: deferred.

    Where seats are fewer the awards council chooses: `first` are seated before the others.
    """
    by_id = {awardee.id: awardee for awardee in annex}
    turns = dict.fromkeys([*(one for one in first if one in by_id), *by_id])
    places = _Places(presentations)
    return {one: next(places.seat(_slot(by_id[one]))) for one in turns}


def _slot(awardee: Awardee) -> Slots:
    return Slots(awardee.unit, awardee.level, awardee.kind, 1)


def by_slot(annex: Iterable[Awardee], sites: Mapping[UUID, str | None]) -> Placement:
    """The recipients of each unit are its slots, in the order of the annex."""
    slots: dict[tuple[str, str], list[str | None]] = {}
    for awardee in annex:
        slots.setdefault((awardee.unit, awardee.kind), []).append(sites[awardee.id])
    return {key: tuple(found) for key, found in slots.items()}


class _Places:
    """All seats of a layout: those of one unit, and those that units share."""

    def __init__(self, presentations: Iterable[Presentation]) -> None:
        self._own: dict[str, list[_Place]] = {}
        self._shared: list[_Place] = []
        for presentation in presentations:
            own = presentation.unit is not None
            kept = self._own.setdefault(presentation.unit or "", []) if own else self._shared
            kept.append(_Place(presentation))

    def seat(self, block: Slots) -> Iterator[str | None]:
        return _sites(block, [*self._own.get(block.unit, ()), *self._shared])


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
