"""Bring the drafts of a conference in line with the revision in force."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, insert, update
from uuid_utils.compat import uuid7

from services.documents.drafting.composing import compose, held_back, places_told
from services.documents.drafting.facts import Facts
from services.documents.drafting.model import DROP, KEEP, Held, Step, plan_steps
from services.documents.plan.commands import note_award, note_places
from services.documents.plan.model import Requirement, in_force
from services.documents.plan.queries import PlanInForce, list_requirements, newest_award
from services.documents.register.model import DRAFT, DROPPED, Truth, is_outdated, tells
from services.documents.register.queries import list_held, truth_of
from services.documents.register.tables import documents
from services.documents.typesetting.reading import read_document, write_document
from shared.storage.session import Session

BY = "Hệ thống"


@dataclass(frozen=True, slots=True)
class Drafting:
    """What drafts are made from and for."""

    plan: PlanInForce
    facts: Facts
    now: datetime

    @property
    def truth(self) -> Truth:
        """What the texts tell that are composed now."""
        award = self.facts.award.decision if self.facts.award is not None else None
        return replace(truth_of(self.plan), award=award, places=places_told(self.facts))


def bring_in_line(session: Session, work: Drafting) -> dict[str, int]:
    """Make, refresh, keep and drop drafts; doing it twice changes nothing. Returns how many of each."""
    plan = work.plan
    every = list_requirements(session, plan.conference, plan.version)
    required = {one.key: one for one in in_force(every, plan.option)}
    if work.truth.layout is not None:
        note_places(session, work.truth.layout, work.truth.places)
    truth = replace(work.truth, award=_newest_award(session, work))
    rows = {row["id"]: row for row in list_held(session, plan.conference)}
    held = [_held(row, truth) for row in rows.values()]
    done: Counter[str] = Counter()
    for step in plan_steps(list(required), held):
        row = rows[step.draft] if step.draft is not None else None
        _take(session, work, step, required.get(step.requirement), row)
        done[step.action] += 1
    return dict(done)


def _newest_award(session: Session, work: Drafting) -> UUID | None:
    """Its event may come after the answer that told of it, or before."""
    if work.truth.award is not None:
        note_award(session, work.plan.conference, work.truth.award)
    return newest_award(session, work.plan.conference)


def _held(row: RowMapping, truth: Truth) -> Held:
    return Held(
        row["id"],
        row["requirement"],
        row["status"],
        row["edited"],
        row["cause"],
        not is_outdated(row, truth),
        row["supersedes"],
    )


def _take(
    session: Session, work: Drafting, step: Step, wanted: Requirement | None, row: RowMapping | None
) -> None:
    if row is None:
        assert wanted is not None
        _make(session, work, wanted, step.supersedes)
    elif step.action == DROP:
        _set(session, row["id"], {"status": DROPPED})
    else:
        assert wanted is not None
        fresh = {"status": DRAFT, "supersedes": step.supersedes, "holds": held_back(work.facts, wanted)}
        if step.action != KEEP:
            fresh |= _composed(work, wanted)
        _refresh(session, row, fresh, work.now)


def _make(session: Session, work: Drafting, wanted: Requirement, supersedes: UUID | None) -> None:
    values = {
        **_composed(work, wanted),
        "id": uuid7(),
        "conference": work.plan.conference,
        "requirement": wanted.key,
        "type": wanted.type,
        "status": DRAFT,
        "edited": False,
        "cause": "plan",
        "holds": held_back(work.facts, wanted),
        "supersedes": supersedes,
        "version": 1,
        "created_at": work.now,
        "changed_at": work.now,
        "changed_by": BY,
    }
    session.execute(insert(documents).values(values))


def _composed(work: Drafting, wanted: Requirement) -> dict[str, Any]:
    """Content and what goes with it. Read back as people's would be: what is stored is always valid."""
    content = read_document(write_document(compose(work.facts, wanted)))
    revision = work.plan.revision
    return {
        **tells(wanted.type, work.truth),
        "content": write_document(content),
        "subject": content.subject,
        "symbol": content.symbol,
        "drafted_by": wanted.drafted_by,
        "organ": work.facts.organiser_key,
        "series": work.facts.profile.series,
        "plan_version": work.plan.version,
        "revision": revision.number if revision is not None else 0,
    }


def _refresh(session: Session, row: RowMapping, fresh: Mapping[str, Any], now: datetime) -> None:
    """Another version only where the text is another: files of an equal one stay good."""
    changed = {name: value for name, value in fresh.items() if row[name] != value}
    if "content" in changed:
        changed |= {"version": row["version"] + 1, "changed_at": now, "changed_by": BY}
    if changed:
        _set(session, row["id"], changed)


def _set(session: Session, id: UUID, values: Mapping[str, Any]) -> None:
    session.execute(update(documents).where(documents.c.id == id).values(dict(values)))
