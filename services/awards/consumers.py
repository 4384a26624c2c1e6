"""What awards listens to: the plan, layouts, options proposed and selected, the conference opened and
closed, and the decision's number."""

from __future__ import annotations

from typing import Any

from services.awards.decision.commands import note_ended, note_issued
from services.awards.quotas.commands import store_plan
from services.awards.switch.commands import PARTICIPANT, store_layout
from shared.bus.delivery import Fact
from shared.contracts.documents import DocumentIssuedV1, DocumentSupersededV1
from shared.contracts.planning import (
    ConferenceClosedV1,
    ConferenceOpenedV1,
    ConferencePlannedV1,
    OptionProposedV1,
    OptionSelectedV1,
)
from shared.contracts.venue import LayoutPreparedV1
from shared.revisions.handlers import (
    laid_out,
    on_conference_closed,
    on_conference_opened,
    planned,
    proposed,
    selected,
)
from shared.storage.session import Session


def on_document_issued(session: Session, fact: Fact, _context: Any) -> None:
    note_issued(session, fact.data)


def on_document_superseded(session: Session, fact: Fact, _context: Any) -> None:
    note_ended(session, fact.data["document"], fact.data["reason"])


HANDLERS = {
    ConferencePlannedV1: planned(PARTICIPANT, store_plan),
    LayoutPreparedV1: laid_out(PARTICIPANT, store_layout),
    OptionProposedV1: proposed(PARTICIPANT),
    OptionSelectedV1: selected(PARTICIPANT),
    ConferenceOpenedV1: on_conference_opened,
    ConferenceClosedV1: on_conference_closed,
    DocumentIssuedV1: on_document_issued,
    DocumentSupersededV1: on_document_superseded,
}
