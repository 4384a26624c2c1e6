"""What a participant of a switch remembers: the revisions it was told of, their layouts, its pointer; and
whether the conference is closed."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    false,
)

metadata = MetaData()

layouts = Table(
    "layouts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("conference", String, nullable=False),
    Column("digest", String, nullable=False),
    UniqueConstraint("conference", "digest"),
)

revisions = Table(
    "revisions",
    metadata,
    Column("conference", String, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("option", String),
    Column("plan_version", Integer),
    Column("base", Integer),
    Column("layout_id", Integer, ForeignKey("layouts.id")),
    Column("selected", Boolean, nullable=False, server_default=false()),
    Column("settled", Boolean, nullable=False, server_default=false()),
    Column("counts", JSON(none_as_null=True)),
)

pointers = Table(
    "pointers",
    metadata,
    Column("conference", String, primary_key=True),
    Column("revision", Integer, nullable=False),
)

closings = Table(
    "closings",
    metadata,
    Column("conference", String, primary_key=True),
    Column("closed", Boolean, nullable=False),
)
