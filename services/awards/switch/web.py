"""Routes of presentations: where awards are handed over, what a revision does to that, whom the council
puts first where seats are fewer."""

from __future__ import annotations

from collections import Counter
from itertools import islice
from typing import Any
from uuid import UUID

from marshmallow import Schema, fields, validate

from services.awards.decision.queries import current_decision
from services.awards.nominations.commands import hold_campaign
from services.awards.nominations.schemas import KEY
from services.awards.quotas.access import OTHER_UNIT, reviews
from services.awards.quotas.model import KINDS
from services.awards.quotas.queries import current_plan, find_plan, has_option, is_known
from services.awards.switch import commands, queries
from services.awards.switch.model import NotRecipients, UnknownOption
from shared.http.calls import Call, check_if_match, reads, writes
from shared.http.inputs import Blueprint, RevisionWanted
from shared.http.problems import INVALID, FieldError, Problem
from shared.revisions.following import current_revision, get_prepared

bp = Blueprint("awards", __name__, description="Where awards are presented")

SHOWN_CHANGES = 1_000


class PresentationSchema(Schema):
    unit = fields.Str()
    unit_name = fields.Str()
    kind = fields.Str(validate=validate.OneOf(KINDS))
    count = fields.Int()
    site = fields.Str(allow_none=True)


class PresentationChange(PresentationSchema):
    from_site = fields.Str(allow_none=True)
    change = fields.Str()
    provisional = fields.Bool()


class PresentationList(Schema):
    revision = fields.Int(allow_none=True)
    provisional = fields.Bool(metadata={"description": "Nobody is honoured yet: these are quota slots"})
    items = fields.List(fields.Nested(PresentationSchema))


class PresentationChanges(Schema):
    revision = fields.Int()
    base = fields.Int(allow_none=True)
    items = fields.List(fields.Nested(PresentationChange))


class ChoosingSchema(Schema):
    """Who is presented first, in this order; nobody: the order of the annex decides."""

    recipients = fields.List(fields.UUID(), required=True, validate=validate.Length(max=20_000))


class ChoiceSchema(Schema):
    option = fields.Str(validate=validate.Regexp(KEY))
    recipients = fields.List(fields.UUID())
    chosen_by = fields.Str(allow_none=True)
    chosen_at = fields.AwareDateTime(allow_none=True)


@bp.route("/conferences/<key>/presentations")
@reads("plan:read")
@bp.arguments(RevisionWanted, location="query")
@bp.response(200, PresentationList)
def get_presentations(call: Call, wanted: dict[str, Any], key: str) -> dict[str, Any]:
    """Awards by unit, kind and site in the order of presentation; `site` null: deferred.

    None before the first decision of an option. Before it is decided who is honoured, quota slots.
    """
    number, provisional = wanted.get("revision"), current_decision(call.session, key) is None
    if number is None and current_revision(call.session, key) is None and is_known(call.session, key):
        return {"revision": None, "provisional": provisional, "items": []}
    revision = get_prepared(call.session, key, number)
    names = _names(call, key, revision.plan_version)
    items = [
        {"unit": unit, "unit_name": names.get(unit, unit), "kind": kind, "site": site, "count": count}
        for (unit, kind), sites in queries.placement_of(call.session, revision).items()
        for site, count in Counter(sites).items()
    ]
    return {"revision": revision.number, "provisional": provisional, "items": items}


@bp.route("/conferences/<key>/revisions/<int:number>/changes")
@reads("plan:read")
@bp.response(200, PresentationChanges)
def get_changes(call: Call, key: str, number: int) -> dict[str, Any]:
    """Presentations kept, moved and deferred against the base, the first 1,000; provisional until it is
    decided who. The counts of the revision are of all."""
    revision = get_prepared(call.session, key, number)
    names = _names(call, key, revision.plan_version)
    provisional = current_decision(call.session, key) is None
    changes = queries.changes_of(call.session, revision)
    if len(changes) > SHOWN_CHANGES:  # then only what changes is of interest
        changes = Counter({one: count for one, count in changes.items() if one.change != "kept"})
    items = [
        {
            "unit": change.unit,
            "unit_name": names.get(change.unit, change.unit),
            "kind": change.kind,
            "count": count,
            "from_site": change.from_site,
            "site": change.site,
            "change": change.change,
            "provisional": provisional,
        }
        for change, count in islice(changes.items(), SHOWN_CHANGES)
    ]
    return {"revision": number, "base": revision.base, "items": items}


@bp.route("/conferences/<key>/options/<option>/presentation-choice")
@reads("plan:read")
@bp.response(200, ChoiceSchema)
def get_choice(call: Call, key: str, option: str) -> Any:
    """Whom the awards council puts first under an option."""
    if not has_option(call.session, current_plan(call.session, key), option):
        raise UnknownOption
    return _choice(queries.choice_of(call.session, key, option))


@bp.route("/conferences/<key>/options/<option>/presentation-choice", methods=["PUT"])
@writes("awards:write", if_match="needed")
@bp.arguments(ChoosingSchema)
@bp.response(200, ChoiceSchema)
def put_choice(call: Call, given: dict[str, list[UUID]], key: str, option: str) -> Any:
    """Choose who is presented first where the option seats fewer; the others are deferred, none is lost."""
    if not reviews(call):
        raise Problem(OTHER_UNIT)
    plan = current_plan(call.session, key)
    if not has_option(call.session, plan, option):
        raise UnknownOption
    hold_campaign(call.session, key)
    check_if_match(str(queries.choice_of(call.session, key, option).version))
    try:
        choice = commands.choose_presented(
            call.session, plan, option, given["recipients"], by=call.actor.name, now=call.now
        )
    except NotRecipients as error:
        raise _refused(error) from None
    return _choice(choice)


def _choice(choice: queries.Choice) -> Any:
    return choice, 200, {"ETag": f'"{choice.version}"'}


def _names(call: Call, key: str, version: int) -> dict[str, str]:
    plan = find_plan(call.session, key, version)
    return {**plan.former, **plan.names} if plan else {}


def _refused(error: NotRecipients) -> Problem:
    unknown = ("not-a-recipient", "Không có trong quyết định khen thưởng", "Not honoured by the decision")
    repeated = ("repeated", "Đã có ở trên", "Stands in the list already")
    told = [(place, unknown) for place in error.unknown] + [(place, repeated) for place in error.repeated]
    return Problem(INVALID, errors=[FieldError(f"/recipients/{place}", *flaw) for place, flaw in told])
