"""What registration listens to: plans, proposals, layouts and decisions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from services.registration.answers.waiting import reseat_sites, reseat_waiting
from services.registration.honours.commands import note_award_decided, refill_awardees
from services.registration.plan.commands import (
    change_site,
    close_conference,
    conference_id,
    store_layout,
    store_plan,
)
from services.registration.plan.queries import get_view
from services.registration.storage import hold_answers
from services.registration.switch.commands import PARTICIPANT
from shared.bus import pages
from shared.bus.delivery import Fact, Handler
from shared.clock import Clock
from shared.contracts.awards import AwardDecidedV1
from shared.contracts.event import Event
from shared.contracts.planning import (
    ConferenceClosedV1,
    ConferenceOpenedV1,
    ConferencePlannedV1,
    OptionProposedV1,
    OptionSelectedV1,
)
from shared.contracts.venue import LayoutPreparedV1, SiteChangedV1
from shared.revisions.following import advance, current_revision, note_layout, note_proposed, note_selected
from shared.storage.session import Session


@dataclass(frozen=True, slots=True)
class Notice:
    """What the handlers are given."""

    clock: Clock


def on_conference_planned(session: Session, fact: Fact, _context: Any) -> None:
    batch = pages.collect(session, fact)
    if batch is None:
        return
    unit_rows, group_rows = batch.tables["units"].records(), batch.tables["groups"].records()
    store_plan(session, batch.conference, batch.head, unit_rows, group_rows)
    refill_awardees(session, batch.conference)
    _advance(session, batch.conference)


def on_option_proposed(session: Session, fact: Fact, _context: Any) -> None:
    note_proposed(session, fact.data, PARTICIPANT)
    _advance(session, fact.data["conference"])


def on_layout_prepared(session: Session, fact: Fact, _context: Any) -> None:
    batch = pages.collect(session, fact)
    if batch is None:
        return
    head, tables = batch.head, batch.tables
    layout_id, is_new = note_layout(session, batch.conference, head["revision"], head["layout"])
    if is_new:
        site_rows, route_rows = tables["sites"].records(), tables["routes"].records()
        store_layout(session, batch.conference, layout_id, site_rows, route_rows)
    _advance(session, batch.conference)


def on_option_selected(session: Session, fact: Fact, _context: Any) -> None:
    note_selected(session, fact.data)
    _advance(session, fact.data["conference"])


def on_site_changed(session: Session, fact: Fact, _context: Any) -> None:
    conference = fact.data["conference"]
    hold_answers(session, conference_id(session, conference))
    site = change_site(session, conference, fact.data["site"], fact.data)
    reseat_sites(session, conference, [site])


def on_conference_closed(session: Session, fact: Fact, context: Notice) -> None:
    # Events bear real time; the conference may live on a shifted clock.
    close_conference(session, fact.data["conference"], fact.time + context.clock.offset)


def on_conference_opened(session: Session, fact: Fact, _context: Any) -> None:
    close_conference(session, fact.data["conference"], None)


def on_award_decided(session: Session, fact: Fact, _context: Any) -> None:
    batch = pages.collect(session, fact)
    if batch is not None:
        note_award_decided(session, batch.conference, batch.head["decision"])


def _advance(session: Session, conference: str) -> None:
    """Prepare and adopt what can be; another layout may have seats for those who wait."""
    before = current_revision(session, conference)
    advance(session, conference, PARTICIPANT)
    if current_revision(session, conference) != before:
        reseat_waiting(session, get_view(session, conference))


HANDLERS: dict[type[Event], Handler] = {
    ConferencePlannedV1: on_conference_planned,
    OptionProposedV1: on_option_proposed,
    LayoutPreparedV1: on_layout_prepared,
    OptionSelectedV1: on_option_selected,
    SiteChangedV1: on_site_changed,
    ConferenceClosedV1: on_conference_closed,
    ConferenceOpenedV1: on_conference_opened,
    AwardDecidedV1: on_award_decided,
}
