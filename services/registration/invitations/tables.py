"""Invitations that were issued. What a route's invitation should be is in its layout, not here."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, UniqueConstraint, Uuid, text

from services.registration.plan.tables import metadata
from shared.storage.types import UtcDateTime

# Only grows: an invitation ends once, `replaced` by the next of its route or `withdrawn`. `starts_at` as in
# plans; `issuer`: who invites the group under that revision.
invitations = Table(
    "invitations",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("conference_id", Integer, ForeignKey("conferences.id"), nullable=False),
    Column("unit_id", Integer, nullable=False),
    Column("group_id", Integer, nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("site_id", Integer, nullable=False),
    Column("seats", Integer, nullable=False),
    Column("starts_at", String, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("issuer", String, nullable=False),
    Column("issued_at", UtcDateTime, nullable=False),
    Column("issued_by", String, nullable=False),
    Column("ended_at", UtcDateTime),
    Column("ended_by", String),
    Column("ended", String),
    Column("reason", String, nullable=False, server_default=""),
    UniqueConstraint("conference_id", "unit_id", "group_id", "sequence"),
)
Index(
    "ix_invitations_live",
    invitations.c.conference_id,
    invitations.c.unit_id,
    invitations.c.group_id,
    unique=True,
    postgresql_where=text("ended is null"),
    sqlite_where=text("ended is null"),
)
