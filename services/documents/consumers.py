"""What documents listens to: the plan, layouts, options proposed and selected, the conference opened and
closed, the award's recipients, rooms and addresses."""

from __future__ import annotations

from typing import Any

from services.documents.papers.commands import store_asked
from services.documents.plan import commands as plan
from services.documents.register.commands import ask_for_drafts
from services.documents.switch.commands import PARTICIPANT
from shared.bus.delivery import Fact
from shared.bus.pages import Batch, collect
from shared.contracts.awards import AwardDecidedV1
from shared.contracts.planning import (
    ConferenceClosedV1,
    ConferenceOpenedV1,
    ConferencePlannedV1,
    OptionProposedV1,
    OptionSelectedV1,
)
from shared.contracts.venue import LayoutPreparedV1, SiteChangedV1
from shared.revisions.following import current_revision
from shared.revisions.handlers import (
    laid_out,
    on_conference_closed,
    on_conference_opened,
    planned,
    proposed,
    selected,
)
from shared.storage.session import Session


def store_plan(session: Session, batch: Batch) -> None:
    """Each subject keeps its own part of a plan version."""
    plan.store_plan(session, batch)
    store_asked(session, batch)


def on_award_decided(session: Session, fact: Fact, _context: Any) -> None:
    """The decision's annex has other recipients: draft it anew, or what replaces the one that was issued.
    Before the first decision on an option there are no drafts; those made then will have them."""
    batch = collect(session, fact)
    if batch is None:
        return
    plan.note_award(session, batch.conference, batch.head["decision"])
    revision = current_revision(session, batch.conference)
    if revision is not None:
        ask_for_drafts(session, batch.conference, revision, f"award/{batch.batch}")


def on_site_changed(session: Session, fact: Fact, _context: Any) -> None:
    """A room or an address is another one: the drafts follow, and what was issued with it is replaced."""
    conference = fact.data["conference"]
    revision = current_revision(session, conference)
    if revision is not None:
        ask_for_drafts(session, conference, revision, "sites")


HANDLERS = {
    ConferencePlannedV1: planned(PARTICIPANT, store_plan),
    LayoutPreparedV1: laid_out(PARTICIPANT, plan.store_layout),
    OptionProposedV1: proposed(PARTICIPANT),
    OptionSelectedV1: selected(PARTICIPANT),
    ConferenceOpenedV1: on_conference_opened,
    ConferenceClosedV1: on_conference_closed,
    AwardDecidedV1: on_award_decided,
    SiteChangedV1: on_site_changed,
}
