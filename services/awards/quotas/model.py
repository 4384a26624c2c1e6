"""How many a unit may propose: the allocation of the plan (phân bổ khen thưởng). Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

COLLECTIVE, INDIVIDUAL = "collective", "individual"
KINDS = (COLLECTIVE, INDIVIDUAL)


class UnknownConference(Exception):
    """awards was told of no plan of this conference."""

    def __init__(self, conference: str) -> None:
        super().__init__(conference)
        self.conference = conference


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
