"""Registration: invitations, outgoing messages, and who invites a group."""

import sqlalchemy as sa
from alembic import op

revision = "registration_0002"
down_revision = "registration_0001"
branch_labels = None
depends_on = None

LIVE = sa.text("ended is null")
WAITING = sa.text("state in ('queued', 'sending')")


def upgrade() -> None:
    invited_by = sa.Column("invited_by", sa.String, nullable=False, server_default="organiser")
    op.add_column("plan_groups", invited_by)
    _create_invitations()
    _create_messages()


def _create_invitations() -> None:
    op.create_table(
        "invitations",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("conference_id", sa.Integer, sa.ForeignKey("conferences.id"), nullable=False),
        sa.Column("unit_id", sa.Integer, nullable=False),
        sa.Column("group_id", sa.Integer, nullable=False),
        sa.Column("sequence", sa.Integer, nullable=False),
        sa.Column("site_id", sa.Integer, nullable=False),
        sa.Column("seats", sa.Integer, nullable=False),
        sa.Column("starts_at", sa.String, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("issuer", sa.String, nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issued_by", sa.String, nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.Column("ended_by", sa.String),
        sa.Column("ended", sa.String),
        sa.Column("reason", sa.String, nullable=False, server_default=""),
        sa.UniqueConstraint("conference_id", "unit_id", "group_id", "sequence"),
    )
    route = ["conference_id", "unit_id", "group_id"]
    op.create_index(
        "ix_invitations_live", "invitations", route, unique=True, postgresql_where=LIVE, sqlite_where=LIVE
    )


def _create_messages() -> None:
    op.create_table(
        "messages",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("conference_id", sa.Integer, sa.ForeignKey("conferences.id"), nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("channel", sa.String, nullable=False),
        sa.Column("person_id", sa.Uuid, nullable=False),
        sa.Column("unit_id", sa.Integer, nullable=False),
        sa.Column("group_id", sa.Integer, nullable=False),
        sa.Column("invitation_id", sa.Uuid, sa.ForeignKey("invitations.id")),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("once", sa.String, nullable=False, unique=True),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("problem", sa.String),
        sa.Column("detail", sa.String),
        sa.Column("subject", sa.String),
        sa.Column("job_id", sa.Uuid),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True)),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.String, nullable=False, server_default=""),
        sa.Column("reason", sa.String, nullable=False, server_default=""),
    )
    op.create_index("ix_messages_conference", "messages", ["conference_id", "state", "id"])
    op.create_index("ix_messages_invitation", "messages", ["invitation_id", "person_id"])
    op.create_index(
        "ix_messages_waiting",
        "messages",
        ["next_try_at", "id"],
        postgresql_where=WAITING,
        sqlite_where=WAITING,
    )


def downgrade() -> None:
    op.drop_table("messages")
    op.drop_table("invitations")
    op.drop_column("plan_groups", "invited_by")
