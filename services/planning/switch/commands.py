"""Propose, decide, undo, retry; and what the services' answers do to a revision."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, insert, select, update
from sqlalchemy.orm import Session

from services.planning.plan.model import Phase
from services.planning.plan.queries import lock_conference, lock_unclosed, phase_of
from services.planning.reminders.commands import record_reminders
from services.planning.switch.model import (
    DECIDED,
    OPEN,
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
    UnknownRevision,
    state_after_answers,
)
from services.planning.switch.queries import (
    is_decided_since,
    newest_decided,
    newest_decision,
    newest_selected,
    option_before,
)
from services.planning.switch.tables import answers, decisions, duties, layouts, revision_jobs, revisions
from services.planning.tasks.model import Force
from services.planning.tasks.queries import count_changes
from shared.bus.outbox import emit
from shared.contracts.planning import OptionProposedV1, OptionSelectedV1
from shared.names import search_key
from shared.storage.upsert import dialect_of, insert_into

Counts = Mapping[str, int]


def propose_option(
    session: Session, conference: str, option: str, options: Mapping[str, str], *, by: str, now: datetime
) -> int:
    """Prepare `option` on the newest plan version; nothing changes for anybody. The new revision's number.

    `options`: the plan's options, key → title. Raises UnknownConference, UnknownOption, ConferenceClosed.
    """
    plan_version = lock_unclosed(session, conference)
    return _propose(session, conference, plan_version, option, options, by=by, now=now)


def decide(
    session: Session,
    conference: str,
    order: Order,
    options: Mapping[str, str],
    *,
    body: str,
    by: str,
    now: datetime,
) -> int:
    """Record a decision; it takes effect once the layout is there. The revision's number.

    `body` decides when the order does not say who. Raises CurrentChanged, StalePreview, RevisionFailed,
    UnknownRevision, UnknownOption, UnknownConference, ConferenceOpen, ConferenceClosed.
    """
    plan_version = lock_unclosed(session, conference)
    if phase_of(session, conference) is Phase.OPEN and not order.while_open:
        raise ConferenceOpen
    _check_expected(session, conference, order.expected_current, options)
    if order.revision is not None:
        number = _check_preview(session, conference, order.revision, plan_version, options)
    else:
        number = _propose(session, conference, plan_version, order.option or "", options, by=by, now=now)
    revision = _get(session, conference, number)
    _record(session, revision, order, body=body, by=by, now=now)
    _set_state(session, conference, number, State.DECIDING)
    if revision.layout_id is not None:
        _select(session, conference, number, now)
    return number


def undo(
    session: Session,
    conference: str,
    order: Order,
    options: Mapping[str, str],
    *,
    body: str,
    by: str,
    now: datetime,
) -> int:
    """Decide for the option adopted before the current one, on the newest plan, or for its preview.

    Raises NothingToUndo; StalePreview when the previewed revision is of another option.
    """
    lock_unclosed(session, conference)
    previous = option_before(session, conference)
    if previous is None:
        raise NothingToUndo
    if order.revision is not None and _get(session, conference, order.revision).option != previous:
        raise StalePreview(newest_decision(session, conference, options))
    back = Order(
        reason=order.reason,
        option=None if order.revision is not None else previous,
        revision=order.revision,
        expected_current=order.expected_current,
        paper_number=order.paper_number,
        paper_date=order.paper_date,
        decided_by=order.decided_by,
        kind="undo",
        while_open=order.while_open,
    )
    return decide(session, conference, back, options, body=body, by=by, now=now)


def retry(session: Session, conference: str, number: int, options: Mapping[str, str]) -> None:
    """Ask again for what is missing: a failed layout, or answers that did not come.

    Raises NothingToRetry for a revision that is settled or superseded, StalePreview for a failed decision
    after which another was made, ConferenceClosed.
    """
    lock_unclosed(session, conference)
    revision = _get(session, conference, number)
    state = State(revision.state)
    if state in (State.SETTLED, State.SUPERSEDED):
        raise NothingToRetry(number, state)
    if state is State.FAILED:
        if is_decided_since(session, conference, number):
            raise StalePreview(newest_decision(session, conference, options))
        _reopen(session, conference, number)
    _emit_proposed(session, revision)
    if state is State.SETTLING:
        _emit_selected(session, revision)


def note_layout(
    session: Session, conference: str, number: int, digest: str, rows: list[Any], now: datetime
) -> None:
    """The layout is there: planning works out its own part, and a waiting decision takes effect."""
    lock_conference(session, conference)
    failed = State(_get(session, conference, number).state) is State.FAILED
    if failed and not is_decided_since(session, conference, number):
        _reopen(session, conference, number)  # asked twice, and the second answer is a layout
    revision = _get(session, conference, number)
    layout_id = _store_layout(session, conference, digest, rows)
    changed = {"layout_id": layout_id}
    session.execute(update(revisions).where(*_is(conference, number)).values(**changed))
    counts = count_changes(
        session, conference, _force_of_base(session, revision), _force(revision, layout_id)
    )
    note_prepared(session, conference, number, "planning", "ok", counts, now)
    if revision.state == State.DECIDING:
        _select(session, conference, number, now)


def note_layout_failed(session: Session, conference: str, number: int, problem: Mapping[str, str]) -> None:
    """No layout: the revision, and the decision for it, fails; the current revision stays."""
    lock_conference(session, conference)
    revision = _get(session, conference, number)
    if revision.layout_id is None and State(revision.state) in (*OPEN, State.DECIDING):
        _set_state(session, conference, number, State.FAILED, problem=dict(problem))


def note_prepared(
    session: Session, conference: str, number: int, service: str, outcome: str, counts: Counts, now: datetime
) -> None:
    values = {"outcome": outcome, "counts": dict(counts), "prepared_at": now}
    _answer(session, conference, number, service, values)


def note_settled(
    session: Session, conference: str, number: int, service: str, outcome: str, counts: Counts, now: datetime
) -> None:
    values = {"outcome": outcome, "settled_counts": dict(counts), "settled_at": now}
    _answer(session, conference, number, service, values)


def note_jobs(session: Session, conference: str, number: int, service: str, counts: Counts) -> None:
    """How far a service's background work for a revision is; kept also for one that is not known yet."""
    values = {state: counts[state] for state in ("queued", "running", "done", "failed")}
    key = {"conference": conference, "number": number, "service": service}
    new = insert_into(dialect_of(session), revision_jobs).values(**key, **values)
    session.execute(new.on_conflict_do_update(index_elements=list(key), set_=values))


