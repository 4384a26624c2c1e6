"""Issue, replace and withdraw invitations, a stretch of them at a time; write to the persons they are for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, and_, func, insert, or_, select, tuple_, update
from uuid_utils.compat import uuid7

from services.registration.invitations.audience import told_message, uninvited, unwritten
from services.registration.invitations.lines import LINES, chosen
from services.registration.invitations.model import NotInvitable, Selection
from services.registration.invitations.tables import invitations
from services.registration.messages.commands import cancel_messages, queue_messages
from services.registration.messages.model import ENDED, INVITING, SWITCHED, Draft, Kind
from services.registration.messages.tables import messages
from services.registration.plan.model import View
from services.registration.plan.queries import require_not_closed
from services.registration.plan.tables import groups, sites, units
from services.registration.storage import hold_invitations
from shared.bus.outbox import emit
from shared.contracts.registration import InvitationIssuedV1, InvitationWithdrawnV1
from shared.storage.session import Session

STRETCH = 1_000
"""Invitations of one transaction."""

Route = tuple[int, int]
"""Unit and group."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """What one transaction did, and the route to go on after; None: the end."""

    invitations: int
    queued: int
    after: Route | None


def require_issuable(session: Session, view: View) -> None:
    """Raises ConferenceClosed, NotInvitable."""
    require_not_closed(session, view.conference_id)
    if not view.moment:
        raise NotInvitable


def issue_stretch(
    session: Session, view: View, selection: Selection, after: Route, by: str, channel: str, now: datetime
) -> Stretch:
    """Issue or replace the next invitations of the selection, and queue what their persons are told."""
    hold_invitations(session, view.conference_id)
    rows = _next_lines(session, view, selection, after)
    if not rows:
        return Stretch(0, 0, None)
    fresh = [row for row in rows if row.state != "issued"]
    _end(session, [row.invitation_id for row in fresh if row.invitation_id], "replaced", by, "", now)
    issued = _insert(session, view, fresh, by, now)
    kept = [row.invitation_id for row in rows if row.state == "issued"]
    queued = _write_to_invited(session, view, rows, [*issued, *kept], channel, now)
    return Stretch(len(fresh), queued, (rows[-1].unit_id, rows[-1].group_id))


def withdraw_stretch(
    session: Session, view: View, selection: Selection, after: Route, by: str, reason: str, now: datetime
) -> Stretch:
    """Withdraw the next live invitations of the selection."""
    hold_invitations(session, view.conference_id)
    rows = [row for row in _next_lines(session, view, selection, after) if row.invitation_id]
    if not rows:
        return Stretch(0, 0, None)
    _end(session, [row.invitation_id for row in rows], "withdrawn", by, reason, now)
    for row in rows:
        data = {"conference": view.conference, "invitation": row.invitation_id}
        data |= {"group": row.group, "unit": row.unit}
        emit(session, InvitationWithdrawnV1, data, key=_key(view, row), subject=str(row.invitation_id))
    return Stretch(len(rows), 0, (rows[-1].unit_id, rows[-1].group_id))


def write_to_uninvited(
    session: Session, view: View, selection: Selection, after: UUID, channel: str, now: datetime
) -> tuple[int, UUID | None]:
    """Queue the next withdrawals for those who were told of an invitation that is over.

    Returns how many, and the message to go on after; None: the end.
    """
    assert view.revision is not None
    query = uninvited(selection).where(told_message > after).order_by(told_message).limit(STRETCH)
    rows = session.execute(query, view.parameters()).all()
    if not rows:
        return 0, None
    drafts = [_draft("withdrawal", row) for row in rows]
    queued = queue_messages(session, view.conference_id, view.revision, channel, drafts, now)
    return queued, rows[-1].told


def settle_messages(session: Session, view: View) -> None:
    """A newer revision holds: what waits of older ones goes on where its invitation is still the same.

    Whether a seat is still theirs is seen when they are told. The rest is cancelled; what is to be told
    instead, people decide.
    """
    mine = and_(messages.c.conference_id == view.conference_id, messages.c.revision < (view.revision or 0))
    waiting = select(messages.c.id).where(mine, messages.c.state == "queued").limit(1)
    if session.execute(waiting).first() is None:
        return
    same = select(LINES.c.invitation_id).where(LINES.c.state == "issued")
    inviting = and_(messages.c.kind.in_(INVITING), messages.c.invitation_id.in_(same))
    still = and_(mine, or_(inviting, messages.c.kind == "seat"))
    kept = update(messages).where(messages.c.state == "queued", still).values(revision=view.revision)
    session.execute(kept, view.parameters())
    cancel_messages(session, mine, SWITCHED)


def _next_lines(session: Session, view: View, selection: Selection, after: Route) -> Sequence[Row[Any]]:
    following = tuple_(LINES.c.unit_id, LINES.c.group_id) > after
    query = (
        select(LINES, groups.c.key.label("group"), units.c.key.label("unit"), sites.c.key.label("site"))
        .select_from(
            LINES.join(groups, groups.c.id == LINES.c.group_id)
            .join(units, units.c.id == LINES.c.unit_id)
            .outerjoin(sites, sites.c.id == LINES.c.site_id)
        )
        .where(chosen(selection), following)
        .order_by(LINES.c.unit_id, LINES.c.group_id)
        .limit(STRETCH)
    )
    return session.execute(query, view.parameters()).all()


def _end(session: Session, ids: Sequence[UUID], how: str, by: str, reason: str, now: datetime) -> None:
    if not ids:
        return
    ended = {"ended": how, "ended_at": now, "ended_by": by, "reason": reason}
    session.execute(update(invitations).where(invitations.c.id.in_(ids)).values(ended))
    inviting = and_(messages.c.invitation_id.in_(ids), messages.c.kind.in_(INVITING))
    cancel_messages(session, inviting, ENDED)


def _insert(session: Session, view: View, rows: Sequence[Row[Any]], by: str, now: datetime) -> list[UUID]:
    if not rows:
        return []
    before = _last_sequences(session, view, rows)
    made = [_issued(view, row, before.get((row.unit_id, row.group_id), 0) + 1, by, now) for row in rows]
    session.execute(insert(invitations), made)
    for values, row in zip(made, rows, strict=True):
        data = {name: values[name] for name in ("seats", "sequence", "revision")}
        data |= {"conference": view.conference, "invitation": values["id"], "replaces": row.invitation_id}
        data |= {"group": row.group, "unit": row.unit, "site": row.site}
        emit(session, InvitationIssuedV1, data, key=_key(view, row), subject=str(values["id"]))
    return [values["id"] for values in made]


def _issued(view: View, row: Row[Any], sequence: int, by: str, now: datetime) -> dict[str, Any]:
    return {
        "id": uuid7(),
        "conference_id": view.conference_id,
        "unit_id": row.unit_id,
        "group_id": row.group_id,
        "sequence": sequence,
        "site_id": row.site_id,
        "seats": row.seats,
        "starts_at": view.moment,
        "revision": view.revision,
        "issuer": row.issuer,
        "issued_at": now,
        "issued_by": by,
    }


def _last_sequences(session: Session, view: View, rows: Sequence[Row[Any]]) -> dict[Route, int]:
    query = (
        select(invitations.c.unit_id, invitations.c.group_id, func.max(invitations.c.sequence))
        .where(invitations.c.conference_id == view.conference_id)
        .where(invitations.c.unit_id.in_({row.unit_id for row in rows}))
        .group_by(invitations.c.unit_id, invitations.c.group_id)
    )
    return {(unit, group): last for unit, group, last in session.execute(query)}


def _write_to_invited(
    session: Session, view: View, rows: Sequence[Row[Any]], ids: Sequence[UUID], channel: str, now: datetime
) -> int:
    assert view.revision is not None
    unit_ids, group_ids = {row.unit_id for row in rows}, {row.group_id for row in rows}
    found = session.execute(unwritten(ids, unit_ids, group_ids), view.parameters())
    drafts = [_draft("replacement" if row.again else "invitation", row) for row in found]
    return queue_messages(session, view.conference_id, view.revision, channel, drafts, now)


def _draft(kind: Kind, row: Row[Any]) -> Draft:
    return Draft(kind, row.person, row.invitation, row.unit_id, row.group_id)


def _key(view: View, row: Row[Any]) -> str:
    """What happens to one route's invitations is told in its order."""
    return f"{view.conference}/{row.group}/{row.unit}"
