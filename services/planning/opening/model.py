"""When a conference may be opened, and what opening and closing say no to. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

SHOWN = 200  # sites named in a refusal; their number is told anyway


@dataclass(frozen=True, slots=True)
class Untested:
    """A site whose line test is missing (`outcome` None) or failed, and its unit."""

    site: str
    unit: str
    outcome: str | None


@dataclass(frozen=True, slots=True)
class Readiness:
    """What stands in the way of opening."""

    revision: int | None
    unsettled: int | None
    starts_at_known: bool
    untested: tuple[Untested, ...]

    @property
    def missing(self) -> list[str]:
        """Codes, in the order in which they are to be put right."""
        found = {
            "no-current-revision": self.revision is None,
            "switch-unsettled": self.unsettled is not None,
            "start-not-fixed": not self.starts_at_known,
            "line-tests-missing": bool(self.untested),
        }
        return [code for code, stands in found.items() if stands]


class NotReady(Exception):
    """Something stands in the way of opening; a subclass for each."""

    def __init__(self, ready: Readiness) -> None:
        super().__init__(ready.missing)
        self.count = len(ready.untested)
        self.unsettled = ready.unsettled
        self.extra: dict[str, Any] = {"missing": ready.missing}
        if ready.untested:
            self.extra |= {"sites": [one.site for one in ready.untested[:SHOWN]], "count": self.count}


class NoCurrentRevision(NotReady):
    pass


class SwitchUnsettled(NotReady):
    pass


class StartNotFixed(NotReady):
    pass


class LineTestsMissing(NotReady):
    pass


class AlreadyOpen(Exception):
    pass


class NotOpen(Exception):
    """Only an open conference is closed."""


class NotClosed(Exception):
    """Only a closed conference is opened again."""


REFUSALS: dict[str, type[NotReady]] = {
    "no-current-revision": NoCurrentRevision,
    "switch-unsettled": SwitchUnsettled,
    "start-not-fixed": StartNotFixed,
    "line-tests-missing": LineTestsMissing,
}


def check_ready(ready: Readiness) -> None:
    """Raises the first thing that is missing, a NotReady."""
    missing: Sequence[str] = ready.missing
    if missing:
        raise REFUSALS[missing[0]](ready)
