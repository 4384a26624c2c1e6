"""What the facts of planning and venue told. Small integers inside; keys only at the edge."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    UniqueConstraint,
)

from shared.storage.types import UtcDateTime

metadata = MetaData()

# `facts_version` counts the namings: a switch's counts hold as long as it stands still. `closed_at`: when
# the conference ended, on its own clock.
conferences = Table(
    "conferences",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", String, nullable=False, unique=True),
    Column("facts_version", BigInteger, nullable=False, server_default="0"),
    Column("closed_at", UtcDateTime),
)

# `starts_at`: UTC as ISO 8601, '' while the start is open.
plans = Table(
    "plans",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("conference_id", Integer, ForeignKey("conferences.id"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("title", String, nullable=False),
    Column("organiser", String, nullable=False),
    Column("timezone", String, nullable=False),
    Column("starts_at", String, nullable=False),
    UniqueConstraint("conference_id", "version"),
)


def _keyed(name: str, *columns: Column[Any]) -> Table:
    return Table(
        name,
        metadata,
        Column("id", Integer, primary_key=True),
        Column("conference_id", Integer, ForeignKey("conferences.id"), nullable=False),
        Column("key", String, nullable=False),
        *columns,
        UniqueConstraint("conference_id", "key"),
    )


# The names are those of the newest plan: for what the plan of a view does not have.
units = _keyed("units", Column("name", String, nullable=False, server_default=""))
groups = _keyed("groups", Column("name", String, nullable=False, server_default=""))
# What people set in place of any layout's values.
sites = _keyed(
    "sites",
    Column("room", String),
    Column("address", String),
    Column("capacity", Integer),
)

plan_units = Table(
    "plan_units",
    metadata,
    Column("plan_id", Integer, ForeignKey("plans.id"), primary_key=True, autoincrement=False),
    Column("unit_id", Integer, primary_key=True, autoincrement=False),
    Column("position", Integer, nullable=False),
    Column("name", String, nullable=False),
    Column("level", String, nullable=False),
)

# `sources`, `kinds`: which awardees have the group's places, as keys with spaces between; null: it is no
# group of awardees.
plan_groups = Table(
    "plan_groups",
    metadata,
    Column("plan_id", Integer, ForeignKey("plans.id"), primary_key=True, autoincrement=False),
    Column("option", String, primary_key=True),
    Column("group_id", Integer, primary_key=True, autoincrement=False),
    Column("position", Integer, nullable=False),
    Column("name", String, nullable=False),
    Column("at", String, nullable=False),
    Column("seats", Integer, nullable=False),
    Column("per", String),
    Column("invited_by", String, nullable=False, server_default="organiser"),
    Column("sources", String),
    Column("kinds", String),
)

layout_sites = Table(
    "layout_sites",
    metadata,
    Column("layout_id", Integer, primary_key=True, autoincrement=False),
    Column("site_id", Integer, primary_key=True, autoincrement=False),
    Column("position", Integer, nullable=False),
    Column("name", String, nullable=False),
    Column("room", String, nullable=False),
    Column("address", String, nullable=False),
    Column("capacity", Integer),
    Column("unit_id", Integer),
)

# Equal layouts are stored once, hence `layout_id` and not the revision. `precedence`: by rank, then plan
# order; of a person's several places the lowest counts.
routes = Table(
    "routes",
    metadata,
    Column("layout_id", Integer, primary_key=True, autoincrement=False),
    Column("unit_id", Integer, primary_key=True, autoincrement=False),
    Column("group_id", Integer, primary_key=True, autoincrement=False),
    Column("site_id", Integer, nullable=False),
    Column("seats", Integer, nullable=False),
    Column("precedence", Integer, nullable=False),
)
Index(
    "ix_routes_site",
    routes.c.layout_id,
    routes.c.site_id,
    postgresql_include=["unit_id", "group_id", "seats", "precedence"],
)
