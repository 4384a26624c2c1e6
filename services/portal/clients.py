"""Calls from the portal to the services, in the name of the person who is signed in."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

import httpx

from services.portal.model import Upload

Json = dict[str, Any]


class ServiceDown(Exception):
    """`service` did not answer, or says that it cannot just now."""

    def __init__(self, service: str) -> None:
        super().__init__(service)
        self.service = service


class ApiProblem(Exception):
    """A problem+json answer: `code` is its stable type without the prefix, `extra` all its members."""

    def __init__(self, service: str, status: int, body: Mapping[str, Any]) -> None:
        self.service, self.status, self.extra = service, status, body
        self.code = str(body.get("type", "")).removeprefix("urn:diemcau:")
        self.title = str(body.get("title") or f"Dịch vụ trả lời {status}")
        self.errors: list[Json] = list(body.get("errors") or [])
        super().__init__(f"{service} {status} {self.code}")

    @property
    def newest(self) -> Json:
        return dict(self.extra.get("newest") or {})

    def messages(self) -> dict[str, str]:
        """Message by field: the pointer's first part."""
        return {
            str(e.get("pointer", "")).strip("/").split("/")[0]: str(e.get("message", "")) for e in self.errors
        }


@dataclass(frozen=True, slots=True)
class Services:
    """The way to all services: one connection pool, or their WSGI apps in the same process."""

    http: httpx.Client

    @classmethod
    def at(cls, base_url: str, transport: httpx.BaseTransport | None) -> Services:
        timeout = httpx.Timeout(15, connect=3)
        return cls(httpx.Client(base_url=base_url, transport=transport, timeout=timeout))

    def caller(self, token: str | None, correlation: str) -> Calls:
        headers = {"Accept-Language": "vi", "X-Correlation-Id": correlation}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        return Calls(self.http, headers)


@dataclass(frozen=True, slots=True)
class Calls:
    """One method per call. All raise ServiceDown and ApiProblem."""

    http: httpx.Client
    headers: Mapping[str, str] = field(repr=False)

    # planning
    def conferences(self) -> list[Json]:
        return self._items("planning", "/conferences")

    def conference(self, key: str) -> Json:
        return self._get("planning", f"/conferences/{key}")

    def units(self, key: str) -> list[Json]:
        return self._items("planning", f"/conferences/{key}/units")

    def propose(self, key: str, option: str, once: str) -> int:
        body = {"option": option}
        return int(self._post("planning", f"/conferences/{key}/revisions", body, once)["revision"])

    def revision(self, key: str, number: int) -> Json:
        return self._get("planning", f"/conferences/{key}/revisions/{number}")

    def retry(self, key: str, number: int) -> Json:
        return self._post("planning", f"/conferences/{key}/revisions/{number}:retry", {}, "")

    def changes(self, service: str, key: str, number: int) -> Json:
        return self._get(service, f"/conferences/{key}/revisions/{number}/changes")

    def decide(self, key: str, decision: Json, once: str) -> int:
        return int(self._post("planning", f"/conferences/{key}/decisions", decision, once)["revision"])

    def undo(self, key: str, decision: Json, once: str) -> int:
        return int(self._post("planning", f"/conferences/{key}/decisions:undo", decision, once)["revision"])

    def decisions(self, key: str) -> list[Json]:
        return self._items("planning", f"/conferences/{key}/decisions")

    def tasks(self, key: str, **filters: str) -> Json:
        return self._get("planning", f"/conferences/{key}/tasks", **filters)

    def set_task(self, key: str, id: str, state: str, note: str) -> Json:
        body = {"state": state, "note": note}
        return self._json(self._send("planning", "PATCH", f"/conferences/{key}/tasks/{id}", json=body))

    # venue
    def board(self, key: str) -> Json:
        return self._get("venue", f"/conferences/{key}/board")

    # registration
    def delegates(self, key: str, **filters: str) -> Json:
        return self._get("registration", f"/conferences/{key}/delegates", **filters)

    def delegate(self, id: str) -> tuple[Json, str]:
        """The delegate and its ETag."""
        response = self._send("registration", "GET", f"/delegates/{id}")
        return self._json(response), response.headers.get("ETag", "")

    def add_delegate(self, key: str, delegate: Json, once: str) -> Json:
        return self._post("registration", f"/conferences/{key}/delegates", delegate, once)

    def change_delegate(self, id: str, changes: Json, etag: str) -> Json:
        headers = {"If-Match": etag}
        return self._json(
            self._send("registration", "PATCH", f"/delegates/{id}", json=changes, headers=headers)
        )

    def import_delegates(self, key: str, upload: Upload, *, dry_run: bool) -> Json:
        """The report; also when the file has errors (422), then nothing was applied."""
        path = f"/conferences/{key}/delegates:import"
        files = {"file": (upload.filename, upload.content)}
        params = {"dry_run": "1"} if dry_run else {}
        try:
            return self._json(self._send("registration", "POST", path, files=files, params=params))
        except ApiProblem as problem:
            if "rows" not in problem.extra:
                raise
            return dict(problem.extra)

    def headcounts(self, key: str) -> Json:
        return self._get("registration", f"/conferences/{key}/headcounts")

    def rsvp_link(self, id: str, once: str) -> Json:
        return self._post("registration", f"/delegates/{id}/rsvp-link", {}, once)

    def invitation(self, token: str) -> Json:
        return self._get("registration", f"/rsvp/{token}")

    def answer(self, token: str, answer: str, note: str) -> Json:
        return self._post("registration", f"/rsvp/{token}", {"answer": answer, "note": note}, "")

    def download(self, key: str, name: str, filters: Mapping[str, str]) -> httpx.Response:
        """An open stream: read it with `stream_of`."""
        return self._send(
            "registration", "GET", f"/conferences/{key}/{name}", params=dict(filters), stream=True
        )

    def _get(self, service: str, path: str, **params: str) -> Json:
        given = {name: value for name, value in params.items() if value}
        return self._json(self._send(service, "GET", path, params=given))

    def _items(self, service: str, path: str) -> list[Json]:
        return cast(list[Json], self._get(service, path)["items"])

    def _post(self, service: str, path: str, body: Json, once: str) -> Json:
        headers = {"Idempotency-Key": once or str(uuid.uuid4())}
        return self._json(self._send(service, "POST", path, json=body, headers=headers))

    def _json(self, response: httpx.Response) -> Json:
        return cast(Json, response.json())

    def _send(
        self, service: str, method: str, path: str, *, stream: bool = False, **content: Any
    ) -> httpx.Response:
        content["headers"] = {**self.headers, **content.get("headers", {})}
        request = self.http.build_request(method, f"/api/{service}/v1{path}", **content)
        try:
            response = self.http.send(request, stream=stream)
            if response.status_code >= 400:
                response.read()
        except httpx.TransportError:
            raise ServiceDown(service) from None
        if response.status_code >= 400:
            raise _failure(service, response)
        return response


def stream_of(response: httpx.Response) -> Iterator[bytes]:
    try:
        yield from response.iter_raw()
    finally:
        response.close()


def _failure(service: str, response: httpx.Response) -> Exception:
    """A gateway's error, or the service's own word that its database is away, is `ServiceDown`."""
    try:
        body = response.json()
    except ValueError:
        body = {}
    problem = ApiProblem(service, response.status_code, body if isinstance(body, dict) else {})
    if response.status_code in (502, 503, 504) and problem.code in ("", "about:blank", "unavailable"):
        return ServiceDown(service)
    return problem
