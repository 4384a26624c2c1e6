"""Invitations: how they stand, what issuing or withdrawing would do, doing it, and how far it is."""

from __future__ import annotations

from typing import Any, NamedTuple
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from services.portal.clients import ApiProblem, Json
from services.portal.forms import FormError, from_problem, text
from services.portal.gate import account, calls, need
from services.portal.pages.conference import groups_of, load, option_of
from services.portal.pages.downloads import passed_on
from services.portal.pages.messages import states_of
from services.portal.words import Status

blueprint = Blueprint("invitations", __name__, url_prefix="/hoi-nghi/<key>/giay-moi")

FILTERS = {
    "q": "q",
    "trang-thai": "state",
    "thanh-phan": "group",
    "don-vi": "unit",
    "diem-cau": "site",
    "ben-moi": "issuer",
}
SCOPE = {"thanh-phan": "group", "don-vi": "unit", "ben-moi": "issuer"}
"""Filters that an order can be narrowed by."""

STATES = {
    "to_issue": Status("info", "○", "Chưa phát hành"),
    "to_replace": Status("warn", "⟳", "Cần thay thế"),
    "to_withdraw": Status("warn", "✕", "Cần thu hồi"),
    "issued": Status("ok", "✓", "Đã phát hành"),
}
ENDED = {"replaced": "được thay thế", "withdrawn": "bị thu hồi"}
ISSUERS = [("organiser", "Cơ quan tổ chức"), ("bridge_unit", "Điểm cầu"), ("all", "Tất cả")]
DOWNLOADS = {"giay-moi.xlsx": "invitations.xlsx", "dua-tay.xlsx": "invitations/by-hand.xlsx"}
ACTIVE = ("queued", "running")


class Verb(NamedTuple):
    """What can be done to invitations: the API's word and the page's."""

    api: str
    title: str
    done: str
    nothing: str


VERBS = {
    "phat-hanh": Verb(
        "issue",
        "Phát hành giấy mời",
        "Đã phát hành",
        "Không còn giấy mời nào cần phát hành, cũng không còn ai chưa được gửi.",
    ),
    "thu-hoi": Verb("withdraw", "Thu hồi giấy mời", "Đã thu hồi", "Không có giấy mời nào cần thu hồi."),
}
_VERB = "<any('phat-hanh', 'thu-hoi'):verb>"


@blueprint.get("")
def show(key: str) -> ResponseReturnValue:
    conference = load(key)
    given = _given(FILTERS)
    listed = calls().registration.invitations(
        key, cursor=request.args.get("tiep", ""), **_api(given, FILTERS)
    )
    return render_template(
        "invitations/list.html",
        conference=conference,
        current=option_of(conference, conference["current_option"]),
        listed=listed,
        given=given,
        scope={name: value for name, value in given.items() if name in SCOPE},
        counts=listed["counts"],
        states=STATES,
        issuers=ISSUERS,
        cursor=request.args.get("tiep", ""),
        sites=calls().venue.some_sites(key),
        groups=groups_of(conference),
        units=calls().planning.unit_names(key),
        bound=account().unit is not None,
        section="invitations",
    )


@blueprint.get(f"/{_VERB}")
def check(key: str, verb: str) -> ResponseReturnValue:
    """What it would do; nothing is done."""
    need("names:write")
    return _check(key, verb, _given(SCOPE), [])


@blueprint.post(f"/{_VERB}")
def do(key: str, verb: str) -> ResponseReturnValue:
    need("names:write")
    given = {name: text(name) for name in SCOPE if text(name)}
    order: Json = {**_order(given), **_seen()}
    if verb == "thu-hoi":
        order["reason"] = text("reason")
        if not order["reason"]:
            return _check(key, verb, given, [FormError("reason", "Hãy ghi lý do thu hồi")], 422)
    try:
        made = calls().registration.order_invitations(key, VERBS[verb].api, order, text("once"))
    except ApiProblem as problem:
        if problem.status not in (409, 422):
            raise
        changed = problem.code == "revision-changed"
        errors = [] if changed else from_problem(problem)
        return _check(key, verb, given, errors, problem.status, changed=changed)
    if made["job"] is None:
        flash(VERBS[verb].nothing)
        return redirect(url_for("invitations.show", key=key, **given))  # type: ignore[arg-type]
    return redirect(url_for("invitations.progress", key=key, verb=verb, job=made["job"]))


