"""Invitations as lists show them: what each is for, how it stands, who heard of it and what they said."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Row, Select, and_, case, func, select, tuple_

from services.registration.answers.tables import answers
from services.registration.invitations.audience import count_audience, uninvited
from services.registration.invitations.lines import LINES, MOMENT, PLAN, chosen, live
from services.registration.invitations.model import STATES, Found, IssueTotals, Selection, WithdrawTotals
from services.registration.invitations.tables import invitations
from services.registration.messages.model import INVITING
from services.registration.messages.tables import messages
from services.registration.people.placement import LAYOUT, OPTION, SEATED
from services.registration.people.tables import people
from services.registration.plan.model import View, local_time
from services.registration.plan.tables import (
    conferences,
    groups,
    layout_sites,
    plan_groups,
    plan_units,
    sites,
    units,
)
from shared.names import search_key
from shared.revisions.tables import revisions
from shared.storage.session import Session

MOST_FOUND = 2_000
"""A search goes on with no more units than these."""

LAST = 1_000_000
"""The place of a unit that the plan does not have."""

Position = tuple[int, int, int, int]
"""Unit's place in the plan, precedence, unit, group: where a page ends."""

_CHUNK = 1_000
_FIGURES = (
    "named", "with_email", "accepted", "on_waiting_list", "declined", "sent", "waiting", "failed", "unsent",
)  # fmt: skip
_live_site = sites.alias("live_site")
_site_now = layout_sites.alias("site_now")
_site_then = layout_sites.alias("site_then")
_then = revisions.alias("then")


def list_invitations(
    session: Session, view: View, selection: Selection, *, limit: int, after: Position | None = None
) -> tuple[list[dict[str, Any]], Position | None]:
    """Lines in the order of the plan, with their figures, and where the next page begins."""
    query = _SHOWN.where(chosen(selection)).order_by(*_ORDER).limit(limit + 1)
    if after is not None:
        query = query.where(tuple_(*_ORDER) > after)
    rows = session.execute(query, view.parameters()).all()
    shown, following = rows[:limit], None
    if len(rows) > limit:
        last = shown[-1]
        following = (last.unit_position, last.precedence, last.unit_id, last.group_id)
    figures = _figures(session, view, shown)
    return [_item(view, row, figures.get((row.unit_id, row.group_id))) for row in shown], following


def stream_invitations(session: Session, view: View, selection: Selection) -> Iterator[dict[str, Any]]:
    after: Position | None = None
    while True:
        items, after = list_invitations(session, view, selection, limit=_CHUNK, after=after)
        yield from items
        if after is None:
            return


def count_invitations(session: Session, view: View, selection: Selection) -> dict[str, dict[str, int]]:
    """Invitations and seats by state, whatever states the selection is narrowed to."""
    anyhow = Selection(
        STATES, selection.group, selection.unit, selection.site, selection.issuer, selection.found
    )
    query = select(LINES.c.state, func.count(), func.coalesce(func.sum(LINES.c.seats), 0))
    found = session.execute(query.where(chosen(anyhow)).group_by(LINES.c.state), view.parameters())
    counts: dict[str, dict[str, int]] = {state: {"routes": 0, "seats": 0} for state in STATES}
    counts |= {state: {"routes": int(routes), "seats": int(seats)} for state, routes, seats in found}
    return counts


def count_to_issue(session: Session, view: View, selection: Selection) -> IssueTotals:
    """What issuing the selection would do now."""
    assert view.revision is not None
    by_state = count_invitations(session, view, selection)
    fresh = {state: by_state[state] for state in ("to_issue", "to_replace") if state in selection.states}
    persons = session.execute(count_audience(selection), view.parameters()).one()
    order = (
        select(LINES).where(chosen(selection), LINES.c.state.in_(("to_issue", "to_replace"))).cte("ordered")
    )
    to_tell = _count(session, view, uninvited(selection, order, issuing=True))
    return IssueTotals(
        revision=view.revision,
        routes=sum(one["routes"] for one in fresh.values()),
        to_issue=fresh.get("to_issue", {}).get("routes", 0),
        to_replace=fresh.get("to_replace", {}).get("routes", 0),
        seats=sum(one["seats"] for one in fresh.values()),
        named=persons.named,
        to_send=persons.to_send,
        by_hand=persons.by_hand,
        to_tell=to_tell,
    )


