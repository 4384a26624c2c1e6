"""Routes of the decision: take it, its history, who is honoured."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, validate

from services.awards.decision import commands
from services.awards.decision.model import IN_FORCE, RECALLED, SUPERSEDED, Decision, NotApproved, Recipient
from services.awards.decision.queries import annex_of, current_decision, line, list_decisions
from services.awards.nominations.schemas import key_field
from services.awards.quotas.access import OTHER_UNIT, own_unit, reviews
from services.awards.quotas.model import COLLECTIVE, KINDS
from services.awards.quotas.queries import Plan, current_plan
from shared.http.calls import Call, reads, writes
from shared.http.inputs import Blueprint
from shared.http.problems import INVALID, FieldError, Problem

bp = Blueprint("award_decision", __name__, description="Who is honoured")


class DecisionSchema(Schema):
    """`number` is as on paper ("05/QĐ-MTTQ-BTT"), null until the register gave one; `number_state`: whether
    it holds, or why not."""

    id = fields.UUID()
    sequence = fields.Int()
    decided_on = fields.Date()
    decided_at = fields.AwareDateTime()
    decided_by = fields.Str()
    reason = fields.Str(allow_none=True)
    total = fields.Int()
    state = fields.Str(validate=validate.OneOf([IN_FORCE, SUPERSEDED]))
    number = fields.Str(allow_none=True)
    number_state = fields.Str(
        allow_none=True, validate=validate.OneOf([IN_FORCE, SUPERSEDED, RECALLED, None])
    )
    symbol = fields.Str(allow_none=True)
    issued_on = fields.Date(allow_none=True)
    document = fields.UUID(allow_none=True)


class RecipientSchema(Schema):
    id = fields.UUID()
    unit = fields.Str()
    unit_name = fields.Str()
    kind = fields.Str(validate=validate.OneOf(KINDS))
    order = fields.Int()
    name = fields.Str()
    representative = fields.Str(allow_none=True)
    position = fields.Str(allow_none=True)
    achievement = fields.Str()


class RecipientList(Schema):
    decision = fields.Nested(DecisionSchema, allow_none=True)
    items = fields.List(fields.Nested(RecipientSchema))


class DecisionList(Schema):
    items = fields.List(fields.Nested(DecisionSchema))


class RecipientFilter(Schema):
    unit = key_field(load_default="")


class DecidingSchema(Schema):
    """`nominations`: all that are approved if absent."""

    nominations = fields.List(
        fields.UUID(), allow_none=True, load_default=None, validate=validate.Length(max=20_000)
    )
    reason = fields.Str(allow_none=True, load_default=None, validate=validate.Length(max=1_000))
    dry_run = fields.Bool(load_default=False)


class LeftOutSchema(Schema):
    id = fields.UUID()
    unit = fields.Str()
    unit_name = fields.Str()
    kind = fields.Str(validate=validate.OneOf(KINDS))
    name = fields.Str()


class DecidedSchema(Schema):
    """`decision` null: a dry run; `created` false: the same annex holds already; `left_out`: approved, but of
    units that the plan does not have any more."""

    decision = fields.Nested(DecisionSchema, allow_none=True)
    created = fields.Bool()
    total = fields.Int()
    collectives = fields.Int()
    individuals = fields.Int()
    items = fields.List(fields.Nested(RecipientSchema))
    left_out = fields.List(fields.Nested(LeftOutSchema))


@bp.route("/conferences/<key>/award-decision", methods=["POST"])
@writes("awards:write", patient=True)
@bp.arguments(DecidingSchema)
@bp.response(200, DecidedSchema)
def post_decision(call: Call, given: dict[str, Any], key: str) -> dict[str, Any]:
    """Honour what is approved; a later decision supersedes this one, whose history stays."""
    if not reviews(call):
        raise Problem(OTHER_UNIT)
    plan = current_plan(call.session, key)
    decision, created = None, False
    try:
        annex, left_out = commands.draw_up_annex(call.session, plan, given["nominations"])
        if not given["dry_run"]:
            reason = " ".join((given["reason"] or "").split()) or None
            decision, created = commands.decide_awards(
                call.session, plan, given["nominations"], reason=reason, by=call.actor.name, now=call.now
            )
    except NotApproved as error:
        raise _not_approved(error) from None
    items = [{**_named(one, plan), "order": order} for order, one in enumerate(annex, 1)]
    collectives = sum(one.kind == COLLECTIVE for one in annex)
    totals = {
        "total": len(annex),
        "collectives": collectives,
        "individuals": len(annex) - collectives,
    }
    told = None if decision is None else shown(decision, newest=decision.sequence)
    gone = [_named(one, plan) for one in left_out]
    return {"decision": told, "created": created, **totals, "items": items, "left_out": gone}


@bp.route("/conferences/<key>/award-decisions")
@reads("plan:read")
@bp.response(200, DecisionList)
def get_decisions(call: Call, key: str) -> dict[str, Any]:
    """All decisions, the newest first: that one holds."""
    current_plan(call.session, key)
    found = list_decisions(call.session, key)
    return {"items": [shown(one, newest=found[0].sequence) for one in found]}


@bp.route("/conferences/<key>/recipients")
@reads("names:read")
@bp.arguments(RecipientFilter, location="query")
@bp.response(200, RecipientList)
def get_recipients(call: Call, given: dict[str, Any], key: str) -> dict[str, Any]:
    """Who is honoured, in the order of the annex; nobody before a decision."""
    plan = current_plan(call.session, key)
    unit = own_unit(call, given["unit"])
    decision = current_decision(call.session, key)
    if decision is None:
        return {"decision": None, "items": []}
    items = [line(row, plan) for row in annex_of(call.session, decision.id, [unit] if unit else None)]
    return {"decision": shown(decision, newest=decision.sequence), "items": items}


_COPIED = ("id", "unit", "kind", "name", "representative", "position", "achievement")


def _named(one: Recipient, plan: Plan) -> dict[str, Any]:
    return {**{name: getattr(one, name) for name in _COPIED}, "unit_name": plan.name_of(one.unit)}


def shown(decision: Decision, *, newest: int) -> dict[str, Any]:
    names = ("id", "sequence", "decided_on", "decided_at", "decided_by", "reason", "total")
    paper = decision.paper
    return {
        **{name: getattr(decision, name) for name in names},
        "state": IN_FORCE if decision.sequence == newest else SUPERSEDED,
        "number": paper.text if paper else None,
        "number_state": paper.state if paper else None,
        "symbol": paper.symbol if paper else None,
        "issued_on": paper.issued_on if paper else None,
        "document": paper.document if paper else None,
    }


def _not_approved(error: NotApproved) -> Problem:
    vi, en = "Đề nghị này chưa được duyệt", "This nomination is not approved"
    errors = [FieldError(f"/nominations/{place}", "not-approved", vi, en) for place in error.places]
    return Problem(INVALID, errors=errors)
