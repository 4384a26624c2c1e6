"""Plans as they were told, and the sites of layouts."""

from __future__ import annotations

import uuid

from sqlalchemy import JSON, Boolean, Column, Integer, MetaData, String, Table, Text

metadata = MetaData()

plans = Table(
    "plans",
    metadata,
    Column("conference", String, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("head", JSON, nullable=False),
    Column("records", JSON, nullable=False),
)

layout_sites = Table(
    "layout_sites",
    metadata,
    Column("layout_id", Integer, primary_key=True, autoincrement=False),
    Column("key", String, primary_key=True),
    Column("position", Integer, nullable=False),
    Column("name", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("unit", String),
    Column("room", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("capacity", Integer),
    Column("seats", Integer, nullable=False),
    Column("line_test", Boolean, nullable=False),  # whether this layout asks for one
)

SITES = uuid.UUID("0d2f6c52-3d6d-5a43-8f0b-6d7a2f1c9b10")  # namespace of site ids


def site_id(conference: str, key: str) -> uuid.UUID:
    """Stable while the key is: contacts, line tests and overrides hang on it across layouts."""
    return uuid.uuid5(SITES, f"{conference}/{key}")
