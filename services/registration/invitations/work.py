"""Issuing and withdrawing many invitations: stretch by stretch, each its own transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from services.registration.invitations.commands import (
    Route,
    Stretch,
    issue_stretch,
    require_issuable,
    withdraw_stretch,
    write_to_uninvited,
)
from services.registration.invitations.model import NotInvitable, Selection
from services.registration.messages.commands import start_sending
from services.registration.plan.model import ConferenceClosed, View
from services.registration.plan.queries import get_view
from shared.jobs.worker import JobFailed, Run
from shared.storage.session import Session

ISSUE = "issue_invitations"
WITHDRAW = "withdraw_invitations"
FIRST: Route = (0, 0)


def issue_invitations(run: Run, channel: str) -> dict[str, int]:
    """Issue what the payload selects and queue its messages. Repeating it issues only what is left."""
    selection, by = _selection(run.job.payload), run.job.payload["by"]

    def issue(session: Session, view: View, after: Route) -> Stretch:
        _require_issuable(session, view)
        return issue_stretch(session, view, selection, after, by, channel, run.now())

    done, queued = _go_through(run, issue)
    return {"invitations": done, "messages": queued + _tell_uninvited(run, selection, channel)}


def withdraw_invitations(run: Run, channel: str) -> dict[str, int]:
    """Withdraw what the payload selects and tell its persons. Repeating it withdraws only what is left."""
    selection, by, reason = _selection(run.job.payload), run.job.payload["by"], run.job.payload["reason"]

    def withdraw(session: Session, view: View, after: Route) -> Stretch:
        return withdraw_stretch(session, view, selection, after, by, reason, run.now())

    done, _ = _go_through(run, withdraw)
    return {"invitations": done, "messages": _tell_uninvited(run, selection, channel)}


def _go_through(run: Run, work: Callable[[Session, View, Route], Stretch]) -> tuple[int, int]:
    """All stretches; how many invitations they changed (in earlier runs too) and messages they queued."""
    total, done, queued = int(run.job.payload["total"]), run.job.done, 0
    after: Route | None = FIRST
    while after is not None:
        with run.write() as session:
            stretch = work(session, _view(session, run), after)
        done, queued, after = done + stretch.invitations, queued + stretch.queued, stretch.after
        run.progress(done, max(done, total))
    return done, queued


def _tell_uninvited(run: Run, selection: Selection, channel: str) -> int:
    """At the end, when it is known who is still invited somewhere; then the sender starts."""
    queued = 0
    after: UUID | None = UUID(int=0)
    while after is not None:
        with run.write() as session:
            view = _view(session, run)
            told, after = write_to_uninvited(session, view, selection, after, channel, run.now())
            if after is None:
                start_sending(session, view.conference, view.revision)
        queued += told
    return queued


def _view(session: Session, run: Run) -> View:
    view = get_view(session, run.job.conference)
    if view.revision != run.job.revision:
        raise JobFailed(
            "Phương án đã đổi trong lúc làm; phần còn lại chưa làm. Hãy xem lại rồi làm tiếp.",
            "The option was changed meanwhile; the rest was not done. Look again, then go on.",
        )
    return view


def _require_issuable(session: Session, view: View) -> None:
    try:
        require_issuable(session, view)
    except (NotInvitable, ConferenceClosed):
        raise JobFailed(
            "Thời gian hội nghị chưa được ấn định hoặc hội nghị đã kết thúc",
            "The start is not fixed, or the conference is over",
        ) from None


def _selection(payload: Mapping[str, Any]) -> Selection:
    return Selection(
        states=tuple(payload["states"]),
        group=payload["group"],
        unit=payload["unit"],
        issuer=payload["issuer"],
    )
