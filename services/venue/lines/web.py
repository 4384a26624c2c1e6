"""Routes of line tests and of the board."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime
from typing import Any
from uuid import UUID

from flask import make_response
from marshmallow import Schema, ValidationError, fields, validate, validates_schema
from sqlalchemy import Row

from services.venue.lines.commands import record_test, start_probe, unwaive_test, waive_test
from services.venue.lines.model import (
    METHODS,
    OUTCOMES,
    STATES,
    TESTED,
    Result,
    Standing,
    Start,
    is_late,
    state_of,
)
from services.venue.lines.queries import (
    current_start,
    get_standing,
    list_standing,
    list_tests,
    start_for,
)
from services.venue.sites.access import check_unit
from services.venue.sites.model import read_note
from services.venue.sites.queries import get_site, hold_site, list_sites
from services.venue.sites.schemas import SiteSchema, site_json
from services.venue.sites.web import revision_shown
from shared.contact import MISSING, BadValue
from shared.http.calls import Call, reads, writes
from shared.http.inputs import Blueprint, RevisionWanted
from shared.jobs.web import JobStarted

bp = Blueprint("lines", __name__, description="Line tests, waivers and the board")
MOST_FIGURES = 20
LARGEST_FIGURE = 1e12


class LineSchema(Schema):
    """What holds at a site for the coming start."""

    line_test = fields.Str(validate=validate.OneOf(STATES))
    due_at = fields.AwareDateTime(allow_none=True)
    late = fields.Bool(metadata={"description": "Required, not there, and the time for it is over"})
    tested_at = fields.AwareDateTime(allow_none=True)
    tested_by = fields.Str(allow_none=True)
    method = fields.Str(allow_none=True, validate=validate.OneOf(METHODS))
    note = fields.Str()


class BoardSite(SiteSchema, LineSchema):
    pass


class StateCounts(Schema):
    failed = fields.Int()
    not_tested = fields.Int()
    waived = fields.Int()
    ok = fields.Int()
    not_required = fields.Int()
    late = fields.Int(metadata={"description": "Of those failed or not tested"})


class Board(Schema):
    revision = fields.Int(allow_none=True)
    option = fields.Str(allow_none=True)
    starts_at = fields.Str(allow_none=True)
    counts = fields.Nested(StateCounts)
    items = fields.List(fields.Nested(BoardSite))


class EntrySchema(Schema):
    id = fields.Int()
    day = fields.Date(allow_none=True, metadata={"description": "Start that it was for; null while open"})
    outcome = fields.Str(validate=validate.OneOf(OUTCOMES))
    method = fields.Str(validate=validate.OneOf(METHODS))
    note = fields.Str()
    measured = fields.Dict(allow_none=True)
    by = fields.Str()
    at = fields.AwareDateTime()


class LineTests(LineSchema):
    """The state of a site's line, and every entry ever made, the newest first."""

    site = fields.UUID()
    conference = fields.Str()
    key = fields.Str()
    day = fields.Date(allow_none=True)
    items = fields.List(fields.Nested(EntrySchema))


def check_text(text: str) -> None:
    try:
        read_note(text)
    except BadValue as error:
        raise ValidationError(f"{error.flaw.vi} ({error.flaw.en}).") from None


def check_reason(text: str) -> None:
    check_text(text)
    if not read_note(text):
        raise ValidationError(f"{MISSING.vi} ({MISSING.en}).")


def check_figure(value: object) -> None:
    """A number that every JSON reader understands, or a short text."""
    if isinstance(value, bool) or value is None:
        return
    if isinstance(value, int | float) and abs(value) <= LARGEST_FIGURE:
        return
    if isinstance(value, str) and len(value) <= 200:
        return
    raise ValidationError("Cần một số hoặc dòng chữ ngắn (a number or a short text).")


class LineTestBody(Schema):
    """Either `outcome`, by a person, or `probe: true`."""

    probe = fields.Bool(load_default=False)
    outcome = fields.Str(validate=validate.OneOf(TESTED))
    note = fields.Str(load_default="", validate=check_text)
    measured = fields.Dict(
        keys=fields.Str(validate=validate.Length(min=1, max=40)),
        values=fields.Raw(allow_none=True, validate=check_figure),
        load_default=None,
        allow_none=True,
        validate=validate.Length(max=MOST_FIGURES),
    )

    @validates_schema
    def check_kind(self, data: dict[str, Any], **_kwargs: Any) -> None:
        if data["probe"] == ("outcome" in data):
            raise ValidationError("Cần outcome, hoặc probe (outcome or probe is required).", "outcome")


class WaiverBody(Schema):
    reason = fields.Str(required=True, validate=check_reason)


class UnwaiverBody(Schema):
    reason = fields.Str(load_default="", validate=check_text)


