"""Servers of our own to kill, an installation to torment, and the audit at its end."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.chaos.books import Books, Report
from tests.chaos.crowd import Crowd
from tests.chaos.processes import Processes, embedded, on_servers
from tests.chaos.promises import broken
from tests.chaos.rest import come_to_rest, drain
from tests.chaos.servers import Servers, missing_programs, private_servers


@dataclass
class Scene:
    """An installation with the people who work on it and the books that are kept of both."""

    processes: Processes
    crowd: Crowd
    books: Books

    @property
    def servers(self) -> Servers:
        assert self.processes.servers is not None
        return self.processes.servers

    def audit(self) -> Report:
        """At rest nothing is lost, doubled or out of order, and every promise holds."""
        report = self.report()
        kept = broken(self.books, self.crowd.diary, self.processes.mailbox)
        missed = [f"missed: {one}" for one in self.books.missed()]
        faults = [*report.faults, *missed, *self.books.parked(), *kept]
        assert not faults, f"{len(faults)} faults: {faults[:20]}\n{self.processes.log()}"
        return report

    def report(self) -> Report:
        """What the books say at rest, right or wrong."""
        by_hand = come_to_rest(self.processes, self.books, self.crowd.me)
        self.crowd.diary.figures.update(by_hand)
        return self.books.audit()

    def report_as_it_stands(self) -> Report:
        """What the books say when all that was published is heard: of a system that cannot come to rest."""
        self.processes.revive()
        drain(self.processes, self.books)
        return self.books.audit()


@pytest.fixture(scope="session")
def servers() -> Iterator[Servers]:
    if (missing := missing_programs()) and not os.environ.get("CI"):
        pytest.skip(f"no {missing} to start and kill here: install Debian's packages")
    with private_servers() as started:
        yield started


@pytest.fixture(scope="module")
def scene(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """The reference conference on PostgreSQL and RabbitMQ, a process for each service."""
    with on_servers(tmp_path_factory.mktemp("chaos"), servers) as processes:
        yield from _played(processes)


@pytest.fixture(scope="module")
def small_scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """The same in one process on SQLite."""
    with embedded(tmp_path_factory.mktemp("chaos")) as processes:
        yield from _played(processes)


def _played(processes: Processes) -> Iterator[Scene]:
    scene = Scene(processes, Crowd(processes, seed=1), Books(processes))
    scene.crowd.load()
    yield scene
    scene.books.close()
