"""Routes of invitations: how they stand; issue, replace, withdraw, after a look at what it would do."""

from __future__ import annotations

from dataclasses import asdict, replace
from itertools import islice
from typing import Any

from flask import Response

from services.registration.answers.model import NotDecided
from services.registration.delegates.access import OTHER_UNIT, own_unit
from services.registration.delegates.model import UNKNOWN_GROUP, UNKNOWN_UNIT
from services.registration.delegates.persons import refused
from services.registration.invitations.commands import require_issuable
from services.registration.invitations.files import (
    BY_HAND,
    BY_HAND_WIDTHS,
    LISTED,
    LISTED_WIDTHS,
    by_hand_row,
    listed_row,
)
from services.registration.invitations.model import (
    ISSUABLE,
    STATES,
    IssueTotals,
    RevisionChanged,
    Selection,
    UnknownRoute,
    WithdrawTotals,
)
from services.registration.invitations.queries import (
    Position,
    count_invitations,
    count_to_issue,
    count_to_withdraw,
    find_names,
    list_history,
    list_invitations,
    list_persons,
    number_of_key,
    stream_by_hand,
    stream_invitations,
)
from services.registration.invitations.schemas import (
    ByHandSchema,
    FilterSchema,
    InvitationsSchema,
    IssueOrder,
    IssueTotalsSchema,
    ListQuery,
    RouteSchema,
    Totals,
    Wanted,
    WithdrawOrder,
)
from services.registration.invitations.work import ISSUE, WITHDRAW
from services.registration.plan.model import View
from services.registration.plan.queries import get_view, require_not_closed
from services.registration.plan.tables import groups, units
from shared.http.calls import Call, reads, writes
from shared.http.cursors import decode, encode
from shared.http.downloads import XLSX, workbook
from shared.http.inputs import Blueprint
from shared.http.problems import INVALID, FieldError, Problem
from shared.jobs.queue import enqueue

bp = Blueprint("invitations", __name__, description="Invitations: one per unit, group and site")

MOST_BY_HAND = 500
"""Lines of the list by hand; the workbook has all."""


@bp.route("/conferences/<key>/invitations")
@reads("plan:read", patient=True)
@bp.arguments(ListQuery, location="query")
@bp.response(200, InvitationsSchema)
def get_invitations(call: Call, given: dict[str, Any], key: str) -> dict[str, Any]:
    """The invitations that the current revision needs and those that it has made needless."""
    after, revision = _position(given["cursor"])
    view = get_view(call.session, key, revision)
    selection = _filtered(call, view, given)
    items, following = list_invitations(call.session, view, selection, limit=given["limit"], after=after)
    return {
        "revision": view.revision,
        "starts_at": view.starts_at,
        "channel": call.context.outgoing.plugin.name,
        "counts": count_invitations(call.session, view, selection),
        "items": items,
        "next": encode({"r": view.revision, "p": following}) if following else None,
    }


@bp.route("/conferences/<key>/invitations.xlsx")
@reads("plan:read", patient=True)
@bp.arguments(FilterSchema, location="query")
@bp.response(200, content_type=XLSX)
def get_workbook(call: Call, given: dict[str, Any], key: str) -> Response:
    """The list as a workbook."""
    view = get_view(call.session, key)
    lines = stream_invitations(call.session, view, _filtered(call, view, given))
    return workbook(LISTED, map(listed_row, lines), f"giay-moi-{key}.xlsx", LISTED_WIDTHS)


@bp.route("/conferences/<key>/invitations/by-hand")
@reads("names:read")
@bp.arguments(Wanted, location="query")
@bp.response(200, ByHandSchema)
def get_by_hand(call: Call, given: dict[str, Any], key: str) -> dict[str, Any]:
    """Persons whom no message can reach: bring the paper or call."""
    view = get_view(call.session, key)
    persons = stream_by_hand(call.session, view, _filtered(call, view, {**given, "state": ""}))
    return {"revision": view.revision, "items": list(islice(persons, MOST_BY_HAND))}


@bp.route("/conferences/<key>/invitations/by-hand.xlsx")
@reads("names:read", patient=True)
@bp.arguments(Wanted, location="query")
@bp.response(200, content_type=XLSX)
def get_by_hand_workbook(call: Call, given: dict[str, Any], key: str) -> Response:
    """The same as a workbook, all of them."""
    view = get_view(call.session, key)
    persons = stream_by_hand(call.session, view, _filtered(call, view, {**given, "state": ""}))
    return workbook(BY_HAND, map(by_hand_row, persons), f"dua-tay-{key}.xlsx", BY_HAND_WIDTHS)


