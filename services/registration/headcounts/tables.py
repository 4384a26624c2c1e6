"""Headcounts as the sites themselves report them; rows are only added, the newest of a site counts."""

from __future__ import annotations

from sqlalchemy import JSON, Column, ForeignKey, Index, Integer, String, Table, Uuid

from services.registration.plan.tables import metadata
from shared.storage.types import UtcDateTime

# `computed`: what registration had counted at that moment. Like an answer, a report is for one start.
headcount_reports = Table(
    "headcount_reports",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("site_id", Integer, ForeignKey("sites.id"), nullable=False),
    Column("starts_at", String, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("reported", Integer, nullable=False),
    Column("note", String, nullable=False),
    Column("computed", JSON, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("by", String, nullable=False),
    Column("by_name", String, nullable=False),
)
Index(
    "ix_headcount_reports_site",
    headcount_reports.c.site_id,
    headcount_reports.c.starts_at,
    headcount_reports.c.id,
)
