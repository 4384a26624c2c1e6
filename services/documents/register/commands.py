"""Edit a draft, issue it, replace or recall what was issued; ask for drafts and files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, insert, update
from uuid_utils.compat import uuid7

from services.documents.plan.model import type_name
from services.documents.plan.queries import get_plan
from services.documents.register.model import (
    DRAFT,
    ISSUED,
    RECALLED,
    SUPERSEDED,
    DateInFuture,
    DraftOutdated,
    NotADraft,
    NotIssued,
    is_outdated,
    may_be_issued,
    register_of,
    tells,
)
from services.documents.register.numbers import take_number
from services.documents.register.queries import find_draft, get_document, truth_of
from services.documents.register.tables import documents
from services.documents.typesetting.reading import read_document, write_document
from shared.bus.outbox import emit
from shared.contracts.documents import DocumentIssuedV1, DocumentSupersededV1
from shared.jobs.queue import enqueue
from shared.revisions.closing import require_not_closed
from shared.storage.session import Session

COPIED = (
    "conference",
    "requirement",
    "type",
    "subject",
    "drafted_by",
    "holds",
    "layout_id",
    "told",
    "award",
    "places",
    "plan_version",
    "revision",
    "organ",
    "series",
    "symbol",
)
"""What a replacement has in common with the document that it replaces."""
DRAFT_DOCUMENTS, RENDER_DOCUMENT = "draft_documents", "render_document"


def ask_for_drafts(session: Session, conference: str, revision: int, why: str = "") -> UUID:
    """Have the drafts brought in line with a revision; `why` tells apart what is asked for twice in it."""
    once = f"{conference}/{revision}/{why}"
    return enqueue(session, DRAFT_DOCUMENTS, {}, conference=conference, revision=revision, once=once)


def ask_for_files(session: Session, document: RowMapping) -> UUID:
    """Have .docx and .pdf made of the document as it is now."""
    payload = {"document": str(document["id"]), "version": document["version"]}
    once = f"{document['id']}/{document['version']}"
    return enqueue(session, RENDER_DOCUMENT, payload, conference=document["conference"], once=once)


def amend_draft(
    session: Session, draft: RowMapping, changes: Mapping[str, Any], *, by: str, now: datetime
) -> RowMapping:
    """Rewrite parts of a draft; from now on it is edited, and no job writes over it.

    Who saves has seen the current layout, so the draft counts as telling of it; of the current award
    decision only where the annexes were rewritten. Raises NotADraft, DocumentInvalid, ConferenceIsClosed.
    """
    _require_draft(session, draft)
    content = read_document({**draft["content"], **changes})
    written, told = write_document(content), _told_now(session, draft)
    if written["annexes"] == draft["content"]["annexes"]:
        told["award"] = draft["award"]
    values = {"content": written, "subject": content.subject, "edited": True}
    return _change(session, draft, {**values, **told}, by=by, now=now)


def issue_document(
    session: Session, draft: RowMapping, issued_on: date, *, today: date, by: str, now: datetime
) -> RowMapping:
    """Give a draft the next number of its register and the day; what it replaces is superseded.

    Raises ConferenceIsClosed, NotADraft, DraftOutdated, DateInFuture, DateBeforeLast, and what
    `may_be_issued` raises.
    """
    _require_draft(session, draft)
    plan = get_plan(session, draft["conference"])
    name = type_name(draft["type"])
    may_be_issued(draft["type"], name, start_fixed=plan.starts_at is not None, holds=draft["holds"])
    if is_outdated(draft, truth_of(plan)):
        raise DraftOutdated
    if issued_on > today:
        raise DateInFuture(today)
    register = register_of(draft["series"], draft["type"])
    number = take_number(session, draft["organ"], register, issued_on)
    document = replace(read_document(draft["content"]), number=number, day=issued_on, year=issued_on.year)
    _supersede_old(session, draft)
    values = {
        "content": write_document(document),
        "status": ISSUED,
        "year": issued_on.year,
        "register": register,
        "number": number,
        "issued_on": issued_on,
        "issued_at": now,
        "issued_by": by,
    }
    issued = _change(session, draft, values, by=by, now=now)
    _tell_issued(session, issued)
    ask_for_files(session, issued)
    return issued


def start_replacement(session: Session, issued: RowMapping, *, by: str, now: datetime) -> RowMapping:
    """A draft with the same text that will replace the document once issued; the one there is, if any.

    Raises NotIssued, ConferenceIsClosed.
    """
    _require_issued(session, issued)
    found = find_draft(session, issued["conference"], issued["requirement"])
    if found is not None:
        return found
    content = replace(read_document(issued["content"]), number=None, day=None)
    values = {
        **{name: issued[name] for name in COPIED},
        "id": uuid7(),
        "content": write_document(content),
        "status": DRAFT,
        "edited": True,
        "cause": "person",
        "supersedes": issued["id"],
        "version": 1,
        "created_at": now,
        "changed_at": now,
        "changed_by": by,
    }
    session.execute(insert(documents).values(values))
    return get_document(session, values["id"])


def recall_document(
    session: Session, issued: RowMapping, reason: str, *, by: str, now: datetime
) -> RowMapping:
    """The document no longer holds, though no other takes its place.

    Raises NotIssued, ConferenceIsClosed.
    """
    _require_issued(session, issued)
    values = {"status": RECALLED, "recalled_at": now, "recalled_by": by, "recall_reason": reason}
    session.execute(update(documents).where(documents.c.id == issued["id"]).values(values))
    orphaned = documents.c.supersedes == issued["id"], documents.c.status == DRAFT
    session.execute(update(documents).where(*orphaned).values(supersedes=None))
    _tell_superseded(session, issued, None, "recalled")
    current = get_plan(session, issued["conference"]).revision
    if current is not None:
        ask_for_drafts(session, issued["conference"], current.number, f"recalled/{issued['id']}")
    return get_document(session, issued["id"])


def draft_anew(session: Session, draft: RowMapping, *, by: str, now: datetime) -> UUID:
    """Throw a person's wording away and have the draft composed again.

    Raises NotADraft, ConferenceIsClosed.
    """
    _require_draft(session, draft)
    _change(session, draft, {"edited": False}, by=by, now=now)
    current = get_plan(session, draft["conference"]).revision
    revision = current.number if current is not None else draft["revision"]
    return ask_for_drafts(session, draft["conference"], revision, f"anew/{draft['id']}")


def _change(
    session: Session, document: RowMapping, values: Mapping[str, Any], *, by: str, now: datetime
) -> RowMapping:
    stamped = {**values, "version": document["version"] + 1, "changed_at": now, "changed_by": by}
    session.execute(update(documents).where(documents.c.id == document["id"]).values(stamped))
    return get_document(session, document["id"])


def _told_now(session: Session, draft: RowMapping) -> dict[str, Any]:
    plan = get_plan(session, draft["conference"])
    return tells(draft["type"], truth_of(plan))


def _supersede_old(session: Session, draft: RowMapping) -> None:
    if draft["supersedes"] is None:
        return
    old = documents.c.id == draft["supersedes"], documents.c.status == ISSUED
    values = {"status": SUPERSEDED, "superseded_by": draft["id"]}
    changed = update(documents).where(*old).values(values).returning(documents.c.id)
    if session.execute(changed).first() is not None:
        old_document = get_document(session, draft["supersedes"])
        _tell_superseded(session, old_document, draft["id"], "superseded")


def _tell_issued(session: Session, issued: RowMapping) -> None:
    data = {
        "conference": issued["conference"],
        "document": issued["id"],
        "type": issued["type"],
        "number": issued["number"],
        "symbol": issued["symbol"],
        "issued_on": issued["issued_on"],
        "decision": issued["award"],
    }
    emit(session, DocumentIssuedV1, data, key=str(issued["id"]))


def tell_document(session: Session, document: UUID) -> None:
    """That the document got its number, and if it does not hold any more, why."""
    row = get_document(session, document)
    _tell_issued(session, row)
    if row["status"] in (SUPERSEDED, RECALLED):
        _tell_superseded(session, row, row["superseded_by"], row["status"])


def _tell_superseded(session: Session, document: RowMapping, by: UUID | None, reason: str) -> None:
    data = {"conference": document["conference"], "document": document["id"], "by": by, "reason": reason}
    emit(session, DocumentSupersededV1, data, key=str(document["id"]))


def _require_draft(session: Session, document: RowMapping) -> None:
    require_not_closed(session, document["conference"])
    if document["status"] != DRAFT:
        raise NotADraft(document["status"])


def _require_issued(session: Session, document: RowMapping) -> None:
    require_not_closed(session, document["conference"])
    if document["status"] != ISSUED:
        raise NotIssued(document["status"])
