"""The read side: what a revision does to invitations and documents, and which documents are needed."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, Select, case, func, literal, or_, select, union_all
from sqlalchemy.orm import Session

from services.documents.model import UnknownConference
from services.documents.tables import layout_routes, official_documents, plans, requirements
from shared.revisions.following import Counts, Revision, find_revision

CHANGES = ("issue", "replace", "withdraw")


def has_plan(session: Session, revision: Revision) -> bool:
    query = select(plans.c.version).where(
        plans.c.conference == revision.conference, plans.c.version == revision.plan_version
    )
    return session.execute(query).one_or_none() is not None


def count_changes(session: Session, revision: Revision) -> Counts:
    """documents' counts of a revision against its base; an invitation is one per route."""
    changes = invitation_changes(revision.base_layout_id, revision.layout_id).subquery()
    query = select(changes.c.change, func.count()).group_by(changes.c.change)
    found: dict[str, int] = dict(session.execute(query).all())
    return {
        "invitations_to_issue": found.get("issue", 0),
        "invitations_to_replace": found.get("replace", 0),
        "invitations_to_withdraw": found.get("withdraw", 0),
        "documents_to_replace": _count_outdated(session, revision),
    }


def _count_outdated(session: Session, revision: Revision) -> int:
    """Issued documents whose text tells of another layout: an issued one is replaced, never edited."""
    documents = official_documents.c
    query = (
        select(func.count())
        .select_from(official_documents)
        .where(
            documents.conference == revision.conference,
            documents.status == "issued",
            documents.layout_id != revision.layout_id,
        )
    )
    return int(session.execute(query).scalar_one())


def count_issued(session: Session, conference: str) -> int:
    documents = official_documents.c
    query = select(func.count()).select_from(official_documents)
    held = query.where(documents.conference == conference, documents.status == "issued")
    return int(session.execute(held).scalar_one())


def count_routes(session: Session, layout_id: int | None) -> int:
    """How many invitations a layout has in force."""
    return int(session.execute(select(func.count()).select_from(_routes(layout_id).subquery())).scalar_one())


def invitation_changes(old_layout: int | None, new_layout: int | None) -> Select[Any]:
    """Routes that are new (issue), that lead elsewhere or seat another number (replace), or are gone."""
    old, new = _routes(old_layout).subquery("old"), _routes(new_layout).subquery("new")
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


def list_required(
    session: Session, conference: str
) -> tuple[Revision | None, list[Row[Any]], dict[str, str]]:
    """Documents that the current option needs (all that every option needs, before the first decision),
    with the names of the units."""
    newest = select(plans).where(plans.c.conference == conference).order_by(plans.c.version.desc()).limit(1)
    plan = session.execute(newest).one_or_none()
    if plan is None:
        raise UnknownConference(conference)
    current = find_revision(session, conference, None)
    version = current.plan_version if current is not None else plan.version
    wanted = select(requirements).where(
        requirements.c.conference == conference, requirements.c.version == version
    )
    rows = session.execute(wanted.order_by(requirements.c.position)).all()
    option = current.option if current is not None else None
    return current, [row for row in rows if not row.only or option in row.only], plan.unit_names


def _routes(layout_id: int | None) -> Select[Any]:
    return select(layout_routes).where(layout_routes.c.layout_id == layout_id)
