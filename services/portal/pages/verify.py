"""Anybody checks a certificate by the code printed on it; no account is needed."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from services.portal.clients import ApiProblem
from services.portal.gate import calls
from services.portal.words import Status

blueprint = Blueprint("verify", __name__, url_prefix="/xac-minh")

STATES = {
    "valid": Status("ok", "✓", "Có hiệu lực"),
    "superseded": Status("bad", "✕", "Đã được thay thế"),
    "recalled": Status("bad", "✕", "Quyết định đã thu hồi"),
    "draft": Status("warn", "…", "Bản in thử, quyết định chưa có số"),
}


@blueprint.get("")
def form() -> ResponseReturnValue:
    typed = request.args.get("ma", "")[:60]
    code = "".join(char for char in typed if char.isalnum() or char == "-")
    return redirect(url_for("verify.show", code=code)) if code else _page(None, "")


@blueprint.get("/<code>")
def show(code: str) -> ResponseReturnValue:
    try:
        found = calls().awards.verify(code)
    except ApiProblem as problem:
        if problem.code not in ("unknown-code", "not-found"):
            raise
        return _page(None, code[:60], unknown=True), 404
    return _page(found, code)


def _page(found: object, code: str, *, unknown: bool = False) -> str:
    return render_template("awards/verify.html", found=found, code=code, unknown=unknown, states=STATES)
