"""Whom an award decision puts on which places of the groups of awardees. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from services.registration.people.model import Facts

COLLECTIVE = "collective"
SINGLE_PLACES = frozenset({"hub", "hall"})
"""`at` values of which an option has one: a group there without `per` is the organiser's alone."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """One line of the annex; of a collective, `facts` are those of who represents it."""

    id: UUID
    unit: str
    kind: str
    facts: Facts


@dataclass(frozen=True, slots=True)
class Unit:
    key: str
    id: int
    level: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A group of awardees as one option has it."""

    group: str
    group_id: int
    at: str
    per: str | None
    seats: int
    sources: tuple[str, ...]
    kinds: tuple[str, ...]

    @property
    def is_organisers(self) -> bool:
        return self.per is None and self.at in SINGLE_PLACES

    def takes(self, recipient: Recipient, level: str) -> bool:
        return level in self.sources and (not self.kinds or recipient.kind in self.kinds)


@dataclass(slots=True)
class Line:
    """The places of one group and unit, and who is to have them in order; `most`: seats of the option that
    has most of them."""

    group: str
    group_id: int
    unit: Unit
    most: int
    recipients: list[Recipient] = field(default_factory=list)

    @property
    def row(self) -> tuple[int, int]:
        return self.unit.id, self.group_id

    @property
    def seated(self) -> Sequence[Recipient]:
        """No option has places for those behind them: their presentation is deferred everywhere."""
        return self.recipients[: self.most]


def lines_of(
    organiser: str, units: Iterable[Unit], rules: Sequence[Rule], annex: Sequence[Recipient]
) -> list[Line]:
    """Every line that any option has, the units' own before the organiser's.

    A unit's own places are for its own recipients, the organiser's for those of all units of the levels
    that the group takes: the organiser's first, then units in plan order, each in the order of the annex.
    """
    ordered = sorted(units, key=lambda unit: unit.key != organiser)
    by_unit: dict[str, list[Recipient]] = {}
    for recipient in annex:
        by_unit.setdefault(recipient.unit, []).append(recipient)
    own: dict[tuple[int, int], Line] = {}
    organisers: dict[tuple[int, int], Line] = {}
    for group in dict.fromkeys(rule.group for rule in rules):
        mine = [rule for rule in rules if rule.group == group]
        _add_own(own, organiser, ordered, [rule for rule in mine if not rule.is_organisers], by_unit)
        _add_organisers(organisers, ordered, [rule for rule in mine if rule.is_organisers], by_unit)
    return [*own.values(), *organisers.values()]


def _add_own(
    lines: dict[tuple[int, int], Line],
    organiser: str,
    units: Sequence[Unit],
    rules: Sequence[Rule],
    by_unit: Mapping[str, Sequence[Recipient]],
) -> None:
    levels = {level for rule in rules for level in rule.sources}
    for unit in units if rules else ():
        if unit.key == organiser or unit.level not in levels:
            continue
        line = Line(rules[0].group, rules[0].group_id, unit, max(rule.seats for rule in rules))
        line.recipients = _taken(rules, unit, by_unit)
        lines[line.row] = line


def _add_organisers(
    lines: dict[tuple[int, int], Line],
    units: Sequence[Unit],
    rules: Sequence[Rule],
    by_unit: Mapping[str, Sequence[Recipient]],
) -> None:
    if not rules or not units:
        return
    line = Line(rules[0].group, rules[0].group_id, units[0], max(rule.seats for rule in rules))
    line.recipients = [recipient for unit in units for recipient in _taken(rules, unit, by_unit)]
    lines[line.row] = line


def _taken(rules: Sequence[Rule], unit: Unit, by_unit: Mapping[str, Sequence[Recipient]]) -> list[Recipient]:
    found = by_unit.get(unit.key, ())
    return [recipient for recipient in found if any(rule.takes(recipient, unit.level) for rule in rules)]


def read_recipient(item: Mapping[str, object]) -> Recipient:
    """A line of awards' list. A collective comes by its representative, or by nobody named yet."""
    name, position = str(item["name"]), item.get("position")
    kind = str(item["kind"])
    if kind == COLLECTIVE:
        position = f"Đại diện {name}"
        name = str(item.get("representative") or position)
    facts = Facts(name, str(position)[:300] if position else None)
    return Recipient(UUID(str(item["id"])), str(item["unit"]), kind, facts)
