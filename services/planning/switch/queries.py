"""The read side of revisions and decisions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Row, select

from services.planning.switch.model import DECIDED, State, UnknownRevision
from services.planning.switch.tables import answers, decisions, revision_jobs, revisions
from shared.storage.session import Session


def newest_decided(session: Session, conference: str) -> Row[Any] | None:
    """The newest revision with a decision that has not failed: what `expected_current` names."""
    return _newest(session, conference, DECIDED)


def newest_selected(session: Session, conference: str) -> Row[Any] | None:
    """The newest revision that was sent out to be adopted: planning's own pointer, and the next base."""
    return _newest(session, conference, (State.SETTLING, State.SETTLED))


def option_before(session: Session, conference: str) -> str | None:
    """The option adopted before the current one: what undo goes back to.

    Adopted is what was sent out to be adopted, also if a newer decision came before all had settled.
    """
    current = newest_decided(session, conference)
    if current is None:
        return None
    own = (answers.c.conference == revisions.c.conference) & (answers.c.number == revisions.c.number)
    query = (
        select(revisions.c.option)
        .join(answers, own & (answers.c.service == "planning"))
        .where(
            revisions.c.conference == conference,
            revisions.c.number < current.number,
            answers.c.settled_at.is_not(None),
        )
        .order_by(revisions.c.number.desc())
        .limit(1)
    )
    return session.execute(query).scalar_one_or_none()


def get_revision(session: Session, conference: str, number: int) -> Row[Any]:
    """Raises UnknownRevision."""
    query = select(revisions).where(revisions.c.conference == conference, revisions.c.number == number)
    row = session.execute(query).one_or_none()
    if row is None:
        raise UnknownRevision(number)
    return row


def list_revisions(session: Session, conference: str, limit: int = 50) -> list[Row[Any]]:
    query = select(revisions).where(revisions.c.conference == conference)
    return list(session.execute(query.order_by(revisions.c.number.desc()).limit(limit)))


def services_of(session: Session, conference: str, number: int) -> dict[str, dict[str, Any]]:
    """What each participant has answered, by service, in the order of the participant list."""
    query = select(answers).where(answers.c.conference == conference, answers.c.number == number)
    jobs = _jobs_of(session, conference, number)
    return {row.service: {**_service(row), "jobs": jobs.get(row.service)} for row in session.execute(query)}


def _jobs_of(session: Session, conference: str, number: int) -> dict[str, dict[str, int]]:
    query = select(revision_jobs).where(
        revision_jobs.c.conference == conference, revision_jobs.c.number == number
    )
    names = ("queued", "running", "done", "failed")
    return {row.service: {name: getattr(row, name) for name in names} for row in session.execute(query)}


def _service(row: Row[Any]) -> dict[str, Any]:
    settled, prepared = row.settled_at is not None, row.prepared_at is not None
    return {
        "state": "settled" if settled else "prepared" if prepared else "waiting",
        "outcome": row.outcome,
        "counts": row.settled_counts if settled else row.counts,
        "preview": row.counts,
        "prepared_at": row.prepared_at,
        "settled_at": row.settled_at,
    }


def list_decisions(session: Session, conference: str) -> list[Row[Any]]:
    """Newest first; `state` is the revision's."""
    query = (
        select(decisions, revisions.c.state)
        .join(
            revisions,
            (revisions.c.conference == decisions.c.conference) & (revisions.c.number == decisions.c.revision),
        )
        .where(decisions.c.conference == conference)
        .order_by(decisions.c.revision.desc())
    )
    return list(session.execute(query))


def newest_decision(session: Session, conference: str, options: Mapping[str, str]) -> dict[str, Any] | None:
    """Who decided what, when: the newest decision that has not failed. `options`: key → title."""
    row = next((row for row in list_decisions(session, conference) if row.state != State.FAILED), None)
    return described(row._mapping, options) if row is not None else None


def described(decision: Mapping[Any, Any], options: Mapping[str, str]) -> dict[str, Any]:
    """A decision with its option's title, and its paper as one value."""
    number = decision["paper_number"]
    paper = {"number": number, "date": decision["paper_date"]} if number else None
    plain = {str(name): value for name, value in decision.items()}
    return {**plain, "option_title": options.get(decision["option"], decision["option"]), "paper": paper}


def is_decided_since(session: Session, conference: str, number: int) -> bool:
    """Whether a decision that has not failed was made after the one for revision `number`, if any."""
    own = find_decision(session, conference, number)
    if own is None:
        return False
    return any(row.at > own.at and row.state != State.FAILED for row in list_decisions(session, conference))


def find_decision(session: Session, conference: str, number: int) -> Row[Any] | None:
    query = select(decisions).where(decisions.c.conference == conference, decisions.c.revision == number)
    return session.execute(query).one_or_none()


def _newest(session: Session, conference: str, states: tuple[State, ...]) -> Row[Any] | None:
    query = (
        select(revisions)
        .where(revisions.c.conference == conference, revisions.c.state.in_(list(states)))
        .order_by(revisions.c.number.desc())
        .limit(1)
    )
    return session.execute(query).one_or_none()