def count_to_withdraw(session: Session, view: View, selection: Selection) -> WithdrawTotals:
    """What withdrawing the selection would do now."""
    assert view.revision is not None
    by_state = count_invitations(session, view, selection)
    ending = [by_state[state] for state in selection.states]
    order = select(LINES).where(chosen(selection), LINES.c.invitation_id.is_not(None)).cte("ordered")
    return WithdrawTotals(
        revision=view.revision,
        routes=sum(one["routes"] for one in ending),
        seats=sum(one["seats"] for one in ending),
        to_tell=_count(session, view, uninvited(selection, order)),
    )


def list_history(session: Session, view: View, unit_id: int, group_id: int) -> list[dict[str, Any]]:
    """All invitations that the route ever had, the newest first."""
    query = (
        select(invitations, sites.c.key.label("site"), _site_then.c.name.label("site_name"))
        .select_from(
            invitations.join(sites, sites.c.id == invitations.c.site_id)
            .outerjoin(
                _then,
                and_(_then.c.conference == view.conference, _then.c.number == invitations.c.revision),
            )
            .outerjoin(
                _site_then,
                and_(
                    _site_then.c.layout_id == _then.c.layout_id, _site_then.c.site_id == invitations.c.site_id
                ),
            )
        )
        .where(invitations.c.conference_id == view.conference_id)
        .where(invitations.c.unit_id == unit_id, invitations.c.group_id == group_id)
        .order_by(invitations.c.sequence.desc())
    )
    rows = session.execute(query).mappings()
    return [{**row, "starts_at": local_time(row["starts_at"], view.timezone)} for row in rows]


def list_persons(session: Session, view: View, unit_id: int, group_id: int) -> list[dict[str, Any]]:
    """Who sits on the route's places, how to reach them, what they were sent and what they said."""
    query = _PERSONS.where(SEATED.c.unit_id == unit_id, SEATED.c.group_id == group_id)
    rows = session.execute(query.order_by(SEATED.c.sort_key, SEATED.c.id), view.parameters()).mappings()
    return [{str(name): value for name, value in row.items()} for row in rows]


def stream_by_hand(session: Session, view: View, selection: Selection) -> Iterator[dict[str, Any]]:
    """Persons on places of issued invitations who have no address: somebody must call or bring the paper."""
    wanted = Selection(("issued",), selection.group, selection.unit, selection.site, selection.issuer)
    query = (
        _PERSONS.add_columns(
            units.c.key.label("unit"),
            func.coalesce(plan_units.c.name, units.c.name).label("unit_name"),
            groups.c.key.label("group"),
            func.coalesce(plan_groups.c.name, groups.c.name).label("group_name"),
        )
        .join(LINES, and_(LINES.c.unit_id == SEATED.c.unit_id, LINES.c.group_id == SEATED.c.group_id))
        .join(units, units.c.id == SEATED.c.unit_id)
        .join(groups, groups.c.id == SEATED.c.group_id)
        .outerjoin(plan_units, _unit_now(SEATED))
        .outerjoin(plan_groups, _group_now(SEATED))
        .where(chosen(wanted), people.c.email.is_(None))
        .order_by(func.coalesce(plan_units.c.position, LAST), LINES.c.precedence, SEATED.c.sort_key)
    )
    rows = session.execute(query.execution_options(yield_per=_CHUNK), view.parameters()).mappings()
    return ({str(name): value for name, value in row.items()} for row in rows)