@blueprint.get(f"/{_VERB}/<uuid:job>")
def progress(key: str, verb: str, job: UUID) -> ResponseReturnValue:
    need("names:read")
    running = calls().registration.job(str(job))
    if running["conference"] != key:
        abort(404)
    counts = calls().registration.messages(key, limit="1")
    waiting = running["state"] in ACTIVE or counts["counts"]["queued"] + counts["counts"]["sending"] > 0
    page = "_progress.html" if request.headers.get("HX-Request") else "progress.html"
    return render_template(
        f"invitations/{page}",
        conference=load(key),
        verb=VERBS[verb],
        verb_key=verb,
        job=running,
        counts=counts["counts"],
        channel=counts["channel"],
        live=waiting,
        section="invitations",
    )


@blueprint.get("/dua-tay")
def by_hand(key: str) -> ResponseReturnValue:
    need("names:read")
    given = _given(SCOPE)
    listed = calls().registration.by_hand(key, **_api(given, SCOPE))
    return render_template(
        "invitations/by_hand.html",
        conference=load(key),
        persons=listed["items"],
        given=given,
        issuers=ISSUERS,
        bound=account().unit is not None,
        section="invitations",
    )


@blueprint.get("/tai-ve/<name>")
def download(key: str, name: str) -> ResponseReturnValue:
    """Pass the service's file on as it comes."""
    if name not in DOWNLOADS:
        abort(404)
    filters = FILTERS if name == "giay-moi.xlsx" else SCOPE
    source = calls().registration.download(key, DOWNLOADS[name], _api(_given(filters), filters))
    return passed_on(source)


@blueprint.get("/<group>/<unit>")
def detail(key: str, group: str, unit: str) -> ResponseReturnValue:
    need("names:read")
    conference = load(key)
    found = calls().registration.invitation_of(key, group, unit)
    names = {one["key"]: one["name"] for one in groups_of(conference)}
    units = {one["key"]: one["name"] for one in calls().planning.unit_names(key)}
    return render_template(
        "invitations/detail.html",
        conference=conference,
        line=found["line"],
        persons=found["persons"],
        history=found["history"],
        starts_at=found["starts_at"],
        group={"key": group, "name": names.get(group, group)},
        unit={"key": unit, "name": units.get(unit, unit)},
        states=STATES,
        ended=ENDED,
        message_states=states_of(calls().registration.messages(key, limit="1")["channel"]),
        section="invitations",
    )


def _check(
    key: str,
    verb: str,
    given: dict[str, str],
    errors: list[FormError],
    status: int = 200,
    *,
    changed: bool = False,
) -> ResponseReturnValue:
    """The dry run's page; a refusal of the dry run itself has its own words there."""
    conference, totals, refusal = load(key), None, None
    try:
        totals = calls().registration.order_invitations(
            key, VERBS[verb].api, {**_order(given), "dry_run": True}
        )
    except ApiProblem as refused:
        if refused.status != 409:
            raise
        refusal = refused
    page = render_template(
        "invitations/check.html",
        conference=conference,
        current=option_of(conference, conference["current_option"]),
        verb=VERBS[verb],
        verb_key=verb,
        totals=totals,
        channel=calls().registration.messages(conference["key"], limit="1")["channel"],
        refusal=refusal,
        changed=changed,
        given=given,
        narrowed=_narrowed(conference, given),
        errors=errors,
        typed_reason=text("reason"),
        section="invitations",
    )
    return page, 409 if refusal is not None else status


def _narrowed(conference: Json, given: dict[str, str]) -> list[str]:
    """What an order is narrowed to, in words."""
    group = {one["key"]: one["name"] for one in groups_of(conference)}
    found: list[Any] = []
    if "thanh-phan" in given:
        found.append(group.get(given["thanh-phan"], given["thanh-phan"]))
    if "don-vi" in given:
        units = {one["key"]: one["name"] for one in calls().planning.unit_names(conference["key"])}
        found.append(units.get(given["don-vi"], given["don-vi"]))
    return found


def _given(filters: dict[str, str]) -> dict[str, str]:
    found = {name: request.args.get(name, "").strip() for name in filters}
    return {name: value for name, value in found.items() if value}


def _api(given: dict[str, str], filters: dict[str, str]) -> dict[str, str]:
    return {filters[name]: value for name, value in given.items()}


def _order(given: dict[str, str]) -> Json:
    return {SCOPE[name]: value for name, value in given.items()}


def _seen() -> Json:
    """The revision that the totals were counted for."""
    return {"revision": int(text("revision"))} if text("revision").isdecimal() else {}
