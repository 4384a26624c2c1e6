"""Which documents the plan asks for, the routes that invitations follow, the award decision and places
that hold."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Integer, MetaData, String, Table, Text, Uuid

metadata = MetaData()

# `told`: digest of what documents tell of the conference itself (title and time), to see when it changed.
plans = Table(
    "plans",
    metadata,
    Column("conference", String, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("unit_names", JSON, nullable=False),
    Column("organiser", String, nullable=False, server_default=""),
    Column("timezone", String, nullable=False, server_default="Asia/Ho_Chi_Minh"),
    Column("starts_at", String),  # naive local time, ISO 8601; null while it is not fixed
    Column("told", String, nullable=False, server_default=""),
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

layout_routes = Table(
    "layout_routes",
    metadata,
    Column("layout_id", Integer, primary_key=True, autoincrement=False),
    Column("group", String, primary_key=True),
    Column("unit", String, primary_key=True),
    Column("site", String, nullable=False),
    Column("seats", Integer, nullable=False),
)

# The newest decision on the conference's awards; its id is a UUIDv7, so a later one is greater.
award_decisions = Table(
    "award_decisions",
    metadata,
    Column("conference", String, primary_key=True),
    Column("decision", Uuid, nullable=False),
)

# Digest of the rooms and addresses that documents of a type tell of, as venue had them last.
layout_places = Table(
    "layout_places",
    metadata,
    Column("layout_id", Integer, primary_key=True, autoincrement=False),
    Column("type", String, primary_key=True),
    Column("digest", String, nullable=False),
)
