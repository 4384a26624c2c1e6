"""Which documents the plan asks for, which were issued, and the routes that invitations follow."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Integer, MetaData, String, Table, Text, Uuid

metadata = MetaData()

plans = Table(
    "plans",
    metadata,
    Column("conference", String, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("unit_names", JSON, nullable=False),
)

# One row per document that the plan asks for; `only` is empty where every option needs it.
requirements = Table(
    "requirements",
    metadata,
    Column("conference", String, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("key", String, primary_key=True),
    Column("position", Integer, nullable=False),
    Column("type", String, nullable=False),
    Column("subject", Text, nullable=False),
    Column("drafted_by", String, nullable=False),
    Column("to", JSON, nullable=False),
    Column("only", JSON, nullable=False),
    Column("per", String),
)

official_documents = Table(
    "official_documents",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("conference", String, nullable=False, index=True),
    Column("requirement", String, nullable=False),
    Column("layout_id", Integer),  # the layout that its text tells of, if any
    Column("status", String, nullable=False),
)

layout_routes = Table(
    "layout_routes",
    metadata,
    Column("layout_id", Integer, primary_key=True, autoincrement=False),
    Column("group", String, primary_key=True),
    Column("unit", String, primary_key=True),
    Column("site", String, nullable=False),
    Column("seats", Integer, nullable=False),
)
