"""RFC 9457 problem+json: one shape for every error, in Vietnamese or English."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
import structlog
from flask import Flask, Response, request
from sqlalchemy.exc import DataError, DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

from shared.bus.faults import is_database_down
from shared.http.tracing import route
from shared.logs import outline

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class ProblemType:
    """A kind of error: HTTP status, stable code, and its text with `{placeholders}`."""

    status: int
    code: str
    vi: str
    en: str

    @property
    def uri(self) -> str:
        return f"urn:diemcau:{self.code}"


@dataclass(frozen=True, slots=True)
class FieldError:
    """One wrong place of the input: RFC 6901 pointer, code, message."""

    pointer: str
    code: str
    vi: str
    en: str


class Problem(Exception):
    """An error ready to be answered. `facts` fill the text; `extra` members are sent along."""

    def __init__(
        self,
        kind: ProblemType,
        *,
        errors: Iterable[FieldError] = (),
        extra: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        **facts: Any,
    ) -> None:
        super().__init__(kind.code)
        self.kind, self.errors, self.extra = kind, tuple(errors), dict(extra or {})
        self.headers, self.facts = dict(headers or {}), facts


INVALID = ProblemType(422, "invalid", "Dữ liệu gửi lên chưa đúng", "The input is not valid")
MALFORMED = ProblemType(400, "malformed", "Không đọc được dữ liệu gửi lên", "The input cannot be read")
NOT_FOUND = ProblemType(404, "not-found", "Không tìm thấy", "Not found")
TOO_LARGE = ProblemType(413, "too-large", "Dữ liệu gửi lên quá lớn", "The request is too large")
UNAUTHENTICATED = ProblemType(
    401, "unauthenticated", "Cần đăng nhập hoặc khóa API", "Sign in or send an API key"
)
FORBIDDEN = ProblemType(403, "forbidden", "Không có quyền «{scope}»", "The right “{scope}” is missing")
PRECONDITION_FAILED = ProblemType(
    412, "changed-meanwhile", "Dữ liệu đã thay đổi từ lúc đọc", "It has changed since it was read"
)
PRECONDITION_REQUIRED = ProblemType(
    428, "if-match-required", "Cần gửi If-Match với ETag đã đọc", "Send If-Match with the ETag that was read"
)
UNAVAILABLE = ProblemType(
    503, "unavailable", "Cơ sở dữ liệu tạm thời không sẵn sàng", "The database is not available just now"
)
INTERNAL = ProblemType(500, "internal", "Lỗi bên trong hệ thống", "Internal error")

_BY_STATUS = {kind.status: kind for kind in (NOT_FOUND, TOO_LARGE)}

ProblemTable = Mapping[type[Exception], ProblemType]


def install(app: Flask, table: ProblemTable) -> None:
    """Answer every exception of `app` with problem+json; `table` maps the service's domain errors."""
    app.register_error_handler(Problem, respond)
    app.register_error_handler(HTTPException, _respond_http)
    app.register_error_handler(DBAPIError, _respond_database)
    app.register_error_handler(DataError, _respond_unstorable)
    app.register_error_handler(PoolTimeout, _respond_database)
    for error, kind in table.items():
        app.register_error_handler(error, _responder(kind))


def _responder(kind: ProblemType) -> Any:
    def answer(error: Exception) -> Response:
        facts = vars(error)
        return respond(
            Problem(kind, extra=facts.get("extra"), errors=facts.get("errors", ()), **_texts(facts))
        )

    return answer


def _texts(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in facts.items() if name not in ("extra", "errors")}


def respond(problem: Problem) -> Response:
    kind, english = problem.kind, prefers_english()
    body = {
        **problem.extra,  # first: it cannot take the place of what every problem has
        "type": kind.uri,
        "title": (kind.en if english else kind.vi).format_map(_Facts(problem.facts)),
        "status": kind.status,
    }
    if problem.errors:
        body["errors"] = [
            {"pointer": e.pointer, "code": e.code, "message": e.en if english else e.vi}
            for e in problem.errors
        ]
    response = Response(orjson.dumps(body, default=str), kind.status, content_type="application/problem+json")
    response.headers.update(problem.headers)
    return response


class _Facts(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return ""


def prefers_english() -> bool:
    """By the first language of Accept-Language that we have, regions aside; Vietnamese otherwise."""
    asked = (language.partition("-")[0].lower() for language in request.accept_languages.values())
    return next((language for language in asked if language in ("vi", "en")), "vi") == "en"


def _respond_http(error: HTTPException) -> Response:
    data = getattr(error, "data", None)
    if data and "messages" in data:  # webargs: a body, a query or a path that the schema refuses
        errors = field_errors(data["messages"])
        unread = isinstance(data["messages"].get("json"), list)  # no JSON at all: there are no fields yet
        return respond(Problem(MALFORMED if unread else INVALID, errors=errors))
    status = error.code or 500
    if status in _BY_STATUS:
        return respond(Problem(_BY_STATUS[status]))
    code = (error.name or "error").lower().replace(" ", "-")
    kind = ProblemType(status, code, error.description or error.name, error.description or error.name)
    headers = {name: value for name, value in error.get_headers() if name in ("Allow", "Location")}
    return respond(Problem(kind, headers=headers))


def _respond_database(error: Exception) -> Response:
    if is_database_down(error):
        _log.warning("database_unavailable", route=route(), reason=outline(error))
    else:
        _log.error("statement_failed", route=route(), exc_info=error)
    return respond(Problem(UNAVAILABLE, headers={"Retry-After": "2"}))


def _respond_unstorable(_error: Exception) -> Response:
    # The schemas name the field; what slips through them is still the caller's value, not our outage.
    return respond(Problem(INVALID))


def field_errors(messages: Any) -> list[FieldError]:
    """marshmallow's nested messages as field errors; webargs puts the location on top, a body needs none."""
    found: list[FieldError] = []
    for location, part in (messages or {}).items():
        _walk(part, "" if location in ("json", "form", "files", "multipart") else f"/{location}", found)
    return found


def _walk(node: Any, pointer: str, found: list[FieldError]) -> None:
    if isinstance(node, dict):
        for key, part in node.items():
            name = str(key).replace("~", "~0").replace("/", "~1")
            _walk(part, pointer if key == "_schema" else f"{pointer}/{name}", found)
        return
    for text in node if isinstance(node, list) else [node]:
        code = (
            "unknown-key"
            if text == "Unknown field."
            else "missing-key"
            if "required" in text
            else "invalid-value"
        )
        found.append(FieldError(pointer, code, _VIETNAMESE.get(code) or str(text), str(text)))


_VIETNAMESE = {
    "unknown-key": "Trường này không có trong định dạng",
    "missing-key": "Thiếu trường bắt buộc",
}
