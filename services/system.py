"""All services together: their databases, their consumers, and one WSGI application in front.

Embedded (SQLite) the services read each other's outboxes; with DIEMCAU_AMQP_URL each has a relay and a
RabbitMQ consumer. The handlers are the same.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from types import ModuleType
from typing import Any

import httpx
import structlog
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from services.awards import app as awards
from services.documents import app as documents
from services.planning import app as planning
from services.portal import app as portal
from services.registration import app as registration
from services.venue import app as venue
from shared.bus.delivery import Consumer
from shared.bus.embedded import CursorConsumer
from shared.bus.pruning import PAUSE as PRUNE_PAUSE
from shared.bus.pruning import Pruning
from shared.bus.rabbit import RabbitConsumer
from shared.bus.relay import Relay
from shared.bus.republish import Retelling
from shared.bus.topology import Topology, declare
from shared.config import Settings
from shared.http.idempotency import forget_answers
from shared.http.peers import Peers
from shared.jobs.rounds import Rounds
from shared.storage.database import Database
from shared.storage.migrate import migrate
from shared.watching import WatchOf, silent

MODULES: Mapping[str, ModuleType] = {
    module.NAME: module for module in (planning, venue, registration, documents, awards)
}
_log = structlog.get_logger()
Loop = Callable[[threading.Event], None]


@dataclass(frozen=True)
class System:
    """Databases and consumers of the open services by name; the portal, too, has a database.

    `watch`: who is told of the work of a service's loops.
    """

    settings: Settings
    databases: Mapping[str, Database]
    consumers: Mapping[str, Consumer]
    watch: WatchOf = silent

    @property
    def topology(self) -> Topology:
        """Of all services, whichever are open."""
        listening = {
            name: frozenset(contract.event_type for contract in module.HANDLERS)
            for name, module in MODULES.items()
        }
        return Topology(listening, self.settings.amqp_prefix)

    def close(self) -> None:
        for database in self.databases.values():
            database.dispose()


def open_system(
    settings: Settings, services: Iterable[str] | None = None, *, watch: WatchOf = silent
) -> System:
    """Open the databases of `services`, of all and the portal by default (nothing is migrated yet)."""
    names = list(services or [*MODULES, "portal"])
    databases = {name: Database(name, settings.database_url(name)) for name in names}
    consumers = {
        name: replace(MODULES[name].consumer(settings, databases[name]), watch=watch(name))
        for name in names
        if name in MODULES
    }
    return System(settings, databases, consumers, watch)


def migrate_all(system: System) -> None:
    for name, module in MODULES.items():
        migrate(system.databases[name], module.MIGRATIONS)
    migrate(system.databases["portal"], portal.MIGRATIONS)


def apis(system: System) -> dict[str, Any]:
    """The services' WSGI apps by the path that each is mounted at."""
    return {
        f"/api/{name}": _at_full_path(module.create_app(system.settings, system.databases[name].hurried))
        for name, module in MODULES.items()
    }


def inside(mounted: dict[str, Any]) -> httpx.BaseTransport:
    """The way to the services in this process: no network, no thread that waits for another."""
    return httpx.WSGITransport(app=DispatcherMiddleware(_nothing, mounted), raise_app_exceptions=False)


def wsgi_app(
    system: System, mounted: dict[str, Any], *, seats: int = 0, stop: threading.Event | None = None
) -> Any:
    """Every API under its path, the portal everywhere else. The portal calls the APIs in process.

    `seats`: how many viewers may follow a board, each in a thread of the server, until `stop`.
    """
    front = portal.create_app(system.settings, transport=inside(mounted), seats=seats, stop=stop)
    return DispatcherMiddleware(front, mounted)


def loops(
    system: System, services: Iterable[str] | None = None, *, transport: httpx.BaseTransport | None = None
) -> dict[str, Loop]:
    """Everything that runs beside the web for the named services (all of them by default), by thread name.

    `transport`: how jobs reach the other services, by URL if there is none.
    """
    chosen = list(services or MODULES)
    own = {
        f"{name}-{what}": each.run
        for name in chosen
        for what, each in rounds(system, name, transport).items()
    }
    return {**bus_loops(system, chosen), **own}


