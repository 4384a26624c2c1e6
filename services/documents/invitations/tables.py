"""Batches of personal invitation letters, the chunks that they are made in, and their files."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, MetaData, String, Table, Uuid

from shared.storage.types import UtcDateTime

metadata = MetaData()

# `group`, `unit`: blank for all. `letters`, `number` (of the general invitation, null for drafts) and
# `provisional` are known once the job has gathered the facts.
invitation_batches = Table(
    "invitation_batches",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("conference", String, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("group", String, nullable=False),
    Column("unit", String, nullable=False),
    Column("job", Uuid, nullable=False, unique=True),
    Column("letters", Integer),
    Column("number", String),
    Column("provisional", Boolean),
    Column("created_at", UtcDateTime, nullable=False),
    Column("created_by", String, nullable=False),
    Column("finished_at", UtcDateTime),
)
Index("ix_invitation_batches_conference", invitation_batches.c.conference, invitation_batches.c.created_at)

# `digest`: of the words, template and engine; the chunk is made again only when it differs.
invitation_chunks = Table(
    "invitation_chunks",
    metadata,
    Column("batch", Uuid, ForeignKey("invitation_batches.id"), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("letters", Integer, nullable=False),
    Column("digest", String, nullable=False),
    Column("pdf", String, nullable=False),  # SHA-256 of the chunk's pages in one file
    Column("singles", String, nullable=False),  # SHA-256 of a ZIP with one file per letter
    Column("made_at", UtcDateTime, nullable=False),
)

invitation_files = Table(
    "invitation_files",
    metadata,
    Column("batch", Uuid, ForeignKey("invitation_batches.id"), primary_key=True),
    Column("format", String, primary_key=True),  # pdf | zip
    Column("sha256", String, nullable=False),
    Column("size", Integer, nullable=False),
    Column("pages", Integer, nullable=False),
    Column("engine", String, nullable=False),
    Column("engine_version", String, nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
)
