"""The HTTP APIs as the commands use them."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import click
import httpx

from shared.config import Settings

PATIENCE = 60.0
PAUSE = 0.05


class Api:
    """Calls with the root key. A problem+json answer ends the command with its words."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client

    @classmethod
    def over_http(cls, settings: Settings) -> Api:
        return cls(_client(settings, None))

    @classmethod
    def inside(cls, app: Any, settings: Settings) -> Api:
        """The same calls without a network, for `up` itself."""
        return cls(_client(settings, httpx.WSGITransport(app=app)))

    def get(self, path: str) -> Any:
        return self._call("GET", path).json()

    def post(self, path: str, body: dict[str, Any] | None = None) -> Any:
        return self._call("POST", path, json=body or {}).json()

    def amend(self, path: str, changes: dict[str, Any]) -> Any:
        """Change what is at `path` as it stands now."""
        etag = self._call("GET", path).headers.get("ETag", "")
        return self._call("PATCH", path, json=changes, headers={"If-Match": etag}).json()

    def send_file(self, path: str, name: str, content: bytes, **form: str) -> Any:
        """Post a file as a form does, with the form's other fields."""
        return self._call("POST", path, files={"file": (name, content)}, data=form).json()

    def download(self, path: str) -> bytes:
        return self._call("GET", path).content

    def post_plan(self, path: Path) -> Any:
        kind = "application/json" if path.suffix == ".json" else "application/yaml"
        headers = {"Content-Type": kind}
        return self._call("POST", "planning/v1/plans", content=path.read_bytes(), headers=headers).json()

    def import_delegates(self, conference: str, path: Path) -> Any:
        """Import a delegate list once registration has heard of the conference."""
        url = f"registration/v1/conferences/{conference}/delegates:import"
        deadline = time.monotonic() + PATIENCE
        while True:
            files = {"file": (path.name, path.read_bytes())}
            response = self._client.post(url, files=files)
            if response.status_code != 404 or time.monotonic() > deadline:
                return _checked(response).json()
            time.sleep(PAUSE)

    def _call(self, method: str, path: str, **rest: Any) -> httpx.Response:
        try:
            return _checked(self._client.request(method, path, **rest))
        except httpx.ConnectError:
            base = self._client.base_url
            raise click.ClickException(f"nothing answers at {base}: is `diemcau up` running?") from None


def _client(settings: Settings, transport: httpx.BaseTransport | None) -> httpx.Client:
    return httpx.Client(
        base_url=f"{settings.service_url}/api/",
        headers={"Authorization": f"Bearer {settings.api_key}"},
        transport=transport,
        timeout=PATIENCE,
    )


def _checked(response: httpx.Response) -> httpx.Response:
    if response.is_success:
        return response
    try:
        problem = response.json()
    except ValueError:
        raise click.ClickException(f"{response.status_code} from {response.url}") from None
    lines = [problem.get("title", f"error {response.status_code}")]
    lines += [f"  {e['pointer'] or '/'}: {e['message']} ({e['code']})" for e in problem.get("errors", [])]
    raise click.ClickException("\n".join(lines))
