"""Store what venue tells, take part in a switch, and keep the council's choice."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Table

from services.awards.decision.queries import annex_of, get_current
from services.awards.nominations.commands import hold_campaign
from services.awards.quotas.queries import Plan, has_option
from services.awards.switch.model import NotRecipients, UnknownOption
from services.awards.switch.queries import (
    Choice,
    choice_of,
    count_changes,
    has_plan,
    stamp_at_preview,
    stamp_of,
)
from services.awards.switch.tables import layout_sites, preparations, presentation_choices, presentations
from shared.bus.pages import Batch
from shared.contracts.awards import AwardsRevisionPreparedV1, AwardsRevisionSettledV1
from shared.revisions.following import Counts, Participant, Revision, prepared_counts
from shared.storage.bulk import load_rows
from shared.storage.session import Session
from shared.storage.upsert import dialect_of, insert_into


def store_layout(session: Session, layout_id: int, batch: Batch) -> None:
    """Keep where the layout presents awards, and the names of its sites."""
    _keep(session, layout_id, presentations, batch.tables["presentations"].records(), _TOLD)
    _keep(session, layout_id, layout_sites, batch.tables["sites"].records(), ("key", "name"))


_TOLD = ("group", "unit", "site", "seats", "sources", "kinds")


def _keep(
    session: Session, layout_id: int, table: Table, told: Iterable[Mapping[str, Any]], columns: Sequence[str]
) -> None:
    rows = [(layout_id, place, *(one[name] for name in columns)) for place, one in enumerate(told)]
    load_rows(session, table, ("layout_id", "position", *columns), rows)


def choose_presented(
    session: Session, plan: Plan, option: str, wanted: Sequence[UUID], *, by: str, now: datetime
) -> Choice:
    """Who is presented first under the option where seats are fewer; an empty list: the annex decides.

    Raises NotDecided, UnknownOption, NotRecipients.
    """
    if not has_option(session, plan, option):
        raise UnknownOption
    hold_campaign(session, plan.conference)
    decision = get_current(session, plan.conference)
    _check_recipients(wanted, {row["nomination"] for row in annex_of(session, decision.id)})
    before = choice_of(session, plan.conference, option)
    values = {
        "recipients": [str(one) for one in wanted],
        "version": before.version + 1,
        "chosen_by": by,
        "chosen_at": now,
    }
    first = insert_into(dialect_of(session), presentation_choices).values(
        conference=plan.conference, option=option, **values
    )
    session.execute(first.on_conflict_do_update(index_elements=["conference", "option"], set_=values))
    return choice_of(session, plan.conference, option)


def _check_recipients(wanted: Sequence[UUID], known: set[UUID]) -> None:
    unknown = [place for place, one in enumerate(wanted) if one not in known]
    first = {one: place for place, one in reversed(list(enumerate(wanted)))}
    repeated = [place for place, one in enumerate(wanted) if first[one] != place]
    if unknown or repeated:
        raise NotRecipients(unknown, repeated)


def prepare_counts(session: Session, revision: Revision) -> Counts:
    """The counts of the preview; what they were worked out from is remembered."""
    values = {"stamp": stamp_of(session, revision)}
    key = {"conference": revision.conference, "number": revision.number}
    first = insert_into(dialect_of(session), preparations).values(**key, **values)
    session.execute(first.on_conflict_do_update(index_elements=["conference", "number"], set_=values))
    return count_changes(session, revision)


def settled_counts(session: Session, revision: Revision) -> Counts:
    """Those of the preview, unless a decision or a choice came since: then they are worked out anew."""
    if stamp_at_preview(session, revision) == stamp_of(session, revision):
        return prepared_counts(session, revision)
    return count_changes(session, revision)


PARTICIPANT = Participant(
    service="awards",
    prepared=AwardsRevisionPreparedV1,
    settled=AwardsRevisionSettledV1,
    is_ready=has_plan,
    prepare=prepare_counts,
    settle=settled_counts,
)
