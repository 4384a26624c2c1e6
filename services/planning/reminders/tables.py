"""Reminders that were given or missed, and how far the rounds have come."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, String, Table

from services.planning.plan.tables import metadata
from shared.storage.types import UtcDateTime

# A deadline that moves has reminders of its own; when it moves back, the earlier ones are found again.
reminders = Table(
    "reminders",
    metadata,
    Column("conference", String, primary_key=True),
    Column("key", String, primary_key=True),
    Column("target", String, primary_key=True),
    Column("due_at", UtcDateTime, primary_key=True),
    Column("days_before", Integer, primary_key=True, autoincrement=False),
    Column("unit", String, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("state", String, nullable=False),
    Column("noted_at", UtcDateTime, nullable=False),
    Index("ix_reminders_at", "conference", "at"),
)

reminder_rounds = Table(
    "reminder_rounds",
    metadata,
    Column("conference", String, primary_key=True),
    Column("plan_version", Integer, nullable=False),
    Column("option", String, nullable=False),
    Column("layout_id", Integer),
    Column("through", UtcDateTime, nullable=False),
)