@bp.route("/conferences/<key>/invitations/<group>/<unit>")
@reads("names:read")
@bp.response(200, RouteSchema)
def get_route(call: Call, key: str, group: str, unit: str) -> dict[str, Any]:
    """One route: how its invitation stands, whom it is for, and all that were issued before."""
    view = get_view(call.session, key)
    own_unit(call, unit)
    unit_id = number_of_key(call.session, units, view, unit)
    group_id = number_of_key(call.session, groups, view, group)
    if unit_id is None or group_id is None:
        raise UnknownRoute
    lines, _ = list_invitations(call.session, view, Selection(group=group, unit=unit), limit=1)
    history = list_history(call.session, view, unit_id, group_id)
    if not lines and not history:
        raise UnknownRoute
    persons = list_persons(call.session, view, unit_id, group_id)
    line = lines[0] if lines else None
    return {
        "revision": view.revision,
        "starts_at": view.starts_at,
        "line": line,
        "persons": persons,
        "history": history,
    }


@bp.route("/conferences/<key>/invitations:issue", methods=["POST"])
@writes("names:write", patient=True)
@bp.arguments(IssueOrder)
@bp.response(200, IssueTotalsSchema)
@bp.alt_response(202, schema=IssueTotalsSchema)
def post_issue(call: Call, given: dict[str, Any], key: str) -> Any:
    """Issue and replace all that match, and write to their persons; doing it again does nothing."""
    view = _decided(call, key, given["revision"])
    require_issuable(call.session, view)
    selection = _ordered(call, view, given, ISSUABLE)
    totals = count_to_issue(call.session, view, selection)
    return _start(call, view, ISSUE, selection, totals, given["dry_run"], {})


@bp.route("/conferences/<key>/invitations:withdraw", methods=["POST"])
@writes("names:write", patient=True)
@bp.arguments(WithdrawOrder)
@bp.response(200, Totals)
@bp.alt_response(202, schema=Totals)
def post_withdraw(call: Call, given: dict[str, Any], key: str) -> Any:
    """Withdraw all that match and tell the persons who were written to."""
    view = _decided(call, key, given["revision"])
    require_not_closed(call.session, view.conference_id)
    selection = _ordered(call, view, given, ("to_withdraw",))
    reason = given["reason"].strip()
    if not reason and not given["dry_run"]:
        error = FieldError("/reason", "missing-key", "Cần ghi lý do", "A reason is required")
        raise Problem(INVALID, errors=[error])
    totals = count_to_withdraw(call.session, view, selection)
    return _start(call, view, WITHDRAW, selection, totals, given["dry_run"], {"reason": reason})


def _start(
    call: Call,
    view: View,
    kind: str,
    selection: Selection,
    totals: IssueTotals | WithdrawTotals,
    dry_run: bool,
    more: dict[str, Any],
) -> Any:
    answer: dict[str, Any] = {**asdict(totals), "dry_run": dry_run, "job": None}
    if dry_run or totals.is_empty:
        return answer
    payload = {**selection.as_payload(), "by": call.actor.name, "total": totals.routes, **more}
    answer["job"] = enqueue(call.session, kind, payload, conference=view.conference, revision=view.revision)
    return answer, 202


def _decided(call: Call, key: str, seen: int | None) -> View:
    view = get_view(call.session, key)
    if view.revision is None:
        raise NotDecided
    if seen is not None and seen != view.revision:
        raise RevisionChanged(view.revision)
    return view


def _ordered(call: Call, view: View, given: dict[str, Any], default: tuple[str, ...]) -> Selection:
    """What an order is for. Raises Problem for a group or unit that the conference does not have."""
    flaws = {}
    for name, table, flaw in (("group", groups, UNKNOWN_GROUP), ("unit", units, UNKNOWN_UNIT)):
        if given[name] and number_of_key(call.session, table, view, given[name]) is None:
            flaws[name] = flaw
    if flaws:
        raise refused(flaws)
    states = (given["state"],) if given["state"] else default
    selection = Selection(states=states, group=given["group"] or None)
    return _of_caller(call, selection, given)


def _filtered(call: Call, view: View, given: dict[str, Any]) -> Selection:
    selection = Selection(
        states=(given["state"],) if given["state"] else STATES,
        group=given["group"] or None,
        site=given["site"] or None,
        found=find_names(call.session, view, given["q"]) if given["q"].strip() else None,
    )
    return _of_caller(call, selection, given)


def _of_caller(call: Call, selection: Selection, given: dict[str, Any]) -> Selection:
    """A unit's contact has what its own unit issues; the organiser its own, or what it asks for."""
    unit, issuer = own_unit(call, given["unit"]), given["issuer"]
    if call.actor.unit is not None:
        if issuer not in ("", None, "bridge_unit"):
            raise Problem(OTHER_UNIT)
        issuer = "bridge_unit"
    chosen = None if issuer == "all" else issuer or "organiser"
    return replace(selection, unit=unit, issuer=chosen)


def _position(cursor: str) -> tuple[Position | None, int | None]:
    """Where a page begins, and in which revision. Raises Problem 422 for what is no cursor of this list."""
    position = decode(cursor)
    if position is None:
        return None, None
    try:
        one, two, three, four = (int(number) for number in position["p"])
        return (one, two, three, four), int(position["r"])
    except (KeyError, TypeError, ValueError):
        error = FieldError(
            "/query/cursor", "invalid-value", "Con trỏ trang không đúng", "Not a cursor of this list"
        )
        raise Problem(INVALID, errors=[error]) from None
