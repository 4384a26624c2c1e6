"""Which award decision the places of awardees were last filled from, and who its recipients are here."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, String, Table, Uuid

from services.registration.plan.tables import metadata

award_fills = Table(
    "award_fills",
    metadata,
    Column("conference", String, primary_key=True),
    Column("decision", String, nullable=False),
)

# So that a name set right on one side later does not make two persons of one.
awardees = Table(
    "awardees",
    metadata,
    Column("recipient", Uuid, primary_key=True),
    Column("person_id", Uuid, ForeignKey("people.id"), nullable=False),
)
