"""Routes of reminders."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from marshmallow import Schema, fields, validate
from sqlalchemy import Row

from services.planning.reminders.queries import list_reminders
from services.planning.tasks.model import Standing
from services.planning.tasks.queries import standing_now, task_id
from shared.http.calls import Call, reads
from shared.http.cursors import decode, encode
from shared.http.inputs import Blueprint
from shared.http.problems import INVALID, FieldError, Problem

bp = Blueprint("reminders", __name__, description="Reminders of tasks: given, or missed")

WRONG_CURSOR = FieldError("/query/cursor", "invalid-value", "Con trỏ trang không đúng", "Not a cursor")


class ReminderFilter(Schema):
    unit = fields.Str(load_default=None)
    state = fields.Str(load_default=None, validate=validate.OneOf(["sent", "missed"]))
    open = fields.Bool(load_default=False, metadata={"description": "Of tasks that are still open only"})
    limit = fields.Int(load_default=200, validate=validate.Range(min=1, max=1000))
    cursor = fields.Str(load_default=None)


class ReminderSchema(Schema):
    task = fields.Str()
    title = fields.Str()
    unit = fields.Str()
    unit_name = fields.Str()
    due_at = fields.AwareDateTime()
    days_before = fields.Int()
    at = fields.AwareDateTime()
    state = fields.Str(validate=validate.OneOf(["sent", "missed"]))
    task_state = fields.Str(validate=validate.OneOf(["open", "done"]))


class ReminderList(Schema):
    revision = fields.Int(allow_none=True)
    items = fields.List(fields.Nested(ReminderSchema))
    next = fields.Str(allow_none=True)


@bp.route("/conferences/<key>/reminders")
@reads("plan:read")
@bp.arguments(ReminderFilter, location="query")
@bp.response(200, ReminderList)
def get_reminders(call: Call, given: dict[str, Any], key: str) -> dict[str, Any]:
    """Reminders of the tasks in force at their present deadlines, the newest first."""
    standing = standing_now(call.session, key)
    page = list_reminders(
        call.session,
        standing,
        unit=call.actor.unit or given["unit"],
        state=given["state"],
        open_only=given["open"],
        limit=given["limit"],
        after=_place(given["cursor"]),
    )
    return {
        "revision": standing.revision,
        "items": [_shown(standing, row) for row in page.rows],
        "next": encode({"a": [page.after[0].isoformat(), *page.after[1:]]}) if page.after else None,
    }


def _place(cursor: str | None) -> Sequence[Any]:
    place = decode(cursor)
    if place is None:
        return ()
    try:
        at, key, target, days_before = place["a"]
        return datetime.fromisoformat(at).astimezone(), str(key), str(target), int(days_before) % 1000
    except (KeyError, TypeError, ValueError, OverflowError):
        raise Problem(INVALID, errors=[WRONG_CURSOR]) from None


def _shown(standing: Standing, row: Row[Any]) -> dict[str, Any]:
    return {
        **row._mapping,
        "task": str(task_id(standing.conference, row.key, row.target)),
        "unit_name": standing.names.get(row.unit, row.unit),
    }