def _reopen(session: Session, conference: str, number: int) -> None:
    """A failed revision waits for its layout again, for a preview or for its decision."""
    decided = _is_decided(session, conference, number)
    _set_state(session, conference, number, State.DECIDING if decided else State.PREPARING, problem=None)


def _propose(
    session: Session,
    conference: str,
    plan_version: int,
    option: str,
    options: Mapping[str, str],
    *,
    by: str,
    now: datetime,
) -> int:
    if option not in options:
        raise UnknownOption(option)
    highest = select(func.coalesce(func.max(revisions.c.number), 0)).where(
        revisions.c.conference == conference
    )
    base = newest_selected(session, conference)
    row = {
        "conference": conference,
        "number": session.execute(highest).scalar_one() + 1,
        "option": option,
        "plan_version": plan_version,
        "base": base.number if base is not None else None,
        "state": State.PREPARING,
        "participants": list(PARTICIPANTS),
        "proposed_at": now,
        "proposed_by": by,
    }
    session.execute(insert(revisions).values(**row))
    waiting = [{"conference": conference, "number": row["number"], "service": name} for name in PARTICIPANTS]
    session.execute(insert(answers), waiting)
    _emit_proposed(session, _get(session, conference, row["number"]))
    return int(row["number"])


def _select(session: Session, conference: str, number: int, now: datetime) -> None:
    """The decision takes effect, unless a newer one has: then this one is superseded."""
    newest = newest_selected(session, conference)
    if newest is not None and newest.number > number:
        _set_state(session, conference, number, State.SUPERSEDED)
        return
    record_reminders(session, conference, now)  # what came until now is the old tasks'
    _supersede_older(session, conference, number)
    _set_state(session, conference, number, State.SETTLING)
    revision = _get(session, conference, number)
    _emit_selected(session, revision)
    own = answers.c.conference == conference, answers.c.number == number, answers.c.service == "planning"
    counts = session.execute(select(answers.c.counts).where(*own)).scalar_one()
    note_settled(session, conference, number, "planning", "ok", counts, now)


def _supersede_older(session: Session, conference: str, number: int) -> None:
    older = (
        revisions.c.conference == conference,
        revisions.c.number < number,
        revisions.c.state.in_([State.SETTLING, State.DECIDING]),
    )
    session.execute(update(revisions).where(*older).values(state=State.SUPERSEDED))


