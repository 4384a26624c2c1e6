"""What awards listens to: the plan, layouts, options proposed and selected."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from services.awards.commands import PARTICIPANT, store_plan, store_presentations
from shared.bus import pages
from shared.bus.delivery import Fact
from shared.contracts.planning import ConferencePlannedV1, OptionProposedV1, OptionSelectedV1
from shared.contracts.venue import LayoutPreparedV1
from shared.revisions.following import advance, note_layout
from shared.revisions.handlers import proposed, selected


def on_conference_planned(session: Session, fact: Fact, _context: Any) -> None:
    batch = pages.collect(session, fact)
    if batch is not None:
        store_plan(session, batch)
        advance(session, batch.conference, PARTICIPANT)


def on_layout_prepared(session: Session, fact: Fact, _context: Any) -> None:
    batch = pages.collect(session, fact)
    if batch is None:
        return
    head = batch.head
    layout_id, is_new = note_layout(session, batch.conference, head["revision"], head["layout"])
    if is_new:
        store_presentations(session, layout_id, batch.tables["presentations"].records())
    advance(session, batch.conference, PARTICIPANT)


HANDLERS = {
    ConferencePlannedV1: on_conference_planned,
    LayoutPreparedV1: on_layout_prepared,
    OptionProposedV1: proposed(PARTICIPANT),
    OptionSelectedV1: selected(PARTICIPANT),
}
