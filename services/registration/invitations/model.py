"""Invitations: one per route (a unit's places of a group at a site), and how it stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from services.registration.plan.model import StartNotFixed

State = Literal["to_issue", "issued", "to_replace", "to_withdraw"]
STATES: tuple[State, ...] = ("to_issue", "to_replace", "to_withdraw", "issued")
ISSUABLE: tuple[State, ...] = ("to_issue", "to_replace", "issued")
WITHDRAWABLE: tuple[State, ...] = ("to_withdraw", "to_replace", "issued")

Issuer = Literal["organiser", "bridge_unit"]
ISSUERS: tuple[Issuer, ...] = ("organiser", "bridge_unit")

LONGEST_REASON = 1_000


class NotInvitable(StartNotFixed):
    """Nobody can be invited to a time that is not known."""


class RevisionChanged(Exception):
    """The order was made from a look at another revision than the current one."""

    def __init__(self, revision: int) -> None:
        super().__init__(revision)
        self.revision = revision
        self.extra = {"revision": revision}


class UnknownRoute(Exception):
    """The unit has no place of this group, and never had an invitation for it."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Which invitations a list shows or an order is for; None: all. Keys of the plan.

    `units` and `groups`: what a search found, instead of a text that the database would have to fold.
    """

    states: tuple[str, ...] = STATES
    group: str | None = None
    unit: str | None = None
    site: str | None = None
    issuer: str | None = None
    found: Found | None = None

    def as_payload(self) -> dict[str, object]:
        """What a job needs to find the same ones again."""
        return {"states": list(self.states), "group": self.group, "unit": self.unit, "issuer": self.issuer}


@dataclass(frozen=True, slots=True)
class Found:
    """Numbers of the units and groups whose names a search matched."""

    units: tuple[int, ...]
    groups: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class IssueTotals:
    """What issuing does, or would do: invitations, and persons by how they hear of it."""

    revision: int
    routes: int
    to_issue: int
    to_replace: int
    seats: int
    named: int
    to_send: int
    by_hand: int
    to_tell: int

    @property
    def is_empty(self) -> bool:
        return not (self.routes or self.to_send or self.to_tell)


@dataclass(frozen=True, slots=True)
class WithdrawTotals:
    """What withdrawing does, or would do; `to_tell`: persons who were written to and are invited no more."""

    revision: int
    routes: int
    seats: int
    to_tell: int

    @property
    def is_empty(self) -> bool:
        return not (self.routes or self.to_tell)