def find_names(session: Session, view: View, text: str) -> Found:
    """Units and groups whose name has `text` in it, apart from case and marks."""
    wanted = search_key(text)
    of_units = select(units.c.id, units.c.name).where(units.c.conference_id == view.conference_id)
    of_groups = select(groups.c.id, groups.c.name).where(groups.c.conference_id == view.conference_id)
    matching = [
        tuple(id for id, name in session.execute(query) if wanted in search_key(name))[:MOST_FOUND]
        for query in (of_units, of_groups)
    ]
    return Found(*matching)


def number_of_key(session: Session, table: Any, view: View, key: str) -> int | None:
    query = select(table.c.id).where(table.c.conference_id == view.conference_id, table.c.key == key)
    number: int | None = session.execute(query).scalar_one_or_none()
    return number


def _count(session: Session, view: View, query: Select[Any]) -> int:
    counted = select(func.count()).select_from(query.subquery())
    return int(session.execute(counted, view.parameters()).scalar_one())


def _unit_now(of: Any) -> Any:
    return and_(plan_units.c.plan_id == PLAN, plan_units.c.unit_id == of.c.unit_id)


def _group_now(of: Any) -> Any:
    return and_(
        plan_groups.c.plan_id == PLAN, plan_groups.c.option == OPTION, plan_groups.c.group_id == of.c.group_id
    )


def _shown() -> Select[Any]:
    site_now = and_(_site_now.c.layout_id == LAYOUT, _site_now.c.site_id == LINES.c.site_id)
    then = and_(_then.c.conference == conferences.c.key, _then.c.number == LINES.c.live_revision)
    site_then = and_(
        _site_then.c.layout_id == _then.c.layout_id, _site_then.c.site_id == LINES.c.live_site_id
    )
    joined = (
        LINES.join(units, units.c.id == LINES.c.unit_id)
        .join(groups, groups.c.id == LINES.c.group_id)
        .join(conferences, conferences.c.id == units.c.conference_id)
        .outerjoin(plan_units, _unit_now(LINES))
        .outerjoin(plan_groups, _group_now(LINES))
        .outerjoin(sites, sites.c.id == LINES.c.site_id)
        .outerjoin(_site_now, site_now)
        .outerjoin(_live_site, _live_site.c.id == LINES.c.live_site_id)
        .outerjoin(_then, then)
        .outerjoin(_site_then, site_then)
    )
    return select(
        LINES,
        _UNIT_POSITION.label("unit_position"),
        units.c.key.label("unit"),
        func.coalesce(plan_units.c.name, units.c.name).label("unit_name"),
        groups.c.key.label("group"),
        func.coalesce(plan_groups.c.name, groups.c.name).label("group_name"),
        sites.c.key.label("site"),
        _site_now.c.name.label("site_name"),
        _live_site.c.key.label("live_site"),
        _site_then.c.name.label("live_site_name"),
    ).select_from(joined)


def _seated_figures() -> Select[Any]:
    """Per route of the layout, everyone counted once, where they sit."""
    answered = _answered()
    of_live = and_(
        live(invitations),
        invitations.c.unit_id == SEATED.c.unit_id,
        invitations.c.group_id == SEATED.c.group_id,
    )
    has_email = people.c.email.is_not(None)
    unsent = and_(has_email, messages.c.id.is_(None))
    joined = (
        SEATED.join(people, people.c.id == SEATED.c.person_id)
        .outerjoin(answers, answered)
        .outerjoin(invitations, of_live)
        .outerjoin(messages, _written(invitations.c.id))
    )
    figures = {
        "with_email": has_email,
        "accepted": answers.c.answer == "accepted",
        "on_waiting_list": answers.c.answer == "waiting",
        "declined": answers.c.answer == "declined",
        "sent": messages.c.state == "sent",
        "waiting": messages.c.state.in_(("queued", "sending")),
        "failed": messages.c.state == "failed",
        "unsent": unsent,
    }
    return (
        select(
            SEATED.c.unit_id,
            SEATED.c.group_id,
            func.count().label("named"),
            *(func.count(case((condition, 1))).label(name) for name, condition in figures.items()),
        )
        .select_from(joined)
        .group_by(SEATED.c.unit_id, SEATED.c.group_id)
    )


