"""The whole system in this process, on either back end, with its bus and its jobs in the test's hands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select, update

from diemcau.plugins import Plugins
from services import system as house
from services.registration.invitations.work import ISSUE, WITHDRAW
from services.venue.app import Context as VenueContext
from shared.bus.delivery import Consumer
from shared.bus.tables import dead_letter
from shared.config import Settings, load_settings
from shared.jobs.tables import jobs
from tests.convergence.bus import Bus
from tests.house import settings_in
from tests.servers import START

SERVICES = tuple(house.MODULES)


class World:
    """Calls by HTTP without a network; nothing moves unless `move`, `work` or `rest` is called."""

    def __init__(self, settings: Settings) -> None:
        self.system = house.open_system(settings)
        house.migrate_all(self.system)
        mounted = house.apis(self.system)
        headers = {"Authorization": f"Bearer {settings.api_key}", "Accept-Language": "en"}
        inside = house.inside(mounted)
        self.http = httpx.Client(transport=inside, base_url="http://house/api/", headers=headers)
        self.bus = Bus(self.system.databases, self.system.consumers)
        self._rounds = {name: house.rounds(self.system, name, inside) for name in SERVICES}

    def move(self, seed: int, only: Iterable[str] = SERVICES, at_most: int | None = None) -> int:
        return self.bus.move(seed, only, at_most)

    def restart(self, service: str) -> None:
        """The service's consumer begins anew, as its process would."""
        module = house.MODULES[service]
        consumer = module.consumer(self.system.settings, self.system.databases[service])
        self.bus.replace_consumer(service, consumer)

    def lose_plugins(self, names: Iterable[str]) -> None:
        """Venue goes on without these plugins, until it is restarted or loses others."""
        right: Consumer = house.MODULES["venue"].consumer(
            self.system.settings, self.system.databases["venue"]
        )
        left = {name: plugin for name, plugin in right.context.plugins.items() if name not in names}
        self.bus.replace_consumer("venue", replace(right, context=VenueContext(Plugins(left, ()))))

    def work(self, only: Iterable[str] = SERVICES) -> int:
        """Run each service's jobs and rounds once; how many found something to do."""
        return sum(each.go() for name in only for each in self._rounds[name].values())

    def rest(self, seed: int = 0) -> None:
        """Until every event is delivered and every job done; one that waits to try again need not wait."""
        while self.move(seed) + self.work() + self._hasten():
            pass

    def parked(self) -> int:
        return sum(self._count(name, select(func.count()).select_from(dead_letter)) for name in SERVICES)

    def failed_jobs(self) -> int:
        """Not those that stop for a person to look again, once the option has changed."""
        failed = select(func.count()).select_from(jobs).where(jobs.c.state == "failed")
        failed = failed.where(jobs.c.kind.not_in((ISSUE, WITHDRAW)))
        return sum(self._count(name, failed) for name in SERVICES if "jobs" in self._rounds[name])

    def close(self) -> None:
        self.http.close()
        self.system.close()

    def _hasten(self) -> int:
        hastened = 0
        for name in SERVICES:
            if "jobs" in self._rounds[name]:
                due = update(jobs).where(jobs.c.state == "queued").values(run_at=jobs.c.created_at)
                with self.system.databases[name].write() as session:
                    hastened += len(session.execute(due.returning(jobs.c.id)).all())
        return hastened

    def _count(self, service: str, query: Any) -> int:
        with self.system.databases[service].read() as session:
            return int(session.execute(query).scalar_one())


def settings_at_start(data: Path, patch: pytest.MonkeyPatch) -> Settings:
    """Embedded, its clock started on the day on which tests of whole systems begin."""
    settings_in(data, patch)
    patch.setenv("DIEMCAU_CLOCK_START", START)
    return load_settings()


@contextmanager
def worlds(folder: Path, database_template: str | None = None) -> Iterator[tuple[World, World]]:
    """The world under test and the one that fresh systems are made in, each with its own data."""
    with ExitStack() as stack:
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        made = []
        for name in ("tested", "fresh"):
            (folder / name).mkdir()
            settings = replace(settings_at_start(folder / name, patch), service_url="http://house")
            if database_template is not None and name == "tested":
                settings = replace(settings, database_template=database_template)
            world = World(settings)
            stack.callback(world.close)
            made.append(world)
        yield made[0], made[1]
