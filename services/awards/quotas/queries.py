"""The read side of the plan: which version holds, its units in the order of the annex, its quotas."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select

from services.awards.quotas.model import Quota, Slots, Unit, UnknownConference, quota_slots
from services.awards.quotas.tables import plan_options, plan_units, plans, quotas
from shared.revisions.following import find_revision
from shared.storage.session import Session


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan version as awards sees it; `names` and `levels` by unit, in the order of the annex; `former`:
    names of units that only other versions have."""

    conference: str
    version: int
    organiser: str
    timezone: str
    names: dict[str, str]
    levels: dict[str, str]
    former: dict[str, str]

    @property
    def units(self) -> list[Unit]:
        return [Unit(key, level) for key, level in self.levels.items()]

    def name_of(self, unit: str) -> str:
        """A unit that a later version leaves out keeps the name that it had last."""
        return self.names.get(unit) or self.former.get(unit, unit)


def is_known(session: Session, conference: str) -> bool:
    return _newest(session, conference) is not None


def current_plan(session: Session, conference: str) -> Plan:
    """The plan of the current revision; before the first decision the newest. Raises UnknownConference."""
    revision = find_revision(session, conference, None)
    version = revision.plan_version if revision is not None else _newest(session, conference)
    found = None if version is None else find_plan(session, conference, version)
    if found is None:
        raise UnknownConference(conference)
    return found


def find_plan(session: Session, conference: str, version: int) -> Plan | None:
    told = select(plans).where(plans.c.conference == conference, plans.c.version == version)
    head = session.execute(told).one_or_none()
    if head is None:
        return None
    query = select(plan_units.c.key, plan_units.c.name, plan_units.c.level).where(
        plan_units.c.conference == conference, plan_units.c.version == version
    )
    rows = session.execute(query.order_by(plan_units.c.key != head.organiser, plan_units.c.position)).all()
    names, levels = {row.key: row.name for row in rows}, {row.key: row.level for row in rows}
    former = _former_names(session, conference, version)
    return Plan(conference, version, head.organiser, head.timezone, names, levels, former)


def slots_of(session: Session, plan: Plan) -> list[Slots]:
    """How many of each kind each unit may have honoured, in the order of the annex."""
    query = select(quotas.c.level, quotas.c.collectives, quotas.c.individuals).where(
        quotas.c.conference == plan.conference, quotas.c.version == plan.version
    )
    return quota_slots(plan.organiser, plan.units, [Quota(*row) for row in session.execute(query)])


def has_option(session: Session, plan: Plan, option: str) -> bool:
    query = select(plan_options.c.key).where(
        plan_options.c.conference == plan.conference,
        plan_options.c.version == plan.version,
        plan_options.c.key == option,
    )
    return session.execute(query).first() is not None


def _former_names(session: Session, conference: str, version: int) -> dict[str, str]:
    """Names of units that this version does not have, as the newest version has them that does."""
    columns = plan_units.c
    here = select(columns.key).where(columns.conference == conference, columns.version == version)
    query = (
        select(columns.key, columns.name)
        .where(columns.conference == conference, columns.key.not_in(here))
        .order_by(columns.version)
    )
    return dict(session.execute(query).all())


def _newest(session: Session, conference: str) -> int | None:
    query = select(func.max(plans.c.version)).where(plans.c.conference == conference)
    newest: int | None = session.execute(query).scalar_one()
    return newest
