"""What venue listens to: the plan, options proposed and selected, the conference opened and closed."""

from __future__ import annotations

from typing import Any

from services.venue.layouts.commands import lay_out_revision, lay_out_waiting, store_plan
from services.venue.sites.queries import count_changes
from shared.bus import pages
from shared.bus.delivery import Fact
from shared.contracts.planning import (
    ConferenceClosedV1,
    ConferenceOpenedV1,
    ConferencePlannedV1,
    OptionProposedV1,
    OptionSelectedV1,
)
from shared.contracts.venue import VenueRevisionPreparedV1, VenueRevisionSettledV1
from shared.revisions.following import Participant, advance, note_proposed
from shared.revisions.handlers import on_conference_closed, on_conference_opened, selected
from shared.storage.session import Session

PARTICIPANT = Participant(
    service="venue",
    prepared=VenueRevisionPreparedV1,
    settled=VenueRevisionSettledV1,
    is_ready=lambda _session, _revision: True,  # the layout itself is made from the plan version
    prepare=count_changes,
    settle=count_changes,  # counted again: a capacity may have been set since the preview
)


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
    ConferenceOpenedV1: on_conference_opened,
    ConferenceClosedV1: on_conference_closed,
}
