"""Official documents from draft to recall, the registers that number them, and their files."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)

from shared.storage.types import UtcDateTime

metadata = MetaData()

# `content`: the document as JSON (typesetting/model.py). `layout_id` and `told`: what its text tells of, null
# where that does not matter; `award`: the award decision whose recipients its annex lists; `places`:
# digest of the rooms and addresses. `cause`: "plan" when a job made it, "person" when somebody asked for a
# replacement. `holds`: why it cannot be issued yet. `version` counts changes of the content.
documents = Table(
    "documents",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("conference", String, nullable=False),
    Column("requirement", String, nullable=False),
    Column("type", String, nullable=False),
    Column("subject", Text, nullable=False),
    Column("drafted_by", String, nullable=False),
    Column("content", JSON, nullable=False),
    Column("status", String, nullable=False),
    Column("edited", Boolean, nullable=False),
    Column("cause", String, nullable=False),
    Column("holds", String),
    Column("layout_id", Integer),
    Column("told", String),
    Column("award", Uuid),
    Column("places", String),
    Column("plan_version", Integer, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("organ", String, nullable=False),
    Column("series", String, nullable=False),
    Column("symbol", String, nullable=False),
    Column("year", Integer),
    Column("register", String),
    Column("number", Integer),
    Column("issued_on", Date),
    Column("issued_at", UtcDateTime),
    Column("issued_by", String),
    Column("recalled_at", UtcDateTime),
    Column("recalled_by", String),
    Column("recall_reason", Text),
    Column("supersedes", Uuid),
    Column("superseded_by", Uuid),
    Column("version", Integer, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    Column("changed_by", String, nullable=False),
    UniqueConstraint("organ", "year", "register", "number"),
)
Index("ix_documents_conference", documents.c.conference, documents.c.requirement)
for _status in ("draft", "issued"):  # a requirement has one draft and one document in force at most
    _one = text(f"status = '{_status}'")
    Index(
        f"ux_documents_{_status}",
        documents.c.conference,
        documents.c.requirement,
        unique=True,
        postgresql_where=_one,
        sqlite_where=_one,
    )

registers = Table(
    "registers",
    metadata,
    Column("organ", String, primary_key=True),
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column("register", String, primary_key=True),
    Column("last_number", Integer, nullable=False),
    Column("last_day", Date),
)

rendered_files = Table(
    "rendered_files",
    metadata,
    Column("document", Uuid, ForeignKey("documents.id"), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("format", String, primary_key=True),  # docx | pdf
    Column("sha256", String, nullable=False),
    Column("engine", String, nullable=False),
    Column("engine_version", String, nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
)
