"""Conferences and their plan versions. A version is the posted tree, kept as it came, and what is read of it
again and again: its outline and the names of its units."""

from __future__ import annotations

from sqlalchemy import JSON, Column, ForeignKey, Index, Integer, MetaData, String, Table

from shared.storage.types import UtcDateTime

metadata = MetaData()

conferences = Table(
    "conferences",
    metadata,
    Column("key", String, primary_key=True),
    Column("plan_version", Integer, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("state", String, nullable=False, server_default="planned"),
)

plan_versions = Table(
    "plan_versions",
    metadata,
    Column("conference", String, ForeignKey("conferences.key"), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("digest", String, nullable=False),
    Column("tree", JSON, nullable=False),
    Column("outline", JSON, nullable=False, server_default="{}"),
    Column("unit_names", JSON, nullable=False, server_default="{}"),
    Column("stored_at", UtcDateTime, nullable=False),
    Column("stored_by", String, nullable=False),
)

# A template with `only` stands once per option; one without stands once, under option ''.
plan_tasks = Table(
    "plan_tasks",
    metadata,
    Column("conference", String, nullable=False),
    Column("version", Integer, nullable=False),
    Column("position", Integer, nullable=False),
    Column("key", String, nullable=False),
    Column("unit", String, nullable=False),
    Column("option", String, nullable=False),
    Column("title", String, nullable=False),
    Column("with_units", JSON, nullable=False),
    Column("days_before", Integer, nullable=False),
    Column("at", String),
    Column("search", String, nullable=False, server_default=""),  # the title's search key
    Index("ix_plan_tasks", "conference", "version", "option", "key", "unit", unique=True),
)
