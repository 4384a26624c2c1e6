"""Decisions, their annexes, and the numbers that the register gave them."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)

from services.awards.quotas.tables import metadata
from shared.storage.types import UtcDateTime

decisions = Table(
    "decisions",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("conference", String, nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("decided_on", Date, nullable=False),  # in the conference's zone
    Column("decided_at", UtcDateTime, nullable=False),
    Column("decided_by", String, nullable=False),
    Column("reason", Text),
    Column("digest", String, nullable=False),
    Column("total", Integer, nullable=False),
    UniqueConstraint("conference", "sequence"),
)

# The annex as decided: later corrections of a nomination need a new decision. `serial` is what codes name.
recipients = Table(
    "recipients",
    metadata,
    Column("serial", Integer, primary_key=True),
    Column("decision", Uuid, ForeignKey("decisions.id"), nullable=False),
    Column("order", Integer, nullable=False),
    Column("nomination", Uuid, nullable=False),
    Column("unit", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("name", Text, nullable=False),
    Column("representative", Text),
    Column("position", Text),
    Column("achievement", Text, nullable=False),
    UniqueConstraint("decision", "order"),
    UniqueConstraint("decision", "nomination"),
)

# `decision`: the one whose recipients the paper lists. `ended`: superseded or recalled, once not `in_force`.
decision_papers = Table(
    "decision_papers",
    metadata,
    Column("document", Uuid, primary_key=True),
    Column("conference", String, nullable=False),
    Column("decision", Uuid),
    Column("number", Integer, nullable=False),
    Column("symbol", String, nullable=False),
    Column("issued_on", Date, nullable=False),
    Column("in_force", Boolean, nullable=False),
    Column("ended", String),
)
Index("ix_decision_papers_conference", decision_papers.c.conference)
