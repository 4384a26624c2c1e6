"""Who is asked for a paper by which plan version; papers and their versions, which are only ever added."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Integer, String, Table, Text, UniqueConstraint, Uuid

from services.documents.plan.tables import metadata
from shared.storage.types import UtcDateTime

# One row per plan version that asks for papers.
paper_calls = Table(
    "paper_calls",
    metadata,
    Column("conference", String, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("due", UtcDateTime, nullable=False),
)

asked_units = Table(
    "asked_units",
    metadata,
    Column("conference", String, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("unit", String, primary_key=True),
    Column("position", Integer, nullable=False),
)

# One row per unit that has ever sent one; `speaking` is its place in the order of those presented.
papers = Table(
    "papers",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("conference", String, nullable=False),
    Column("unit", String, nullable=False),
    Column("speaking", Integer),
    UniqueConstraint("conference", "unit"),
    UniqueConstraint("conference", "speaking"),
)

paper_versions = Table(
    "paper_versions",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("paper", Uuid, ForeignKey("papers.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("title", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("filename", Text, nullable=False),
    Column("media_type", String, nullable=False),
    Column("size", Integer, nullable=False),
    Column("sha256", String, nullable=False),
    Column("submitted_at", UtcDateTime, nullable=False),
    Column("submitted_by", String, nullable=False),
    Column("withdrawn_at", UtcDateTime),
    Column("withdrawn_by", String),
    Column("withdrawn_reason", Text),
    UniqueConstraint("paper", "number"),
)
