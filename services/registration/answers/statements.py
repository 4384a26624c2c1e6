"""The statements of the hot path, built once. They are text: one round trip each, the same plan each time.

`{locks}` takes the locks of an answer on PostgreSQL; a writer on SQLite is alone anyway.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Integer, String, TextualSelect, Uuid, bindparam, column, text

from services.registration.storage import ANSWERS_LOCK
from shared.bus.outbox import EMITTING
from shared.storage.types import UtcDateTime

# Where the person of place d sits in revision rev: the override if its site exists, else the site of the
# place, or for a holder of several places that of the place that counts. Null without a place there.
SITE = """
    case when not d.special then r.site_id else coalesce(
        (select o.site_id from overrides o
           join layout_sites os on os.layout_id = rev.layout_id and os.site_id = o.site_id
          where o.person_id = d.person_id and o.option = rev.option and exists (
            select 1 from places p3 join routes r3
              on r3.layout_id = rev.layout_id and r3.unit_id = p3.unit_id and r3.group_id = p3.group_id
           where p3.special and p3.conference_id = d.conference_id and p3.person_id = d.person_id
             and p3.ordinal <= r3.seats)),
        (select r2.site_id from places p2 join routes r2
            on r2.layout_id = rev.layout_id and r2.unit_id = p2.unit_id and r2.group_id = p2.group_id
          where p2.special and p2.conference_id = d.conference_id and p2.person_id = d.person_id
            and p2.ordinal <= r2.seats
          order by r2.precedence, p2.ordinal limit 1)) end
"""

ROUTE = """
    left join routes r on r.layout_id = rev.layout_id and r.unit_id = d.unit_id
     and r.group_id = d.group_id and d.ordinal <= r.seats
"""

_INVITATION = f"""
with here as materialized (
  select d.id as place, d.person_id as person, d.link_version, c.id as conference_id, c.key as conference,
         c.closed_at, rev.number as revision, rev.layout_id, rev.option, d.group_id, d.unit_id, d.ordinal,
         plan.id as plan_id, plan.title, plan.timezone, plan.starts_at as moment,
         case when r.layout_id is not null then {SITE} end as site_id {{locks}}
    from places d
    join conferences c on c.id = d.conference_id
    left join pointers ptr on ptr.conference = c.key
    left join revisions rev on rev.conference = c.key and rev.number = ptr.revision
    join plans plan on plan.conference_id = c.id and plan.version = coalesce(
         rev.plan_version, (select max(version) from plans newest where newest.conference_id = c.id))
    {ROUTE}
   where d.id = :place
)
select here.place, here.person, here.link_version, here.conference_id, here.conference, here.revision,
       here.title, here.timezone, here.moment, g.key as group_key, u.key as unit_key, here.ordinal, p.name,
       coalesce(pg.name, g.name) as group_name, coalesce(pu.name, u.name) as unit_name,
       here.site_id, s.key as site_key, ls.name as site_name, coalesce(s.room, ls.room) as room,
       coalesce(s.address, ls.address) as address, coalesce(s.capacity, ls.capacity) as capacity,
       a.answer, a.note, a.answered_at, here.closed_at
  from here
  join groups g on g.id = here.group_id
  join units u on u.id = here.unit_id
  left join people p on p.id = here.person
  left join plan_groups pg
    on pg.plan_id = here.plan_id and pg.option = here.option and pg.group_id = here.group_id
  left join plan_units pu on pu.plan_id = here.plan_id and pu.unit_id = here.unit_id
  left join sites s on s.id = here.site_id
  left join layout_sites ls on ls.layout_id = here.layout_id and ls.site_id = here.site_id
  left join answers a on a.person_id = here.person and a.site_id = here.site_id and a.starts_at = here.moment
"""

# Revisions for which this person's answer counts a seat: the current one, and prepared ones above it in
# which they sit at the same site at the same time. Read afresh, for the switch may have come in between.
_COUNTED = f"""
  select d.conference_id, rev.number, ({SITE}) as site_id, rev.number = ptr.revision as is_current
    from places d
    join conferences c on c.id = d.conference_id
    join pointers ptr on ptr.conference = c.key
    join revisions rev on rev.conference = c.key and rev.number >= ptr.revision and rev.counts is not null
    join plans plan on plan.conference_id = c.id and plan.version = rev.plan_version
    {ROUTE}
   where d.id = :place and d.person_id = :person and plan.starts_at = :moment
     and (rev.number > ptr.revision or r.layout_id is not null)
