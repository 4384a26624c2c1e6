"""The house with the reference plan, decided; its clock stands where the test puts it."""

from __future__ import annotations

import secrets
import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest

from services.venue import app as venue
from shared.bus.embedded import CursorConsumer
from shared.bus.tables import outbox
from shared.clock import Clock
from shared.config import Settings
from shared.http.tokens import sign
from shared.storage.database import Database
from shared.storage.migrate import migrate
from tests.house import KEY, House, settings_in
from tests.servers import fresh_database

BEFORE = "2021-06-24T09:00+07:00"  # the conference starts on 29 June, line tests are due on 28 June, 15:00
LATE = "2021-06-28T15:01+07:00"
DISTRICT = ("plan:read", "sites:write", "names:read")


class Venue(House):
    """The house, as somebody sees it who works on sites."""

    def site(self, key: str = "do-luong") -> dict[str, Any]:
        return self.get(f"venue/v1/conferences/{KEY}/sites/{key}")

    def board(self, revision: int | None = None) -> dict[str, Any]:
        wanted = f"?revision={revision}" if revision else ""
        return self.get(f"venue/v1/conferences/{KEY}/board{wanted}")

    def line(self, key: str = "do-luong") -> dict[str, Any]:
        """The site as the board shows it."""
        [found] = [site for site in self.board()["items"] if site["key"] == key]
        return dict(found)

    def change(self, key: str = "do-luong", **changes: Any) -> httpx.Response:
        """PATCH with the ETag that is right just now."""
        read = self.http.get(f"venue/v1/conferences/{KEY}/sites/{key}")
        headers = {"If-Match": read.headers["ETag"]}
        return self.http.patch(f"venue/v1/sites/{read.json()['id']}", json=changes, headers=headers)

    def post(self, action: str = "", *, key: str = "do-luong", **body: Any) -> httpx.Response:
        """POST to the line tests of a site."""
        return self.http.post(f"venue/v1/sites/{self.site(key)['id']}/line-tests{action}", json=body)

    def adopt(self, option: str) -> int:
        answer = self.decide(option=option)
        assert answer.status_code == 202, answer.text
        self.pump()
        return int(answer.json()["revision"])

    def start_at(self, moment: str) -> None:
        """A plan version with this start (local), adopted with the current option; it takes three hours."""
        end = (datetime.fromisoformat(moment) + timedelta(hours=3)).isoformat()
        path = f"planning/v1/conferences/{KEY}"
        etag = self.http.get(path).headers["ETag"]
        answer = self.http.patch(path, json={"starts_at": moment, "ends_at": end}, headers={"If-Match": etag})
        assert answer.status_code == 200, answer.text
        self.pump()
        self.adopt(self.conference()["current_option"])

    def as_actor(self, *scopes: str, unit: str | None = None, name: str = "Hồ Thị Vinh") -> httpx.Client:
        token = sign(self.system.settings.signing_key, "account:ai", scopes, name=name, unit=unit)
        headers = {"Authorization": f"Bearer {token}", "Accept-Language": "en"}
        return httpx.Client(transport=self.http._transport, base_url=self.http.base_url, headers=headers)

    def told(self, event_type: str) -> list[dict[str, Any]]:
        """The data of all events of this type that venue sent, in their order."""
        with self.system.databases["venue"].read() as session:
            query = outbox.select().where(outbox.c.type == event_type).order_by(outbox.c.id)
            return [dict(orjson.loads(row.envelope)["data"]) for row in session.execute(query)]


def open_house(data: Path, patch: pytest.MonkeyPatch, **changes: Any) -> Venue:
    settings: Settings = replace(settings_in(data, patch), service_url="http://house", **changes)
    made = Venue(settings)
    made.post_plan()
    made.pump()
    return made


def clock_at(moment: str) -> Clock:
    return Clock(datetime.fromisoformat(moment) - datetime.now(UTC))


@pytest.fixture
def undecided(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Venue]:
    here = (ip_network("127.0.0.0/8"),)
    made = open_house(tmp_path, monkeypatch, clock=clock_at(BEFORE), probe_allow=here)
    yield made
    made.system.close()


@pytest.fixture
def online(undecided: Venue) -> Venue:
    undecided.adopt("online")
    return undecided


@pytest.fixture
def too_late(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Venue]:
    """On the eve of the conference, one minute after the tests were due."""
    made = open_house(tmp_path, monkeypatch, clock=clock_at(LATE))
    made.adopt("online")
    yield made
    made.system.close()


@pytest.fixture
def on_postgresql(online: Venue) -> Iterator[httpx.Client]:
    """venue's API on PostgreSQL; it has heard from planning what the venue of the house has heard."""
    settings = online.system.settings
    with fresh_database(f"diemcau_test_{secrets.token_hex(5)}") as url:
        database = Database("venue", url)
        migrate(database, venue.MIGRATIONS)
        consumer = venue.consumer(settings, database)
        CursorConsumer(consumer, {"planning": online.system.databases["planning"]}).pump()
        transport = httpx.WSGITransport(app=venue.create_app(settings, database))
        headers = {"Authorization": f"Bearer {settings.api_key}"}
        with httpx.Client(transport=transport, base_url="http://venue/api/", headers=headers) as http:
            yield http
        database.dispose()


@pytest.fixture
def terminal() -> Iterator[int]:
    """The port of a terminal that takes connections on 127.0.0.1."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield int(server.getsockname()[1])