@bp.route("/conferences/<key>/board")
@reads("plan:read")
@bp.arguments(RevisionWanted, location="query")
@bp.response(200, Board)
def get_board(call: Call, wanted: dict[str, Any], key: str) -> dict[str, Any]:
    """Sites with the state of their line; what was not tested is never shown as fine."""
    revision = revision_shown(call, key, wanted.get("revision"))
    start = start_for(call.session, key, revision)
    standing = list_standing(call.session, key, start)
    rows = list_sites(call.session, key, revision.layout_id) if revision is not None else []
    items = [{**site_json(row), **_seen(call, row, standing.get(row.id), start)} for row in rows]
    counts = Counter(item["line_test"] for item in items)
    return {
        "revision": revision.number if revision is not None else None,
        "option": revision.option if revision is not None else None,
        "starts_at": start.moment.isoformat() if start.moment else None,
        "counts": {state: counts[state] for state in STATES} | {"late": sum(item["late"] for item in items)},
        "items": items,
    }


@bp.route("/sites/<uuid:site>/line-tests")
@reads("plan:read")
@bp.response(200, LineTests)
def get_tests(call: Call, site: UUID) -> dict[str, Any]:
    """The state of a site's line, and its whole history."""
    row = get_site(call.session, site)
    check_unit(call, row)
    return _tests(call, row)


@bp.route("/sites/<uuid:site>/line-tests", methods=["POST"])
@writes("sites:write")
@bp.arguments(LineTestBody)
@bp.response(201, LineTests)
@bp.alt_response(202, schema=JobStarted, description="With `probe`: the job that connects to the site")
def post_test(call: Call, given: dict[str, Any], site: UUID) -> Any:
    """Add what a test gave, or have the site probed."""
    row = _hold(call, site)
    if given["probe"]:
        job = start_probe(call.session, row, by=call.actor.name)
        return make_response(JobStarted().dump({"job": job}), 202)
    result = Result(given["outcome"], "person", read_note(given["note"]), given["measured"])
    record_test(call.session, row, result, by=call.actor.name, now=call.now)
    return _tests(call, row)


@bp.route("/sites/<uuid:site>/line-tests:waive", methods=["POST"])
@writes("decide", "sites:write")
@bp.arguments(WaiverBody)
@bp.response(200, LineTests)
def post_waiver(call: Call, given: dict[str, str], site: UUID) -> dict[str, Any]:
    """Go without this test, for a reason; the waiver is for the coming start only."""
    row = _hold_for_waiver(call, site)
    waive_test(call.session, row, read_note(given["reason"]), by=call.actor.name, now=call.now)
    return _tests(call, row)


@bp.route("/sites/<uuid:site>/line-tests:unwaive", methods=["POST"])
@writes("decide", "sites:write")
@bp.arguments(UnwaiverBody)
@bp.response(200, LineTests)
def delete_waiver(call: Call, given: dict[str, str], site: UUID) -> dict[str, Any]:
    """Ask for the test again; one made before the waiver holds again."""
    row = _hold_for_waiver(call, site)
    unwaive_test(call.session, row, read_note(given["reason"]), by=call.actor.name, now=call.now)
    return _tests(call, row)


def _seen(call: Call, row: Row[Any], standing: Standing | None, start: Start) -> dict[str, Any]:
    """A unit sees of the others how their line is, and not who said what about it."""
    line = _line(row, standing, start, call.now)
    if call.actor.unit in (None, row.unit):
        return line
    return {**line, "tested_by": None, "note": ""}


def _hold(call: Call, site: UUID) -> Row[Any]:
    row = hold_site(call.session, site)
    check_unit(call, row)
    return row


def _hold_for_waiver(call: Call, site: UUID) -> Row[Any]:
    """Whoever decides may waive, and whoever looks after all sites. Raises Problem 403."""
    if call.actor.unit is not None:
        call.actor.require("decide")
    return _hold(call, site)


def _line(row: Row[Any], standing: Standing | None, start: Start, now: datetime) -> dict[str, Any]:
    state = state_of(required=bool(row.line_test), standing=standing)
    shown = standing if state != "not_required" else None
    due_at = start.due_at(row.test_days_before, row.test_at)
    return {
        "line_test": state,
        "due_at": due_at,
        "late": is_late(state, due_at, now),
        "tested_at": shown.at if shown else None,
        "tested_by": shown.by if shown else None,
        "method": shown.method if shown else None,
        "note": shown.note if shown else "",
    }


def _tests(call: Call, row: Row[Any]) -> dict[str, Any]:
    start = current_start(call.session, row.conference)
    line = _line(row, get_standing(call.session, row.id, start), start, call.now)
    items = [
        {**entry._mapping, "day": date.fromisoformat(entry.day) if entry.day else None}
        for entry in list_tests(call.session, row.id)
    ]
    return {
        **line,
        "site": row.id,
        "conference": row.conference,
        "key": row.key,
        "day": start.day,
        "items": items,
    }
