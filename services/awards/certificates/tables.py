"""How certificates look, and those that were made."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, ForeignKey, Index, Integer, String, Table, Uuid

from services.awards.quotas.tables import metadata
from shared.storage.types import UtcDateTime

certificate_designs = Table(
    "certificate_designs",
    metadata,
    Column("conference", String, primary_key=True),
    Column("design", JSON, nullable=False),
    Column("version", Integer, nullable=False),
    Column("changed_by", String, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
)

# `facts`: what the first run found; a run that goes on uses the same. `wanted` null: everybody.
certificate_batches = Table(
    "certificate_batches",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("conference", String, nullable=False),
    Column("decision", Uuid, nullable=False),
    Column("job", Uuid),
    Column("wanted", JSON(none_as_null=True)),
    Column("design", JSON, nullable=False),
    Column("facts", JSON(none_as_null=True)),
    Column("total", Integer, nullable=False),
    Column("draft", Boolean, nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("made_by", String, nullable=False),
    Column("engine", String),
    Column("engine_version", String),
    Column("pdf", String),
    Column("zip", String),
    Column("finished_at", UtcDateTime),
)
Index("ix_certificate_batches_conference", certificate_batches.c.conference, certificate_batches.c.made_at)

certificate_chunks = Table(
    "certificate_chunks",
    metadata,
    Column("batch", Uuid, ForeignKey("certificate_batches.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("sha256", String, nullable=False),
)

certificate_files = Table(
    "certificate_files",
    metadata,
    Column("batch", Uuid, ForeignKey("certificate_batches.id"), primary_key=True),
    Column("nomination", Uuid, primary_key=True),
    Column("order", Integer, nullable=False),
    Column("sha256", String, nullable=False),
)
