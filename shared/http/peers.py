"""One service's calls to the others. Only jobs make them: handlers and requests wait for nobody."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import httpx
import orjson

from shared.config import Settings
from shared.http.tokens import sign

READS = ("plan:read", "names:read")


class PeerDown(Exception):
    """The service did not answer, or says that it cannot just now: try later."""


class PeerRefused(Exception):
    """The service said no; `body` is its problem+json."""

    def __init__(self, service: str, status: int, body: Mapping[str, Any]) -> None:
        super().__init__(f"{service} answered {status} {body.get('type', '')}")
        self.status, self.body = status, body


class Peers:
    """Reads from the other services in the name of `service`."""

    def __init__(self, service: str, signing_key: Mapping[str, Any], http: httpx.Client) -> None:
        self._service, self._key, self._http = service, signing_key, http

    @classmethod
    def of(cls, service: str, settings: Settings, transport: httpx.BaseTransport | None = None) -> Peers:
        """`transport` reaches the others in this process; without one they are called by URL."""
        http = httpx.Client(base_url=settings.service_url, transport=transport, timeout=60)
        return cls(service, settings.signing_key, http)

    def get(self, service: str, path: str, **params: Any) -> dict[str, Any]:
        """The JSON at `/api/{service}/v1{path}`. Raises PeerDown, PeerRefused."""
        with self._answer(service, path, params) as response:
            return dict(orjson.loads(response.read()))

    def lines(self, service: str, path: str, **params: Any) -> Iterator[dict[str, Any]]:
        """An NDJSON stream, line by line. Raises PeerDown, PeerRefused."""
        with self._answer(service, path, params) as response:
            yield from (orjson.loads(line) for line in response.iter_lines() if line)

    @contextmanager
    def _answer(self, service: str, path: str, params: Mapping[str, Any]) -> Iterator[httpx.Response]:
        given = {name: value for name, value in params.items() if value is not None}
        token = sign(self._key, f"service:{self._service}", READS)
        headers = {"Authorization": f"Bearer {token}", "Accept-Language": "vi"}
        try:
            with self._http.stream(
                "GET", f"/api/{service}/v1{path}", params=given, headers=headers
            ) as response:
                if response.status_code >= 400:
                    raise _refusal(service, response)
                yield response
        except httpx.TransportError as error:
            raise PeerDown(f"{service}: {type(error).__name__}") from None


def _refusal(service: str, response: httpx.Response) -> Exception:
    try:
        body = dict(orjson.loads(response.read()))
    except (ValueError, TypeError):
        body = {}
    if response.status_code in (429, 502, 503, 504):
        return PeerDown(f"{service} answered {response.status_code}")
    return PeerRefused(service, response.status_code, body)
