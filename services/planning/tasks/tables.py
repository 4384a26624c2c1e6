"""What people did with a task. The tasks themselves follow from plan and layout."""

from __future__ import annotations

from sqlalchemy import Column, String, Table, Text

from services.planning.plan.tables import metadata
from shared.storage.types import UtcDateTime

task_states = Table(
    "task_states",
    metadata,
    Column("conference", String, primary_key=True),
    Column("key", String, primary_key=True),
    Column("target", String, primary_key=True),  # the unit of a task, the site of a duty
    Column("state", String, nullable=False),
    Column("note", Text, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    Column("changed_by", String, nullable=False),
)
