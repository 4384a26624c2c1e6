"""The states of a revision and what the rules say no to. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

PARTICIPANTS = ("planning", "venue", "registration", "documents", "awards")


class State(StrEnum):
    """A revision's life: preparing → prepared → deciding → settling → settled; or failed, or superseded.

    `deciding`: the decision is recorded and waits for the layout. `superseded`: a newer decision came
    before every service had settled this one.
    """

    PREPARING = "preparing"
    PREPARED = "prepared"
    DECIDING = "deciding"
    SETTLING = "settling"
    SETTLED = "settled"
    SUPERSEDED = "superseded"
    FAILED = "failed"


DECIDED = (State.DECIDING, State.SETTLING, State.SETTLED, State.SUPERSEDED)
OPEN = (State.PREPARING, State.PREPARED)
WAITING = (State.PREPARING, State.DECIDING, State.SETTLING)
PATIENCE = timedelta(seconds=5)  # nobody needs to ask again before


@dataclass(frozen=True, slots=True)
class Order:
    """A decision as it is asked for: an option or a previewed revision, and why.

    `expected_current`: the newest decided revision that the asker knows of; None when not given.
    `paper`: number and ISO date of the paper that carries it. `decided_by` defaults to the plan's body.
    """

    reason: str
    option: str | None = None
    revision: int | None = None
    expected_current: int | None = None
    paper_number: str | None = None
    paper_date: Any = None
    decided_by: str | None = None
    kind: str = "decide"
    while_open: bool = False  # the asker knows that the conference has begun


class UnknownOption(Exception):
    def __init__(self, option: str) -> None:
        super().__init__(option)
        self.option = option


class UnknownRevision(Exception):
    def __init__(self, revision: int) -> None:
        super().__init__(revision)
        self.revision = revision


class RevisionFailed(Exception):
    """The revision has no layout, so it cannot be adopted."""

    def __init__(self, revision: int) -> None:
        super().__init__(revision)
        self.revision = revision


class ConferenceOpen(Exception):
    """The conference has begun: a decision now has to be meant (`while_open`)."""


class NothingToUndo(Exception):
    pass


class NothingToRetry(Exception):
    def __init__(self, revision: int, state: str) -> None:
        super().__init__(revision)
        self.revision, self.state = revision, state


class _Stale(Exception):
    """Carries the newest decision, so that the answer can say who decided what, when."""

    def __init__(self, newest: dict[str, Any] | None) -> None:
        super().__init__()
        self.extra = {"newest": newest}
        self.option_title = (newest or {}).get("option_title", "")
        self.entered_by = (newest or {}).get("entered_by", "")


class StalePreview(_Stale):
    """The preview was worked out on another base or an older plan version, or is decided already."""


class OlderPlan(StalePreview):
    """Nobody decided anything since: the preview is of an older plan version."""


class CurrentChanged(_Stale):
    """`expected_current` is not the newest decided revision."""


class NothingDecided(CurrentChanged):
    """`expected_current` names a revision, but there is no decision that has not failed."""


def is_worth_asking_again(state: State, asked_at: datetime, now: datetime) -> bool:
    """Whether a retry may help: it failed, or it waits for longer than it should."""
    return state is State.FAILED or (state in WAITING and now - asked_at > PATIENCE)


def state_after_answers(state: State, prepared: int, settled: int, participants: int) -> State:
    """Where a revision stands once so many services have answered; final states stay."""
    if state is State.SETTLING and settled == participants:
        return State.SETTLED
    if state is State.PREPARING and prepared == participants:
        return State.PREPARED
    return state
