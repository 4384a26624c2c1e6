"""Registration: substitutes, check-in, headcount reports, awardees, sites as changed, closing."""

import sqlalchemy as sa
from alembic import op

revision = "registration_0003"
down_revision = "registration_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("conferences", sa.Column("closed_at", sa.DateTime(timezone=True)))
    op.add_column("sites", sa.Column("room", sa.String))
    op.add_column("sites", sa.Column("address", sa.String))
    op.add_column("sites", sa.Column("capacity", sa.Integer))
    op.add_column("layout_sites", sa.Column("unit_id", sa.Integer))
    op.add_column("plan_groups", sa.Column("sources", sa.String))
    op.add_column("plan_groups", sa.Column("kinds", sa.String))
    _create_substitutions()
    _create_check_ins()
    _create_reports()
    op.create_table(
        "award_fills",
        sa.Column("conference", sa.String, primary_key=True),
        sa.Column("decision", sa.String, nullable=False),
    )
    op.create_table(
        "awardees",
        sa.Column("recipient", sa.Uuid, primary_key=True),
        sa.Column("person_id", sa.Uuid, sa.ForeignKey("people.id"), nullable=False),
    )


def _create_substitutions() -> None:
    op.create_table(
        "substitutions",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("place_id", sa.Uuid, sa.ForeignKey("places.id"), nullable=False),
        sa.Column("from_person", sa.Uuid, sa.ForeignKey("people.id"), nullable=False),
        sa.Column("to_person", sa.Uuid, sa.ForeignKey("people.id"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String, nullable=False),
        sa.Column("reason", sa.String, nullable=False),
    )
    op.create_index("ix_substitutions_place", "substitutions", ["place_id", "id"])


def _create_check_ins() -> None:
    op.create_table(
        "check_ins",
        sa.Column("person_id", sa.Uuid, primary_key=True),
        sa.Column("site_id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("starts_at", sa.String, primary_key=True),
        sa.Column("place_id", sa.Uuid, nullable=False),
        sa.Column("item", sa.Uuid, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String, nullable=False),
        sa.Column("undone", sa.Boolean, nullable=False),
    )
    op.create_index("ix_check_ins_site", "check_ins", ["site_id", "starts_at"])
    op.create_table(
        "check_in_undos",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("person_id", sa.Uuid, nullable=False),
        sa.Column("site_id", sa.Integer, nullable=False),
        sa.Column("starts_at", sa.String, nullable=False),
        sa.Column("item", sa.Uuid, nullable=False),
        sa.Column("checked_in_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("checked_in_by", sa.String, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String, nullable=False),
        sa.Column("reason", sa.String, nullable=False),
    )


def _create_reports() -> None:
    op.create_table(
        "headcount_reports",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("site_id", sa.Integer, sa.ForeignKey("sites.id"), nullable=False),
        sa.Column("starts_at", sa.String, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("reported", sa.Integer, nullable=False),
        sa.Column("note", sa.String, nullable=False),
        sa.Column("computed", sa.JSON, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String, nullable=False),
        sa.Column("by_name", sa.String, nullable=False),
    )
    op.create_index("ix_headcount_reports_site", "headcount_reports", ["site_id", "starts_at", "id"])


def downgrade() -> None:
    tables = (
        "awardees", "award_fills", "headcount_reports", "check_in_undos", "check_ins", "substitutions",
    )  # fmt: skip
    for table in tables:
        op.drop_table(table)
    columns = (
        ("plan_groups", "kinds"), ("plan_groups", "sources"), ("layout_sites", "unit_id"),
        ("sites", "capacity"), ("sites", "address"), ("sites", "room"), ("conferences", "closed_at"),
    )  # fmt: skip
    for table, column in columns:
        op.drop_column(table, column)
