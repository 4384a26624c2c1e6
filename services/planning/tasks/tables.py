"""What people did with a task, and what line tests say. The tasks themselves follow from plan and layout."""

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
    Column("settled_by", String, nullable=False, server_default="person"),
)

# A test counts for the start on `day` (local, ISO; '' while the start is open): another day asks again,
# and coming back to the first day finds its result.
line_tests = Table(
    "line_tests",
    metadata,
    Column("conference", String, primary_key=True),
    Column("site", String, primary_key=True),
    Column("day", String, primary_key=True),
    Column("outcome", String, nullable=False),
    Column("noted_at", UtcDateTime, nullable=False),
)
