"""The read side: where awards are presented under a revision, and what that changes.

Before a decision the slots of the quotas are placed, after it those who are honoured.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from services.awards.decision.queries import current_decision
from services.awards.decision.tables import recipients
from services.awards.quotas.model import Slots
from services.awards.quotas.queries import Plan, find_plan, slots_of
from services.awards.switch.model import (
    Awardee,
    Change,
    Placement,
    Presentation,
    by_slot,
    compare,
    place_recipients,
    place_slots,
)
from services.awards.switch.tables import (
    layout_sites,
    preparations,
    presentation_choices,
    presentations,
)
from shared.revisions.following import Counts, Revision
from shared.storage.session import Session


@dataclass(frozen=True, slots=True)
class Choice:
    """Whom the awards council puts first under an option; version 0: nobody has chosen."""

    option: str
    recipients: tuple[UUID, ...] = ()
    version: int = 0
    chosen_by: str | None = None
    chosen_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class _View:
    """What a placement depends on, besides the decision."""

    conference: str
    plan_version: int
    layout_id: int | None
    option: str


def has_plan(session: Session, revision: Revision) -> bool:
    return find_plan(session, revision.conference, revision.plan_version) is not None


def count_changes(session: Session, revision: Revision) -> Counts:
    """awards' counts of a revision against its base; together they are all slots, or all recipients."""
    totals: Counter[str] = Counter()
    for change, count in changes_of(session, revision).items():
        totals[change.change] += count
    return {f"presentations_{name}": totals[name] for name in ("kept", "moved", "deferred")}


def stamp_of(session: Session, revision: Revision) -> str:
    """What the counts of a revision depend on besides plan and layouts: equal stamps, equal counts."""
    decision = current_decision(session, revision.conference)
    options = (revision.option, revision.base_option or "")
    versions = [choice_of(session, revision.conference, option).version for option in options]
    return f"{decision.sequence if decision else 0}-{versions[0]}-{versions[1]}"


def stamp_at_preview(session: Session, revision: Revision) -> str | None:
    table = preparations.c
    query = select(table.stamp).where(
        table.conference == revision.conference, table.number == revision.number
    )
    return session.execute(query).scalar_one_or_none()


def changes_of(session: Session, revision: Revision) -> Counter[Change]:
    old: Placement = {}
    if revision.base_plan_version is not None:
        base = _View(
            revision.conference,
            revision.base_plan_version,
            revision.base_layout_id,
            revision.base_option or "",
        )
        old = _placement(session, base)
    return compare(old, placement_of(session, revision))


def placement_of(session: Session, revision: Revision) -> Placement:
    return _placement(session, _view(revision))


def site_names(session: Session, layout_id: int | None) -> dict[str, str]:
    """Names of the layout's sites in its order."""
    query = select(layout_sites.c.key, layout_sites.c.name).where(layout_sites.c.layout_id == layout_id)
    return dict(session.execute(query.order_by(layout_sites.c.position)).all())


def choice_of(session: Session, conference: str, option: str) -> Choice:
    table = presentation_choices.c
    query = select(presentation_choices).where(table.conference == conference, table.option == option)
    row = session.execute(query).one_or_none()
    if row is None:
        return Choice(option)
    chosen = tuple(UUID(one) for one in row.recipients)
    return Choice(option, chosen, row.version, row.chosen_by, row.chosen_at)


def _view(revision: Revision) -> _View:
    return _View(revision.conference, revision.plan_version, revision.layout_id, revision.option)


def _placement(session: Session, view: _View) -> Placement:
    plan = find_plan(session, view.conference, view.plan_version)
    if plan is None:
        return {}
    places, decision = _presentations(session, view.layout_id), current_decision(session, plan.conference)
    if decision is None:
        return place_slots(slots_of(session, plan), places)
    chosen = choice_of(session, view.conference, view.option).recipients
    if not chosen:
        return place_slots(_honoured(session, plan, decision.id), places)
    annex = _awardees(session, plan, decision.id)
    return by_slot(annex, place_recipients(annex, places, chosen))


def _honoured(session: Session, plan: Plan, decision: UUID) -> list[Slots]:
    """The recipients of each unit as its slots: the annex has them unit by unit, kind by kind."""
    columns = recipients.c
    query = select(columns.unit, columns.kind, func.count()).where(columns.decision == decision)
    rows = session.execute(query.group_by(columns.unit, columns.kind).order_by(func.min(columns.order)))
    return [Slots(unit, plan.levels.get(unit, ""), kind, count) for unit, kind, count in rows]


def _awardees(session: Session, plan: Plan, decision: UUID) -> list[Awardee]:
    """Who is honoured, in the order of the annex."""
    columns = recipients.c
    query = select(columns.nomination, columns.unit, columns.kind).where(columns.decision == decision)
    return [
        Awardee(row.nomination, row.unit, plan.levels.get(row.unit, ""), row.kind)
        for row in session.execute(query.order_by(columns.order))
    ]


def _presentations(session: Session, layout_id: int | None) -> list[Presentation]:
    query = select(presentations).where(presentations.c.layout_id == layout_id)
    return [
        Presentation(row.unit, row.site, row.seats, tuple(row.sources), tuple(row.kinds))
        for row in session.execute(query.order_by(presentations.c.position))
    ]
