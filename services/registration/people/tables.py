"""Persons, the places that they hold, and who sits elsewhere than their place says."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table, Uuid, false, text

from services.registration.plan.tables import metadata

# Keys that are compared byte by byte: PostgreSQL's own collation would order them anew.
Bytewise = String().with_variant(String(collation="C"), "postgresql")

people = Table(
    "people",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("conference_id", Integer, ForeignKey("conferences.id"), nullable=False),
    Column("name", String, nullable=False),
    Column("position", String),
    Column("phone", String),
    Column("email", String),
    Column("version", Integer, nullable=False, server_default="1"),
)
Index(
    "ix_people_phone",
    people.c.conference_id,
    people.c.phone,
    postgresql_where=people.c.phone.is_not(None),
    sqlite_where=people.c.phone.is_not(None),
)

# A row exists once somebody was named; without `person_id` the place is vacant again. `special`: its
# person holds more than one place or is overridden, so that where they sit takes more than a join.
places = Table(
    "places",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("conference_id", Integer, ForeignKey("conferences.id"), nullable=False),
    Column("unit_id", Integer, nullable=False),
    Column("group_id", Integer, nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("person_id", Uuid, ForeignKey("people.id")),
    Column("special", Boolean, nullable=False, server_default=false()),
    Column("link_version", Integer, nullable=False, server_default="1"),
    Column("search_key", Bytewise, nullable=False, server_default=""),
    Column("sort_key", Bytewise, nullable=False, server_default=""),
    postgresql_with={"fillfactor": 90},
)
Index(
    "ix_places_seat",
    places.c.conference_id,
    places.c.unit_id,
    places.c.group_id,
    places.c.ordinal,
    unique=True,
)
Index("ix_places_sort", places.c.conference_id, places.c.sort_key, places.c.id)
Index("ix_places_person", places.c.person_id)
Index(
    "ix_places_special",
    places.c.conference_id,
    places.c.person_id,
    postgresql_where=text("special"),
    sqlite_where=text("special"),
)

# Counts only while the option is current and its layout has the site.
overrides = Table(
    "overrides",
    metadata,
    Column("person_id", Uuid, ForeignKey("people.id"), primary_key=True),
    Column("option", String, primary_key=True),
    Column("site_id", Integer, ForeignKey("sites.id"), nullable=False),
)
