"""The whole system in this process, with its clock in our hands."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Protocol

from services import system as house
from services.cli.api import Api
from shared.config import Settings

HOP = timedelta(hours=6)


class Stage(Protocol):
    """Where a conference is played: its APIs, its clock, and when all that follows has happened."""

    @property
    def api(self) -> Api: ...

    def go_to(self, moment: datetime) -> None:
        """It is `moment` now."""

    def settle(self) -> None:
        """Return when events are delivered, jobs are done and messages are sent."""


class InsideStage:
    """On SQLite, everything in one thread: what follows from an act has happened when `settle` returns."""

    def __init__(self, system: house.System) -> None:
        self._clock = system.settings.clock
        mounted = house.apis(system)
        self.api = Api.inside(house.wsgi_app(system, mounted), system.settings)
        self._steps = house.steps(system, transport=house.inside(mounted))

    def go_to(self, moment: datetime) -> None:
        """Hop by hop, so that what comes in between, such as a reminder, comes in time."""
        while (now := self._clock.now()) < moment:
            self._clock.go_to(min(moment, now + HOP))
            self.settle()

    def start_at(self, moment: datetime) -> None:
        self._clock.go_to(moment)

    def settle(self) -> None:
        while sum(step() for step in self._steps):
            pass


@contextmanager
def inside(settings: Settings) -> Iterator[InsideStage]:
    """A fresh system in `settings.data`."""
    system = house.open_system(settings)
    house.migrate_all(system)
    try:
        yield InsideStage(system)
    finally:
        system.close()
