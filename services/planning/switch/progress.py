"""How far a revision is: what the services answer, and what that makes of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, select, update

from services.planning.plan.queries import lock_conference
from services.planning.reminders.commands import record_reminders
from services.planning.switch.layouts import store_layout
from services.planning.switch.model import OPEN, State, state_after_answers
from services.planning.switch.queries import (
    find_decision,
    get_revision,
    is_decided_since,
    newest_selected,
)
from services.planning.switch.tables import answers, revision_jobs, revisions
from services.planning.tasks.model import Force
from services.planning.tasks.queries import count_changes
from shared.bus.outbox import emit
from shared.contracts.planning import OptionProposedV1, OptionSelectedV1
from shared.storage.session import Session
from shared.storage.upsert import dialect_of, insert_into

Counts = Mapping[str, int]


def note_layout(
    session: Session, conference: str, number: int, digest: str, rows: list[Any], now: datetime
) -> None:
    """The layout is there: planning works out its own part, and a waiting decision takes effect."""
    lock_conference(session, conference)
    failed = State(get_revision(session, conference, number).state) is State.FAILED
    if failed and not is_decided_since(session, conference, number):
        reopen(session, conference, number)  # asked twice, and the second answer is a layout
    revision = get_revision(session, conference, number)
    layout_id = store_layout(session, conference, digest, rows)
    _set(session, conference, number, layout_id=layout_id)
    counts = count_changes(
        session, conference, _force_of_base(session, revision), _force(revision, layout_id)
    )
    note_prepared(session, conference, number, "planning", "ok", counts, now)
    if revision.state == State.DECIDING:
        take_effect(session, conference, number, now)


def note_layout_failed(session: Session, conference: str, number: int, problem: Mapping[str, str]) -> None:
    """No layout: the revision, and the decision for it, fails; the current revision stays."""
    lock_conference(session, conference)
    revision = get_revision(session, conference, number)
    if revision.layout_id is None and State(revision.state) in (*OPEN, State.DECIDING):
        set_state(session, conference, number, State.FAILED, problem=dict(problem))


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


def take_effect(session: Session, conference: str, number: int, now: datetime) -> None:
    """The decision takes effect, unless a newer one has: then this one is superseded."""
    newest = newest_selected(session, conference)
    if newest is not None and newest.number > number:
        set_state(session, conference, number, State.SUPERSEDED)
        return
    record_reminders(session, conference, now)  # what came until now is the old tasks'
    _supersede_older(session, conference, number)
    set_state(session, conference, number, State.SETTLING)
    revision = get_revision(session, conference, number)
    tell_selected(session, revision)
    own = answers.c.conference == conference, answers.c.number == number, answers.c.service == "planning"
    counts = session.execute(select(answers.c.counts).where(*own)).scalar_one()
    note_settled(session, conference, number, "planning", "ok", counts, now)


def tell_proposed(session: Session, revision: Row[Any]) -> None:
    """Have the services prepare a revision; once more does no harm."""
    data = {
        "conference": revision.conference,
        "revision": revision.number,
        "option": revision.option,
        "plan_version": revision.plan_version,
        "base": revision.base,
        "participants": revision.participants,
    }
    emit(session, OptionProposedV1, data, key=revision.conference, subject=_subject(revision))


def tell_selected(session: Session, revision: Row[Any]) -> None:
    """Have the services adopt a revision; once more does no harm."""
    data = {"conference": revision.conference, "revision": revision.number, "option": revision.option}
    emit(session, OptionSelectedV1, data, key=revision.conference, subject=_subject(revision))


def reopen(session: Session, conference: str, number: int) -> None:
    """A failed revision waits for its layout again, for a preview or for its decision."""
    decided = find_decision(session, conference, number) is not None
    set_state(session, conference, number, State.DECIDING if decided else State.PREPARING, problem=None)


def _supersede_older(session: Session, conference: str, number: int) -> None:
    older = (
        revisions.c.conference == conference,
        revisions.c.number < number,
        revisions.c.state.in_([State.SETTLING, State.DECIDING]),
    )
    session.execute(update(revisions).where(*older).values(state=State.SUPERSEDED))


def _answer(session: Session, conference: str, number: int, service: str, values: Mapping[str, Any]) -> None:
    lock_conference(session, conference)  # the state is read here and written below
    own = answers.c.conference == conference, answers.c.number == number
    # The first answer holds: a service that learns everything anew gives its answers again.
    first = answers.c[next(name for name in values if name.endswith("_at"))].is_(None)
    session.execute(update(answers).where(*own, answers.c.service == service, first).values(**values))
    count = select(func.count(answers.c.prepared_at), func.count(answers.c.settled_at), func.count()).where(
        *own
    )
    prepared, settled, participants = session.execute(count).one()
    revision = get_revision(session, conference, number)
    state = state_after_answers(State(revision.state), prepared, settled, participants)
    if state != revision.state:
        set_state(session, conference, number, state)


def _force(revision: Row[Any], layout_id: int) -> Force:
    return Force(revision.plan_version, revision.option, layout_id)


def _force_of_base(session: Session, revision: Row[Any]) -> Force:
    """What is in force before: by the base, or, before a first decision, the tasks of no option."""
    if revision.base is None:
        return Force(revision.plan_version, "", None)
    base = get_revision(session, revision.conference, revision.base)
    return _force(base, base.layout_id)


def _subject(revision: Row[Any]) -> str:
    return f"{revision.conference}/{revision.number}"


def set_state(session: Session, conference: str, number: int, state: State, **values: Any) -> None:
    _set(session, conference, number, state=state, **values)


def _set(session: Session, conference: str, number: int, **values: Any) -> None:
    same = revisions.c.conference == conference, revisions.c.number == number
    session.execute(update(revisions).where(*same).values(**values))
