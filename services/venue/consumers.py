"""What venue listens to: the plan, options proposed and selected."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from services.venue.commands import PARTICIPANT, lay_out_revision, lay_out_waiting, store_plan
from shared.bus import pages
from shared.bus.delivery import Fact
from shared.contracts.planning import ConferencePlannedV1, OptionProposedV1, OptionSelectedV1
from shared.revisions.following import advance, note_proposed
from shared.revisions.handlers import selected


def on_conference_planned(session: Session, fact: Fact, context: Any) -> None:
    batch = pages.collect(session, fact)
    if batch is None:
        return
    store_plan(session, batch)
    lay_out_waiting(session, context.plugins, batch.conference, batch.head["plan_version"])
    advance(session, batch.conference, PARTICIPANT)


def on_option_proposed(session: Session, fact: Fact, context: Any) -> None:
    conference = fact.data["conference"]
    note_proposed(session, fact.data, PARTICIPANT)
    lay_out_revision(session, context.plugins, conference, fact.data["revision"])
    advance(session, conference, PARTICIPANT)


HANDLERS = {
    ConferencePlannedV1: on_conference_planned,
    OptionProposedV1: on_option_proposed,
    OptionSelectedV1: selected(PARTICIPANT),
}
