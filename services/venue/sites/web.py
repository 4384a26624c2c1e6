"""Routes of sites: those of a revision, what a revision changes, and what people set at one."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Row

from services.venue.layouts.queries import newest_plan
from services.venue.layouts.tables import site_id
from services.venue.sites import queries
from services.venue.sites.access import check_unit
from services.venue.sites.commands import change_site
from services.venue.sites.model import SiteRefused, read_change
from services.venue.sites.schemas import (
    SiteChange,
    SiteChanges,
    SiteDetail,
    SiteList,
    SitesWanted,
    detail_json,
    site_json,
)
from shared.http.calls import Call, check_if_match, reads, writes
from shared.http.inputs import Blueprint
from shared.http.problems import INVALID, FieldError, Problem
from shared.revisions.following import Revision, UnknownRevision, current_revision, get_prepared

bp = Blueprint("sites", __name__, description="Sites: of a revision, and what people set there")

SHOWN = 500


@bp.route("/conferences/<key>/sites")
@reads("plan:read")
@bp.arguments(SitesWanted, location="query")
@bp.response(200, SiteList)
def get_sites(call: Call, wanted: dict[str, Any], key: str) -> dict[str, Any]:
    """Sites of a revision, in layout order; none before the first decision."""
    revision = revision_shown(call, key, wanted.get("revision"))
    if revision is None:
        return {"revision": None, "option": None, "items": []}
    rows = queries.list_sites(call.session, key, revision.layout_id, wanted.get("first"))
    return {
        "revision": revision.number,
        "option": revision.option,
        "items": [site_json(row) for row in rows],
    }


@bp.route("/conferences/<key>/sites/<site>")
@reads("plan:read")
@bp.response(200, SiteDetail)
def get_site_by_key(call: Call, key: str, site: str) -> Any:
    """One site by its key in the conference."""
    return _found(call, queries.get_site(call.session, site_id(key, site)))


@bp.route("/conferences/<key>/revisions/<int:number>/changes")
@reads("plan:read")
@bp.response(200, SiteChanges)
def get_changes(call: Call, key: str, number: int) -> dict[str, Any]:
    """Sites opened and closed against the base (the first 500), and where seats exceed the capacity."""
    revision = get_prepared(call.session, key, number)
    old, new = revision.base_layout_id, revision.layout_id
    return {
        "revision": number,
        "base": revision.base,
        "opened": [site_json(row) for row in queries.list_missing(call.session, key, new, old, SHOWN)],
        "closed": [site_json(row) for row in queries.list_missing(call.session, key, old, new, SHOWN)],
        "kept": (revision.counts or {})["sites_kept"],
        "overruns": [site_json(row) for row in queries.list_overruns(call.session, key, new)],
        "kinds_before": queries.count_kinds(call.session, old),
        "kinds_after": queries.count_kinds(call.session, new),
    }


@bp.route("/sites/<uuid:site>")
@reads("plan:read")
@bp.response(200, SiteDetail)
def get_site(call: Call, site: UUID) -> Any:
    """One site as in the current revision, or else as in the newest layout that has it."""
    return _found(call, queries.get_site(call.session, site))


@bp.route("/sites/<uuid:site>", methods=["PATCH"])
@writes("sites:write", if_match="needed")
@bp.arguments(SiteChange)
@bp.response(200, SiteDetail)
def patch_site(call: Call, given: dict[str, Any], site: UUID) -> Any:
    """Write down contacts, and what differs from the layout; it holds in every layout with this site."""
    row = queries.hold_site(call.session, site)
    check_unit(call, row)
    check_if_match(str(row.version))
    try:
        changes = read_change(given, call.context.probe_guard)
    except SiteRefused as refused:
        raise _invalid(refused) from None
    change_site(call.session, row, changes, by=call.actor.name, now=call.now)
    return _found(call, queries.get_site(call.session, site))


def revision_shown(call: Call, key: str, number: int | None) -> Revision | None:
    """The revision that a list answers for: the current one unless asked otherwise.

    None before the first decision. Raises UnknownRevision.
    """
    if number is None and current_revision(call.session, key) is None:
        if newest_plan(call.session, key) is None:
            raise UnknownRevision(None)
        return None
    return get_prepared(call.session, key, number)


def _found(call: Call, row: Row[Any]) -> Any:
    check_unit(call, row)
    with_contacts = bool(call.actor.scopes & {"names:read", "sites:write"})
    return detail_json(row, with_contacts=with_contacts), 200, {"ETag": f'"{row.version}"'}


def _invalid(refused: SiteRefused) -> Problem:
    errors = [FieldError(where, flaw.code, flaw.vi, flaw.en) for where, flaw in refused.flaws.items()]
    return Problem(INVALID, errors=errors)
