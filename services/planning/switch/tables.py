"""Revisions, the services' answers to them, decisions, and the duties of layouts."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Column,
    Date,
    ForeignKey,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from services.planning.plan.tables import metadata
from shared.storage.types import UtcDateTime

layouts = Table(
    "layouts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("conference", String, nullable=False),
    Column("digest", String, nullable=False),
    UniqueConstraint("conference", "digest"),
)

duties = Table(
    "duties",
    metadata,
    Column("layout_id", Integer, ForeignKey("layouts.id"), primary_key=True),
    Column("key", String, primary_key=True),
    Column("site", String, primary_key=True),
    Column("unit", String, nullable=False),
    Column("title", String, nullable=False),
    Column("days_before", Integer, nullable=False),
    Column("at", String, nullable=False),
    Column("position", Integer, nullable=False),
    Column("search", String, nullable=False, server_default=""),  # the title's search key
)

revisions = Table(
    "revisions",
    metadata,
    Column("conference", String, ForeignKey("conferences.key"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("option", String, nullable=False),
    Column("plan_version", Integer, nullable=False),
    Column("base", Integer),
    Column("state", String, nullable=False),
    Column("participants", JSON, nullable=False),
    Column("layout_id", Integer, ForeignKey("layouts.id")),
    Column("problem", JSON(none_as_null=True)),
    Column("proposed_at", UtcDateTime, nullable=False),
    Column("proposed_by", String, nullable=False),
)

answers = Table(
    "revision_answers",
    metadata,
    Column("conference", String, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("service", String, primary_key=True),
    Column("outcome", String),
    Column("counts", JSON(none_as_null=True)),
    Column("prepared_at", UtcDateTime),
    Column("settled_counts", JSON(none_as_null=True)),
    Column("settled_at", UtcDateTime),
)

revision_jobs = Table(
    "revision_jobs",
    metadata,
    Column("conference", String, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("service", String, primary_key=True),
    Column("queued", Integer, nullable=False),
    Column("running", Integer, nullable=False),
    Column("done", Integer, nullable=False),
    Column("failed", Integer, nullable=False),
)

decisions = Table(
    "decisions",
    metadata,
    Column("conference", String, ForeignKey("conferences.key"), primary_key=True),
    Column("revision", Integer, primary_key=True, autoincrement=False),
    Column("option", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("reason", Text, nullable=False),
    Column("paper_number", String),
    Column("paper_date", Date),
    Column("decided_by", String, nullable=False),
    Column("entered_by", String, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)
