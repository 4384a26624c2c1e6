"""What registration listens to: plans, proposals, layouts and decisions."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from services.registration.plan.commands import store_layout, store_plan
from services.registration.switch.commands import PARTICIPANT
from shared.bus import pages
from shared.bus.delivery import Fact, Handler
from shared.contracts.event import Event
from shared.contracts.planning import ConferencePlannedV1, OptionProposedV1, OptionSelectedV1
from shared.contracts.venue import LayoutPreparedV1
from shared.revisions.following import advance, note_layout, note_proposed, note_selected


def on_conference_planned(session: Session, fact: Fact, _context: Any) -> None:
    batch = pages.collect(session, fact)
    if batch is None:
        return
    unit_rows, group_rows = batch.tables["units"].records(), batch.tables["groups"].records()
    store_plan(session, batch.conference, batch.head, unit_rows, group_rows)
    advance(session, batch.conference, PARTICIPANT)


def on_option_proposed(session: Session, fact: Fact, _context: Any) -> None:
    note_proposed(session, fact.data, PARTICIPANT)
    advance(session, fact.data["conference"], PARTICIPANT)


def on_layout_prepared(session: Session, fact: Fact, _context: Any) -> None:
    batch = pages.collect(session, fact)
    if batch is None:
        return
    head, tables = batch.head, batch.tables
    layout_id, is_new = note_layout(session, batch.conference, head["revision"], head["layout"])
    if is_new:
        site_rows, route_rows = tables["sites"].records(), tables["routes"].records()
        store_layout(session, batch.conference, layout_id, site_rows, route_rows)
    advance(session, batch.conference, PARTICIPANT)


def on_option_selected(session: Session, fact: Fact, _context: Any) -> None:
    note_selected(session, fact.data)
    advance(session, fact.data["conference"], PARTICIPANT)


HANDLERS: dict[type[Event], Handler] = {
    ConferencePlannedV1: on_conference_planned,
    OptionProposedV1: on_option_proposed,
    LayoutPreparedV1: on_layout_prepared,
    OptionSelectedV1: on_option_selected,
}
