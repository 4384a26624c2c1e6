"""Routes of the task board."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from flask import Response
from marshmallow import Schema, fields, validate
from sqlalchemy import Row

from services.planning.plan.model import UnknownPlanVersion
from services.planning.reminders.queries import reminders_of
from services.planning.switch.model import UnknownRevision
from services.planning.tasks.commands import hold_task, mark_task
from services.planning.tasks.model import LINE_TEST, Deadline, Standing, TaskNotInForce, Wanted, moment_of
from services.planning.tasks.queries import find_task, list_tasks, standing_at, standing_now, task_id
from shared.http.calls import Call, check_if_match, reads, writes
from shared.http.cursors import decode, encode
from shared.http.downloads import XLSX, workbook
from shared.http.inputs import LARGEST_INT, Blueprint
from shared.http.problems import INVALID, FieldError, Problem

bp = Blueprint("tasks", __name__, description="Tasks and duties by unit")

STATES = ("open", "done")
HEADINGS = (
    "Đơn vị", "Nhiệm vụ", "Phối hợp", "Hạn", "Trạng thái", "Theo", "Ghi chú", "Cập nhật", "Người cập nhật",
)  # fmt: skip
WIDTHS = (32, 60, 32, 18, 12, 22, 30, 18, 24)
WRONG_CURSOR = FieldError("/query/cursor", "invalid-value", "Con trỏ trang không đúng", "Not a cursor")


class TaskFilter(Schema):
    unit = fields.Str(
        load_default=None, metadata={"description": "Its own tasks and those that it helps with"}
    )
    state = fields.Str(load_default=None, validate=validate.OneOf(STATES))
    overdue = fields.Bool(load_default=False)
    due_before = fields.AwareDateTime(load_default=None)
    q = fields.Str(load_default="", validate=validate.Length(max=200))
    order = fields.Str(load_default="plan", validate=validate.OneOf(["plan", "due"]))


class TaskPage(TaskFilter):
    limit = fields.Int(load_default=200, validate=validate.Range(min=1, max=1000))
    cursor = fields.Str(load_default=None)


class TaskChange(Schema):
    state = fields.Str(required=True, validate=validate.OneOf(STATES))
    note = fields.Str(load_default="", validate=validate.Length(max=1000))


class ReminderState(Schema):
    days_before = fields.Int(metadata={"description": "Days before the deadline; 0: at it"})
    at = fields.AwareDateTime()
    state = fields.Str(validate=validate.OneOf(["sent", "missed"]))


class TaskSchema(Schema):
    id = fields.Str()
    key = fields.Str()
    target = fields.Str(metadata={"description": "The unit of a task, the site of a duty"})
    unit = fields.Str()
    unit_name = fields.Str()
    title = fields.Str()
    with_units = fields.List(fields.Str(), data_key="with")
    helping = fields.Bool(metadata={"description": "Another unit's task with which `unit` helps"})
    due_at = fields.AwareDateTime()
    provisional = fields.Bool(metadata={"description": "The start is not fixed: the deadline may move"})
    state = fields.Str(validate=validate.OneOf(STATES))
    settled_by = fields.Str(allow_none=True, validate=validate.OneOf(["person", "fact"]))
    overdue = fields.Bool()
    duty = fields.Bool()
    line_test = fields.Bool(metadata={"description": "Done by the result of the site's line test only"})
    note = fields.Str(allow_none=True)
    changed_at = fields.AwareDateTime(allow_none=True)
    changed_by = fields.Str(allow_none=True)
    etag = fields.Str(metadata={"description": "For If-Match when it is changed"})
    reminder = fields.Nested(ReminderState, allow_none=True, metadata={"description": "The last one"})


class TaskList(Schema):
    revision = fields.Int(allow_none=True)
    plan_version = fields.Int()
    provisional = fields.Bool()
    total = fields.Int()
    items = fields.List(fields.Nested(TaskSchema))
    next = fields.Str(allow_none=True)


@bp.route("/conferences/<key>/tasks")
@reads("plan:read")
@bp.arguments(TaskPage, location="query")
@bp.response(200, TaskList)
def get_tasks(call: Call, given: dict[str, Any], key: str) -> dict[str, Any]:
    """Tasks in force under the current option, in plan order; duties of the layout follow."""
    standing, after = _place(call, key, given["cursor"])
    wanted = _wanted(call, given)
    page = list_tasks(call.session, standing, wanted, call.now, limit=given["limit"], after=after)
    following = None
    if page.after is not None:
        place = {"r": standing.revision, "v": standing.force.plan_version, "a": page.after}
        following = encode(place)
    return {
        "revision": standing.revision,
        "plan_version": standing.force.plan_version,
        "provisional": standing.start.is_provisional,
        "total": page.total,
        "items": _shown(call, standing, page.rows, wanted.unit),
        "next": following,
    }


@bp.route("/conferences/<key>/tasks.xlsx")
@reads("plan:read")
@bp.arguments(TaskFilter, location="query")
@bp.response(200, content_type=XLSX)
def get_tasks_xlsx(call: Call, given: dict[str, Any], key: str) -> Response:
    """The same list as a workbook."""
    standing = standing_now(call.session, key)
    page = list_tasks(call.session, standing, _wanted(call, given), call.now)
    return workbook(HEADINGS, _cells(standing, page.rows), f"nhiem-vu-{key}.xlsx", WIDTHS)


@bp.route("/conferences/<key>/tasks/<task>")
@reads("plan:read")
@bp.response(200, TaskSchema)
def get_task(call: Call, key: str, task: str) -> Any:
    """One task in force."""
    standing = standing_now(call.session, key)
    row = find_task(call.session, standing, task)
    mine = call.actor.unit
    if row is None or (mine and mine != row.unit and mine not in row.with_units):
        raise TaskNotInForce(task)
    [found] = _shown(call, standing, [row], mine)
    return found, 200, {"ETag": f'"{found["etag"]}"'}


@bp.route("/conferences/<key>/tasks/<task>", methods=["PATCH"])
@writes("tasks:write", if_match="needed")
@bp.arguments(TaskChange)
@bp.response(200, TaskSchema)
def patch_task(call: Call, change: dict[str, Any], key: str, task: str) -> Any:
    """Mark a task done, or open again; needs If-Match. A line test is done by its result alone."""
    standing, row = hold_task(call.session, key, task, call.actor.unit)
    check_if_match(etag_of(row))
    mark_task(call.session, standing, row, **change, by=call.actor.name, now=call.now)
    changed = [one for one in [find_task(call.session, standing, task)] if one is not None]
    [found] = _shown(call, standing, changed, call.actor.unit)
    return found, 200, {"ETag": f'"{found["etag"]}"'}


def etag_of(row: Any) -> str:
    changed = getattr(row, "changed_at", None)
    return f"task-{changed.timestamp():.6f}" if changed else "task-0"


def task_row(standing: Standing, row: Any, now: Any) -> dict[str, Any]:
    """One task as it is shown. Deadlines follow the start of the plan version that puts it in force."""
    due = moment_of(standing.start, (row.days_before, row.at))
    state = getattr(row, "state", "open")
    return {
        "id": str(task_id(standing.conference, row.key, row.target)),
        "key": row.key,
        "target": row.target,
        "unit": row.unit,
        "unit_name": standing.names.get(row.unit, row.unit),
        "title": row.title,
        "with_units": row.with_units,
        "helping": False,
        "due_at": due,
        "provisional": standing.start.is_provisional,
        "state": state,
        "settled_by": getattr(row, "settled_by", None),
        "overdue": state == "open" and due < now,
        "duty": bool(row.duty),
        "line_test": row.key == LINE_TEST,
        "note": getattr(row, "note", None),
        "changed_at": getattr(row, "changed_at", None),
        "changed_by": getattr(row, "changed_by", None),
        "etag": etag_of(row),
        "reminder": None,
    }


def _wanted(call: Call, given: Mapping[str, Any]) -> Wanted:
    return Wanted(
        unit=call.actor.unit or given["unit"],
        state=given["state"],
        overdue=given["overdue"],
        due_before=given["due_before"],
        q=given["q"],
        by_due=given["order"] == "due",
    )


def _place(call: Call, key: str, cursor: str | None) -> tuple[Standing, list[int]]:
    """What the list answers for and where it goes on: later pages stay with the first one's revision."""
    place = decode(cursor)
    if place is None:
        return standing_now(call.session, key), []
    revision, version, after = place.get("r"), place.get("v"), place.get("a")
    numbers = [version, *([] if revision is None else [revision])]
    if not isinstance(after, list) or not all(_is_number(one) for one in [*numbers, *after]):
        raise Problem(INVALID, errors=[WRONG_CURSOR])
    try:
        return standing_at(call.session, key, revision, version), after
    except (UnknownRevision, UnknownPlanVersion):
        raise Problem(INVALID, errors=[WRONG_CURSOR]) from None


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) <= LARGEST_INT


