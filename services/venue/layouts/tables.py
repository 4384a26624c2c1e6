"""Plans as they were told, the sites of layouts, and every site that there ever was."""

from __future__ import annotations

import uuid

from sqlalchemy import JSON, Boolean, Column, Integer, MetaData, String, Table, Text, UniqueConstraint, Uuid

from shared.storage.types import UtcDateTime

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
    Column("test_days_before", Integer),
    Column("test_at", String),  # HH:MM, local
)

# A row for each key of a conference that any layout had: what people set there outlives the layouts.
# `room`, `address`, `capacity`: in place of the layout's, null as in the layout. `version`: the ETag.
sites = Table(
    "sites",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("conference", String, nullable=False),
    Column("key", String, nullable=False),
    Column("version", Integer, nullable=False, server_default="1"),
    Column("room", Text),
    Column("address", Text),
    Column("capacity", Integer),
    Column("contact_name", String),
    Column("contact_phone", String),
    Column("contact_email", String),
    Column("technician_name", String),
    Column("technician_phone", String),
    Column("note", Text, nullable=False, server_default=""),
    Column("probe_address", String),
    Column("changed_at", UtcDateTime),
    Column("changed_by", String),
    UniqueConstraint("conference", "key"),
)

SITES = uuid.UUID("0d2f6c52-3d6d-5a43-8f0b-6d7a2f1c9b10")  # namespace of site ids


def site_id(conference: str, key: str) -> uuid.UUID:
    """Stable while the key is: contacts, line tests and overrides hang on it across layouts."""
    return uuid.uuid5(SITES, f"{conference}/{key}")
