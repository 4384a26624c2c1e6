"""The handlers of a participant; a service says what it stores of a plan and of a layout."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from shared.bus.delivery import Fact, Handler
from shared.bus.pages import Batch, collect
from shared.revisions.closing import note_closing
from shared.revisions.following import Participant, advance, note_layout, note_proposed, note_selected
from shared.storage.session import Session


def planned(part: Participant, store_plan: Callable[[Session, Batch], None]) -> Handler:
    """For ConferencePlannedV1: keep a plan version once all its pages are here."""

    def on_conference_planned(session: Session, fact: Fact, _context: Any) -> None:
        batch = collect(session, fact)
        if batch is not None:
            store_plan(session, batch)
            advance(session, batch.conference, part)

    return on_conference_planned


def laid_out(part: Participant, store_layout: Callable[[Session, int, Batch], None]) -> Handler:
    """For LayoutPreparedV1: keep a layout under its id, unless an equal one is here already."""

    def on_layout_prepared(session: Session, fact: Fact, _context: Any) -> None:
        batch = collect(session, fact)
        if batch is None:
            return
        number, digest = batch.head["revision"], batch.head["layout"]
        layout_id, is_new = note_layout(session, batch.conference, number, digest)
        if is_new:
            store_layout(session, layout_id, batch)
        advance(session, batch.conference, part)

    return on_layout_prepared


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


def on_conference_closed(session: Session, fact: Fact, _context: Any) -> None:
    note_closing(session, fact.data["conference"], closed=True)


def on_conference_opened(session: Session, fact: Fact, _context: Any) -> None:
    note_closing(session, fact.data["conference"], closed=False)
