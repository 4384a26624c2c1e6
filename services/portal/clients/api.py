"""One service's HTTP API as the portal calls it, and what can go wrong."""

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
class Api:
    """One service's routes, with the headers of the person who asks. All raise ServiceDown and ApiProblem."""

    http: httpx.Client
    service: str
    headers: Mapping[str, str] = field(repr=False)

    def get(self, path: str, **params: str) -> Json:
        given = {name: value for name, value in params.items() if value}
        return json_of(self.send("GET", path, params=given))

    def items(self, path: str, **params: str) -> list[Json]:
        return cast(list[Json], self.get(path, **params)["items"])

    def get_tagged(self, path: str) -> tuple[Json, str]:
        """The JSON and its ETag."""
        response = self.send("GET", path)
        return json_of(response), response.headers.get("ETag", "")

    def post(self, path: str, body: Json, once: str = "") -> Json:
        """`once`: the form's own key, so that sending it twice does it once."""
        headers = {"Idempotency-Key": once or str(uuid.uuid4())}
        return json_of(self.send("POST", path, json=body, headers=headers))

    def patch(self, path: str, body: Json, etag: str = "") -> Json:
        headers = {"If-Match": etag} if etag else {}
        return json_of(self.send("PATCH", path, json=body, headers=headers))

    def delete(self, path: str) -> None:
        self.send("DELETE", path)

    def upload(self, path: str, upload: Upload, form: Mapping[str, str], **params: str) -> Json:
        """Send a file, with the other fields of its form."""
        files = {"file": (upload.filename, upload.content)}
        return json_of(self.send("POST", path, files=files, data=dict(form), params=params))

    def import_table(self, path: str, upload: Upload, *, dry_run: bool) -> Json:
        """The report; also when the file has errors (422), then nothing was applied."""
        params = {"dry_run": "1"} if dry_run else {}
        try:
            return self.upload(path, upload, {}, **params)
        except ApiProblem as problem:
            if "rows" not in problem.extra:
                raise
            return dict(problem.extra)

    def stream(self, path: str, **params: str) -> httpx.Response:
        """An open stream: read it with `stream_of`."""
        return self.send("GET", path, params=params, stream=True)

    def send(self, method: str, path: str, *, stream: bool = False, **content: Any) -> httpx.Response:
        content["headers"] = {**self.headers, **content.get("headers", {})}
        request = self.http.build_request(method, f"/api/{self.service}/v1{path}", **content)
        try:
            response = self.http.send(request, stream=stream)
            if response.status_code >= 400:
                response.read()
        except httpx.TransportError:
            raise ServiceDown(self.service) from None
        if response.status_code >= 400:
            raise _failure(self.service, response)
        return response


def json_of(response: httpx.Response) -> Json:
    """The answer's JSON; an empty one for an answer without content."""
    return cast(Json, response.json()) if response.content else {}


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
