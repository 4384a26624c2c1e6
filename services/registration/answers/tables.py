"""Answers, and how many seats of a site they take."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, String, Table, Uuid

from services.registration.plan.tables import metadata
from shared.storage.types import UtcDateTime

# An answer belongs to person, site and time: another place or time asks again, coming back restores it.
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
)
Index("ix_answers_site", answers.c.site_id)

# Kept for the current revision and for prepared ones above it, which may still be adopted.
site_seats = Table(
    "site_seats",
    metadata,
    Column("conference_id", Integer, primary_key=True, autoincrement=False),
    Column("revision", Integer, primary_key=True, autoincrement=False),
    Column("site_id", Integer, primary_key=True, autoincrement=False),
    Column("taken", Integer, nullable=False),
    Column("capacity", Integer),
    postgresql_with={"fillfactor": 70},
)
