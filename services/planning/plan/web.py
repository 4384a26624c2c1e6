"""Routes of plans and conferences."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import request, url_for
from marshmallow import Schema, ValidationError, fields, validates_schema

from services.planning.plan.commands import amend_plan, store_plan
from services.planning.plan.model import ConferencePlan
from services.planning.plan.problems import PlanInvalid, Unreadable
from services.planning.plan.queries import (
    PlanVersion,
    get_plan,
    list_conferences,
    lock_conference,
    newest_plan,
)
from services.planning.plan.reader import load_plan, read_accepted
from services.planning.switch.queries import newest_decided, newest_selected, option_before
from shared.http.calls import Call, check_if_match, reads, writes
from shared.http.inputs import Blueprint
from shared.http.problems import INVALID, MALFORMED, FieldError, Problem, ProblemType

bp = Blueprint("plans", __name__, description="Plans and the conferences that they make")

UNSUPPORTED = ProblemType(
    415,
    "unsupported-media-type",
    "Kế hoạch phải là application/yaml hoặc application/json",
    "A plan must be application/yaml or application/json",
)
TOO_LARGE = ProblemType(413, "too-large", "Tệp kế hoạch quá lớn", "The plan is too large")
YAML_TYPES = ("application/yaml", "application/x-yaml", "text/yaml", "text/x-yaml")


class StoredPlanSchema(Schema):
    conference = fields.Str()
    version = fields.Int()
    created = fields.Bool()


class ConferenceChange(Schema):
    """What may be amended one by one; everything else by posting the plan again."""

    title = fields.Str()
    short_title = fields.Str()
    starts_at = fields.Str(allow_none=True)
    ends_at = fields.Str(allow_none=True)
    window = fields.Dict()

    @validates_schema
    def check_any(self, data: dict[str, Any], **_kwargs: Any) -> None:
        if not data:
            raise ValidationError("Không có gì để thay đổi (nothing to change).")


@bp.route("/plans", methods=["POST"])
@writes("plan:write")
@bp.doc(
    requestBody={
        "required": True,
        "description": "A plan in the format diemcau.plan/1",
        "content": {
            kind: {"schema": {"type": "object"}} for kind in ("application/yaml", "application/json")
        },
    }
)
@bp.response(201, StoredPlanSchema)
@bp.alt_response(200, schema=StoredPlanSchema, description="It is the newest version already")
def post_plan(call: Call) -> Any:
    """Store a plan: a first one makes the conference, a changed one a new version."""
    plan, tree = _read_body(call)
    stored = store_plan(call.session, plan, tree, by=call.actor.name, now=call.now)
    location = url_for("plans.get_conference", key=stored.conference)
    body = {"conference": stored.conference, "version": stored.version, "created": stored.created}
    return body, 201 if stored.created else 200, {"Location": location}


@bp.route("/conferences")
@reads("plan:read")
def get_conferences(call: Call) -> dict[str, Any]:
    """All conferences, in the order of their making."""
    return {"items": [_summary(call, stored) for stored in list_conferences(call.session)]}


@bp.route("/conferences/<key>")
@reads("plan:read")
def get_conference(call: Call, key: str) -> Any:
    """The newest plan of a conference and what is current."""
    stored = get_plan(call.session, key)
    plan = read_accepted(stored.tree)
    return {**_summary(call, stored), **_details(call, plan)}, 200, {"ETag": _etag(stored.version)}


@bp.route("/conferences/<key>", methods=["PATCH"])
@writes("plan:write")
@bp.arguments(ConferenceChange)
@bp.response(200, StoredPlanSchema)
def patch_conference(call: Call, changes: dict[str, Any], key: str) -> Any:
    """Amend facts of the conference: makes a plan version, which takes effect with the next decision."""
    stored = get_plan(call.session, key, lock_conference(call.session, key))
    check_if_match(_etag(stored.version).strip('"'))
    try:
        new = amend_plan(
            call.session, stored, changes, call.context.plugins, by=call.actor.name, now=call.now
        )
    except PlanInvalid as error:
        raise plan_problem(error) from None
    body = {"conference": new.conference, "version": new.version, "created": new.created}
    return body, 200, {"ETag": _etag(new.version)}


@bp.route("/conferences/<key>/plan")
@reads("plan:read")
def get_tree(call: Call, key: str) -> Any:
    """The newest plan as it was posted."""
    stored = get_plan(call.session, key)
    return stored.tree, 200, {"ETag": _etag(stored.version)}


@bp.route("/conferences/<key>/units")
@reads("plan:read")
def get_units(call: Call, key: str) -> dict[str, Any]:
    """The units of the newest plan, in plan order."""
    plan = newest_plan(call.session, key)
    return {
        "items": [{"key": u.key, "name": u.name, "level": u.level, "parent": u.parent} for u in plan.units]
    }


@bp.route("/conferences/<key>/programme")
@reads("plan:read")
def get_programme(call: Call, key: str) -> dict[str, Any]:
    """The programme in order; minutes per item."""
    plan = newest_plan(call.session, key)
    return {"items": [{"order": p.order, "minutes": p.minutes, "title": p.title} for p in plan.programme]}


def _read_body(call: Call) -> tuple[ConferencePlan, Any]:
    kind = request.mimetype
    if kind not in (*YAML_TYPES, "application/json"):
        raise Problem(UNSUPPORTED)
    try:
        return load_plan(request.get_data(), yaml=kind in YAML_TYPES, plugins=call.context.plugins)
    except Unreadable as error:
        kind_of = TOO_LARGE if error.problem.code == "too-large" else MALFORMED
        raise Problem(kind_of, errors=[_field_error(error.problem)]) from None
    except PlanInvalid as error:
        raise plan_problem(error) from None


def plan_problem(error: PlanInvalid) -> Problem:
    return Problem(INVALID, errors=[_field_error(problem) for problem in error.problems])


def _field_error(problem: Any) -> FieldError:
    return FieldError(problem.pointer, problem.code, problem.vi, problem.en)


def _etag(version: int) -> str:
    return f'"plan-{version}"'


def _summary(call: Call, stored: PlanVersion) -> dict[str, Any]:
    facts = stored.tree["conference"]
    selected = newest_selected(call.session, stored.conference)
    decided = newest_decided(call.session, stored.conference)
    zone = ZoneInfo(facts["timezone"])
    return {
        "key": stored.conference,
        "title": facts["title"],
        "short_title": facts["short_title"],
        "organiser": facts["organiser"],
        "timezone": facts["timezone"],
        "window": facts["window"],
        "starts_at": _local(facts.get("starts_at"), zone),
        "ends_at": _local(facts.get("ends_at"), zone),
        "plan_version": stored.version,
        "current_revision": selected.number if selected else None,
        "current_option": selected.option if selected else None,
        "selected_revision": decided.number if decided else None,
        "previous_option": option_before(call.session, stored.conference),
    }


def _local(text: str | None, zone: ZoneInfo) -> datetime | None:
    return datetime.fromisoformat(text).replace(tzinfo=zone) if text else None


def _details(call: Call, plan: ConferencePlan) -> dict[str, Any]:
    facts = plan.conference
    names = {unit.key: unit.name for unit in plan.units}
    signer, contact = facts.signer, facts.contact
    return {
        "organiser_name": names[facts.organiser],
        "decided_by": facts.decided_by,
        "options": [
            {
                "key": option.key,
                "label": option.label,
                "title": option.title,
                "venue": option.venue,
                "groups": [
                    {
                        "key": g.key,
                        "name": g.name,
                        "at": g.at,
                        "seats": g.seats,
                        "rank": g.rank,
                        "per": g.per,
                        "press": g.press,
                    }
                    for g in option.groups
                ],
            }
            for option in plan.options
        ],
        "programme": [{"order": p.order, "minutes": p.minutes, "title": p.title} for p in plan.programme],
        "purposes": list(facts.purposes),
        "recipients": list(facts.recipients),
        "signer": signer
        and {"authority": signer.authority, "position": signer.position, "name": signer.name},
        "contact": contact
        and {
            "name": contact.name,
            "position": contact.position,
            "unit": contact.unit,
            "phone": contact.phone,
        },
    }
