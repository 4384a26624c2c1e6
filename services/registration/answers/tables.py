"""Answers, how many seats of a site they take, and who waits for one."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table, Uuid, text

from services.registration.plan.tables import metadata
from shared.storage.types import UtcDateTime

# An answer belongs to person, site and time: another place or time asks again, coming back restores it.
# While `answer` is waiting, `turn` is its order on the site's list; who is let in keeps it until told.
answers = Table(
    "answers",
    metadata,
    Column("person_id", Uuid, primary_key=True),
    Column("site_id", Integer, primary_key=True, autoincrement=False),
    Column("starts_at", String, primary_key=True),
    Column("answer", String, nullable=False),
    Column("note", String, nullable=False, server_default=""),
    Column("answered_at", UtcDateTime, nullable=False),
    Column("via", String, nullable=False),
    Column("turn", BigInteger),
)
Index("ix_answers_site", answers.c.site_id)
_LISTED = text("turn is not null")
Index(
    "ix_answers_turn",
    answers.c.site_id,
    answers.c.starts_at,
    answers.c.turn,
    postgresql_where=_LISTED,
    sqlite_where=_LISTED,
)

# Kept for the current revision and for prepared ones above it, which may still be adopted. `turns`: the
# last one given on the waiting list.
site_seats = Table(
    "site_seats",
    metadata,
    Column("conference_id", Integer, primary_key=True, autoincrement=False),
    Column("revision", Integer, primary_key=True, autoincrement=False),
    Column("site_id", Integer, primary_key=True, autoincrement=False),
    Column("taken", Integer, nullable=False),
    Column("capacity", Integer),
    Column("turns", BigInteger, nullable=False, server_default="0"),
    postgresql_with={"fillfactor": 70},
)