def steps(system: System, transport: httpx.BaseTransport) -> list[Callable[[], bool]]:
    """The same without threads and without a broker: each delivers, or does, what is due now."""
    consumers = [cursor_consumer(system, name) for name in MODULES]
    return [
        *(lambda each=each: each.pump() > 0 for each in consumers),
        *(each.go for name in MODULES for each in rounds(system, name, transport).values()),
    ]


def rounds(system: System, name: str, transport: httpx.BaseTransport | None = None) -> dict[str, Rounds]:
    """What a service looks after by itself: its jobs, if it has any kind of job, and matters of its own."""
    module, database = MODULES[name], system.databases[name]
    found: dict[str, Rounds] = module.rounds(system.settings, database) if hasattr(module, "rounds") else {}
    if hasattr(module, "worker"):
        peers = Peers.of(name, system.settings, transport)
        found["jobs"] = module.worker(system.settings, database, peers).rounds(system.watch(name))
    return found | {"pruning": pruning(system, name)}


def pruning(system: System, name: str) -> Rounds:
    """A service's events and remembered answers, removed once they are old."""
    database, keep = system.databases[name], system.settings.keep_events
    readers = {other: system.databases[other] for other in system.consumers if other != name}
    events = Pruning(database, keep, readers)
    return Rounds(lambda: events.go() | forget_answers(database, keep), pause=PRUNE_PAUSE)


def retellings(system: System, owner: str, consumer: str) -> list[Retelling]:
    """What `owner` can tell again that `consumer` listens to."""
    listens = system.consumers[consumer].event_types
    return [kind for kind in MODULES[owner].retellings(system.settings) if kind.concerns(listens)]


def bus_loops(system: System, chosen: Iterable[str]) -> dict[str, Loop]:
    """The loops that move events for the named services, by thread name."""
    if system.settings.amqp_url is None:
        return {f"{name}-consumer": cursor_consumer(system, name).run for name in chosen}
    url, topology = system.settings.amqp_url, system.topology
    found: dict[str, Loop] = {}
    for name in chosen:
        found[f"{name}-relay"] = Relay(system.databases[name], url, topology, watch=system.watch(name)).run
        found[f"{name}-consumer"] = RabbitConsumer(system.consumers[name], url, topology).run
    return found


def cursor_consumer(system: System, name: str) -> CursorConsumer:
    sources = {other: system.databases[other] for other in MODULES if other != name}
    return CursorConsumer(system.consumers[name], sources)


class Running:
    """Loops in threads of their own. One that breaks stops them all: a restart is better than a half."""

    def __init__(self, loops: Mapping[str, Loop], stop: threading.Event) -> None:
        self._stop, self.broken = stop, False
        self._threads = [
            threading.Thread(target=self._run, args=(loop,), name=name) for name, loop in loops.items()
        ]
        for thread in self._threads:
            thread.start()

    def _run(self, loop: Loop) -> None:
        name = threading.current_thread().name
        _log.info("loop_started", loop=name)
        try:
            loop(self._stop)
            _log.info("loop_ended", loop=name)
        except Exception:
            _log.exception("loop_broke", loop=name)
            self.broken = True
            self._stop.set()

    def join(self) -> None:
        for thread in self._threads:
            thread.join()


def declare_topology(system: System) -> None:
    if system.settings.amqp_url is not None:
        declare(system.settings.amqp_url, system.topology)


def _at_full_path(app: Any) -> Any:
    """The APIs know their full paths, as behind nginx; the dispatcher has cut the mount point off."""

    def whole(environ: dict[str, Any], start_response: Any) -> Any:
        environ = {**environ, "PATH_INFO": environ["SCRIPT_NAME"] + environ["PATH_INFO"], "SCRIPT_NAME": ""}
        return app(environ, start_response)

    return whole


def _nothing(_environ: dict[str, Any], start_response: Any) -> list[bytes]:
    start_response("404 Not Found", [("Content-Type", "text/plain")])
    return [b"not found"]
