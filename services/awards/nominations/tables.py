"""Nominations and what reviewers said of them."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, Text, Uuid

from services.awards.quotas.tables import metadata
from shared.storage.types import UtcDateTime

campaigns = Table(
    "campaigns",
    metadata,
    Column("conference", String, primary_key=True),
    Column("changes", Integer, nullable=False),  # bumped by every change: its lock keeps quotas true
)

# `seq`: the order in which they came. `same_key`: equal for equal names.
nominations = Table(
    "nominations",
    metadata,
    Column("seq", Integer, primary_key=True),
    Column("id", Uuid, nullable=False, unique=True),
    Column("conference", String, nullable=False),
    Column("unit", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("name", Text, nullable=False),
    Column("same_key", Text, nullable=False),
    Column("search_key", Text, nullable=False),
    Column("representative", Text),
    Column("position", Text),
    Column("achievement", Text, nullable=False),
    Column("rank", Integer),
    Column("override_reason", Text),
    Column("state", String, nullable=False),
    Column("version", Integer, nullable=False, server_default="1"),
    Column("created_at", UtcDateTime, nullable=False),
    Column("created_by", String, nullable=False),
)
Index("ix_nominations_unit", nominations.c.conference, nominations.c.unit, nominations.c.kind)

reviews = Table(
    "reviews",
    metadata,
    Column("nomination", Uuid, ForeignKey("nominations.id"), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("verdict", String, nullable=False),  # approved | rejected | withdrawn
    Column("reason", Text),
    Column("by", String, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)
