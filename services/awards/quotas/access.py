"""A caller bound to a unit sees and changes that unit's nominations and awards only."""

from __future__ import annotations

from shared.http.calls import Call
from shared.http.problems import Problem, ProblemType

OTHER_UNIT = ProblemType(
    403,
    "not-your-unit",
    "Chỉ được làm việc với đơn vị của mình",
    "Only your own unit is yours to see and change",
)
REVIEWING = "awards:write"


def own_unit(call: Call, wanted: str | None) -> str | None:
    """The unit that the caller may look at: their own, or any. Raises Problem 403."""
    mine = call.actor.unit
    if mine is not None and wanted and wanted != mine:
        raise Problem(OTHER_UNIT)
    return mine or wanted or None


def reviews(call: Call) -> bool:
    """Whether the caller speaks for the awards council."""
    return REVIEWING in call.actor.scopes and call.actor.unit is None
