"""What a revision does to invitations and documents."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, Select, case, func, literal, or_, select, union_all

from services.documents.plan.queries import routes_of, told_of
from services.documents.register.queries import count_outdated
from shared.revisions.following import Counts, Revision
from shared.storage.session import Session

CHANGES = ("issue", "replace", "withdraw")


def count_changes(session: Session, revision: Revision) -> Counts:
    """documents' counts of a revision against its base; an invitation is one per route."""
    changes = invitation_changes(revision.base_layout_id, revision.layout_id).subquery()
    query = select(changes.c.change, func.count()).group_by(changes.c.change)
    found: dict[str, int] = dict(session.execute(query).all())
    told = told_of(session, revision.conference, revision.plan_version)
    return {
        "invitations_to_issue": found.get("issue", 0),
        "invitations_to_replace": found.get("replace", 0),
        "invitations_to_withdraw": found.get("withdraw", 0),
        "documents_to_replace": count_outdated(session, revision.conference, revision.layout_id, told),
    }


def invitation_changes(old_layout: int | None, new_layout: int | None) -> Select[Any]:
    """Routes that are new (issue), that lead elsewhere or seat another number (replace), or are gone."""
    old, new = routes_of(old_layout).subquery("old"), routes_of(new_layout).subquery("new")
    same = (old.c.group == new.c.group) & (old.c.unit == new.c.unit)
    moved = or_(old.c.site != new.c.site, old.c.seats != new.c.seats)
    now = (
        select(
            new.c.group,
            new.c.unit,
            old.c.site.label("from_site"),
            new.c.site,
            new.c.seats,
            case((old.c.site.is_(None), "issue"), else_="replace").label("change"),
        )
        .select_from(new.outerjoin(old, same))
        .where(or_(old.c.site.is_(None), moved))
    )
    gone = (
        select(
            old.c.group,
            old.c.unit,
            old.c.site.label("from_site"),
            new.c.site,
            old.c.seats,
            literal("withdraw").label("change"),
        )
        .select_from(old.outerjoin(new, same))
        .where(new.c.site.is_(None))
    )
    return select(union_all(now, gone).subquery())


def list_changes(session: Session, revision: Revision, limit: int) -> list[Row[Any]]:
    changes = invitation_changes(revision.base_layout_id, revision.layout_id).subquery()
    order = (changes.c.change, changes.c.group, changes.c.unit)
    return list(session.execute(select(changes).order_by(*order).limit(limit)))
