"""Outgoing messages: what they are about, how far they are, and why one was not sent."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal
from uuid import UUID

Kind = Literal["invitation", "replacement", "withdrawal", "seat"]
KINDS: tuple[Kind, ...] = ("invitation", "replacement", "withdrawal", "seat")
INVITING: tuple[Kind, ...] = ("invitation", "replacement")

State = Literal["queued", "sending", "sent", "failed", "cancelled"]
STATES: tuple[State, ...] = ("queued", "sending", "sent", "failed", "cancelled")

LONGEST_REASON = 1_000
WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240))
"""How long to wait after the first, second… temporary failure; after the last one it has failed."""

_IN_TEXT = re.compile(r"<?[^\s<>@]+@[^\s<>@]+>?")
_LONGEST_DETAIL = 300


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a message was not sent, or not at the first try."""

    code: str
    vi: str
    en: str


REFUSED = Problem("refused", "Bị từ chối", "It was refused")
LATER = Problem("try-later", "Chưa gửi được, sẽ tự gửi lại", "Not sent yet; it will be tried again")
GAVE_UP = Problem("gave-up", "Không gửi được sau nhiều lần thử", "It could not be sent in several attempts")
UNKNOWN = Problem("outcome-unknown", "Không rõ đã gửi hay chưa", "Nobody knows whether it was sent")
NO_ADDRESS = Problem("no-address", "Không có địa chỉ để gửi", "There is no address to send it to")
OUTDATED = Problem(
    "outdated",
    "Không gửi nữa vì giấy mời đã đổi hoặc người này không còn giữ chỗ",
    "Not sent: the invitation has changed, or the person no longer has the place",
)
SWITCHED = Problem(
    "switched", "Không gửi nữa vì phương án đã đổi", "Not sent: another revision was adopted meanwhile"
)
ENDED = Problem(
    "invitation-ended",
    "Không gửi nữa vì giấy mời đã được thay thế hoặc thu hồi",
    "Not sent: the invitation was replaced or withdrawn",
)
STOPPED = Problem("stopped", "Đã có người hủy", "Somebody cancelled it")

PROBLEMS = {
    problem.code: problem
    for problem in (REFUSED, LATER, GAVE_UP, UNKNOWN, NO_ADDRESS, OUTDATED, SWITCHED, ENDED, STOPPED)
}


class UnknownMessage(Exception):
    """There is no such message, or it is not for this caller to see."""


class MessageNotFailed(Exception):
    """Only a message that failed is sent again."""


class MessageNotQueued(Exception):
    """Only a message that waits can be cancelled."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A message to queue, about a unit's places of a group. `once` names what is told to whom.

    `seat` (site, start and when it was asked for) takes the place of `invitation` in the kind of that name.
    """

    kind: Kind
    person: UUID
    invitation: UUID | None
    unit_id: int
    group_id: int
    seat: str = ""

    @property
    def once(self) -> str:
        about = "invite" if self.kind in INVITING else self.kind
        return f"{self.invitation or self.seat}/{self.person}/{about}"


@dataclass(frozen=True, slots=True)
class Letter:
    """A message's text at the moment of sending."""

    to: str
    name: str
    subject: str
    body: str


class NotToSend(Exception):
    """At the moment of sending there is nothing to send: `failed` needs somebody to look, else cancelled."""

    def __init__(self, problem: Problem, *, failed: bool = False) -> None:
        super().__init__(problem.code)
        self.problem, self.failed = problem, failed


def wait_after(attempts: int) -> timedelta | None:
    """How long to wait after so many tries; None when it is not tried again."""
    return WAITS[attempts - 1] if attempts <= len(WAITS) else None


def without_addresses(text: str) -> str:
    """What a carrier said, without the person's address in it."""
    return _IN_TEXT.sub("…", " ".join(text.split()))[:_LONGEST_DETAIL]
