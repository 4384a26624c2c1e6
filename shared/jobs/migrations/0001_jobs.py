"""Background jobs."""

import sqlalchemy as sa
from alembic import op

revision = "jobs_0001"
down_revision = None
branch_labels = ("jobs",)
depends_on = None

ACTIVE = sa.text("state in ('queued', 'running')")


def upgrade() -> None:
    op.create_table(
        "jobs",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("conference", sa.String, nullable=False),
        sa.Column("revision", sa.Integer),
        sa.Column("once", sa.String, nullable=False, server_default=""),
        sa.Column("payload", sa.JSON, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("done", sa.Integer, nullable=False, server_default="0"),
        sa.Column("total", sa.Integer, nullable=False, server_default="0"),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("result", sa.JSON),
        sa.Column("problem_vi", sa.Text),
        sa.Column("problem_en", sa.Text),
        sa.Column("run_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True)),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True)),
    )
    op.create_index("ix_jobs_due", "jobs", ["run_at"], postgresql_where=ACTIVE, sqlite_where=ACTIVE)
    op.create_index("ix_jobs_conference", "jobs", ["conference", "created_at"])
    op.create_index("ix_jobs_once", "jobs", ["kind", "once"], postgresql_where=ACTIVE, sqlite_where=ACTIVE)
