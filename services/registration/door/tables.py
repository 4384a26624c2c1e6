"""Who came, and which check-ins were taken back."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, Integer, String, Table, Uuid

from services.registration.plan.tables import metadata
from shared.storage.types import UtcDateTime

# Like an answer, a check-in belongs to person, site and time. One that was undone stays, so that a late
# repetition of its item does not bring it back.
check_ins = Table(
    "check_ins",
    metadata,
    Column("person_id", Uuid, primary_key=True),
    Column("site_id", Integer, primary_key=True, autoincrement=False),
    Column("starts_at", String, primary_key=True),
    Column("place_id", Uuid, nullable=False),
    Column("item", Uuid, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("by", String, nullable=False),
    Column("undone", Boolean, nullable=False),
)
Index("ix_check_ins_site", check_ins.c.site_id, check_ins.c.starts_at)

# Only added to: what was checked in, by whom, and who took it back why.
check_in_undos = Table(
    "check_in_undos",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("person_id", Uuid, nullable=False),
    Column("site_id", Integer, nullable=False),
    Column("starts_at", String, nullable=False),
    Column("item", Uuid, nullable=False),
    Column("checked_in_at", UtcDateTime, nullable=False),
    Column("checked_in_by", String, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("by", String, nullable=False),
    Column("reason", String, nullable=False),
)
