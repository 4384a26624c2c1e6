"""Who is honoured: the decision and its annex. Pure."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass
from datetime import date, datetime
from uuid import UUID

import orjson

IN_FORCE, SUPERSEDED, RECALLED = "in_force", "superseded", "recalled"
"""What became of a decision's paper."""


class NothingToDecide(Exception):
    """No nomination is approved."""


class NotDecided(Exception):
    """Nobody is honoured yet."""


class NotApproved(Exception):
    """The decision names nominations that are not approved ones of this conference; by place in the list."""

    def __init__(self, places: Sequence[int]) -> None:
        super().__init__(places)
        self.places = tuple(places)


class UnitNotInPlan(Exception):
    """Units whose nominations were chosen are not in the plan (any more): it has no quota for them."""

    def __init__(self, names: Mapping[str, str]) -> None:
        super().__init__(len(names))
        self.unit_names = ", ".join(list(names.values())[:5])
        self.extra = {"units": [{"unit": key, "unit_name": name} for key, name in names.items()]}


class BeyondQuota(Exception):
    """A unit would be honoured more often than its quota allows, without a recorded reason."""

    def __init__(self, units: Sequence[Mapping[str, object]]) -> None:
        super().__init__(len(units))
        self.unit_names = ", ".join(str(unit["unit_name"]) for unit in units[:5])
        self.extra = {"units": list(units)}


@dataclass(frozen=True, slots=True)
class Recipient:
    """One line of the annex; `id` is the nomination's, the same in every decision that honours it."""

    id: UUID
    unit: str
    kind: str
    name: str
    representative: str | None
    position: str | None
    achievement: str
    beyond: bool = False


@dataclass(frozen=True, slots=True)
class Paper:
    """The number that the decision got from the register; `ended`: superseded or recalled, if it is."""

    document: UUID
    number: int
    symbol: str
    issued_on: date
    ended: str | None = None

    @property
    def state(self) -> str:
        return self.ended or IN_FORCE

    @property
    def text(self) -> str:
        """`05/QĐ-MTTQ-BTT`."""
        return self.symbol if "/" in self.symbol else f"{self.number:02d}/{self.symbol}"


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision of a conference; `sequence` counts from 1, the last one holds.

    `paper`: the one in force, else the last one that it had.
    """

    id: UUID
    conference: str
    sequence: int
    decided_on: date
    decided_at: datetime
    decided_by: str
    reason: str | None
    digest: str
    total: int
    paper: Paper | None = None

    @property
    def paper_in_force(self) -> Paper | None:
        return self.paper if self.paper is not None and self.paper.state == IN_FORCE else None


def digest_of(annex: Iterable[Recipient]) -> str:
    """Equal for equal annexes: deciding the same again is no new decision."""
    running = hashlib.sha256()
    for line in annex:
        running.update(orjson.dumps(astuple(line)[:-1], option=orjson.OPT_APPEND_NEWLINE))
    return running.hexdigest()


def check_quotas(
    annex: Iterable[Recipient], quotas: Mapping[tuple[str, str], int], names: Mapping[str, str]
) -> None:
    """Those that go beyond the quota with a reason do not count. Raises BeyondQuota."""
    used = Counter((line.unit, line.kind) for line in annex if not line.beyond)
    over = [
        {
            "unit": unit,
            "unit_name": names.get(unit, unit),
            "kind": kind,
            "quota": quotas.get((unit, kind), 0),
            "used": count,
        }
        for (unit, kind), count in used.items()
        if count > quotas.get((unit, kind), 0)
    ]
    if over:
        raise BeyondQuota(over)
