"""Quotas and units of plan versions, and where layouts present awards."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Integer, MetaData, String, Table

metadata = MetaData()

plans = Table(
    "plans",
    metadata,
    Column("conference", String, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("organiser", String, nullable=False),
)

plan_units = Table(
    "plan_units",
    metadata,
    Column("conference", String, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("key", String, primary_key=True),
    Column("position", Integer, nullable=False),
    Column("name", String, nullable=False),
    Column("level", String, nullable=False),
)

quotas = Table(
    "quotas",
    metadata,
    Column("conference", String, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("scope", String, primary_key=True),  # organiser | unit
    Column("level", String),
    Column("collectives", Integer, nullable=False),
    Column("individuals", Integer, nullable=False),
)

presentations = Table(
    "presentations",
    metadata,
    Column("layout_id", Integer, primary_key=True, autoincrement=False),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("group", String, nullable=False),
    Column("unit", String),
    Column("site", String, nullable=False),
    Column("seats", Integer, nullable=False),
    Column("sources", JSON, nullable=False),
    Column("kinds", JSON, nullable=False),
)
