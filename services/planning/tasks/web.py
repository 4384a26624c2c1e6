"""Routes of the task board."""

from __future__ import annotations

from datetime import time
from typing import Any

from marshmallow import Schema, fields, validate

from services.planning.plan.model import ConferencePlan, Due, due_at
from services.planning.plan.queries import get_plan
from services.planning.plan.reader import read_accepted
from services.planning.tasks.commands import mark_task
from services.planning.tasks.queries import Force, current_force, list_tasks, task_id
from shared.http.calls import Call, reads, writes
from shared.http.inputs import Blueprint

bp = Blueprint("tasks", __name__, description="Tasks and duties by unit")


class TaskFilter(Schema):
    unit = fields.Str()
    state = fields.Str(validate=validate.OneOf(["open", "done"]))


class TaskChange(Schema):
    state = fields.Str(required=True, validate=validate.OneOf(["open", "done"]))
    note = fields.Str(load_default="", validate=validate.Length(max=1000))


class TaskSchema(Schema):
    id = fields.Str()
    key = fields.Str()
    unit = fields.Str()
    unit_name = fields.Str()
    title = fields.Str()
    with_units = fields.List(fields.Str(), data_key="with")
    due_at = fields.AwareDateTime()
    state = fields.Str()
    overdue = fields.Bool()
    duty = fields.Bool()
    note = fields.Str(allow_none=True)
    changed_at = fields.AwareDateTime(allow_none=True)
    changed_by = fields.Str(allow_none=True)


class TaskList(Schema):
    plan_version = fields.Int()
    items = fields.List(fields.Nested(TaskSchema))


@bp.route("/conferences/<key>/tasks")
@reads("plan:read")
@bp.arguments(TaskFilter, location="query")
@bp.response(200, TaskList)
def get_tasks(call: Call, wanted: dict[str, Any], key: str) -> dict[str, Any]:
    """Tasks in force under the current option, in plan order; duties of the layout follow."""
    force, plan = _in_force(call, key)
    rows = list_tasks(
        call.session, key, force, unit=call.actor.unit or wanted.get("unit"), state=wanted.get("state")
    )
    names = {unit.key: unit.name for unit in plan.units}
    return {
        "plan_version": force.plan_version,
        "items": [task_row(plan, names, row, call.now) for row in rows],
    }


@bp.route("/conferences/<key>/tasks/<task>", methods=["PATCH"])
@writes("tasks:write")
@bp.arguments(TaskChange)
@bp.response(200, TaskSchema)
def patch_task(call: Call, change: dict[str, Any], key: str, task: str) -> dict[str, Any]:
    """Mark a task done, or open again."""
    force, plan = _in_force(call, key)
    row = mark_task(
        call.session, key, force, task, **change, by=call.actor.name, now=call.now, unit=call.actor.unit
    )
    return task_row(plan, {unit.key: unit.name for unit in plan.units}, row, call.now)


def _in_force(call: Call, key: str) -> tuple[Force, ConferencePlan]:
    """What is in force now and its plan: a newer version takes effect with the next decision only."""
    newest = get_plan(call.session, key)
    force = current_force(call.session, key, newest.version)
    stored = (
        newest if force.plan_version == newest.version else get_plan(call.session, key, force.plan_version)
    )
    return force, read_accepted(stored.tree)


def task_row(plan: ConferencePlan, names: dict[str, str], row: Any, now: Any) -> dict[str, Any]:
    """One task as it is shown. Deadlines follow the start of the plan version that puts it in force."""
    due = due_at(plan.conference, Due(row.days_before, time.fromisoformat(row.at) if row.at else None))
    state = getattr(row, "state", "open")
    return {
        "id": str(task_id(plan.conference.key, row.key, row.target)),
        "key": row.key,
        "unit": row.unit,
        "unit_name": names.get(row.unit, row.unit),
        "title": row.title,
        "with_units": row.with_units,
        "due_at": due,
        "state": state,
        "overdue": state == "open" and due < now,
        "duty": bool(row.duty),
        "note": getattr(row, "note", None),
        "changed_at": getattr(row, "changed_at", None),
        "changed_by": getattr(row, "changed_by", None),
    }
