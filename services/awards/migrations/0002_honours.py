"""Nominations, decisions, certificates, and whom the council puts first."""

import sqlalchemy as sa
from alembic import op

revision = "awards_0002"
down_revision = "awards_0001"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column(
        "plans", sa.Column("timezone", sa.String, nullable=False, server_default="Asia/Ho_Chi_Minh")
    )
    _create_plan()
    _create_nominations()
    _create_decisions()
    _create_certificates()


def _create_plan() -> None:
    op.create_table(
        "plan_options",
        sa.Column("conference", sa.String, primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("key", sa.String, primary_key=True),
    )
    op.create_table(
        "layout_sites",
        sa.Column("layout_id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("key", sa.String, primary_key=True),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("name", sa.String, nullable=False),
    )
    op.create_table(
        "preparations",
        sa.Column("conference", sa.String, primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("stamp", sa.String, nullable=False),
    )
    op.create_table(
        "presentation_choices",
        sa.Column("conference", sa.String, primary_key=True),
        sa.Column("option", sa.String, primary_key=True),
        sa.Column("recipients", sa.JSON, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("chosen_by", sa.String, nullable=False),
        sa.Column("chosen_at", MOMENT, nullable=False),
    )


def _create_nominations() -> None:
    op.create_table(
        "campaigns",
        sa.Column("conference", sa.String, primary_key=True),
        sa.Column("changes", sa.Integer, nullable=False),
    )
    op.create_table(
        "nominations",
        sa.Column("seq", sa.Integer, primary_key=True),
        sa.Column("id", sa.Uuid, nullable=False, unique=True),
        sa.Column("conference", sa.String, nullable=False),
        sa.Column("unit", sa.String, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("same_key", sa.Text, nullable=False),
        sa.Column("search_key", sa.Text, nullable=False),
        sa.Column("representative", sa.Text),
        sa.Column("position", sa.Text),
        sa.Column("achievement", sa.Text, nullable=False),
        sa.Column("rank", sa.Integer),
        sa.Column("override_reason", sa.Text),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("version", sa.Integer, nullable=False, server_default="1"),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("created_by", sa.String, nullable=False),
    )
    op.create_index("ix_nominations_unit", "nominations", ["conference", "unit", "kind"])
    op.create_table(
        "reviews",
        sa.Column("nomination", sa.Uuid, sa.ForeignKey("nominations.id"), primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("verdict", sa.String, nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("by", sa.String, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
    )


def _create_decisions() -> None:
    op.create_table(
        "decisions",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("conference", sa.String, nullable=False),
        sa.Column("sequence", sa.Integer, nullable=False),
        sa.Column("decided_on", sa.Date, nullable=False),
        sa.Column("decided_at", MOMENT, nullable=False),
        sa.Column("decided_by", sa.String, nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("digest", sa.String, nullable=False),
        sa.Column("total", sa.Integer, nullable=False),
        sa.UniqueConstraint("conference", "sequence"),
    )
    op.create_table(
        "recipients",
        sa.Column("serial", sa.Integer, primary_key=True),
        sa.Column("decision", sa.Uuid, sa.ForeignKey("decisions.id"), nullable=False),
        sa.Column("order", sa.Integer, nullable=False),
        sa.Column("nomination", sa.Uuid, nullable=False),
        sa.Column("unit", sa.String, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("representative", sa.Text),
        sa.Column("position", sa.Text),
        sa.Column("achievement", sa.Text, nullable=False),
        sa.UniqueConstraint("decision", "order"),
        sa.UniqueConstraint("decision", "nomination"),
    )
    op.create_table(
        "decision_papers",
        sa.Column("document", sa.Uuid, primary_key=True),
        sa.Column("conference", sa.String, nullable=False),
        sa.Column("decision", sa.Uuid),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("symbol", sa.String, nullable=False),
        sa.Column("issued_on", sa.Date, nullable=False),
        sa.Column("in_force", sa.Boolean, nullable=False),
    )
    op.create_index("ix_decision_papers_conference", "decision_papers", ["conference"])


def _create_certificates() -> None:
    op.create_table(
        "certificate_designs",
        sa.Column("conference", sa.String, primary_key=True),
        sa.Column("design", sa.JSON, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("changed_by", sa.String, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
    )
    op.create_table(
        "certificate_batches",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("conference", sa.String, nullable=False),
        sa.Column("decision", sa.Uuid, nullable=False),
        sa.Column("job", sa.Uuid),
        sa.Column("wanted", sa.JSON),
        sa.Column("design", sa.JSON, nullable=False),
        sa.Column("facts", sa.JSON),
        sa.Column("total", sa.Integer, nullable=False),
        sa.Column("draft", sa.Boolean, nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("made_by", sa.String, nullable=False),
        sa.Column("engine", sa.String),
        sa.Column("engine_version", sa.String),
        sa.Column("pdf", sa.String),
        sa.Column("zip", sa.String),
        sa.Column("finished_at", MOMENT),
    )
    op.create_index("ix_certificate_batches_conference", "certificate_batches", ["conference", "made_at"])
    op.create_table(
        "certificate_chunks",
        sa.Column("batch", sa.Uuid, sa.ForeignKey("certificate_batches.id"), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("sha256", sa.String, nullable=False),
    )
    op.create_table(
        "certificate_files",
        sa.Column("batch", sa.Uuid, sa.ForeignKey("certificate_batches.id"), primary_key=True),
        sa.Column("nomination", sa.Uuid, primary_key=True),
        sa.Column("order", sa.Integer, nullable=False),
        sa.Column("sha256", sa.String, nullable=False),
    )


def downgrade() -> None:
    for table in ("certificate_files", "certificate_chunks", "certificate_batches", "certificate_designs"):
        op.drop_table(table)
    for table in ("decision_papers", "recipients", "decisions", "reviews", "nominations", "campaigns"):
        op.drop_table(table)
    for table in ("presentation_choices", "preparations", "layout_sites", "plan_options"):
        op.drop_table(table)
    op.drop_column("plans", "timezone")
