"""Which chain a request belongs to: taken from its header or begun here, and told in the answer."""

from __future__ import annotations

import uuid
from typing import Any

import structlog
from flask import Flask, Response, g, request
from uuid_utils.compat import uuid7

from shared.bus import trace

HEADER = "X-Correlation-Id"

_log = structlog.get_logger(__name__)


class TracedFlask(Flask):
    """Every request belongs to a chain. One that fails is logged by its rule: a path may carry a token."""

    def __init__(self, import_name: str) -> None:
        super().__init__(import_name)
        self.before_request(_begin)
        self.after_request(_tell)
        self.teardown_request(_end)

    def ensure_sync(self, func: Any) -> Any:
        """As it is: nothing of ours is a coroutine, and Flask would look for one eight times a request."""
        return func

    def log_exception(self, exc_info: Any) -> None:
        _log.error("request_failed", route=route(), method=request.method, exc_info=exc_info)


def route() -> str:
    """The rule that the request's path matched, `none` without one."""
    return request.url_rule.rule if request.url_rule else "none"


def _begin() -> None:
    g.trace = trace.traced(_correlation(request.headers.get(HEADER, "")))
    g.correlation = str(g.trace.__enter__().correlation)


def _tell(response: Response) -> Response:
    response.headers[HEADER] = g.correlation
    return response


def _end(_error: BaseException | None) -> None:
    bound = g.pop("trace", None)
    if bound is not None:
        bound.__exit__(None, None, None)


def _correlation(given: str) -> uuid.UUID:
    try:
        return uuid.UUID(given)
    except ValueError:
        return uuid7()
