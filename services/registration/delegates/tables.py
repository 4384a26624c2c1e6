"""Who came in whose stead, place by place; rows are only added."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, String, Table, Uuid

from services.registration.plan.tables import metadata
from shared.storage.types import UtcDateTime

# `by`: the actor, or LINK when the delegate did it by their own link. Ids grow with time.
substitutions = Table(
    "substitutions",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("place_id", Uuid, ForeignKey("places.id"), nullable=False),
    Column("from_person", Uuid, ForeignKey("people.id"), nullable=False),
    Column("to_person", Uuid, ForeignKey("people.id"), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("by", String, nullable=False),
    Column("reason", String, nullable=False),
)
Index("ix_substitutions_place", substitutions.c.place_id, substitutions.c.id)
