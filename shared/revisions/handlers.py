"""The handlers that every participant of a switch has."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from shared.bus.delivery import Fact, Handler
from shared.revisions.following import Participant, advance, note_proposed, note_selected


def proposed(part: Participant) -> Handler:
    """For OptionProposedV1: prepare the revision as soon as its layout is known."""

    def on_option_proposed(session: Session, fact: Fact, _context: Any) -> None:
        note_proposed(session, fact.data, part)
        advance(session, fact.data["conference"], part)

    return on_option_proposed


def selected(part: Participant) -> Handler:
    """For OptionSelectedV1: move the pointer as soon as the revision is prepared."""

    def on_option_selected(session: Session, fact: Fact, _context: Any) -> None:
        note_selected(session, fact.data)
        advance(session, fact.data["conference"], part)

    return on_option_selected
