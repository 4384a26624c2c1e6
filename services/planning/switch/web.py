"""Routes of the option switch: revisions (previews), decisions, undo."""

from __future__ import annotations

from typing import Any

from flask import url_for
from marshmallow import Schema, ValidationError, fields, validate, validates_schema
from sqlalchemy import Row

from services.planning.plan.model import ConferencePlan
from services.planning.plan.queries import get_plan, newest_plan
from services.planning.switch import commands, queries
from services.planning.switch.model import OPEN, Order, State, is_worth_asking_again
from services.planning.tasks.queries import count_in_force, list_changes, standing_at
from services.planning.tasks.web import TaskSchema, task_row
from shared.http.calls import Call, reads, writes
from shared.http.inputs import LARGEST_INT, Blueprint

bp = Blueprint("switch", __name__, description="Prepare, preview, adopt and undo an option")


class ProposalOrder(Schema):
    option = fields.Str(required=True, validate=validate.Length(min=1, max=100))


class Paper(Schema):
    number = fields.Str(required=True, validate=validate.Length(min=1, max=100))
    date = fields.Date(required=True)


class Reason(Schema):
    reason = fields.Str(required=True)
    expected_current = fields.Int(allow_none=True, load_default=None)
    paper = fields.Nested(Paper, allow_none=True, load_default=None)
    decided_by = fields.Str(allow_none=True, load_default=None, validate=validate.Length(max=200))
    while_open = fields.Bool(
        load_default=False, metadata={"description": "Needed once the conference has begun"}
    )

    @validates_schema
    def check_reason(self, data: dict[str, Any], **_kwargs: Any) -> None:
        text = data.get("reason", "").strip()
        if not text or len(text) > 2000:
            raise ValidationError({"reason": ["Cần lý do, từ 1 đến 2000 ký tự (1 to 2000 characters)."]})


class DecisionOrder(Reason):
    option = fields.Str()
    revision = fields.Int(validate=validate.Range(min=1, max=LARGEST_INT))

    @validates_schema
    def check_choice(self, data: dict[str, Any], **_kwargs: Any) -> None:
        if ("option" in data) == ("revision" in data):
            raise ValidationError({"option": ["Chọn một: option hoặc revision (choose one of the two)."]})


class UndoOrder(Reason):
    revision = fields.Int(
        load_default=None,
        allow_none=True,
        validate=validate.Range(min=1, max=LARGEST_INT),
        metadata={"description": "A preview of the option to go back to"},
    )


class RevisionNumber(Schema):
    revision = fields.Int()


class JobCounts(Schema):
    queued = fields.Int()
    running = fields.Int()
    done = fields.Int()
    failed = fields.Int()


class Answer(Schema):
    state = fields.Str()
    outcome = fields.Str(allow_none=True)
    counts = fields.Dict(keys=fields.Str(), values=fields.Int(), allow_none=True)
    preview = fields.Dict(keys=fields.Str(), values=fields.Int(), allow_none=True)
    prepared_at = fields.AwareDateTime(allow_none=True)
    settled_at = fields.AwareDateTime(allow_none=True)
    jobs = fields.Nested(
        JobCounts, allow_none=True, metadata={"description": "Background work; null: none so far"}
    )


class DecisionSchema(Schema):
    revision = fields.Int()
    option = fields.Str()
    option_title = fields.Str()
    kind = fields.Str()
    reason = fields.Str()
    paper = fields.Nested(Paper, allow_none=True)
    decided_by = fields.Str()
    entered_by = fields.Str()
    at = fields.AwareDateTime()
    state = fields.Str()


class RevisionSchema(Schema):
    revision = fields.Int()
    option = fields.Str()
    option_title = fields.Str()
    plan_version = fields.Int()
    base = fields.Int(allow_none=True)
    base_option = fields.Str(allow_none=True)
    state = fields.Str()
    stale = fields.Bool()
    newest = fields.Nested(DecisionSchema, allow_none=True)
    participants = fields.List(fields.Str())
    prepared = fields.Int()
    settled = fields.Int()
    problem = fields.Dict(allow_none=True)
    retryable = fields.Bool(metadata={"description": "It failed, or waits for longer than it should"})
    services = fields.Dict(keys=fields.Str(), values=fields.Nested(Answer))
    decision = fields.Nested(DecisionSchema, allow_none=True)
    proposed_at = fields.AwareDateTime()
    proposed_by = fields.Str()


class RevisionList(Schema):
    items = fields.List(fields.Nested(RevisionSchema))


class DecisionList(Schema):
    items = fields.List(fields.Nested(DecisionSchema))


class TaskLine(TaskSchema):
    units = fields.Int(metadata={"description": "How many units have the task; the line shows the first"})


class TaskChanges(Schema):
    revision = fields.Int()
    base = fields.Int(allow_none=True)
    before = fields.Int()
    after = fields.Int()
    opened = fields.List(fields.Nested(TaskLine))
    closed = fields.List(fields.Nested(TaskLine))


@bp.route("/conferences/<key>/revisions", methods=["POST"])
@writes("decide")
@bp.arguments(ProposalOrder)
@bp.response(202, RevisionNumber)
def post_revision(call: Call, body: dict[str, Any], key: str) -> Any:
    """Prepare an option: the preview. Nothing changes for anybody."""
    number = commands.propose_option(call.session, key, body["option"], by=call.actor.name, now=call.now)
    return _accepted(key, number)