"""


# All columns by position: then SQLAlchemy describes the result once and not at every answer.
_INVITATION_COLUMNS = (
    column("place", Uuid),
    column("person", Uuid),
    column("link_version", Integer),
    column("conference_id", Integer),
    column("conference", String),
    column("revision", Integer),
    column("title", String),
    column("timezone", String),
    column("moment", String),
    column("group_key", String),
    column("unit_key", String),
    column("ordinal", Integer),
    column("name", String),
    column("group_name", String),
    column("unit_name", String),
    column("site_id", Integer),
    column("site_key", String),
    column("site_name", String),
    column("room", String),
    column("address", String),
    column("capacity", Integer),
    column("answer", String),
    column("note", String),
    column("answered_at", UtcDateTime),
    column("closed_at", UtcDateTime),
)


def _invitation(locks: str) -> TextualSelect:
    bound = [bindparam("place", type_=Uuid)]
    if locks:
        bound.append(bindparam("person_lock", type_=BigInteger))
    statement = text(_INVITATION.format(locks=locks)).bindparams(*bound)
    return statement.columns(*_INVITATION_COLUMNS)


READ_INVITATION = _invitation("")

READ_INVITATION_LOCKED = _invitation(
    f", pg_advisory_xact_lock_shared({ANSWERS_LOCK}, c.id), pg_advisory_xact_lock(:person_lock)"
)

_ANSWER = (
    bindparam("place", type_=Uuid),
    bindparam("person", type_=Uuid),
    bindparam("revision", type_=Integer),
    bindparam("site", type_=Integer),
    bindparam("moment", type_=String),
    bindparam("answer", type_=String),
    bindparam("note", type_=String),
    bindparam("answered_at", type_=UtcDateTime),
    bindparam("via", type_=String),
)

_UPSERT = """
  on conflict (person_id, site_id, starts_at)
  do update set answer = excluded.answer, note = excluded.note, answered_at = excluded.answered_at,
                via = excluded.via, turn = excluded.turn
"""

# One round trip: is the place still where it was read to be; the counter's row, which is the queue in which
# answers for one site wait; what stood before, read behind that lock because a seat may just have been given
# from the waiting list; what stands now (the rule: model.stands_for); then counters and answer, and its event
# if it stands as it was given and frees no seat that others may want. All answers take the current revision's
# row first, and never wait for each other crosswise.
_RECORD = f"""
with counted as materialized ({_COUNTED}),
seat as (
  select s.* from counted c join site_seats s using (conference_id)
   where c.is_current and c.number = :revision and c.site_id = :site
     and s.revision = :revision and s.site_id = :site
     for update of s),
former as (
  select a.answer, a.turn from seat, answers a
   where a.person_id = :person and a.site_id = :site and a.starts_at = :moment
     for update of a),
verdict as (
  select seat.*, former.turn as kept, coalesce(former.answer = 'accepted', false) as seated,
         case when :answer = 'declined' or former.answer = 'accepted' then :answer
              when seat.capacity is null or seat.taken < seat.capacity then 'accepted'
              else 'waiting' end as answer
    from seat left join former on true),
change as materialized (
  select answer, seated and answer = 'declined' and turns > 0 as frees,
         (answer = 'accepted')::int - seated::int as seats,
         case when answer = 'waiting' then coalesce(kept, turns + 1) end as turn,
         (answer = 'waiting' and kept is null)::int as turns
    from verdict),
counters as (
  update site_seats s
     set taken = s.taken + change.seats, turns = s.turns + case when c.is_current then change.turns else 0 end
    from counted c, change
   where s.conference_id = c.conference_id and s.revision = c.number and s.site_id = :site
     and c.site_id = :site and (change.seats <> 0 or change.turns <> 0 and c.is_current)),
saved as (
  insert into answers (person_id, site_id, starts_at, answer, note, answered_at, via, turn)
  select :person, :site, :moment, answer, :note, :answered_at, :via, turn from change {_UPSERT}),
due as (select cast(:place as text) as key from change where answer = :answer and not frees),
{EMITTING}
select answer, frees, exists (select from due) as is_told from change
"""

# Without the indents: what psycopg made of a statement it keeps up to 4,096 bytes, above it starts afresh.
RECORD = (
    text(" ".join(_RECORD.split()))
    .bindparams(*_ANSWER)
    .columns(column("answer", String), column("frees", Boolean), column("is_told", Boolean))
)

SQLITE_COUNTED = text(_COUNTED).bindparams(*_ANSWER[:2])

SQLITE_SEAT = text("""
select s.taken, s.capacity, s.turns, a.answer, a.turn
  from site_seats s
  left join answers a on a.person_id = :person and a.site_id = :site and a.starts_at = :moment
 where s.conference_id = :conference_id and s.revision = :revision and s.site_id = :site
""").bindparams(bindparam("person", type_=Uuid))

SQLITE_TAKE = text("""
update site_seats set taken = taken + :seats, turns = turns + :turns
 where conference_id = :conference_id and revision = :revision and site_id = :site
""")

SQLITE_SAVE = text(f"""
insert into answers (person_id, site_id, starts_at, answer, note, answered_at, via, turn)
values (:person, :site, :moment, :answer, :note, :answered_at, :via, :turn) {_UPSERT}
""").bindparams(*(part for part in _ANSWER if part.key not in ("place", "revision")))
