"""Messages to persons. Address and text are made when a message is sent: no copy of them is kept."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, Uuid, text

from services.registration.plan.tables import metadata
from shared.storage.types import UtcDateTime

# `once`: what is told to whom, so that nothing is told twice. `job_id`: who has it in hand while `sending`.
# `next_try_at` is real time; `created_at` and `sent_at` are the conference's. `problem` is a code of
# `model.PROBLEMS`, `detail` what the carrier said.
messages = Table(
    "messages",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("conference_id", Integer, ForeignKey("conferences.id"), nullable=False),
    Column("kind", String, nullable=False),
    Column("channel", String, nullable=False),
    Column("person_id", Uuid, nullable=False),
    Column("unit_id", Integer, nullable=False),
    Column("group_id", Integer, nullable=False),
    Column("invitation_id", Uuid, ForeignKey("invitations.id")),
    Column("revision", Integer, nullable=False),
    Column("once", String, nullable=False, unique=True),
    Column("state", String, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("problem", String),
    Column("detail", String),
    Column("subject", String),
    Column("job_id", Uuid),
    Column("created_at", UtcDateTime, nullable=False),
    Column("sent_at", UtcDateTime),
    Column("next_try_at", UtcDateTime, nullable=False),
    Column("changed_by", String, nullable=False, server_default=""),
    Column("reason", String, nullable=False, server_default=""),
)
_WAITING = text("state in ('queued', 'sending')")
Index("ix_messages_conference", messages.c.conference_id, messages.c.state, messages.c.id)
Index("ix_messages_invitation", messages.c.invitation_id, messages.c.person_id)
Index(
    "ix_messages_waiting",
    messages.c.next_try_at,
    messages.c.id,
    postgresql_where=_WAITING,
    sqlite_where=_WAITING,
)
