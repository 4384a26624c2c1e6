"""Answers to an invitation: what may be answered, and why an answer is refused."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from services.registration.plan.model import ConferenceClosed, StartNotFixed

Answer = Literal["accepted", "declined"]
ANSWERS: tuple[Answer, ...] = ("accepted", "declined")
Standing = Literal["accepted", "waiting", "declined"]
STANDINGS: tuple[Standing, ...] = ("accepted", "waiting", "declined")
"""What became of an answer: who accepts where no seat is free waits for one."""

LINK = "link"
SUBSTITUTE = "substitute"
WAITING_LIST = "waiting-list"
"""How an answer came about; see WAYS of the contract."""

LONGEST_NOTE = 1_000


class NotDecided(Exception):
    """No option is current: there is no site to come to yet."""


class PlaceClosed(Exception):
    """The place does not exist in the current option."""


class LinkUnknown(Exception):
    """The link was not made by this system."""


class LinkExpired(Exception):
    """The link is too old, was revoked, or its person does not hold the place any more."""


class SwitchInProgress(Exception):
    """The current option kept changing while the answer was being written down."""


@dataclass(frozen=True, slots=True)
class Link:
    """Whom a link speaks of. It opens as long as the place still has the person and the version."""

    place: UUID
    person: UUID
    version: int


@dataclass(frozen=True, slots=True)
class Invitation:
    """What a link shows: one person's place as the current revision has it, and their answer.

    `site_id` is None when the place does not exist now (`revision` is None: nothing is decided yet).
    """

    place: UUID
    person: UUID
    link_version: int
    conference_id: int
    conference: str
    revision: int | None
    title: str
    timezone: str
    moment: str
    group: str
    unit: str
    ordinal: int
    name: str
    group_name: str
    unit_name: str
    site_id: int | None
    site: str | None
    site_name: str | None
    room: str | None
    address: str | None
    capacity: int | None
    answer: Standing | None
    note: str | None
    answered_at: datetime | None
    closed_at: datetime | None

    @property
    def state(self) -> Literal["open", "closed", "not-current", "finished"]:
        if self.closed_at is not None:
            return "finished"
        if self.revision is None or (self.site_id is not None and not self.moment):
            return "not-current"
        return "open" if self.site_id is not None else "closed"

    def came_of(self, answer: Answer, note: str) -> bool:
        """Whether this was answered already: who accepted may be waiting."""
        same = self.answer == answer or (answer == "accepted" and self.answer == "waiting")
        return same and self.note == note

    def require_open(self) -> int:
        """The site. Raises ConferenceClosed, NotDecided, PlaceClosed, StartNotFixed."""
        if self.closed_at is not None:
            raise ConferenceClosed
        if self.revision is None:
            raise NotDecided
        if self.site_id is None:
            raise PlaceClosed
        if not self.moment:
            raise StartNotFixed
        return self.site_id


@dataclass(frozen=True, slots=True)
class Answered:
    """What stands after an answer, and since when."""

    invitation: Invitation
    answer: Standing
    at: datetime


def stands_for(answer: Answer, former: Standing | None, taken: int, capacity: int | None) -> Standing:
    """A seat once given is kept, also where the capacity was lowered since; else it takes a free one."""
    if answer == "declined" or former == "accepted":
        return answer
    return "accepted" if capacity is None or taken < capacity else "waiting"
