"""The life of an official document: draft, number, replacement, recall. Pure.

An issued document is never edited and its number never used again (NĐ 30/2020, articles 15 and 18): what is
wrong is replaced or recalled by another one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from services.documents.plan.model import UNNUMBERED

DRAFT, ISSUED, SUPERSEDED, RECALLED, DROPPED = "draft", "issued", "superseded", "recalled", "dropped"
STATUSES = (DRAFT, ISSUED, SUPERSEDED, RECALLED, DROPPED)

INVITATION, DECISION = "GM", "QĐ"
# These tell where who sits, so another layout makes them wrong; those below tell when, too.
TELLS_LAYOUT = frozenset({"KH", "CTr", "GM", "CV"})
TELLS_TIME = TELLS_LAYOUT | {"HD"}

EDITABLE = (
    "subject",
    "body",
    "addressees",
    "legal_bases",
    "recipients",
    "archive_line",
    "sign",
    "annexes",
    "urgency",
    "decider",
    "place",
    "agency",
)
"""The parts of a draft that people may rewrite; type, symbol, number and date come from elsewhere."""

START_NOT_FIXED, AWARD_NOT_DECIDED = "start-not-fixed", "award-not-decided"


class UnknownDocument(Exception):
    """There is no such document, or it is not shown to this person."""


class NotADraft(Exception):
    """Only a draft is edited, issued or drafted anew."""

    def __init__(self, status: str) -> None:
        super().__init__(status)
        self.extra = {"state": status}


class NotIssued(Exception):
    """Only an issued document is replaced or recalled."""

    def __init__(self, status: str) -> None:
        super().__init__(status)
        self.extra = {"state": status}


class NotNumbered(Exception):
    """Documents of this type have no number."""

    def __init__(self, type_name: str) -> None:
        super().__init__(type_name)
        self.type_name = type_name


class StartNotFixed(Exception):
    """An invitation says when; nobody knows yet."""


class AwardNotDecided(Exception):
    """The decision's annex is still the quota."""


class DraftOutdated(Exception):
    """The draft tells of another layout, time, place or award decision than the current one."""


class DateBeforeLast(Exception):
    """Dates never fall while numbers rise."""

    def __init__(self, last: date) -> None:
        super().__init__(last)
        self.last = last.strftime("%d/%m/%Y")
        self.extra = {"last": last.isoformat()}


class DateInFuture(Exception):
    """A document bears the day of its issue, not a later one."""

    def __init__(self, today: date) -> None:
        super().__init__(today)
        self.today = today.strftime("%d/%m/%Y")


class NotRendered(Exception):
    """The file is still being made, or nobody asked for it; `job` if one is at work."""

    def __init__(self, job: UUID | None) -> None:
        super().__init__(job)
        self.extra = {"job": str(job) if job else None}


@dataclass(frozen=True, slots=True)
class Position:
    """Where a register stands: the last number given, and its day."""

    number: int
    day: date | None


def register_of(series: str, type_code: str) -> str:
    """The series that a document is numbered in: one `common` to all, or one per `type`."""
    return "*" if series == "common" else type_code


def next_number(last: Position, day: date) -> int:
    """Raises DateBeforeLast."""
    if last.day is not None and day < last.day:
        raise DateBeforeLast(last.day)
    return last.number + 1


def may_be_issued(type_code: str, type_name: str, *, start_fixed: bool, holds: str | None) -> None:
    """Raises NotNumbered, StartNotFixed, AwardNotDecided."""
    if type_code in UNNUMBERED:
        raise NotNumbered(type_name)
    if type_code == INVITATION and not start_fixed:
        raise StartNotFixed
    if holds == AWARD_NOT_DECIDED:
        raise AwardNotDecided


@dataclass(frozen=True, slots=True)
class Truth:
    """What texts tell of: the layout, title and time (`told`: their digest), the decision on the awards, the
    rooms and addresses (a digest by type of document; types that are not known yet are left out)."""

    layout: int | None
    told: str
    award: UUID | None
    places: Mapping[str, str]


def tells(type_code: str, truth: Truth) -> dict[str, Any]:
    """What the text of a document of this type hangs on; null where it does not matter."""
    return {
        "layout_id": truth.layout if type_code in TELLS_LAYOUT else None,
        "told": truth.told if type_code in TELLS_TIME else None,
        "award": truth.award if type_code == DECISION else None,
        "places": truth.places.get(type_code),
    }


def is_outdated(text: Mapping[Any, Any], truth: Truth) -> bool:
    """Whether a text (`type` and what `tells` gave when it was written) is no longer true.

    A decision (QĐ) whose annex was composed before anybody was honoured is outdated by the first award.
    """
    other_layout = text["layout_id"] is not None and text["layout_id"] != truth.layout
    other_time = text["told"] is not None and text["told"] != truth.told
    lists_recipients = text["type"] == DECISION and truth.award is not None
    other_award = lists_recipients and text["award"] != truth.award
    place = truth.places.get(text["type"])
    other_place = None not in (place, text["places"]) and text["places"] != place
    return other_layout or other_time or other_award or other_place


def code_of(number: int | None, symbol: str) -> str | None:
    """ "05/KH-MTTQ-BTT"; None without a number."""
    return None if number is None else f"{number:02d}/{symbol}"
