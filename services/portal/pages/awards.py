"""Awards: quotas, the decision with its annex, and the ceremony."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from itertools import groupby
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from services.portal.clients import ApiProblem, Json
from services.portal.forms import from_problem, text
from services.portal.gate import account, calls, need
from services.portal.pages.conference import load, option_of
from services.portal.pages.downloads import passed_on
from services.portal.words import Status

blueprint = Blueprint("awards", __name__, url_prefix="/hoi-nghi/<key>/khen-thuong")

STATES = {
    "proposed": Status("warn", "…", "Chờ duyệt"),
    "approved": Status("ok", "✓", "Đã duyệt"),
    "rejected": Status("bad", "✕", "Không duyệt"),
    "withdrawn": Status("none", "–", "Đã rút"),
}
STATE_CHOICES = [(state, status.word) for state, status in STATES.items()]
KINDS = {"collective": "Tập thể", "individual": "Cá nhân"}
KIND_CHOICES = list(KINDS.items())
ROWS = 300


@blueprint.get("")
def show(key: str) -> ResponseReturnValue:
    conference, quotas = load(key), calls().awards.quotas(key)
    wanted = request.args.get("q", "").strip()
    units = [unit for unit in by_unit(quotas) if wanted.casefold() in unit["name"].casefold()]
    decisions = calls().awards.decisions(key)
    return render_template(
        "awards/overview.html",
        conference=conference,
        units=units[:ROWS],
        left_out=max(0, len(units) - ROWS),
        q=wanted,
        totals=totals(quotas),
        decision=decisions[0] if decisions else None,
        section="awards",
    )


@blueprint.get("/quyet-dinh")
def decision(key: str) -> ResponseReturnValue:
    need("names:read")
    return _decision(key, [], "")


@blueprint.post("/quyet-dinh")
def decide(key: str) -> ResponseReturnValue:
    """What is decided is what was shown: if the list has changed since, nothing is decided."""
    need("awards:write")
    reason = text("reason")
    try:
        foreseen = calls().awards.decide(key, reason, "", dry_run=True)
        if digest_of(foreseen["items"]) != text("digest"):
            return _decision(key, [], reason, conflict=True), 409
        made = calls().awards.decide(key, reason, text("once"))
    except ApiProblem as problem:
        if problem.status not in (409, 422):
            raise
        return _decision(key, from_problem(problem), reason), problem.status
    flash(f"Đã quyết định khen thưởng {made['collectives']} tập thể, {made['individuals']} cá nhân.")
    return redirect(url_for("awards.decision", key=key))


@blueprint.get("/trao")
def ceremony(key: str) -> ResponseReturnValue:
    need("names:read")
    conference, site = load(key), request.args.get("diem-cau", "")
    found = calls().awards.ceremony(key, site)
    return render_template(
        "awards/ceremony.html",
        conference=conference,
        option=option_of(conference, conference["current_option"]),
        found=found,
        sites=[(one["site"], f"{one['site_name']} ({one['count']})") for one in found["sites"]],
        site=site,
        stages=_stages(found["items"]),
        decided=bool(calls().awards.decisions(key)),
        kinds=KINDS,
        section="awards",
    )


@blueprint.get("/trao.xlsx")
def ceremony_file(key: str) -> ResponseReturnValue:
    need("names:read")
    filters = {"site": request.args.get("diem-cau", "")}
    return passed_on(calls().awards.download(f"/conferences/{key}/ceremony.xlsx", filters))


@blueprint.get("/trao/chon")
def choice(key: str) -> ResponseReturnValue:
    need("awards:write")
    return _choice(key, None, [])


@blueprint.post("/trao/chon")
def choose(key: str) -> ResponseReturnValue:
    need("awards:write")
    option, wanted = text("option"), request.form.getlist("recipient")[:20_000]
    try:
        calls().awards.choose(key, option, wanted, text("etag"))
    except ApiProblem as problem:
        if problem.status not in (404, 409, 412, 422):
            raise
        conflict = problem.status == 412
        errors = [] if conflict else from_problem(problem, {"recipients": ""})
        return _choice(key, set(wanted), errors, conflict=conflict), problem.status
    flash(f"Đã chọn {len(wanted)} trường hợp được trao trước.")
    return redirect(url_for("awards.ceremony", key=key))


def by_unit(quotas: Iterable[Json]) -> list[Json]:
    """One line per unit with its figures by kind."""
    units: dict[str, Json] = {}
    for item in quotas:
        unit = units.setdefault(item["unit"], {"key": item["unit"], "name": item["unit_name"], "kinds": {}})
        unit["kinds"][item["kind"]] = item
    return list(units.values())


def totals(quotas: Iterable[Json]) -> dict[str, int]:
    names = ("quota", "used", "left", "beyond", "proposed", "approved")
    found = dict.fromkeys(names, 0)
    for item in quotas:
        for name in names:
            found[name] += item[name]
    return found


def digest_of(items: Iterable[Json]) -> str:
    """Names the list that was shown: who is on it, in which order, and how they are written."""
    lines = "\n".join("|".join(str(item[name]) for name in ("id", "name", "position")) for item in items)
    return hashlib.sha256(lines.encode()).hexdigest()[:32]


def _decision(key: str, errors: list[Any], reason: str, *, conflict: bool = False) -> str:
    conference, unit = load(key), request.args.get("don-vi", "")
    annex = calls().awards.recipients(key, unit)
    foreseen, refusal = _foreseen(conference)
    whole: list[Json] = annex["items"] if not unit else calls().awards.recipients(key)["items"]
    digest = digest_of(foreseen["items"]) if foreseen else ""
    return render_template(
        "awards/decision.html",
        conference=conference,
        annex=annex,
        unit=unit,
        units=list({item["unit"]: item["unit_name"] for item in whole}.items()),
        shown=500,
        history=calls().awards.decisions(key),
        foreseen=foreseen,
        digest=digest,
        same=bool(foreseen) and annex["decision"] is not None and digest == digest_of(whole),
        change=_difference(whole, foreseen["items"] if foreseen else []),
        refusal=refusal,
        errors=errors,
        conflict=conflict,
        reason=reason,
        kinds=KINDS,
        section="awards",
    )


def _foreseen(conference: Json) -> tuple[Json | None, ApiProblem | None]:
    """What would be decided now, or why nothing can be; neither for who may not decide.

    Nothing is decided any more once the conference is closed.
    """
    if not account().can("awards:write") or account().unit or conference["state"] == "closed":
        return None, None
    try:
        return calls().awards.decide(conference["key"], "", "", dry_run=True), None
    except ApiProblem as problem:
        if problem.status != 409:
            raise
        return None, problem


def _difference(before: list[Json], after: list[Json]) -> dict[str, list[Json]]:
    """Who joins, who leaves and whose text changes against the decision that holds."""
    old, new = {item["id"]: item for item in before}, {item["id"]: item for item in after}
    names = ("name", "representative", "position", "achievement")
    return {
        "added": [item for id, item in new.items() if id not in old],
        "removed": [item for id, item in old.items() if id not in new],
        "changed": [
            item for id, item in new.items() if id in old and any(item[n] != old[id][n] for n in names)
        ],
    }


def _stages(items: list[Json]) -> list[Json]:
    """Sites, each with its sets: those who come up together."""
    stages = []
    for (_, name), turns in groupby(items, key=lambda item: (item["site"], item["site_name"])):
        sets = [list(one) for _, one in groupby(turns, key=lambda item: item["set"])]
        stages.append({"name": name, "sets": sets, "count": sum(len(one) for one in sets)})
    return stages


def _choice(key: str, ticked: set[str] | None, errors: list[Any], *, conflict: bool = False) -> str:
    conference = load(key)
    option = option_of(conference, conference["current_option"])
    found: Json = calls().awards.ceremony(key) if option else {"total": 0, "deferred_total": 0, "items": []}
    chosen: Json = {"recipients": []}
    etag = ""
    if option:
        chosen, etag = calls().awards.choice(key, option["key"])
    return render_template(
        "awards/choice.html",
        conference=conference,
        option=option,
        found=found,
        presented={item["id"] for item in found["items"]},
        recipients=calls().awards.recipients(key)["items"],
        ticked=ticked if ticked is not None else set(chosen["recipients"]),
        chosen=chosen,
        etag=etag,
        errors=errors,
        conflict=conflict,
        kinds=KINDS,
        section="awards",
    )
