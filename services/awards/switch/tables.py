"""Where layouts present awards, and whom the council puts first where seats are fewer."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Integer, String, Table

from services.awards.quotas.tables import metadata
from shared.storage.types import UtcDateTime

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

layout_sites = Table(
    "layout_sites",
    metadata,
    Column("layout_id", Integer, primary_key=True, autoincrement=False),
    Column("key", String, primary_key=True),
    Column("position", Integer, nullable=False),
    Column("name", String, nullable=False),
)

# What the counts of a revision's preview were worked out from, besides plan and layouts.
preparations = Table(
    "preparations",
    metadata,
    Column("conference", String, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("stamp", String, nullable=False),
)

presentation_choices = Table(
    "presentation_choices",
    metadata,
    Column("conference", String, primary_key=True),
    Column("option", String, primary_key=True),
    Column("recipients", JSON, nullable=False),
    Column("version", Integer, nullable=False),
    Column("chosen_by", String, nullable=False),
    Column("chosen_at", UtcDateTime, nullable=False),
)
