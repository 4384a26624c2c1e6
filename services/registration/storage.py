"""What this service asks of its database beyond plain statements: upserts, bulk loads, locks."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Table, text

from shared.storage.session import Session
from shared.storage.upsert import dialect_of, insert_into

ANSWERS_LOCK = 7301
"""First half of the advisory lock of a conference's answers; the second half is the conference's id."""

INVITATIONS_LOCK = 7302
"""The same for the conference's invitations: they are issued and withdrawn by one at a time."""

_EXCLUSIVE = text(f"select pg_advisory_xact_lock({ANSWERS_LOCK}, :conference)")
_INVITING = text(f"select pg_advisory_xact_lock({INVITATIONS_LOCK}, :conference)")


def is_postgresql(session: Session) -> bool:
    return dialect_of(session) == "postgresql"


def upsert(session: Session, table: Table) -> Any:
    """The INSERT of this database that can say ON CONFLICT."""
    return insert_into(dialect_of(session), table)


def hold_answers(session: Session, conference_id: int) -> None:
    """Keep answers out until this transaction ends: what it does to places or counters is not raced.

    On SQLite a writing transaction is alone anyway.
    """
    if is_postgresql(session):
        session.execute(_EXCLUSIVE, {"conference": conference_id})


def hold_invitations(session: Session, conference_id: int) -> None:
    """Nobody else issues or withdraws invitations of the conference until this transaction ends."""
    if is_postgresql(session):
        session.execute(_INVITING, {"conference": conference_id})


def person_lock(person: UUID) -> int:
    """The advisory lock under which one person's answers follow each other."""
    return person.int & (2**63 - 1)
