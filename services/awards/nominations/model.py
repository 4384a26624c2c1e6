"""Nominations: what is written down about somebody to be honoured, and the states it goes through. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.awards.quotas.model import COLLECTIVE, KINDS
from shared.flaws import Flaw

PROPOSED, APPROVED, REJECTED, WITHDRAWN = "proposed", "approved", "rejected", "withdrawn"
STATES = (PROPOSED, APPROVED, REJECTED, WITHDRAWN)
ACTIVE = (PROPOSED, APPROVED)
"""Those that use the quota."""

LARGEST = 2**31 - 1
LONGEST = {
    "name": 300,
    "representative": 200,
    "position": 300,
    "achievement": 500,
    "override_reason": 1_000,
}

MISSING = Flaw("missing-value", "Chưa có giá trị", "A value is missing")
TOO_LONG = Flaw("too-long", "Dài quá giới hạn", "Too long")
CONTROL = Flaw("control-character", "Có ký tự điều khiển", "Contains a control character")
NOT_A_KIND = Flaw("unknown-kind", "Cần là «tập thể» hoặc «cá nhân»", "Neither “collective” nor “individual”")
NO_REPRESENTATIVE = Flaw(
    "only-collectives", "Chỉ tập thể mới có người đại diện", "Only a collective has a representative"
)
UNKNOWN_UNIT = Flaw("unknown-unit", "Kế hoạch không có đơn vị này", "The plan has no such unit")


class UnknownNomination(Exception):
    """No nomination has this id, or it is not for this caller to see."""


class QuotaExceeded(Exception):
    """The unit has no slot of this kind left; going beyond needs a recorded reason."""

    def __init__(self, unit: str, kind: str, quota: int, used: int) -> None:
        super().__init__(unit, kind)
        self.unit_name, self.quota, self.used = unit, quota, used
        self.extra = {"unit": unit, "kind": kind, "quota": quota, "used": used}


class DuplicateNomination(Exception):
    """The unit has proposed the same name for the same kind already."""

    def __init__(self, nomination: Any) -> None:
        super().__init__(nomination)
        self.extra = {"nomination": str(nomination)}


class NotOpen(Exception):
    """In this state it is not changed that way any more."""

    def __init__(self, state: str) -> None:
        super().__init__(state)
        self.state = state
        self.extra = {"state": state}


@dataclass(frozen=True, slots=True)
class Facts:
    """A nomination as written down. `rank`: the wished place among the unit's of that kind."""

    kind: str
    name: str
    achievement: str
    representative: str | None = None
    position: str | None = None
    rank: int | None = None
    override_reason: str | None = None


def read_facts(values: Mapping[str, Any]) -> tuple[Facts | None, dict[str, Flaw]]:
    """All values at once: the facts in NFC, or what is wrong by field."""
    flaws: dict[str, Flaw] = {}
    read = {name: _text(name, values.get(name), flaws) for name in LONGEST}
    for name in ("name", "achievement"):
        if read[name] is None and name not in flaws:
            flaws[name] = MISSING
    kind = values.get("kind")
    if kind not in KINDS:
        flaws["kind"] = NOT_A_KIND
    elif kind != COLLECTIVE and read["representative"] is not None:
        flaws["representative"] = NO_REPRESENTATIVE
    if flaws:
        return None, flaws
    return Facts(kind=str(kind), rank=values.get("order"), **read), {}  # type: ignore[arg-type]


def _text(name: str, value: Any, flaws: dict[str, Flaw]) -> str | None:
    """Trimmed, spaces collapsed, NFC; None when nothing is left."""
    text = unicodedata.normalize("NFC", " ".join(str(value if value is not None else "").split()))
    if len(text) > LONGEST[name]:
        flaws[name] = TOO_LONG
    elif any(unicodedata.category(char) in ("Cc", "Cs", "Cn") for char in text):
        flaws[name] = CONTROL
    return text or None


def may_change(state: str, *, reviewer: bool) -> bool:
    """A unit changes what is not reviewed yet; who reviews may correct what is approved as well."""
    return state == PROPOSED or (reviewer and state == APPROVED)
