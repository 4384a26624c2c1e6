"""Store what planning and venue tell, and take part in a switch."""

from __future__ import annotations

from sqlalchemy import insert
from sqlalchemy.orm import Session

from services.awards.queries import count_changes, has_plan
from services.awards.tables import plan_units, plans, presentations, quotas
from shared.bus.pages import Batch
from shared.contracts.awards import AwardsRevisionPreparedV1, AwardsRevisionSettledV1
from shared.revisions.following import Participant, prepared_counts


def store_plan(session: Session, batch: Batch) -> None:
    """Keep units and quotas of a plan version."""
    version = {"conference": batch.conference, "version": batch.head["plan_version"]}
    session.execute(insert(plans).values(**version, organiser=batch.head["organiser"]))
    units = [
        {**version, "position": position, **{name: unit[name] for name in ("key", "name", "level")}}
        for position, unit in enumerate(batch.tables["units"].records())
    ]
    session.execute(insert(plan_units), units)
    rows = [{**version, **row} for row in batch.tables["quotas"].records()]
    if rows:
        session.execute(insert(quotas), rows)


def store_layout(session: Session, layout_id: int, batch: Batch) -> None:
    """Keep where the layout presents awards."""
    told = batch.tables["presentations"].records()
    rows = [{"layout_id": layout_id, "position": position, **row} for position, row in enumerate(told)]
    if rows:
        session.execute(insert(presentations), rows)


PARTICIPANT = Participant(
    service="awards",
    prepared=AwardsRevisionPreparedV1,
    settled=AwardsRevisionSettledV1,
    is_ready=has_plan,
    prepare=count_changes,
    settle=prepared_counts,
)
