"""Routes of opening and closing a conference."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from services.planning.opening import commands
from services.planning.opening.model import SHOWN
from services.planning.opening.queries import list_acts, readiness
from services.planning.plan.queries import phase_of
from services.planning.tasks.queries import standing_now
from shared.http.calls import Call, reads, writes
from shared.http.inputs import Blueprint

bp = Blueprint("opening", __name__, description="Open and close a conference")

MISSING = ("no-current-revision", "switch-unsettled", "start-not-fixed", "line-tests-missing")


class ActOrder(Schema):
    reason = fields.Str(load_default="", validate=validate.Length(max=2000))


class ReopenOrder(Schema):
    reason = fields.Str(required=True, validate=validate.Length(max=2000))

    @validates_schema
    def check_reason(self, data: dict[str, Any], **_kwargs: Any) -> None:
        if not data.get("reason", "").strip():
            raise ValidationError({"reason": ["Cần lý do mở lại (a reason is needed)."]})


class UntestedSite(Schema):
    site = fields.Str()
    unit = fields.Str()
    unit_name = fields.Str()
    outcome = fields.Str(allow_none=True, metadata={"description": "null: not tested; failed; cleared"})


class Act(Schema):
    act = fields.Str(validate=validate.OneOf(["opened", "closed", "reopened"]))
    reason = fields.Str()
    by = fields.Str()
    at = fields.AwareDateTime()


class Opening(Schema):
    state = fields.Str(validate=validate.OneOf(["planned", "open", "closed"]))
    revision = fields.Int(allow_none=True)
    missing = fields.List(fields.Str(validate=validate.OneOf(MISSING)))
    unsettled = fields.Int(allow_none=True, metadata={"description": "The revision that is not settled yet"})
    untested = fields.List(fields.Nested(UntestedSite), metadata={"description": f"The first {SHOWN}"})
    untested_count = fields.Int()
    history = fields.List(fields.Nested(Act))


@bp.route("/conferences/<key>/opening")
@reads("plan:read")
@bp.response(200, Opening)
def get_opening(call: Call, key: str) -> dict[str, Any]:
    """Whether the conference is open, what is missing for opening it, and who opened and closed it."""
    return _shown(call, key)


@bp.route("/conferences/<key>:open", methods=["POST"])
@writes("decide")
@bp.arguments(ActOrder)
@bp.response(200, Opening)
def post_open(call: Call, body: dict[str, Any], key: str) -> dict[str, Any]:
    """Begin; refused while something is missing."""
    return _act(call, key, commands.open_conference, body)


@bp.route("/conferences/<key>:close", methods=["POST"])
@writes("decide")
@bp.arguments(ActOrder)
@bp.response(200, Opening)
def post_close(call: Call, body: dict[str, Any], key: str) -> dict[str, Any]:
    """End it: nothing of it is changed any more."""
    return _act(call, key, commands.close_conference, body)


@bp.route("/conferences/<key>:reopen", methods=["POST"])
@writes("decide")
@bp.arguments(ReopenOrder)
@bp.response(200, Opening)
def post_reopen(call: Call, body: dict[str, Any], key: str) -> dict[str, Any]:
    """Open a closed conference again, with a reason."""
    return _act(call, key, commands.reopen_conference, body)


def _act(call: Call, key: str, command: Callable[..., None], body: dict[str, Any]) -> dict[str, Any]:
    command(call.session, key, reason=body["reason"].strip(), by=call.actor.name, now=call.now)
    return _shown(call, key)


def _shown(call: Call, key: str) -> dict[str, Any]:
    ready, names = readiness(call.session, key), standing_now(call.session, key).names
    mine = call.actor.unit
    untested = [one for one in ready.untested if mine is None or one.unit == mine]
    return {
        "state": phase_of(call.session, key),
        "revision": ready.revision,
        "missing": ready.missing,
        "unsettled": ready.unsettled,
        "untested": [
            {
                "site": one.site,
                "unit": one.unit,
                "unit_name": names.get(one.unit, one.unit),
                "outcome": one.outcome,
            }
            for one in untested[:SHOWN]
        ],
        "untested_count": len(untested),
        "history": [row._mapping for row in list_acts(call.session, key)],
    }
