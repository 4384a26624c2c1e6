"""INSERT … ON CONFLICT, which both databases know under the same words but in different classes."""

from __future__ import annotations

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite

from shared.storage.session import Session


def dialect_of(session: Session) -> str:
    """Name of the session's database: "postgresql" or "sqlite"."""
    return session.connection().dialect.name


def insert_into(dialect: str, table: Table) -> postgresql.Insert | sqlite.Insert:
    """An INSERT that can say ON CONFLICT and RETURNING."""
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)
