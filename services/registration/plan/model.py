"""What registration knows of a conference, and the view that a list answers for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

KEY = re.compile(r"[a-z0-9][a-z0-9_-]{0,199}")
LARGEST = 2**31 - 1


class UnknownConference(Exception):
    def __init__(self, conference: str) -> None:
        super().__init__(conference)
        self.conference = conference


class ConferenceClosed(Exception):
    """It is over: nobody is named, answers or is replaced any more."""


class StartNotFixed(Exception):
    """The time is not known yet: what is answered, checked in or reported belongs to one."""


class UnknownRevision(Exception):
    """The revision was never proposed, or is not prepared here yet."""

    def __init__(self, revision: int) -> None:
        super().__init__(revision)
        self.revision = revision


@dataclass(frozen=True, slots=True)
class View:
    """One revision of a conference as lists and links see it.

    Before the first decision `revision`, `layout_id` and `option` are None and the plan is the newest.
    `moment` is the start in UTC as text, '' while it is open: part of what an answer answers.
    """

    conference_id: int
    conference: str
    revision: int | None
    layout_id: int | None
    option: str | None
    plan_id: int
    title: str
    organiser: str
    timezone: str
    moment: str

    @property
    def starts_at(self) -> datetime | None:
        return local_time(self.moment, self.timezone)

    def parameters(self) -> dict[str, object]:
        """What the placement queries are bound to. No layout has the id 0."""
        return {
            "conference": self.conference_id,
            "layout": self.layout_id or 0,
            "option": self.option or "",
            "plan": self.plan_id,
            "moment": self.moment,
        }


def moment_of(starts_at: datetime | None, timezone: str) -> str:
    """A local start as the text under which answers are kept; '' while it is open."""
    if starts_at is None:
        return ""
    return starts_at.replace(tzinfo=ZoneInfo(timezone)).astimezone(ZoneInfo("UTC")).isoformat()


def local_time(moment: str, timezone: str) -> datetime | None:
    return datetime.fromisoformat(moment).astimezone(ZoneInfo(timezone)) if moment else None
