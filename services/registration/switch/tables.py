"""What the counts of a preview were counted from."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer, Table

from services.registration.plan.tables import metadata

# As long as `facts_version` is the conference's, nobody was named in between and the counts hold.
counted = Table(
    "counted",
    metadata,
    Column("conference_id", Integer, primary_key=True, autoincrement=False),
    Column("revision", Integer, primary_key=True, autoincrement=False),
    Column("facts_version", BigInteger, nullable=False),
)
