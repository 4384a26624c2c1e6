"""What is done about one delegate's place: send somebody else, seat elsewhere, free it, end its links."""

from __future__ import annotations

from flask import Blueprint, Response, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from services.portal.clients import ApiProblem, Json
from services.portal.forms import FormError, text
from services.portal.gate import calls, need
from services.portal.pages.delegates import FACTS, facts_of, show_delegate

blueprint = Blueprint("places", __name__, url_prefix="/hoi-nghi/<key>/dai-bieu/<uuid:id>")


@blueprint.get("/ma-diem-danh.svg")
def badge(key: str, id: str) -> ResponseReturnValue:
    need("names:read")
    return Response(calls().registration.badge(str(id)), content_type="image/svg+xml")


@blueprint.post("/di-thay")
def substitute(key: str, id: str) -> ResponseReturnValue:
    """The form's fields have names of their own: the page has the delegate's facts as well."""
    need("names:write")
    typed = {f"sub-{name}": text(f"sub-{name}", 300) for name in (*FACTS, "reason")}
    if not typed["sub-name"]:
        return _refused(key, id, [FormError("sub-name", "Hãy nhập họ và tên người đi thay")], 422, typed)
    body: Json = {name: typed[f"sub-{name}"] or None for name in FACTS}
    body["reason"] = typed["sub-reason"]
    try:
        now = calls().registration.substitute(str(id), body, text("etag"))
    except ApiProblem as problem:
        if problem.status not in (409, 412, 422):
            raise
        return _refused(key, id, _errors(problem), problem.status, typed)
    also = " Người này còn giữ một chỗ khác." if now["holds_several"] else ""
    flash(f"{now['name']} đi thay; chỗ giữ nguyên.{also}")
    return redirect(url_for("delegates.detail", key=key, id=id))


@blueprint.post("/noi-du")
def seat_elsewhere(key: str, id: str) -> ResponseReturnValue:
    need("names:write")
    try:
        now = calls().registration.seat_elsewhere(str(id), text("option"), text("site") or None)
    except ApiProblem as problem:
        if problem.status not in (403, 409, 422):
            raise
        return _refused(key, id, [FormError("site", problem.title)], problem.status)
    flash(f"Nơi dự hiện nay: {now['site_name'] or 'không có'}.")
    return redirect(url_for("delegates.detail", key=key, id=id))


@blueprint.post("/thu-hoi-duong-dan")
def revoke(key: str, id: str) -> ResponseReturnValue:
    need("names:write")
    calls().registration.revoke_links(str(id))
    flash("Đã thu hồi: các đường dẫn đã gửi cho chỗ này không còn dùng được.")
    return redirect(url_for("delegates.detail", key=key, id=id))


@blueprint.post("/bo")
def remove(key: str, id: str) -> ResponseReturnValue:
    need("names:write")
    delegate, _etag = calls().registration.delegate(str(id))
    if text("sure") != "1":
        error = FormError("sure", "Hãy đánh dấu xác nhận trước khi bỏ tên")
        return _refused(key, id, [error], 422)
    try:
        calls().registration.remove_delegate(str(id))
    except ApiProblem as problem:
        if problem.status != 409:
            raise
        return _refused(key, id, [FormError("sure", problem.title)], 409)
    flash(f"Đã bỏ tên {delegate['name']}; chỗ này để trống.")
    return redirect(url_for("delegates.show", key=key))


def _errors(problem: ApiProblem) -> list[FormError]:
    if problem.status == 412:
        return [FormError("sub-name", "Người khác vừa thay đổi chỗ này; xem lại bên trái rồi gửi lại")]
    found = [FormError(f"sub-{name}", message) for name, message in problem.messages().items()]
    return found or [FormError("sub-name", problem.title)]


def _refused(
    key: str, id: str, errors: list[FormError], status: int, sending: dict[str, str] | None = None
) -> ResponseReturnValue:
    delegate, etag = calls().registration.delegate(str(id))
    page = show_delegate(key, delegate, etag, facts_of(delegate), errors, sending=sending)
    return page, status
