"""What people do: propose an option, decide for it, undo, ask again."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, insert, select

from services.planning.plan.model import ConferencePlan, Phase
from services.planning.plan.queries import lock_unclosed, newest_plan, phase_of
from services.planning.switch.model import (
    DECIDED,
    PARTICIPANTS,
    ConferenceOpen,
    CurrentChanged,
    NothingDecided,
    NothingToRetry,
    NothingToUndo,
    OlderPlan,
    Order,
    RevisionFailed,
    StalePreview,
    State,
    UnknownOption,
)
from services.planning.switch.progress import (
    reopen,
    set_state,
    take_effect,
    tell_proposed,
    tell_selected,
)
from services.planning.switch.queries import (
    get_revision,
    is_decided_since,
    newest_decided,
    newest_decision,
    newest_selected,
    option_before,
)
from services.planning.switch.tables import answers, decisions, revisions
from shared.storage.session import Session


def propose_option(session: Session, conference: str, option: str, *, by: str, now: datetime) -> int:
    """Prepare `option` on the newest plan version; nothing changes for anybody. The new revision's number.

    Raises UnknownConference, UnknownOption, ConferenceClosed.
    """
    plan_version = lock_unclosed(session, conference)
    if option not in newest_plan(session, conference).option_titles:
        raise UnknownOption(option)
    revision = {
        **_next(session, conference),
        "option": option,
        "plan_version": plan_version,
        "state": State.PREPARING,
        "participants": list(PARTICIPANTS),
        "proposed_at": now,
        "proposed_by": by,
    }
    session.execute(insert(revisions).values(**revision))
    number = int(revision["number"])
    waiting = [{"conference": conference, "number": number, "service": name} for name in PARTICIPANTS]
    session.execute(insert(answers), waiting)
    tell_proposed(session, get_revision(session, conference, number))
    return number


def decide(session: Session, conference: str, order: Order, *, by: str, now: datetime) -> int:
    """Record a decision; it takes effect once the layout is there. The revision's number.

    Raises CurrentChanged, StalePreview, RevisionFailed, UnknownRevision, UnknownOption, UnknownConference,
    ConferenceOpen, ConferenceClosed.
    """
    plan_version = lock_unclosed(session, conference)
    if phase_of(session, conference) is Phase.OPEN and not order.while_open:
        raise ConferenceOpen
    _check_expected(session, conference, order.expected_current)
    if order.revision is not None:
        number = order.revision
        _check_preview(session, conference, number, plan_version)
    else:
        number = propose_option(session, conference, order.option or "", by=by, now=now)
    revision = get_revision(session, conference, number)
    _record(session, revision, order, by=by, now=now)
    set_state(session, conference, number, State.DECIDING)
    if revision.layout_id is not None:
        take_effect(session, conference, number, now)
    return number


def undo(session: Session, conference: str, order: Order, *, by: str, now: datetime) -> int:
    """Decide for the option adopted before the current one, on the newest plan, or for its preview.

    Raises NothingToUndo; StalePreview when the previewed revision is of another option; and as `decide`.
    """
    lock_unclosed(session, conference)
    previous = option_before(session, conference)
    if previous is None:
        raise NothingToUndo
    if order.revision is not None and get_revision(session, conference, order.revision).option != previous:
        raise StalePreview(_newest_decision(session, conference))
    option = None if order.revision is not None else previous
    return decide(session, conference, replace(order, option=option, kind="undo"), by=by, now=now)


def retry(session: Session, conference: str, number: int) -> None:
    """Ask again for what is missing: a failed layout, or answers that did not come.

    Raises NothingToRetry for a revision that is settled or superseded, StalePreview for a failed decision
    after which another was made, ConferenceClosed.
    """
    lock_unclosed(session, conference)
    revision = get_revision(session, conference, number)
    state = State(revision.state)
    if state in (State.SETTLED, State.SUPERSEDED):
        raise NothingToRetry(number, state)
    if state is State.FAILED:
        if is_decided_since(session, conference, number):
            raise StalePreview(_newest_decision(session, conference))
        reopen(session, conference, number)
    tell_proposed(session, revision)
    if state is State.SETTLING:
        tell_selected(session, revision)


def _next(session: Session, conference: str) -> dict[str, Any]:
    highest = select(func.max(revisions.c.number)).where(revisions.c.conference == conference)
    base = newest_selected(session, conference)
    return {
        "conference": conference,
        "number": (session.execute(highest).scalar_one() or 0) + 1,
        "base": base.number if base is not None else None,
    }


def _check_expected(session: Session, conference: str, expected: int | None) -> None:
    newest = newest_decided(session, conference)
    if expected is not None and expected != (newest.number if newest is not None else 0):
        kind = CurrentChanged if newest is not None else NothingDecided
        raise kind(_newest_decision(session, conference))


def _check_preview(session: Session, conference: str, number: int, plan_version: int) -> None:
    revision, newest = get_revision(session, conference, number), newest_decided(session, conference)
    if revision.state == State.FAILED:
        raise RevisionFailed(number)
    newest_number = newest.number if newest is not None else None
    if revision.base != newest_number or revision.state in DECIDED:
        raise StalePreview(_newest_decision(session, conference))
    if revision.plan_version != plan_version:
        raise OlderPlan(_newest_decision(session, conference))


def _newest_decision(session: Session, conference: str) -> dict[str, Any] | None:
    """For a refusal: who decided what, when."""
    return newest_decision(session, conference, newest_plan(session, conference).option_titles)


def _record(session: Session, revision: Row[Any], order: Order, *, by: str, now: datetime) -> None:
    """Who decided, where the order does not say: the body that the plan names, or the organiser."""
    session.execute(
        insert(decisions).values(
            conference=revision.conference,
            revision=revision.number,
            option=revision.option,
            kind=order.kind,
            reason=order.reason,
            paper_number=order.paper_number,
            paper_date=order.paper_date,
            decided_by=order.decided_by or _deciding_body(newest_plan(session, revision.conference)),
            entered_by=by,
            at=now,
        )
    )


def _deciding_body(plan: ConferencePlan) -> str:
    return plan.conference.decided_by or plan.conference.organiser
