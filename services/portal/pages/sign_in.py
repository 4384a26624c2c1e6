"""Sign in, sign out, change the password."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from services.portal import commands
from services.portal.formatting import time_vi
from services.portal.forms import FormError, text
from services.portal.gate import account, local_path, remember
from services.portal.model import AccountError, SignIn
from shared.storage.database import Database


def pages(database: Database) -> Blueprint:
    blueprint = Blueprint("sign_in", __name__)

    @blueprint.get("/dang-nhap")
    def form() -> ResponseReturnValue:
        return _form([], "", request.args.get("tiep", ""))

    @blueprint.post("/dang-nhap")
    def enter() -> ResponseReturnValue:
        username, password = text("username", 100), request.form.get("password", "")[:200]
        missing = _missing(username, password)
        if missing:
            return _form(missing, username, text("tiep")), 422
        with database.write() as rows:
            attempt = commands.authenticate(
                rows, username, password, request.remote_addr or "", datetime.now(UTC)
            )
        if attempt.account is None:
            return _form([_refusal(attempt)], username, text("tiep")), 429 if attempt.locked_until else 401
        remember(attempt.account)
        return redirect(local_path(text("tiep")))

    @blueprint.post("/dang-xuat")
    def leave() -> ResponseReturnValue:
        session.clear()
        flash("Đã đăng xuất.")
        return redirect(url_for("sign_in.form"))

    @blueprint.get("/doi-mat-khau")
    def password_form() -> ResponseReturnValue:
        return render_template("password.html", errors=[])

    @blueprint.post("/doi-mat-khau")
    def change_password() -> ResponseReturnValue:
        old, new, again = (request.form.get(name, "")[:300] for name in ("old", "new", "again"))
        if new != again:
            return _password_errors("again", "Hai lần nhập mật khẩu mới chưa giống nhau")
        try:
            with database.write() as rows:
                changed = commands.change_password(rows, account().id, old=old, new=new)
        except AccountError as error:
            return _password_errors("old" if "hiện tại" in str(error) else "new", str(error))
        remember(changed)
        flash("Đã đổi mật khẩu. Các phiên đăng nhập khác của tài khoản này đã kết thúc.")
        return redirect(url_for("home.show"))

    return blueprint


def _form(errors: list[FormError], username: str, onward: str) -> str:
    return render_template("sign_in.html", errors=errors, username=username, onward=onward)


def _missing(username: str, password: str) -> list[FormError]:
    found = [] if username else [FormError("username", "Hãy nhập tên đăng nhập")]
    return found if password else [*found, FormError("password", "Hãy nhập mật khẩu")]


def _refusal(attempt: SignIn) -> FormError:
    if attempt.locked_until:
        until = time_vi(attempt.locked_until)
        return FormError(
            "username", f"Đăng nhập sai quá nhiều lần. Hãy thử lại sau {until} hoặc hỏi Ban tổ chức"
        )
    return FormError("password", "Tên đăng nhập hoặc mật khẩu chưa đúng")


def _password_errors(field: str, message: str) -> ResponseReturnValue:
    return render_template("password.html", errors=[FormError(field, message)]), 422
