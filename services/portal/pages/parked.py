"""Events that a service could not apply: what went wrong, and applying them again."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from services.portal.clients import ApiProblem, Json
from services.portal.clients.asking import Asking
from services.portal.gate import calls, need
from services.portal.words import SERVICES

blueprint = Blueprint("parked", __name__, url_prefix="/he-thong/thu-loi")
ASKED = tuple(name for name in SERVICES if name != "portal")


@blueprint.get("")
def show() -> ResponseReturnValue:
    need("decide")
    asking = Asking()
    groups = []
    for name in ASKED:
        found = asking.try_for(lambda name=name: calls().api(name).get("/parked"))  # type: ignore[misc]
        if found and found["total"]:
            groups.append({"service": name, "total": found["total"], "items": found["items"]})
    return render_template("parked.html", groups=groups, down=asking.down, section="parked")


@blueprint.get("/<service>/<id>")
def detail(service: str, id: str) -> ResponseReturnValue:
    """One event, and what waits behind it: the page that asks before it is applied again."""
    need("decide")
    event, behind = _find(service, id)
    return render_template("parked_event.html", service=service, event=event, behind=behind, section="parked")


@blueprint.post("/<service>/<id>")
def replay(service: str, id: str) -> ResponseReturnValue:
    need("decide")
    _known(service)
    try:
        report = calls().api(service).post(f"/parked/{id}:replay", {})
    except ApiProblem as refused:
        if refused.status != 404:
            raise
        flash("Thông điệp này đã được xử lý rồi.")
        return redirect(url_for("parked.show"))
    if report["failed"]:
        event, behind = _find(service, id)
        page = render_template(
            "parked_event.html", service=service, event=event, behind=behind, report=report, section="parked"
        )
        return page, 409
    flash(f"Đã xử lý {report['replayed']} thông điệp.")
    return redirect(url_for("parked.show"))


def _find(service: str, id: str) -> tuple[Json, list[Json]]:
    _known(service)
    items = calls().api(service).items("/parked")
    event = next((one for one in items if one["id"] == id), None)
    if event is None:
        abort(404)
    same = [one for one in items if (one["source"], one["key"]) == (event["source"], event["key"])]
    return event, [one for one in same if one["version"] > event["version"]]


def _known(service: str) -> None:
    if service not in ASKED:
        abort(404)