def _shown(
    call: Call, standing: Standing, rows: Iterable[Row[Any]], unit: str | None
) -> list[dict[str, Any]]:
    """Rows with their last reminder; `unit`: whose list it is."""
    items = [task_row(standing, row, call.now) for row in rows]
    last = reminders_of(
        call.session, standing.conference, [(i["key"], i["target"], i["due_at"]) for i in items]
    )
    for item in items:
        item["helping"] = unit is not None and item["unit"] != unit
        item["reminder"] = last.get((item["key"], item["target"]))
    return items


def _cells(standing: Standing, rows: Iterable[Row[Any]]) -> Iterator[tuple[Any, ...]]:
    zone = ZoneInfo(standing.start.timezone)
    dues: dict[Deadline, str] = {}
    words = {"person": "Người đánh dấu", "fact": "Kết quả, bài đã nộp", None: ""}
    for row in rows:
        deadline = (row.days_before, row.at)
        if deadline not in dues:
            dues[deadline] = moment_of(standing.start, deadline).astimezone(zone).strftime("%d/%m/%Y %H:%M")
        changed = row.changed_at.astimezone(zone).strftime("%d/%m/%Y %H:%M") if row.changed_at else ""
        yield (
            standing.names.get(row.unit, row.unit),
            row.title,
            ", ".join(standing.names.get(unit, unit) for unit in row.with_units),
            dues[deadline],
            "Đã xong" if row.state == "done" else "Chưa xong",
            words[row.settled_by],
            row.note or "",
            changed,
            row.changed_by or "",
        )
