"""Routes of the ceremony: the list by site in order, and who is deferred."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import Response
from marshmallow import Schema, fields, validate

from services.awards.ceremony.queries import NOTHING, Ceremony, ceremony_of, turn_line
from services.awards.decision.queries import line
from services.awards.decision.web import RecipientSchema
from services.awards.nominations.schemas import key_field
from services.awards.quotas.access import own_unit
from services.awards.quotas.model import COLLECTIVE
from services.awards.quotas.queries import Plan, current_plan, find_plan
from shared.http.calls import Call, reads
from shared.http.downloads import XLSX, workbook
from shared.http.inputs import Blueprint, RevisionWanted
from shared.revisions.following import current_revision, get_prepared

bp = Blueprint("ceremony", __name__, description="The ceremony: who is presented where, in which order")

HEADINGS = (
    "Nơi trao",
    "Thứ tự",
    "Đợt",
    "Loại",
    "Tên tập thể, cá nhân",
    "Người đại diện nhận",
    "Chức vụ",
    "Đơn vị",
    "Số sổ vàng",
    "Lời xướng",
    "Thành tích",
)
WIDTHS = (26, 8, 8, 12, 40, 28, 32, 28, 10, 60, 60)


class TurnSchema(RecipientSchema):
    site = fields.Str()
    site_name = fields.Str()
    number = fields.Int(metadata={"description": "Runs through the site"})
    set = fields.Int(metadata={"description": "Those who come up together"})
    announcement = fields.Str()


class SiteSchema(Schema):
    site = fields.Str()
    site_name = fields.Str()
    count = fields.Int()


class CeremonySchema(Schema):
    """`deferred`: who is honoured but finds no seat where this option presents awards."""

    revision = fields.Int(allow_none=True)
    total = fields.Int()
    sites = fields.List(fields.Nested(SiteSchema))
    items = fields.List(fields.Nested(TurnSchema))
    deferred = fields.List(fields.Nested(RecipientSchema))
    deferred_total = fields.Int()


class CeremonyFilter(RevisionWanted):
    site = key_field(load_default="")
    unit = key_field(load_default="")
    limit = fields.Int(load_default=1_000, validate=validate.Range(min=1, max=5_000))


@bp.route("/conferences/<key>/ceremony")
@reads("names:read")
@bp.arguments(CeremonyFilter, location="query")
@bp.response(200, CeremonySchema)
def get_ceremony(call: Call, given: dict[str, Any], key: str) -> dict[str, Any]:
    """Presentations by site in order, at most `limit` of them; `sites` and totals tell of all.

    Nothing before the first decision of an option, or before it is decided who is honoured.
    """
    plan, number, found = _ceremony(call, given, key)
    total = sum(found.counts.values())
    items = [turn_line(turn, plan, found.names) for turn in found.turns[: given["limit"]]]
    deferred = [line(row, plan) for row in found.deferred[: given["limit"]]]
    return {
        "revision": number,
        "total": total,
        "sites": found.sites,
        "items": items,
        "deferred": deferred,
        "deferred_total": found.deferred_total,
    }


@bp.route("/conferences/<key>/ceremony.xlsx")
@reads("names:read")
@bp.arguments(CeremonyFilter, location="query")
@bp.response(200, content_type=XLSX)
def get_xlsx(call: Call, given: dict[str, Any], key: str) -> Response:
    """The list as a workbook; that of all sites ends with the deferred ones."""
    plan, _number, found = _ceremony(call, given, key)
    return workbook(HEADINGS, _rows(plan, found), f"trao-khen-thuong-{key}.xlsx", WIDTHS)


def _ceremony(call: Call, given: dict[str, Any], key: str) -> tuple[Plan, int | None, Ceremony]:
    """Narrowed to the site and unit asked for, or to the caller's own unit."""
    plan, unit = current_plan(call.session, key), own_unit(call, given["unit"])
    if given.get("revision") is None and current_revision(call.session, key) is None:
        return plan, None, NOTHING
    revision = get_prepared(call.session, key, given.get("revision"))
    plan = find_plan(call.session, key, revision.plan_version) or plan
    return plan, revision.number, ceremony_of(call.session, revision, site=given["site"], unit=unit)


def _rows(plan: Plan, found: Ceremony) -> Iterator[tuple[Any, ...]]:
    for turn in found.turns:
        told = turn_line(turn, plan, found.names)
        yield told["site_name"], told["number"], told["set"], *_facts(told, told["announcement"])
    for row in found.deferred:
        yield "Hoãn trao", "", "", *_facts(line(row, plan), "")


def _facts(told: dict[str, Any], announcement: str) -> tuple[Any, ...]:
    return (
        "Tập thể" if told["kind"] == COLLECTIVE else "Cá nhân",
        told["name"],
        told["representative"] or "",
        told["position"] or "",
        told["unit_name"],
        told["order"],
        announcement,
        told["achievement"],
    )
