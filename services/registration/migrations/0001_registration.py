"""Registration: what the plan and the layouts told, persons, places, answers and counters."""

import sqlalchemy as sa
from alembic import op

revision = "registration_0001"
down_revision = None
branch_labels = ("registration",)
depends_on = None

BYTEWISE = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    _create_plan()
    _create_layouts()
    _create_people()
    _create_places()
    _create_answers()
    _create_search_index()


def _create_plan() -> None:
    op.create_table(
        "conferences",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("key", sa.String, nullable=False, unique=True),
        sa.Column("facts_version", sa.BigInteger, nullable=False, server_default="0"),
    )
    op.create_table(
        "plans",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("conference_id", sa.Integer, sa.ForeignKey("conferences.id"), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("title", sa.String, nullable=False),
        sa.Column("organiser", sa.String, nullable=False),
        sa.Column("timezone", sa.String, nullable=False),
        sa.Column("starts_at", sa.String, nullable=False),
        sa.UniqueConstraint("conference_id", "version"),
    )
    for table in ("units", "groups", "sites"):
        named = () if table == "sites" else (sa.Column("name", sa.String, nullable=False, server_default=""),)
        op.create_table(
            table,
            sa.Column("id", sa.Integer, primary_key=True),
            sa.Column("conference_id", sa.Integer, sa.ForeignKey("conferences.id"), nullable=False),
            sa.Column("key", sa.String, nullable=False),
            *named,
            sa.UniqueConstraint("conference_id", "key"),
        )
    op.create_table(
        "plan_units",
        sa.Column("plan_id", sa.Integer, sa.ForeignKey("plans.id"), primary_key=True, autoincrement=False),
        sa.Column("unit_id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("level", sa.String, nullable=False),
    )
    op.create_table(
        "plan_groups",
        sa.Column("plan_id", sa.Integer, sa.ForeignKey("plans.id"), primary_key=True, autoincrement=False),
        sa.Column("option", sa.String, primary_key=True),
        sa.Column("group_id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("at", sa.String, nullable=False),
        sa.Column("seats", sa.Integer, nullable=False),
        sa.Column("per", sa.String),
    )


def _create_layouts() -> None:
    op.create_table(
        "layout_sites",
        sa.Column("layout_id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("site_id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("room", sa.String, nullable=False),
        sa.Column("address", sa.String, nullable=False),
        sa.Column("capacity", sa.Integer),
    )
    op.create_table(
        "routes",
        sa.Column("layout_id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("unit_id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("group_id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("site_id", sa.Integer, nullable=False),
        sa.Column("seats", sa.Integer, nullable=False),
        sa.Column("precedence", sa.Integer, nullable=False),
    )
    op.create_index(
        "ix_routes_site",
        "routes",
        ["layout_id", "site_id"],
        postgresql_include=["unit_id", "group_id", "seats", "precedence"],
    )


def _create_people() -> None:
    op.create_table(
        "people",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("conference_id", sa.Integer, sa.ForeignKey("conferences.id"), nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("position", sa.String),
        sa.Column("phone", sa.String),
        sa.Column("email", sa.String),
        sa.Column("version", sa.Integer, nullable=False, server_default="1"),
    )
    with_phone = sa.text("phone is not null")
    op.create_index(
        "ix_people_phone",
        "people",
        ["conference_id", "phone"],
        postgresql_where=with_phone,
        sqlite_where=with_phone,
    )


def _create_places() -> None:
    op.create_table(
        "places",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("conference_id", sa.Integer, sa.ForeignKey("conferences.id"), nullable=False),
        sa.Column("unit_id", sa.Integer, nullable=False),
        sa.Column("group_id", sa.Integer, nullable=False),
        sa.Column("ordinal", sa.Integer, nullable=False),
        sa.Column("person_id", sa.Uuid, sa.ForeignKey("people.id")),
        sa.Column("special", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("link_version", sa.Integer, nullable=False, server_default="1"),
        sa.Column("search_key", BYTEWISE, nullable=False, server_default=""),
        sa.Column("sort_key", BYTEWISE, nullable=False, server_default=""),
        postgresql_with={"fillfactor": 90},
    )
    seat = ["conference_id", "unit_id", "group_id", "ordinal"]
    op.create_index("ix_places_seat", "places", seat, unique=True)
    op.create_index("ix_places_sort", "places", ["conference_id", "sort_key", "id"])
    op.create_index("ix_places_person", "places", ["person_id"])
    special = sa.text("special")
    op.create_index(
        "ix_places_special",
        "places",
        ["conference_id", "person_id"],
        postgresql_where=special,
        sqlite_where=special,
    )
    op.create_table(
        "overrides",
        sa.Column("person_id", sa.Uuid, sa.ForeignKey("people.id"), primary_key=True),
        sa.Column("option", sa.String, primary_key=True),
        sa.Column("site_id", sa.Integer, sa.ForeignKey("sites.id"), nullable=False),
    )


def _create_answers() -> None:
    op.create_table(
        "answers",
        sa.Column("person_id", sa.Uuid, primary_key=True),
        sa.Column("site_id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("starts_at", sa.String, primary_key=True),
        sa.Column("answer", sa.String, nullable=False),
        sa.Column("note", sa.String, nullable=False, server_default=""),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("via", sa.String, nullable=False),
    )
    op.create_index("ix_answers_site", "answers", ["site_id"])
    op.create_table(
        "site_seats",
        sa.Column("conference_id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("revision", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("site_id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("taken", sa.Integer, nullable=False),
        sa.Column("capacity", sa.Integer),
        postgresql_with={"fillfactor": 70},
    )
    op.create_table(
        "counted",
        sa.Column("conference_id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("revision", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("facts_version", sa.BigInteger, nullable=False),
    )


def _create_search_index() -> None:
    """Search by name fragment; where the extension may not be created, it reads the table instead."""
    connection = op.get_bind()
    if connection.dialect.name != "postgresql":
        return
    try:
        with connection.begin_nested():
            connection.execute(sa.text("create extension if not exists pg_trgm"))
    except sa.exc.DBAPIError:
        return
    op.create_index(
        "ix_places_search",
        "places",
        ["search_key"],
        postgresql_using="gin",
        postgresql_ops={"search_key": "gin_trgm_ops"},
    )


def downgrade() -> None:
    tables = (
        "counted", "site_seats", "answers", "overrides", "places", "people", "routes", "layout_sites",
        "plan_groups", "plan_units", "sites", "groups", "units", "plans", "conferences",
    )  # fmt: skip
    for table in tables:
        op.drop_table(table)
