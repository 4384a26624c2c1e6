"""Plans, revisions, decisions, tasks."""

import sqlalchemy as sa
from alembic import op

revision = "planning_0001"
down_revision = None
branch_labels = ("planning",)
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _create_plans()
    _create_switch()
    op.create_table(
        "task_states",
        sa.Column("conference", sa.String, primary_key=True),
        sa.Column("key", sa.String, primary_key=True),
        sa.Column("target", sa.String, primary_key=True),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("changed_by", sa.String, nullable=False),
    )


def _create_plans() -> None:
    op.create_table(
        "conferences",
        sa.Column("key", sa.String, primary_key=True),
        sa.Column("plan_version", sa.Integer, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
    )
    op.create_table(
        "plan_versions",
        sa.Column("conference", sa.String, sa.ForeignKey("conferences.key"), primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("digest", sa.String, nullable=False),
        sa.Column("tree", sa.JSON, nullable=False),
        sa.Column("stored_at", MOMENT, nullable=False),
        sa.Column("stored_by", sa.String, nullable=False),
    )
    op.create_table(
        "plan_tasks",
        sa.Column("conference", sa.String, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("key", sa.String, nullable=False),
        sa.Column("unit", sa.String, nullable=False),
        sa.Column("option", sa.String, nullable=False),
        sa.Column("title", sa.String, nullable=False),
        sa.Column("with_units", sa.JSON, nullable=False),
        sa.Column("days_before", sa.Integer, nullable=False),
        sa.Column("at", sa.String),
    )
    columns = ["conference", "version", "option", "key", "unit"]
    op.create_index("ix_plan_tasks", "plan_tasks", columns, unique=True)


def _create_switch() -> None:
    op.create_table(
        "layouts",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("conference", sa.String, nullable=False),
        sa.Column("digest", sa.String, nullable=False),
        sa.UniqueConstraint("conference", "digest"),
    )
    op.create_table(
        "duties",
        sa.Column("layout_id", sa.Integer, sa.ForeignKey("layouts.id"), primary_key=True),
        sa.Column("key", sa.String, primary_key=True),
        sa.Column("site", sa.String, primary_key=True),
        sa.Column("unit", sa.String, nullable=False),
        sa.Column("title", sa.String, nullable=False),
        sa.Column("days_before", sa.Integer, nullable=False),
        sa.Column("at", sa.String, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
    )
    op.create_table(
        "revisions",
        sa.Column("conference", sa.String, sa.ForeignKey("conferences.key"), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("option", sa.String, nullable=False),
        sa.Column("plan_version", sa.Integer, nullable=False),
        sa.Column("base", sa.Integer),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("participants", sa.JSON, nullable=False),
        sa.Column("layout_id", sa.Integer, sa.ForeignKey("layouts.id")),
        sa.Column("problem", sa.JSON),
        sa.Column("proposed_at", MOMENT, nullable=False),
        sa.Column("proposed_by", sa.String, nullable=False),
    )
    op.create_table(
        "revision_answers",
        sa.Column("conference", sa.String, primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("service", sa.String, primary_key=True),
        sa.Column("outcome", sa.String),
        sa.Column("counts", sa.JSON),
        sa.Column("prepared_at", MOMENT),
        sa.Column("settled_counts", sa.JSON),
        sa.Column("settled_at", MOMENT),
    )
    op.create_table(
        "decisions",
        sa.Column("conference", sa.String, sa.ForeignKey("conferences.key"), primary_key=True),
        sa.Column("revision", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("option", sa.String, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("paper_number", sa.String),
        sa.Column("paper_date", sa.Date),
        sa.Column("decided_by", sa.String, nullable=False),
        sa.Column("entered_by", sa.String, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
    )


def downgrade() -> None:
    for table in (
        "task_states", "decisions", "revision_answers", "revisions", "duties", "layouts",
        "plan_tasks", "plan_versions", "conferences",
    ):  # fmt: skip
        op.drop_table(table)
