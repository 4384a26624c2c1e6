"""Background work: one row per job, kept after its end as a record."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Index, Integer, MetaData, String, Table, Text, Uuid, text

from shared.storage.types import UtcDateTime

metadata = MetaData()

# `run_at`: real time; a retry waits until then. `lease_until`: who runs it is alive until then.
jobs = Table(
    "jobs",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("kind", String, nullable=False),
    Column("conference", String, nullable=False),
    Column("revision", Integer),
    Column("once", String, nullable=False, server_default=""),
    Column("payload", JSON, nullable=False),
    Column("state", String, nullable=False),
    Column("done", Integer, nullable=False, server_default="0"),
    Column("total", Integer, nullable=False, server_default="0"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("result", JSON(none_as_null=True)),
    Column("problem_vi", Text),
    Column("problem_en", Text),
    Column("run_at", UtcDateTime, nullable=False),
    Column("lease_until", UtcDateTime),
    Column("created_at", UtcDateTime, nullable=False),
    Column("finished_at", UtcDateTime),
)
_ACTIVE = text("state in ('queued', 'running')")
Index("ix_jobs_due", jobs.c.run_at, postgresql_where=_ACTIVE, sqlite_where=_ACTIVE)
Index("ix_jobs_conference", jobs.c.conference, jobs.c.created_at)
Index("ix_jobs_once", jobs.c.kind, jobs.c.once, postgresql_where=_ACTIVE, sqlite_where=_ACTIVE)
