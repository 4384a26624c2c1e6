"""Background work of all services: what runs, what failed; cancel and retry."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from services.portal.clients import ApiProblem, Json
from services.portal.clients.asking import Asking
from services.portal.gate import calls, need

blueprint = Blueprint("jobs", __name__, url_prefix="/he-thong/viec-nen")
ASKED = ("venue", "registration", "documents", "awards")
STATES = ("failed", "running", "queued", "done", "cancelled")
ACTS = {"huy": "cancel", "lam-lai": "retry"}
SHOWN = 200


@blueprint.get("")
def show() -> ResponseReturnValue:
    need("decide")
    wanted = request.args.get("trang-thai", "")
    wanted = wanted if wanted in STATES else ""
    asking = Asking()
    jobs: list[Json] = []
    for name in ASKED:
        found = asking.try_for(lambda name=name: calls().api(name).items("/jobs", state=wanted))  # type: ignore[misc]
        jobs += [{**job, "service": name} for job in found or []]
    jobs.sort(key=lambda job: str(job["created_at"]), reverse=True)
    jobs.sort(key=lambda job: STATES.index(job["state"]))
    page = "_jobs.html" if request.headers.get("HX-Request") else "jobs.html"
    return render_template(page, jobs=jobs[:SHOWN], down=asking.down, state=wanted, section="jobs")


@blueprint.post("/<service>/<id>/<any('huy', 'lam-lai'):act>")
def change(service: str, id: str, act: str) -> ResponseReturnValue:
    need("decide")
    if service not in ASKED:
        abort(404)
    try:
        calls().api(service).post(f"/jobs/{id}:{ACTS[act]}", {})
    except ApiProblem as refused:
        if refused.status != 409:
            raise
        flash(refused.title + ".")
    else:
        flash("Đã hủy việc." if act == "huy" else "Việc sẽ được làm lại ngay.")
    return redirect(url_for("jobs.show"))
