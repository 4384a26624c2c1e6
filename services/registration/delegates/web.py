"""Routes of delegates: list, name, change, give free."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import url_for

from services.registration.delegates.access import OTHER_UNIT, own_unit
from services.registration.delegates.commands import (
    change_delegate,
    hold_naming,
    name_delegate,
    put_elsewhere,
    vacate_place,
)
from services.registration.delegates.model import PlaceRefused
from services.registration.delegates.persons import read_person, refused
from services.registration.delegates.queries import (
    conference_of,
    get_delegate,
    get_etag,
    list_delegates,
    list_substitutions,
)
from services.registration.delegates.schemas import (
    ChangeSchema,
    DelegateDetailSchema,
    DelegateSchema,
    DelegatesSchema,
    ListSchema,
    NamingSchema,
    OverrideSchema,
    SendingSchema,
    SubstitutedSchema,
    filters_of,
)
from services.registration.delegates.seating import load_seating
from services.registration.delegates.substituting import Sending, holds_several, substitute_delegate
from services.registration.people.model import Facts, UnknownDelegate
from services.registration.plan.model import View
from services.registration.plan.queries import get_view
from shared.http.calls import Call, check_if_match, reads, writes
from shared.http.cursors import decode, encode
from shared.http.inputs import Blueprint
from shared.http.problems import INVALID, FieldError, Problem

bp = Blueprint("delegates", __name__, description="Delegates: who holds which place, and where they sit")


@bp.route("/conferences/<key>/delegates")
@reads("names:read")
@bp.arguments(ListSchema, location="query")
@bp.response(200, DelegatesSchema)
def get_delegates(call: Call, given: dict[str, Any], key: str) -> dict[str, Any]:
    """Everybody named, in the order of given names, with where the current revision seats them."""
    start = _position(given["cursor"])
    view = get_view(call.session, key, start["revision"] if start else None)
    filters = filters_of(given, own_unit(call, given["unit"]))
    after, total = (start["after"], start["total"]) if start else (None, None)
    page = list_delegates(call.session, view, filters, limit=given["limit"], after=after, total=total)
    following = None
    if page.after is not None:
        place = {"s": page.after[0], "i": str(page.after[1])}
        following = encode({"r": view.revision, "t": page.total, **place})
    return {"revision": view.revision, "total": page.total, "items": page.items, "next_cursor": following}


@bp.route("/conferences/<key>/delegates", methods=["POST"])
@writes("names:write")
@bp.arguments(NamingSchema)
@bp.response(201, DelegateSchema)
def post_delegate(call: Call, given: dict[str, Any], key: str) -> Any:
    """Name a person on a place of any option."""
    view = get_view(call.session, key)
    unit = own_unit(call, given["unit"])
    facts = read_person(given)
    try:
        seating = load_seating(call.session, view, unit or "")
        seat = seating.find_seat(given["group"], unit, given["ordinal"])
        own_unit(call, seat.unit)
        place = name_delegate(call.session, view, seat, facts)
    except PlaceRefused as error:
        raise refused({error.field: error.flaw}) from None
    location = url_for("delegates.get_one", place=place)
    headers = {"Location": location, "ETag": f'"{get_etag(call.session, place)}"'}
    return get_delegate(call.session, view, place), 201, headers


@bp.route("/delegates/<uuid:place>")
@reads("names:read")
@bp.response(200, DelegateDetailSchema)
def get_one(call: Call, place: UUID) -> Any:
    """One named place, with the chain of those who had it before."""
    _view, item = _find(call, place)
    return _detail(call, item), 200, {"ETag": f'"{get_etag(call.session, place)}"'}


@bp.route("/delegates/<uuid:place>", methods=["PATCH"])
@writes("names:write", if_match="needed")
@bp.arguments(ChangeSchema)
@bp.response(200, DelegateSchema)
def patch_delegate(call: Call, given: dict[str, Any], place: UUID) -> Any:
    """Change what is written about the person; what is not sent stays."""
    view, item = _find_to_change(call, place)
    check_if_match(get_etag(call.session, place))
    before = {name: item[name] for name in ("name", "position", "phone", "email")}
    facts = read_person(before | given)
    if facts != Facts(**before):
        change_delegate(call.session, view, item["person"], facts)
    headers = {"ETag": f'"{get_etag(call.session, place)}"'}
    return get_delegate(call.session, view, place), 200, headers


@bp.route("/delegates/<uuid:place>", methods=["DELETE"])
@writes("names:write")
@bp.response(204)
def delete_delegate(call: Call, place: UUID) -> None:
    """The place becomes vacant; what the person answered stays theirs."""
    view, _item = _find_to_change(call, place)
    vacate_place(call.session, view, place)


@bp.route("/delegates/<uuid:place>/substitutes", methods=["POST"])
@writes("names:write", if_match="needed")
@bp.arguments(SendingSchema)
@bp.response(201, SubstitutedSchema)
def post_substitute(call: Call, given: dict[str, Any], place: UUID) -> Any:
    """Somebody comes instead; the place keeps its unit, group and ordinal. Sending the former undoes it."""
    view, _item = _find_to_change(call, place)
    check_if_match(get_etag(call.session, place))
    sending = Sending(call.actor.subject, given.pop("reason").strip(), call.now)
    try:
        person = substitute_delegate(call.session, place, read_person(given), sending)
    except PlaceRefused as error:
        raise refused({error.field: error.flaw}) from None
    item = _detail(call, get_delegate(call.session, view, place))
    headers = {"ETag": f'"{get_etag(call.session, place)}"'}
    return {**item, "holds_several": holds_several(call.session, person)}, 201, headers


@bp.route("/delegates/<uuid:place>/override", methods=["PUT"])
@writes("names:write")
@bp.arguments(OverrideSchema)
@bp.response(200, DelegateSchema)
def put_override(call: Call, given: dict[str, Any], place: UUID) -> dict[str, Any]:
    """Seat the person at another site under one option, or take that back."""
    view, item = _find_to_change(call, place)
    if call.actor.unit is not None:
        raise Problem(OTHER_UNIT)
    put_elsewhere(call.session, view, item["person"], given["option"], given["site"])
    return get_delegate(call.session, view, place)


def _detail(call: Call, item: dict[str, Any]) -> dict[str, Any]:
    return {**item, "substitutions": list_substitutions(call.session, item["id"])}


def _find(call: Call, place: UUID) -> tuple[View, dict[str, Any]]:
    """Raises UnknownDelegate, also for a place of another unit than the caller's."""
    view = get_view(call.session, conference_of(call.session, place))
    item = get_delegate(call.session, view, place)
    if call.actor.unit not in (None, item["unit"]):
        raise UnknownDelegate
    return view, item


def _find_to_change(call: Call, place: UUID) -> tuple[View, dict[str, Any]]:
    """The same for a change: from here on nobody else names anybody in the conference."""
    hold_naming(call.session, get_view(call.session, conference_of(call.session, place)))
    return _find(call, place)


def _position(cursor: str) -> dict[str, Any] | None:
    """Where a page begins. Raises Problem 422 for what is no cursor of this list."""
    position = decode(cursor)
    if position is None:
        return None
    try:
        key, place = str(position["s"]), UUID(str(position["i"]))
        key.encode()
        revision = None if position["r"] is None else int(position["r"])
        total = int(position["t"])
    except (KeyError, TypeError, ValueError):
        key = "\0"
    if "\0" in key:
        error = FieldError(
            "/query/cursor", "invalid-value", "Con trỏ trang không đúng", "Not a cursor of this list"
        )
        raise Problem(INVALID, errors=[error])
    return {"revision": revision, "after": (key, place), "total": total}
