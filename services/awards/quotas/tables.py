"""Units, options and quotas of plan versions."""

from __future__ import annotations

from sqlalchemy import Column, Integer, MetaData, String, Table

metadata = MetaData()

plans = Table(
    "plans",
    metadata,
    Column("conference", String, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("organiser", String, nullable=False),
    Column("timezone", String, nullable=False, server_default="Asia/Ho_Chi_Minh"),
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

plan_options = Table(
    "plan_options",
    metadata,
    Column("conference", String, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("key", String, primary_key=True),
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
