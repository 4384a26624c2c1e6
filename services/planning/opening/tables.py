"""Who opened and closed a conference, when and why."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Integer, String, Table, Text

from services.planning.plan.tables import metadata
from shared.storage.types import UtcDateTime

conference_acts = Table(
    "conference_acts",
    metadata,
    Column("conference", String, ForeignKey("conferences.key"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("act", String, nullable=False),  # opened | closed | reopened
    Column("reason", Text, nullable=False),
    Column("by", String, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)
