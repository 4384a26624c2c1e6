"""The statements of the door's hot path, built once; see answers/statements.py for why it is text."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BindParameter,
    Boolean,
    Integer,
    String,
    TextualSelect,
    Uuid,
    bindparam,
    column,
    text,
)
from sqlalchemy.sql.dml import ReturningInsert

from services.registration.answers.statements import ROUTE, SITE
from services.registration.door.tables import check_ins
from shared.bus.outbox import EMITTING
from shared.storage.types import UtcDateTime
from shared.storage.upsert import insert_into

# Of a conference that has none of the places and persons asked for, one row without a place. A place of
# whose check-ins several of the items were taken back has a row for each.
_GUESTS = f"""
with here as materialized (
  select d.id as place, d.person_id as person, d.unit_id, d.group_id, d.ordinal, c.id as conference_id,
         c.closed_at, rev.number as revision, rev.layout_id, rev.option, plan.id as plan_id,
         plan.starts_at as moment, r.layout_id is not null as has_route, {SITE} as site_id
    from conferences c
    left join pointers ptr on ptr.conference = c.key
    left join revisions rev on rev.conference = c.key and rev.number = ptr.revision
    left join plans plan on plan.conference_id = c.id and plan.version = rev.plan_version
    left join places d on d.conference_id = c.id and d.person_id is not null
     and (d.id {{places}} or d.person_id {{persons}})
    {ROUTE}
   where c.key = :key
)
select here.conference_id, here.closed_at, here.revision, here.moment,
       here.place, here.person, here.has_route, g.key as group_key, u.key as unit_key, here.ordinal,
       p.name, p.position, coalesce(pg.name, g.name) as group_name, coalesce(pu.name, u.name) as unit_name,
       here.site_id, s.key as site_key, ls.name as site_name, a.answer, ci.at, ci.item, ci.undone,
       taken.item as taken_back
  from here
  left join groups g on g.id = here.group_id
  left join units u on u.id = here.unit_id
  left join people p on p.id = here.person
  left join plan_groups pg
    on pg.plan_id = here.plan_id and pg.option = here.option and pg.group_id = here.group_id
  left join plan_units pu on pu.plan_id = here.plan_id and pu.unit_id = here.unit_id
  left join sites s on s.id = here.site_id
  left join layout_sites ls on ls.layout_id = here.layout_id and ls.site_id = here.site_id
  left join answers a on a.person_id = here.person and a.site_id = here.site_id and a.starts_at = here.moment
  left join check_ins ci
    on ci.person_id = here.person and ci.site_id = here.site_id and ci.starts_at = here.moment
  left join check_in_undos taken on taken.person_id = here.person and taken.item {{items}}
"""

_GUEST_COLUMNS = (
    column("conference_id", Integer),
    column("closed_at", UtcDateTime),
    column("revision", Integer),
    column("moment", String),
    column("place", Uuid),
    column("person", Uuid),
    column("has_route", Boolean),
    column("group_key", String),
    column("unit_key", String),
    column("ordinal", Integer),
    column("name", String),
    column("position", String),
    column("group_name", String),
    column("unit_name", String),
    column("site_id", Integer),
    column("site_key", String),
    column("site_name", String),
    column("answer", String),
    column("at", UtcDateTime),
    column("item", Uuid),
    column("undone", Boolean),
    column("taken_back", Uuid),
)


def _read_guests(dialect: str) -> TextualSelect:
    """PostgreSQL takes a list as one array: one statement, and one plan, for any number of items."""
    arrays = dialect == "postgresql"
    words = {name: f"= any(:{name})" if arrays else f"in :{name}" for name in ("places", "persons", "items")}
    lists: list[BindParameter[object]] = [
        bindparam(name, type_=ARRAY(Uuid)) if arrays else bindparam(name, type_=Uuid, expanding=True)
        for name in words
    ]
    statement = text(_GUESTS.format(**words)).bindparams(bindparam("key", type_=String), *lists)
    return statement.columns(*_GUEST_COLUMNS)


# The items that made a check-in, with their events: of one that was taken back another item makes a new one.
# In one order for all doors, so that two batches never wait for each other crosswise.
_INSERT = f"""
with made as (
  insert into check_ins (person_id, site_id, starts_at, place_id, item, at, by, undone)
  select person, site, :moment, place, item, at, :by, false
    from json_to_recordset(cast(:check_ins as json))
      as c (person uuid, site int, place uuid, item uuid, at timestamptz)
   order by person
  on conflict (person_id, site_id, starts_at)
  do update set place_id = excluded.place_id, item = excluded.item, at = excluded.at, by = excluded.by,
                undone = false
   where check_ins.undone and check_ins.item <> excluded.item
  returning item, place_id),
due as (select place_id::text as key from made),
{EMITTING}
select item from made
"""


def _insert_alone() -> ReturningInsert[UUID]:
    """The same without the events, for a database with a single writer."""
    statement = insert_into("sqlite", check_ins)
    fresh = {name: statement.excluded[name] for name in ("place_id", "item", "at", "by", "undone")}
    taken_back = check_ins.c.undone & (check_ins.c.item != statement.excluded.item)
    keys = ["person_id", "site_id", "starts_at"]
    return statement.on_conflict_do_update(index_elements=keys, set_=fresh, where=taken_back).returning(
        check_ins.c.item
    )


READ_GUESTS = {dialect: _read_guests(dialect) for dialect in ("postgresql", "sqlite")}
INSERT = text(_INSERT).columns(column("item", Uuid))
SQLITE_INSERT = _insert_alone()