def _answered() -> Any:
    return and_(
        answers.c.person_id == SEATED.c.person_id,
        answers.c.site_id == SEATED.c.site_id,
        answers.c.starts_at == MOMENT,
    )


def _written(invitation: Any) -> Any:
    return and_(
        messages.c.invitation_id == invitation,
        messages.c.person_id == SEATED.c.person_id,
        messages.c.kind.in_(INVITING),
        messages.c.state != "cancelled",
    )


def _persons() -> Select[Any]:
    of_live = and_(
        live(invitations),
        invitations.c.unit_id == SEATED.c.unit_id,
        invitations.c.group_id == SEATED.c.group_id,
    )
    joined = (
        SEATED.join(people, people.c.id == SEATED.c.person_id)
        .outerjoin(answers, _answered())
        .outerjoin(invitations, of_live)
        .outerjoin(messages, _written(invitations.c.id))
    )
    return select(
        SEATED.c.id,
        SEATED.c.person_id.label("person"),
        people.c.name,
        people.c.position,
        people.c.phone,
        people.c.email,
        answers.c.answer,
        messages.c.id.label("message"),
        messages.c.state.label("message_state"),
        messages.c.sent_at,
    ).select_from(joined)


def _figures(session: Session, view: View, rows: Sequence[Row[Any]]) -> dict[tuple[int, int], dict[str, int]]:
    """By unit and group; of invitations that are out of force only what was sent."""
    if not rows:
        return {}
    unit_ids, group_ids = {row.unit_id for row in rows}, {row.group_id for row in rows}
    query = _SEATED_FIGURES.where(SEATED.c.unit_id.in_(unit_ids), SEATED.c.group_id.in_(group_ids))
    found = {
        (row["unit_id"], row["group_id"]): {name: row[name] for name in _FIGURES}
        for row in session.execute(query, view.parameters()).mappings()
    }
    gone = {row.invitation_id: (row.unit_id, row.group_id) for row in rows if row.state == "to_withdraw"}
    return found | {gone[invitation]: sent for invitation, sent in _sent(session, list(gone)).items()}


def _sent(session: Session, ids: Sequence[Any]) -> dict[Any, dict[str, int]]:
    by_state = {
        name: func.count(case((messages.c.state.in_(states), 1))).label(name)
        for name, states in (("sent", ("sent",)), ("waiting", ("queued", "sending")), ("failed", ("failed",)))
    }
    query = (
        select(messages.c.invitation_id, *by_state.values())
        .where(messages.c.invitation_id.in_(ids), messages.c.kind.in_(INVITING))
        .group_by(messages.c.invitation_id)
    )
    rows = session.execute(query).mappings()
    return {row["invitation_id"]: {name: row[name] for name in by_state} for row in rows}


def _item(view: View, row: Row[Any], figures: dict[str, int] | None) -> dict[str, Any]:
    found = dict.fromkeys(_FIGURES, 0) | (figures or {})
    answered = found["accepted"] + found["on_waiting_list"] + found["declined"]
    live_start = row.live_starts_at and local_time(row.live_starts_at, view.timezone)
    return {
        **{name: getattr(row, name) for name in _SHOWN_AS_IS},
        "invitation": row.invitation_id,
        "places": row.seats,
        "was": None
        if row.invitation_id is None
        else {
            "site": row.live_site,
            "site_name": row.live_site_name,
            "places": row.live_seats,
            "starts_at": live_start or None,
            "revision": row.live_revision,
        },
        **found,
        "unanswered": max(0, found["named"] - answered),
    }


_SHOWN_AS_IS = (
    "group", "group_name", "unit", "unit_name", "site", "site_name", "state", "issuer", "sequence",
    "issued_at", "issued_by",
)  # fmt: skip
_UNIT_POSITION = func.coalesce(plan_units.c.position, LAST)
_ORDER = (_UNIT_POSITION, LINES.c.precedence, LINES.c.unit_id, LINES.c.group_id)
_SHOWN = _shown()
_SEATED_FIGURES = _seated_figures()
_PERSONS = _persons()
