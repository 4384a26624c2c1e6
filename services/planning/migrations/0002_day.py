"""The day itself: open and close, line tests, papers, reminders, jobs of a revision; tasks to search."""

import sqlalchemy as sa
from alembic import op

revision = "planning_0002"
down_revision = "planning_0001"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("conferences", sa.Column("state", sa.String, nullable=False, server_default="planned"))
    for table in ("plan_tasks", "duties"):
        op.add_column(table, sa.Column("search", sa.String, nullable=False, server_default=""))
        op.execute(f"update {table} set search = lower(title)")
    op.add_column("task_states", sa.Column("settled_by", sa.String, nullable=False, server_default="person"))
    _create_facts()
    _create_reminders()


def _create_facts() -> None:
    op.create_table(
        "conference_acts",
        sa.Column("conference", sa.String, sa.ForeignKey("conferences.key"), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("act", sa.String, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("by", sa.String, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
    )
    op.create_table(
        "line_tests",
        sa.Column("conference", sa.String, primary_key=True),
        sa.Column("site", sa.String, primary_key=True),
        sa.Column("day", sa.String, primary_key=True),
        sa.Column("outcome", sa.String, nullable=False),
        sa.Column("noted_at", MOMENT, nullable=False),
    )
    op.create_table(
        "revision_jobs",
        sa.Column("conference", sa.String, primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("service", sa.String, primary_key=True),
        sa.Column("queued", sa.Integer, nullable=False),
        sa.Column("running", sa.Integer, nullable=False),
        sa.Column("done", sa.Integer, nullable=False),
        sa.Column("failed", sa.Integer, nullable=False),
    )


def _create_reminders() -> None:
    op.create_table(
        "reminders",
        sa.Column("conference", sa.String, primary_key=True),
        sa.Column("key", sa.String, primary_key=True),
        sa.Column("target", sa.String, primary_key=True),
        sa.Column("due_at", MOMENT, primary_key=True),
        sa.Column("days_before", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("unit", sa.String, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("noted_at", MOMENT, nullable=False),
    )
    op.create_index("ix_reminders_at", "reminders", ["conference", "at"])
    op.create_table(
        "reminder_rounds",
        sa.Column("conference", sa.String, primary_key=True),
        sa.Column("plan_version", sa.Integer, nullable=False),
        sa.Column("option", sa.String, nullable=False),
        sa.Column("layout_id", sa.Integer),
        sa.Column("through", MOMENT, nullable=False),
    )


def downgrade() -> None:
    for table in ("reminder_rounds", "reminders", "revision_jobs", "line_tests", "conference_acts"):
        op.drop_table(table)
    op.drop_column("task_states", "settled_by")
    for table in ("duties", "plan_tasks"):
        op.drop_column(table, "search")
    op.drop_column("conferences", "state")
