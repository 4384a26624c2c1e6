"""The whole house in one process on SQLite; the test moves the events and runs the jobs itself."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest

from diemcau.plugins import Plugins
from services import system as house
from services.venue.app import Context as VenueContext
from shared.bus.delivery import Consumer
from shared.bus.embedded import CursorConsumer
from shared.config import Settings, load_settings

PLAN = Path(__file__).parents[1] / "examples" / "nghe-an-2021" / "plan.yaml"
KEY = "nghe-an-2021-bau-cu"


def settings_in(data: Path, patch: pytest.MonkeyPatch) -> Settings:
    """Of an embedded system with its data there, whatever the environment says of another one."""
    patch.setenv("DIEMCAU_DATA", str(data))
    for name in ("DIEMCAU_DATABASE_URL", "DIEMCAU_AMQP_URL", "DIEMCAU_CLOCK_START"):
        patch.delenv(name, raising=False)
    return load_settings()


class House:
    """Calls by HTTP without a network; `pump` makes things happen."""

    def __init__(self, settings: Any) -> None:
        self.system = house.open_system(settings)
        house.migrate_all(self.system)
        mounted = house.apis(self.system)
        transport = httpx.WSGITransport(app=house.wsgi_app(self.system, mounted))
        self.http = httpx.Client(
            transport=transport,
            base_url="http://house/api/",
            headers={"Authorization": f"Bearer {settings.api_key}", "Accept-Language": "en"},
        )
        self.consumers = {name: house.cursor_consumer(self.system, name) for name in house.MODULES}
        self.rounds = {
            name: house.rounds(self.system, name, house.inside(mounted)).values() for name in house.MODULES
        }

    def pump(self, *, without: str = "", jobs: bool = True) -> None:
        """Deliver events, run the jobs and remind of the tasks that are due, until all is quiet."""
        consumers = [consumer for name, consumer in self.consumers.items() if name != without]
        rounds = [each for name, own in self.rounds.items() if jobs and name != without for each in own]
        while sum(consumer.pump() for consumer in consumers) + sum(each.go() for each in rounds):
            pass

    def replace_plugins(self, plugins: Mapping[str, Any]) -> None:
        """Give venue other plugins, as a new release of a plugin would."""
        old = self.system.consumers["venue"]
        context = VenueContext(Plugins(plugins, ()))
        consumer = Consumer(old.name, old.database, old.handlers, context)
        sources = {name: db for name, db in self.system.databases.items() if name in house.MODULES}
        del sources["venue"]
        self.consumers["venue"] = CursorConsumer(consumer, sources)

    def post_plan(self) -> None:
        body, headers = PLAN.read_bytes(), {"Content-Type": "application/yaml"}
        assert self.http.post("planning/v1/plans", content=body, headers=headers).status_code == 201

    def propose(self, option: str) -> int:
        answer = self.http.post(f"planning/v1/conferences/{KEY}/revisions", json={"option": option})
        assert answer.status_code == 202, answer.text
        return int(answer.json()["revision"])

    def decide(self, **order: Any) -> httpx.Response:
        body = {"reason": "Dịch bệnh diễn biến phức tạp", **order}
        return self.http.post(f"planning/v1/conferences/{KEY}/decisions", json=body)

    def undo(self) -> httpx.Response:
        body = {"reason": "Tình hình đã ổn định"}
        return self.http.post(f"planning/v1/conferences/{KEY}/decisions:undo", json=body)

    def open(self) -> None:
        """Begin the conference in person, where no line has to be tested."""
        assert self.decide(option="in_person").status_code == 202
        self.pump()
        self.act("open")

    def act(self, name: str, reason: str = "") -> None:
        """`open`, `close` or `reopen` the conference, and everybody hears of it."""
        answer = self.http.post(f"planning/v1/conferences/{KEY}:{name}", json={"reason": reason})
        assert answer.status_code == 200, answer.text
        self.pump()

    def retry(self, number: int) -> httpx.Response:
        return self.http.post(f"planning/v1/conferences/{KEY}/revisions/{number}:retry")

    def revision(self, number: int) -> dict[str, Any]:
        return self.get(f"planning/v1/conferences/{KEY}/revisions/{number}")

    def conference(self) -> dict[str, Any]:
        return self.get(f"planning/v1/conferences/{KEY}")

    def changes(self, service: str, number: int) -> dict[str, Any]:
        return self.get(f"{service}/v1/conferences/{KEY}/revisions/{number}/changes")

    def get(self, path: str) -> dict[str, Any]:
        answer = self.http.get(path)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())
