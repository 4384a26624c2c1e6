"""The three poisons on real processes: parked with what follows of their key, replayed after the fix."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from marshmallow import fields

from shared.bus.outbox import emit
from shared.contracts.venue import SiteChangedV1
from shared.storage.database import Database
from tests.bus.release import UNLUCKY_ROOM, SiteChangedV2
from tests.servers import EXAMPLE, KEY, ROOT, Installation, installation

PATIENCE = 240.0
BAD_SCHEMA, HANDLER_BUG, UNKNOWN_VERSION, HEALTHY = range(1, 5)


class SiteChangedWrongly(SiteChangedV1):
    """A release of venue that sends the capacity as words."""

    event_type = SiteChangedV1.event_type

    capacity = fields.Str(required=True)  # type: ignore[assignment]


class Poisoned:
    """A conference with an online option decided, and four of its sites."""

    def __init__(self, installed: Installation, http: httpx.Client) -> None:
        self.installed, self.http = installed, http
        answer = http.post(
            f"planning/v1/conferences/{KEY}/decisions", json={"option": "online", "reason": "x"}
        )
        assert answer.status_code == 202, answer.text
        eventually(lambda: self.get(f"planning/v1/conferences/{KEY}/revisions/1")["state"] == "settled")
        self.sites = self.get(f"venue/v1/conferences/{KEY}/sites")["items"]

    def get(self, path: str) -> Any:
        return self.http.get(path).raise_for_status().json()

    def send(self, contract: type[SiteChangedV1], site: int, **told: Any) -> None:
        """As a release of venue with that contract would."""
        url = self.installed.env.get(
            "DIEMCAU_DATABASE_URL", f"sqlite:///{self.installed.data}/{{service}}.sqlite"
        )
        database = Database("venue", url.replace("{service}", "venue"))
        where = {"conference": KEY, "site": self.sites[site]["key"], "room": None, "address": None}
        with database.write() as session:
            emit(session, contract, {**where, **told}, key=self.sites[site]["id"])
        database.dispose()

    def change(self, site: int, **values: Any) -> None:
        path = f"venue/v1/sites/{self.sites[site]['id']}"
        etag = self.http.get(path).headers["ETag"]
        self.http.patch(path, json=values, headers={"If-Match": etag}).raise_for_status()

    def capacity(self, site: int) -> Any:
        """As registration knows it."""
        counts = self.get(f"registration/v1/conferences/{KEY}/headcounts")["items"]
        [mine] = [one for one in counts if one["site"] == self.sites[site]["key"]]
        return mine["capacity"]

    def parked(self, service: str) -> list[tuple[str, str]]:
        return [(one["key"], one["state"]) for one in self.get(f"{service}/v1/parked")["items"]]

    def figure(self, service: str, state: str) -> float:
        name = f'diemcau_parked_events{{service="{service}",state="{state}"}} '
        text = self.http.get(f"{service}/metrics").raise_for_status().text
        [line] = [line for line in text.splitlines() if line.startswith(name)]
        return float(line.removeprefix(name))

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        program = [sys.executable, "-m", *self.installed.program, *arguments]
        return subprocess.run(
            program, cwd=ROOT, env=self.installed.env, capture_output=True, text=True, timeout=PATIENCE
        )


def eventually(condition: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.2)


@contextmanager
def poisoned(folder: Path, *, servers: bool) -> Iterator[Poisoned]:
    with installation(folder, servers=servers) as installed:
        installed.program = ("tests.bus.release", "faulty")
        installed.up("--example", str(EXAMPLE))
        with installed.client() as http:
            yield Poisoned(installed, http)


@pytest.mark.parametrize("back_end", ["embedded", "servers"])
def test_poison_waits_with_its_key_until_the_fix(back_end: str, tmp_path: Path) -> None:
    with poisoned(tmp_path, servers=back_end == "servers") as system:
        before = [system.capacity(site) for site in (BAD_SCHEMA, HANDLER_BUG, UNKNOWN_VERSION)]
        system.send(SiteChangedWrongly, BAD_SCHEMA, capacity="bảy")
        system.send(SiteChangedV1, HANDLER_BUG, capacity=7, room=UNLUCKY_ROOM)
        system.send(SiteChangedV2, UNKNOWN_VERSION, capacity=7, floor=2)
        for site in (BAD_SCHEMA, HANDLER_BUG, UNKNOWN_VERSION, HEALTHY):
            system.change(site, capacity=15)

        eventually(lambda: system.capacity(HEALTHY) == 15)
        eventually(lambda: system.figure("registration", "waiting") == 3)
        assert before == [system.capacity(site) for site in (BAD_SCHEMA, HANDLER_BUG, UNKNOWN_VERSION)]
        in_order = [
            (system.sites[site]["id"], state)
            for site in (BAD_SCHEMA, HANDLER_BUG, UNKNOWN_VERSION)
            for state in ("failed", "waiting")
        ]
        assert sorted(system.parked("registration")) == sorted(in_order)
        assert system.figure("registration", "failed") == 3
        eventually(lambda: system.figure("documents", "waiting") == 2)  # the bug is registration's
        assert system.figure("planning", "failed") == 0

        listed = system.command("parked", "list")
        assert listed.returncode == 1
        for error in ("ContractMismatch", "ZeroDivisionError", "UnknownVersion"):
            assert error in listed.stdout
        again = system.command("parked", "replay", "registration")
        assert again.returncode == 1, "nothing was mended, and yet it works"
        assert sorted(system.parked("registration")) == sorted(in_order)

        system.installed.stop()
        system.installed.program = ("tests.bus.release", "mended")
        system.installed.up()
        by_portal = next(iter(system.get("registration/v1/parked")["items"]))
        replayed = system.http.post(f"registration/v1/parked/{UUID(by_portal['id'])}:replay")
        assert replayed.json() == {"replayed": 2, "failed": False, "error": None}
        for service, count in (("registration", 4), ("documents", 4)):
            done = system.command("parked", "replay", service)
            assert (done.returncode, done.stdout) == (0, f"{count} events applied.\n")
        assert [system.capacity(site) for site in range(BAD_SCHEMA, HEALTHY + 1)] == [15] * 4
        assert system.figure("registration", "failed") + system.figure("documents", "failed") == 0
        assert system.command("parked", "list").returncode == 0
