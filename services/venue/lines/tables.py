"""Line tests and waivers: every one is kept."""

from __future__ import annotations

from sqlalchemy import JSON, Column, ForeignKey, Index, Integer, String, Table, Text, Uuid

from services.venue.layouts.tables import metadata
from shared.storage.types import UtcDateTime

# `day`: the start's day (ISO), '' while it is open. `restores`: for a waiver taken back, the test before it.
line_tests = Table(
    "line_tests",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("site_id", Uuid, ForeignKey("sites.id"), nullable=False),
    Column("day", String, nullable=False),
    Column("outcome", String, nullable=False),
    Column("method", String, nullable=False),
    Column("note", Text, nullable=False, server_default=""),
    Column("measured", JSON(none_as_null=True)),
    Column("by", String, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("restores", Integer, ForeignKey("line_tests.id")),
    Column("job", Uuid, unique=True),  # the probe that wrote it: running again writes nothing
)
Index("ix_line_tests_site", line_tests.c.site_id, line_tests.c.day, line_tests.c.id)
