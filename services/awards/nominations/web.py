"""Routes of quotas, nominations and their reviews."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import request, url_for

from services.awards.nominations import commands
from services.awards.nominations.model import UNKNOWN_UNIT, Facts, UnknownNomination, read_facts
from services.awards.nominations.queries import (
    Filters,
    get_nomination,
    list_nominations,
    reviews_of,
    shown,
    use_of_quota,
)
from services.awards.nominations.schemas import (
    ApprovalSchema,
    ApprovedSchema,
    ChangeSchema,
    ListSchema,
    NominationDetail,
    NominationList,
    ProposalSchema,
    QuotaList,
    RejectionSchema,
    UnitFilter,
)
from services.awards.quotas.access import OTHER_UNIT, own_unit, reviews
from services.awards.quotas.queries import Plan, current_plan
from shared.flaws import Flaw
from shared.http import cursors
from shared.http.calls import Call, check_if_match, reads, writes
from shared.http.inputs import Blueprint
from shared.http.problems import INVALID, FieldError, Problem

bp = Blueprint("nominations", __name__, description="Who is proposed to be honoured")

COUNCIL_ONLY = Flaw(
    "only-the-organiser",
    "Chỉ ban tổ chức được ghi lý do vượt chỉ tiêu",
    "Only the organiser may go beyond the quota",
)


@bp.route("/conferences/<key>/quotas")
@reads("plan:read")
@bp.arguments(UnitFilter, location="query")
@bp.response(200, QuotaList)
def get_quotas(call: Call, given: dict[str, Any], key: str) -> dict[str, Any]:
    """The quota of each unit and kind, how much of it is used and what is left."""
    plan = current_plan(call.session, key)
    return {"items": use_of_quota(call.session, plan, own_unit(call, given["unit"]))}


@bp.route("/conferences/<key>/nominations")
@reads("names:read")
@bp.arguments(ListSchema, location="query")
@bp.response(200, NominationList)
def get_nominations(call: Call, given: dict[str, Any], key: str) -> dict[str, Any]:
    """Nominations in the order of the annex."""
    plan = current_plan(call.session, key)
    after = _position(given["cursor"])
    page = list_nominations(call.session, plan, filters_of(call, given), limit=given["limit"], after=after)
    following = cursors.encode({"p": page.after}) if page.after else None
    return {"total": page.total, "items": page.items, "next": following}


@bp.route("/conferences/<key>/nominations", methods=["POST"])
@writes("awards:nominate")
@bp.arguments(ProposalSchema)
@bp.response(201, NominationDetail)
def post_nomination(call: Call, given: dict[str, Any], key: str) -> Any:
    """Propose a collective or a person of a unit."""
    plan = current_plan(call.session, key)
    unit = own_unit(call, given.pop("unit")) or plan.organiser
    if unit not in plan.names:
        raise refused({"unit": UNKNOWN_UNIT})
    facts = _read(call, given)
    made = commands.propose_nomination(call.session, plan, unit, facts, by=call.actor.name, now=call.now)
    item, etag = _shown(call, plan, made)
    location = url_for("nominations.get_one", nomination=made)
    return item, 201, {"Location": location, "ETag": f'"{etag}"'}


@bp.route("/conferences/<key>/nominations:approve", methods=["POST"])
@writes("awards:write")
@bp.arguments(ApprovalSchema)
@bp.response(200, ApprovedSchema)
def post_approvals(call: Call, given: dict[str, Any], key: str) -> dict[str, int]:
    """Approve many at once: those of the list that are still proposed."""
    _need_council(call)
    plan = current_plan(call.session, key)
    approved = commands.approve_nominations(
        call.session, plan, given["nominations"], by=call.actor.name, now=call.now
    )
    return {"approved": approved}


@bp.route("/nominations/<uuid:nomination>")
@reads("names:read")
@bp.response(200, NominationDetail)
def get_one(call: Call, nomination: UUID) -> Any:
    """One nomination and what reviewers said of it."""
    plan = _find(call, nomination)
    item, etag = _shown(call, plan, nomination)
    return item, 200, {"ETag": f'"{etag}"'}


@bp.route("/nominations/<uuid:nomination>", methods=["PATCH"])
@writes("awards:nominate", if_match="needed")
@bp.arguments(ChangeSchema)
@bp.response(200, NominationDetail)
def patch_nomination(call: Call, given: dict[str, Any], nomination: UUID) -> Any:
    """Correct a nomination; what the decision says already stays until a new one is taken."""
    plan = _hold(call, nomination)
    before, etag = _shown(call, plan, nomination)
    check_if_match(etag)
    kept = ("kind", "name", "representative", "position", "achievement", "order", "override_reason")
    facts = _read(call, {**{name: before[name] for name in kept}, **given}, before["override_reason"])
    commands.change_nomination(call.session, plan, nomination, facts, reviewer=reviews(call))
    return _answer(call, plan, nomination)


@bp.route("/nominations/<uuid:nomination>:withdraw", methods=["POST"])
@writes("awards:nominate", if_match="taken")
@bp.response(200, NominationDetail)
def post_withdrawal(call: Call, nomination: UUID) -> Any:
    """The unit takes its nomination back."""
    plan = _hold(call, nomination)
    _check_seen(call, plan, nomination)
    commands.withdraw_nomination(
        call.session, nomination, reviewer=reviews(call), by=call.actor.name, now=call.now
    )
    return _answer(call, plan, nomination)


@bp.route("/nominations/<uuid:nomination>:approve", methods=["POST"])
@writes("awards:write", if_match="taken")
@bp.response(200, NominationDetail)
def post_approval(call: Call, nomination: UUID) -> Any:
    """The council agrees."""
    _need_council(call)
    plan = _hold(call, nomination)
    _check_seen(call, plan, nomination)
    commands.approve_nomination(call.session, plan, nomination, by=call.actor.name, now=call.now)
    return _answer(call, plan, nomination)


@bp.route("/nominations/<uuid:nomination>:reject", methods=["POST"])
@writes("awards:write", if_match="taken")
@bp.arguments(RejectionSchema)
@bp.response(200, NominationDetail)
def post_rejection(call: Call, given: dict[str, Any], nomination: UUID) -> Any:
    """The council does not agree, and says why."""
    _need_council(call)
    plan = _hold(call, nomination)
    _check_seen(call, plan, nomination)
    reason = " ".join(given["reason"].split())
    commands.reject_nomination(call.session, nomination, reason, by=call.actor.name, now=call.now)
    return _answer(call, plan, nomination)


def filters_of(call: Call, given: dict[str, Any]) -> Filters:
    unit = own_unit(call, given["unit"]) or ""
    return Filters(unit, given["kind"], given["state"], given["q"].strip())


def refused(flaws: dict[str, Flaw]) -> Problem:
    errors = [FieldError(f"/{name}", flaw.code, flaw.vi, flaw.en) for name, flaw in flaws.items()]
    return Problem(INVALID, errors=errors)


def _read(call: Call, values: dict[str, Any], recorded: str | None = None) -> Facts:
    """`recorded`: the reason that stands there already. Raises Problem 422."""
    facts, flaws = read_facts(values)
    if facts is None:
        raise refused(flaws)
    if facts.override_reason not in (None, recorded) and not reviews(call):
        raise refused({"override_reason": COUNCIL_ONLY})
    return facts


def _find(call: Call, nomination: UUID) -> Plan:
    """The plan of the nomination. Raises UnknownNomination, also for one of another unit."""
    row = get_nomination(call.session, nomination)
    if call.actor.unit not in (None, row["unit"]):
        raise UnknownNomination
    return current_plan(call.session, row["conference"])


def _hold(call: Call, nomination: UUID) -> Plan:
    """The same for a change: from here on nobody else changes nominations of the conference."""
    plan = _find(call, nomination)
    commands.hold_campaign(call.session, plan.conference)
    return plan


def _check_seen(call: Call, plan: Plan, nomination: UUID) -> None:
    """With If-Match, the caller wants what they saw to be judged, and nothing else."""
    if request.if_match:
        check_if_match(_shown(call, plan, nomination)[1])


def _need_council(call: Call) -> None:
    if not reviews(call):
        raise Problem(OTHER_UNIT)


def _answer(call: Call, plan: Plan, nomination: UUID) -> Any:
    item, etag = _shown(call, plan, nomination)
    return item, 200, {"ETag": f'"{etag}"'}


def _shown(call: Call, plan: Plan, nomination: UUID) -> tuple[dict[str, Any], str]:
    """The nomination, and the name of its state."""
    row = get_nomination(call.session, nomination)
    item = {**shown(row, plan), "reviews": reviews_of(call.session, nomination)}
    return item, f"{nomination.hex}-{row['version']}"


def _position(cursor: str) -> Any:
    """Where a page begins. Raises Problem 422 for what is no cursor of this list."""
    position = cursors.decode(cursor)
    if position is None:
        return None
    found = position.get("p")
    kinds = (int, str, str, int, int)
    if (
        isinstance(found, list)
        and len(found) == len(kinds)
        and all(type(value) is kind for value, kind in zip(found, kinds, strict=True))
        and all(isinstance(value, str) or abs(value) < 2**31 for value in found)
        and not any("\0" in value for value in found if isinstance(value, str))
    ):
        return tuple(found)
    error = FieldError(
        "/query/cursor", "invalid-value", "Con trỏ trang không đúng", "Not a cursor of this list"
    )
    raise Problem(INVALID, errors=[error])