@bp.route("/conferences/<key>/revisions")
@reads("plan:read")
@bp.response(200, RevisionList)
def get_revisions(call: Call, key: str) -> dict[str, Any]:
    """The newest 50 revisions, newest first."""
    plan = newest_plan(call.session, key)
    rows = queries.list_revisions(call.session, key)
    return {"items": [_revision(call, plan, row) for row in rows]}


@bp.route("/conferences/<key>/revisions/<int:number>")
@reads("plan:read")
@bp.response(200, RevisionSchema)
def get_revision(call: Call, key: str, number: int) -> dict[str, Any]:
    """State, and each service's progress and counts, measured from the revision's base."""
    plan = newest_plan(call.session, key)
    return _revision(call, plan, queries.get_revision(call.session, key, number))


@bp.route("/conferences/<key>/revisions/<int:number>:retry", methods=["POST"])
@writes("decide")
@bp.response(202, RevisionNumber)
def retry_revision(call: Call, key: str, number: int) -> Any:
    """Ask the services again: after a failed layout, or when an answer does not come."""
    commands.retry(call.session, key, number)
    return _accepted(key, number)


@bp.route("/conferences/<key>/revisions/<int:number>/changes")
@reads("plan:read")
@bp.response(200, TaskChanges)
def get_changes(call: Call, key: str, number: int) -> dict[str, Any]:
    """Tasks and duties that come into force and go out of it, those of many units in one line."""
    row = queries.get_revision(call.session, key, number)
    new = standing_at(call.session, key, number)
    old = standing_at(call.session, key, row.base, row.plan_version)
    opened, closed = list_changes(call.session, key, old.force, new.force)
    return {
        "revision": number,
        "base": row.base,
        "before": count_in_force(call.session, key, old.force),
        "after": count_in_force(call.session, key, new.force),
        "opened": [{**task_row(new, task, call.now), "units": task.units} for task in opened],
        "closed": [{**task_row(old, task, call.now), "units": task.units} for task in closed],
    }


@bp.route("/conferences/<key>/decisions", methods=["POST"])
@writes("decide")
@bp.arguments(DecisionOrder)
@bp.response(202, RevisionNumber)
def post_decision(call: Call, body: dict[str, Any], key: str) -> Any:
    """Decide for an option, or for a revision that was previewed."""
    order = _order(body, option=body.get("option"), revision=body.get("revision"))
    number = commands.decide(call.session, key, order, by=call.actor.name, now=call.now)
    return _accepted(key, number)


@bp.route("/conferences/<key>/decisions:undo", methods=["POST"])
@writes("decide")
@bp.arguments(UndoOrder)
@bp.response(202, RevisionNumber)
def post_undo(call: Call, body: dict[str, Any], key: str) -> Any:
    """Decide for the option adopted before the current one, on the newest plan version."""
    order = _order(body, revision=body["revision"])
    number = commands.undo(call.session, key, order, by=call.actor.name, now=call.now)
    return _accepted(key, number)


@bp.route("/conferences/<key>/decisions")
@reads("plan:read")
@bp.response(200, DecisionList)
def get_decisions(call: Call, key: str) -> dict[str, Any]:
    """Who decided what, when and why; newest first."""
    options = newest_plan(call.session, key).option_titles
    rows = queries.list_decisions(call.session, key)
    return {"items": [queries.described(row._mapping, options) for row in rows]}


def _order(body: dict[str, Any], **choice: Any) -> Order:
    paper = body["paper"] or {}
    return Order(
        reason=body["reason"].strip(),
        expected_current=body["expected_current"],
        paper_number=paper.get("number"),
        paper_date=paper.get("date"),
        decided_by=body["decided_by"],
        while_open=body["while_open"],
        **choice,
    )


def _accepted(key: str, number: int) -> tuple[dict[str, int], int, dict[str, str]]:
    location = url_for("switch.get_revision", key=key, number=number)
    return {"revision": number}, 202, {"Location": location}


def _revision(call: Call, plan: ConferencePlan, row: Row[Any]) -> dict[str, Any]:
    options = plan.option_titles
    newest = queries.newest_decided(call.session, row.conference)
    services = queries.services_of(call.session, row.conference, row.number)
    base = row.base and queries.get_revision(call.session, row.conference, row.base)
    is_open = State(row.state) in OPEN
    stale = is_open and (
        (newest.number if newest else None) != row.base or row.plan_version != _newest_version(call, row)
    )
    decision = queries.find_decision(call.session, row.conference, row.number)
    asked_at = decision.at if decision is not None else row.proposed_at
    return {
        **row._mapping,
        "revision": row.number,
        "option_title": options.get(row.option, row.option),
        "base_option": base.option if base else None,
        "stale": bool(stale),
        "newest": queries.newest_decision(call.session, row.conference, options),
        "prepared": sum(part["prepared_at"] is not None for part in services.values()),
        "settled": sum(part["settled_at"] is not None for part in services.values()),
        "retryable": is_worth_asking_again(State(row.state), asked_at, call.now),
        "services": {name: services[name] for name in row.participants if name in services},
        "decision": queries.described({**decision._mapping, "state": row.state}, options)
        if decision
        else None,
    }


def _newest_version(call: Call, row: Row[Any]) -> int:
    return get_plan(call.session, row.conference).version
