"""What people set at sites, line tests, and when a layout's tests are due."""

import uuid

import sqlalchemy as sa
from alembic import op

revision = "venue_0002"
down_revision = "venue_0001"
branch_labels = None
depends_on = ("revisions_0001",)

SITES = uuid.UUID("0d2f6c52-3d6d-5a43-8f0b-6d7a2f1c9b10")


def upgrade() -> None:
    op.add_column("layout_sites", sa.Column("test_days_before", sa.Integer))
    op.add_column("layout_sites", sa.Column("test_at", sa.String))
    _create_sites()
    _create_line_tests()
    _fill_sites()
    _fill_due()


def downgrade() -> None:
    for table in ("line_tests", "sites"):
        op.drop_table(table)
    for column in ("test_at", "test_days_before"):
        op.drop_column("layout_sites", column)


def _create_sites() -> None:
    op.create_table(
        "sites",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("conference", sa.String, nullable=False),
        sa.Column("key", sa.String, nullable=False),
        sa.Column("version", sa.Integer, nullable=False, server_default="1"),
        sa.Column("room", sa.Text),
        sa.Column("address", sa.Text),
        sa.Column("capacity", sa.Integer),
        sa.Column("contact_name", sa.String),
        sa.Column("contact_phone", sa.String),
        sa.Column("contact_email", sa.String),
        sa.Column("technician_name", sa.String),
        sa.Column("technician_phone", sa.String),
        sa.Column("note", sa.Text, nullable=False, server_default=""),
        sa.Column("probe_address", sa.String),
        sa.Column("changed_at", sa.DateTime(timezone=True)),
        sa.Column("changed_by", sa.String),
        sa.UniqueConstraint("conference", "key"),
    )


def _create_line_tests() -> None:
    op.create_table(
        "line_tests",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("site_id", sa.Uuid, sa.ForeignKey("sites.id"), nullable=False),
        sa.Column("day", sa.String, nullable=False),
        sa.Column("outcome", sa.String, nullable=False),
        sa.Column("method", sa.String, nullable=False),
        sa.Column("note", sa.Text, nullable=False, server_default=""),
        sa.Column("measured", sa.JSON),
        sa.Column("by", sa.String, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("restores", sa.Integer, sa.ForeignKey("line_tests.id")),
        sa.Column("job", sa.Uuid, unique=True),
    )
    op.create_index("ix_line_tests_site", "line_tests", ["site_id", "day", "id"])


def _fill_sites() -> None:
    """A row for each site that the layouts stored so far have."""
    connection = op.get_bind()
    query = sa.text(
        "select distinct l.conference, s.key from layouts l join layout_sites s on s.layout_id = l.id"
    )
    rows = [
        {"id": uuid.uuid5(SITES, f"{row.conference}/{row.key}"), "conference": row.conference, "key": row.key}
        for row in connection.execute(query)
    ]
    if rows:
        sites = sa.table("sites", sa.column("id", sa.Uuid), sa.column("conference"), sa.column("key"))
        connection.execute(sites.insert(), rows)


def _fill_due() -> None:
    """When the tests of the layouts stored so far are due: as the options' settings say."""
    connection = op.get_bind()
    plans = sa.table("plans", sa.column("conference"), sa.column("version"), sa.column("records", sa.JSON))
    revisions = sa.table(
        "revisions",
        *(sa.column(name) for name in ("conference", "plan_version", "option", "layout_id")),
    )
    same = (plans.c.conference == revisions.c.conference) & (plans.c.version == revisions.c.plan_version)
    query = sa.select(revisions.c.layout_id, revisions.c.option, plans.c.records).join_from(
        revisions, plans, same
    )
    update = sa.text(
        "update layout_sites set test_days_before = :days, test_at = :at "
        "where layout_id = :layout and line_test"
    )
    for row in connection.execute(query.where(revisions.c.layout_id.is_not(None))).all():
        [settings] = [one["settings"] for one in row.records["options"] if one["key"] == row.option]
        if test := settings.get("line_test"):
            values = {"days": test["days_before"], "at": test["at"], "layout": row.layout_id}
            connection.execute(update, values)
