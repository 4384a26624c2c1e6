"""Which drafts a conference needs now, and what becomes of those that are there. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

MAKE, REFRESH, KEEP, DROP = "make", "refresh", "keep", "drop"


@dataclass(frozen=True, slots=True)
class Held:
    """A draft, a dropped draft, or a document in force (`issued`), the oldest first.

    `current`: it tells of the layout and time that hold now. `cause`: "person" for a replacement that
    somebody asked for.
    """

    id: UUID
    requirement: str
    status: str
    edited: bool
    cause: str
    current: bool
    supersedes: UUID | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """`make` a draft; `refresh` one with a new text; `keep` one as a person wrote it; `drop` one."""

    action: str
    requirement: str
    draft: UUID | None = None
    supersedes: UUID | None = None


def plan_steps(required: Sequence[str], held: Iterable[Held]) -> list[Step]:
    """What brings the drafts in line: one for every required document that is not issued, or whose issued
    text no longer holds. A dropped draft comes back when it is needed again, as it was."""
    by_requirement: dict[str, list[Held]] = {}
    for one in held:
        by_requirement.setdefault(one.requirement, []).append(one)
    steps = [_step(key, by_requirement.get(key, [])) for key in required]
    gone = (one for key, kept in by_requirement.items() if key not in set(required) for one in kept)
    steps += [Step(DROP, one.requirement, one.id) for one in gone if one.status == "draft"]
    return [step for step in steps if step is not None]


def _step(key: str, held: Sequence[Held]) -> Step | None:
    issued = next((one for one in held if one.status == "issued"), None)
    draft = next((one for one in held if one.status == "draft"), None)
    replaces = issued.id if issued is not None else None
    if issued is not None and issued.current:
        wanted = draft or _dropped(held, replaces, cause="person")
        if wanted is None or wanted.cause != "person":
            return Step(DROP, key, draft.id) if draft is not None else None
        draft = wanted
    draft = draft or _dropped(held, replaces)
    if draft is None:
        return Step(MAKE, key, supersedes=replaces)
    return Step(KEEP if draft.edited else REFRESH, key, draft.id, replaces)


def _dropped(held: Sequence[Held], replaces: UUID | None, cause: str = "") -> Held | None:
    found = (one for one in reversed(held) if one.status == "dropped" and one.supersedes == replaces)
    return next((one for one in found if not cause or one.cause == cause), None)