def _check_expected(
    session: Session, conference: str, expected: int | None, options: Mapping[str, str]
) -> None:
    newest = newest_decided(session, conference)
    if expected is not None and expected != (newest.number if newest is not None else 0):
        kind = CurrentChanged if newest is not None else NothingDecided
        raise kind(newest_decision(session, conference, options))


def _check_preview(
    session: Session, conference: str, number: int, plan_version: int, options: Mapping[str, str]
) -> int:
    revision, newest = _get(session, conference, number), newest_decided(session, conference)
    if revision.state == State.FAILED:
        raise RevisionFailed(number)
    newest_number = newest.number if newest is not None else None
    if revision.base != newest_number or revision.state in DECIDED:
        raise StalePreview(newest_decision(session, conference, options))
    if revision.plan_version != plan_version:
        raise OlderPlan(newest_decision(session, conference, options))
    return number


def _record(session: Session, revision: Row[Any], order: Order, *, body: str, by: str, now: datetime) -> None:
    session.execute(
        insert(decisions).values(
            conference=revision.conference,
            revision=revision.number,
            option=revision.option,
            kind=order.kind,
            reason=order.reason,
            paper_number=order.paper_number,
            paper_date=order.paper_date,
            decided_by=order.decided_by or body,
            entered_by=by,
            at=now,
        )
    )


def _answer(session: Session, conference: str, number: int, service: str, values: Mapping[str, Any]) -> None:
    lock_conference(session, conference)  # the state is read here and written below
    own = answers.c.conference == conference, answers.c.number == number
    session.execute(update(answers).where(*own, answers.c.service == service).values(**values))
    count = select(func.count(answers.c.prepared_at), func.count(answers.c.settled_at), func.count()).where(
        *own
    )
    prepared, settled, participants = session.execute(count).one()
    revision = _get(session, conference, number)
    state = state_after_answers(State(revision.state), prepared, settled, participants)
    if state != revision.state:
        _set_state(session, conference, number, state)


def _store_layout(session: Session, conference: str, digest: str, rows: list[Any]) -> int:
    same = select(layouts.c.id).where(layouts.c.conference == conference, layouts.c.digest == digest)
    layout_id = session.execute(same).scalar_one_or_none()
    if layout_id is not None:
        return int(layout_id)
    new = insert(layouts).values(conference=conference, digest=digest).returning(layouts.c.id)
    layout_id = session.execute(new).scalar_one()
    if rows:
        session.execute(
            insert(duties),
            [
                {**row, "layout_id": layout_id, "position": n, "search": search_key(row["title"])}
                for n, row in enumerate(rows)
            ],
        )
    return int(layout_id)


def _force(revision: Row[Any], layout_id: int) -> Force:
    return Force(revision.plan_version, revision.option, layout_id)


def _force_of_base(session: Session, revision: Row[Any]) -> Force:
    """What is in force before: by the base, or, before a first decision, the tasks of no option."""
    if revision.base is None:
        return Force(revision.plan_version, "", None)
    base = _get(session, revision.conference, revision.base)
    return _force(base, base.layout_id)


def _emit_proposed(session: Session, revision: Row[Any]) -> None:
    data = {
        "conference": revision.conference,
        "revision": revision.number,
        "option": revision.option,
        "plan_version": revision.plan_version,
        "base": revision.base,
        "participants": revision.participants,
    }
    emit(session, OptionProposedV1, data, key=revision.conference, subject=_subject(revision))


def _emit_selected(session: Session, revision: Row[Any]) -> None:
    data = {"conference": revision.conference, "revision": revision.number, "option": revision.option}
    emit(session, OptionSelectedV1, data, key=revision.conference, subject=_subject(revision))


def _subject(revision: Row[Any]) -> str:
    return f"{revision.conference}/{revision.number}"


def _is_decided(session: Session, conference: str, number: int) -> bool:
    query = select(decisions.c.revision).where(
        decisions.c.conference == conference, decisions.c.revision == number
    )
    return session.execute(query).one_or_none() is not None


def _get(session: Session, conference: str, number: int) -> Row[Any]:
    row = session.execute(select(revisions).where(*_is(conference, number))).one_or_none()
    if row is None:
        raise UnknownRevision(number)
    return row


def _is(conference: str, number: int) -> tuple[Any, Any]:
    return revisions.c.conference == conference, revisions.c.number == number


def _set_state(session: Session, conference: str, number: int, state: State, **values: Any) -> None:
    session.execute(update(revisions).where(*_is(conference, number)).values(state=state, **values))
