"""The read side of documents: by requirement, one with its content, the outgoing register, files."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, RowMapping, and_, func, or_, select

from services.documents.plan.queries import PlanInForce
from services.documents.register.model import (
    DRAFT,
    DROPPED,
    ISSUED,
    RECALLED,
    SUPERSEDED,
    Truth,
    UnknownDocument,
)
from services.documents.register.tables import documents, rendered_files
from shared.storage.session import Session

_COLUMNS = documents.c
LIST_COLUMNS = [column for column in _COLUMNS if column.name != "content"]


def get_document(session: Session, id: UUID, *, lock: bool = False) -> RowMapping:
    """The whole row. Raises UnknownDocument."""
    query = select(documents).where(_COLUMNS.id == id)
    row = session.execute(query.with_for_update() if lock else query).mappings().one_or_none()
    if row is None:
        raise UnknownDocument
    return row


def list_documents(session: Session, conference: str) -> list[RowMapping]:
    """All but the dropped ones, without their content: drafts first, then the newest number."""
    query = (
        select(*LIST_COLUMNS)
        .where(_COLUMNS.conference == conference, _COLUMNS.status != DROPPED)
        .order_by(_COLUMNS.issued_on.desc().nulls_first(), _COLUMNS.created_at.desc(), _COLUMNS.id)
    )
    return list(session.execute(query).mappings())


def list_held(session: Session, conference: str) -> list[RowMapping]:
    """What may take part in drafting: drafts, dropped drafts and documents in force, with their content.

    Locked: nobody issues or edits while the drafts are brought in line.
    """
    statuses = ("draft", DROPPED, ISSUED)
    query = select(documents).where(_COLUMNS.conference == conference, _COLUMNS.status.in_(statuses))
    return list(
        session.execute(query.order_by(_COLUMNS.created_at, _COLUMNS.id).with_for_update()).mappings()
    )


def list_current(session: Session, conference: str) -> list[RowMapping]:
    """Drafts and documents in force, with their content."""
    query = select(documents).where(_COLUMNS.conference == conference, _COLUMNS.status.in_((DRAFT, ISSUED)))
    return list(session.execute(query.order_by(_COLUMNS.created_at, _COLUMNS.id)).mappings())


def truth_of(plan: PlanInForce) -> Truth:
    """What texts have to tell while this plan is in force."""
    layout = plan.revision.layout_id if plan.revision is not None else None
    return Truth(layout, plan.told, plan.award, plan.places)


def outdated(layout: int | None, told: str) -> ColumnElement[bool]:
    """What a switch changes of `model.is_outdated`, in SQL: the text tells of another layout or time."""
    other_layout: ColumnElement[bool] = _COLUMNS.layout_id.is_not(None)
    if layout is not None:
        other_layout = and_(other_layout, _COLUMNS.layout_id != layout)
    return or_(other_layout, and_(_COLUMNS.told.is_not(None), _COLUMNS.told != told))


def count_outdated(session: Session, conference: str, layout: int | None, told: str) -> int:
    """Issued documents that tell of another layout or time: an issued one is replaced, never edited."""
    query = select(func.count()).select_from(documents)
    wrong = query.where(_COLUMNS.conference == conference, _COLUMNS.status == ISSUED, outdated(layout, told))
    return int(session.execute(wrong).scalar_one())


def count_issued(session: Session, conference: str) -> int:
    query = select(func.count()).select_from(documents)
    held = query.where(_COLUMNS.conference == conference, _COLUMNS.status == ISSUED)
    return int(session.execute(held).scalar_one())


def list_register(session: Session, conference: str) -> list[RowMapping]:
    """Everything that ever got a number, in the order of issue."""
    query = (
        select(documents)
        .where(_COLUMNS.conference == conference, _COLUMNS.status.in_((ISSUED, SUPERSEDED, RECALLED)))
        .order_by(_COLUMNS.issued_on, _COLUMNS.issued_at, _COLUMNS.register, _COLUMNS.number)
    )
    return list(session.execute(query).mappings())


def find_file(session: Session, document: UUID, version: int, format: str) -> Row[Any] | None:
    files = rendered_files.c
    query = select(rendered_files).where(
        files.document == document, files.version == version, files.format == format
    )
    return session.execute(query).one_or_none()


def list_files(session: Session, document: UUID, version: int) -> list[Row[Any]]:
    """The rendered files of one version, by format."""
    files = rendered_files.c
    query = select(rendered_files).where(files.document == document, files.version == version)
    return list(session.execute(query.order_by(files.format)))


def find_draft(session: Session, conference: str, requirement: str) -> RowMapping | None:
    """The draft of a requirement, if there is one."""
    query = select(documents).where(
        _COLUMNS.conference == conference, _COLUMNS.requirement == requirement, _COLUMNS.status == "draft"
    )
    return session.execute(query).mappings().one_or_none()
