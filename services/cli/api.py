"""The HTTP APIs as the commands use them."""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path
from typing import Any

import click
import httpx
from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from services.cli.portions import Portion, portions
from shared.config import Settings

PATIENCE = 60.0
LONG = 600.0  # for plans and lists, which may be national
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
        posted = {"content": path.read_bytes(), "headers": headers, "timeout": LONG}
        return self._call("POST", "planning/v1/plans", **posted).json()

    def import_delegates(self, conference: str, path: Path) -> dict[str, int]:
        """Import a delegate list once registration has heard of the conference; a large one in portions,
        with progress. Returns how many rows were created, updated and so on."""
        url, total = f"registration/v1/conferences/{conference}/delegates:import", Counter[str]()
        with _progress() as progress:
            task = progress.add_task("Delegates", total=None)
            for portion in portions(path):
                report = self._import(url, path.name, portion)
                total.update({name: report[name] for name in ("rows", "created", "updated", "unchanged")})
                progress.update(task, completed=total["rows"])
        return total

    def _import(self, url: str, name: str, portion: Portion) -> Any:
        deadline = time.monotonic() + PATIENCE
        while True:
            response = self._client.post(url, files={"file": (name, portion.content)}, timeout=LONG)
            if response.status_code != 404 or time.monotonic() > deadline:
                return _checked(response, above=portion.above).json()
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


def _progress() -> Progress:
    columns = (TextColumn("{task.description}"), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, console=Console(stderr=True), transient=True)


def _checked(response: httpx.Response, *, above: int = 0) -> httpx.Response:
    """`above`: so many rows of the caller's list come before those that were sent."""
    if response.is_success:
        return response
    try:
        problem = response.json()
    except ValueError:
        raise click.ClickException(f"{response.status_code} from {response.url}") from None
    lines = [problem.get("title", f"error {response.status_code}")]
    lines += [f"  {_place(e, above)}: {e['message']} ({e['code']})" for e in problem.get("errors", [])]
    if above:
        lines.append(f"  The {above} rows before are written: mend the list and load it again.")
    raise click.ClickException("\n".join(lines))


def _place(error: dict[str, Any], above: int) -> str:
    """Where in the caller's document, or in their list, something is wrong."""
    if "row" in error:
        return f"row {error['row'] + above}, {error['column']}"
    return error["pointer"] or "/"
