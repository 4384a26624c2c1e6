"""Messages that went out, wait or failed; send a failed one again, cancel a waiting one."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from services.portal.clients import ApiProblem
from services.portal.forms import FormError, text
from services.portal.gate import calls, need
from services.portal.pages.conference import load
from services.portal.words import Status

blueprint = Blueprint("messages", __name__, url_prefix="/hoi-nghi/<key>/thu-gui")

FILTERS = {"trang-thai": "state", "loai": "kind", "don-vi": "unit"}
STATES = {
    "failed": Status("bad", "✕", "Lỗi"),
    "queued": Status("info", "…", "Chờ gửi"),
    "sending": Status("info", "▶", "Đang gửi"),
    "sent": Status("ok", "✓", "Đã gửi"),
    "cancelled": Status("none", "–", "Không gửi"),
}
RECORDED = Status("info", "✓", "Ghi nhận, chưa gửi thật")
KINDS = {
    "invitation": "Giấy mời",
    "replacement": "Thay thế giấy mời",
    "withdrawal": "Thu hồi giấy mời",
    "seat": "Báo đã có chỗ",
}


@blueprint.get("")
def show(key: str) -> ResponseReturnValue:
    need("names:read")
    return _page(key, [])


@blueprint.post("/<uuid:id>/gui-lai")
def resend(key: str, id: UUID) -> ResponseReturnValue:
    need("names:write")
    reason = text("reason")
    if not reason:
        return _page(key, [FormError(f"ly-do-{id}", "Hãy ghi lý do gửi lại")], opened=str(id)), 422
    try:
        calls().registration.resend_message(str(id), reason, text("once"))
    except ApiProblem as problem:
        if problem.status not in (409, 422):
            raise
        return _page(key, [FormError("", problem.title)], opened=str(id)), problem.status
    flash("Thư đang được gửi lại.")
    return redirect(_back(key))


@blueprint.post("/<uuid:id>/huy")
def cancel(key: str, id: UUID) -> ResponseReturnValue:
    need("names:write")
    try:
        calls().registration.cancel_message(str(id), text("once"))
    except ApiProblem as problem:
        if problem.status != 409:
            raise
        return _page(key, [FormError("", problem.title)]), 409
    flash("Đã hủy, thư sẽ không được gửi.")
    return redirect(_back(key))


def states_of(channel: str) -> dict[str, Status]:
    """The words for a message's states; `console` carries nothing to anybody."""
    return STATES | {"sent": RECORDED} if channel == "console" else STATES


def _page(key: str, errors: list[FormError], opened: str = "") -> str:
    given = {name: value for name in FILTERS if (value := request.values.get(name, "").strip())}
    cursor = request.values.get("tiep", "")
    filters = {FILTERS[name]: value for name, value in given.items()}
    listed = calls().registration.messages(key, cursor=cursor, **filters)
    return render_template(
        "invitations/messages.html",
        conference=load(key),
        listed=listed,
        given=given,
        cursor=cursor,
        states=states_of(listed["channel"]),
        states_of=states_of,
        kinds=KINDS,
        units=calls().planning.unit_names(key),
        errors=errors,
        opened=opened,
        typed_reason=text("reason") if opened else "",
        section="invitations",
    )


def _back(key: str) -> str:
    given = {name: text(name) for name in FILTERS if text(name)}
    return url_for("messages.show", key=key, **given)  # type: ignore[arg-type]
