"""A caller bound to a unit sees and changes that unit's sites only."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row

from shared.http.calls import Call
from shared.http.problems import Problem, ProblemType

OTHER_UNIT = ProblemType(
    403,
    "not-your-unit",
    "Chỉ được làm việc với điểm cầu của đơn vị mình",
    "Only your own unit's site is yours to see and change",
)


def check_unit(call: Call, site: Row[Any]) -> None:
    """Raises Problem 403."""
    if call.actor.unit not in (None, site.unit):
        raise Problem(OTHER_UNIT)
