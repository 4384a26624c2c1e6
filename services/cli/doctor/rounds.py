"""Which checks an installation gets, by its settings and the services asked about."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from sqlalchemy.engine import make_url

from services import system as house
from services.cli.doctor import broker, databases, events, machine, network, work
from services.cli.doctor.findings import (
    Check,
    Finding,
    State,
    examine,
    guarded,
    not_applicable,
    problem,
)
from services.portal.app import MIGRATIONS as PORTAL_MIGRATIONS
from shared.config import ConfigError, Settings
from shared.storage.database import Database
from shared.storage.migrate import JOBS

SECONDS = 25.0
"""For all checks together: above the longest, six requests of three seconds."""
ALL = (*house.MODULES, "portal")

Url = str


def without_settings(flaw: str) -> list[Finding]:
    """When the settings cannot be read, what can be said without them."""
    found = problem("settings", flaw, "Correct the setting: docs/settings.md says what each may be.")
    checks: dict[str, Check] = {"LibreOffice": machine.check_office, "plugins": machine.check_plugins}
    return [found, *examine(checks, SECONDS)]


def with_settings(settings: Settings, named: Sequence[str], *, free_space: int) -> list[Finding]:
    """`named`: the services asked about, all where there is none. `free_space`: see `check_disk`."""
    urls, missing = _reachable(settings, named)
    chosen = [*urls] if missing else [*(named or ALL)]
    checks = _of_machine(settings, chosen, free_space) | _of_bus(settings, chosen)
    checks |= _of_servers(urls)
    checks |= {f"contents {name}": partial(_of_service, settings, name, urls) for name in urls}
    checks["http"] = partial(network.check_http, settings.service_url, chosen)
    if "registration" in chosen:
        checks["mail server"] = partial(network.check_mail, settings)
    return [*missing, *examine(checks, SECONDS)]


def _reachable(settings: Settings, named: Sequence[str]) -> tuple[dict[str, Url], list[Finding]]:
    """The databases that this machine has the password of.

    A container holds its own service's alone: the others are no problem unless they were asked about, or
    there is none at all.
    """
    urls: dict[str, Url] = {}
    missing = []
    for name in named or ALL:
        try:
            urls[name] = settings.database_url(name)
        except ConfigError as error:
            missing.append((name, str(error)))
    if urls and not named:
        do = "not for this process: `diemcau doctor {}` where its password is"
        return urls, [not_applicable(f"database {name}", do.format(name)) for name, _ in missing]
    do = "Give this process the file, or ask about the services that it has the passwords of."
    return urls, [problem(f"database {name}", flaw, do) for name, flaw in missing]


def _of_machine(settings: Settings, services: Sequence[str], free_space: int) -> dict[str, Check]:
    notifier = settings.notifier if "registration" in services else None
    return {
        "settings": partial(machine.check_settings, settings),
        "data folder": partial(machine.check_folder, settings, services),
        "disk": partial(machine.check_disk, settings.data, free_space),
        "secrets": partial(machine.check_secrets, settings.data),
        "clock": partial(machine.check_clock, settings),
        "public address": partial(machine.check_public_url, settings.public_url),
        "LibreOffice": partial(machine.check_office, services),
        "plugins": partial(machine.check_plugins, notifier),
    }


def _of_bus(settings: Settings, services: Sequence[str]) -> dict[str, Check]:
    if settings.amqp_url is None:
        return {"broker": broker.no_broker}
    topology = house.System(settings, {}, {}).topology
    return {"broker": partial(broker.check_broker, settings.amqp_url, topology, services)}


def _of_servers(urls: Mapping[str, Url]) -> dict[str, Check]:
    """One check for each server, by way of the first service that has its database there."""
    servers: dict[str, Check] = {}
    for name, url in urls.items():
        if make_url(url).get_backend_name() != "sqlite":
            where = f"server {databases.place(make_url(url), whole=False)}"
            servers.setdefault(where, partial(_with_database, name, url, databases.check_server))
    return servers or {"database server": databases.no_server}


def _with_database(name: str, url: Url, check: Callable[[Database], Iterator[Finding]]) -> Iterator[Finding]:
    with databases.bounded(name, url) as database:
        yield from check(database)


def _of_service(settings: Settings, name: str, urls: Mapping[str, Url]) -> Iterator[Finding]:
    """The service's database, and once that is in order what waits in it."""
    with ExitStack() as opened:
        try:
            database = opened.enter_context(databases.bounded(name, urls[name]))
        except databases.NoDatabase as error:
            do = "Run `diemcau up`, or set DIEMCAU_DATA to the folder that it was run with."
            yield problem(f"database {name}", str(error), do)
            return
        first = guarded(f"database {name}", partial(databases.check_database, database, _migrations(name)))
        yield from first
        if any(finding.state is State.PROBLEM for finding in first):
            yield not_applicable(f"contents {name}", "not looked at: its database first")
            return
        sources = {
            other: opened.enter_context(databases.bounded(other, url))
            for other, url in urls.items()
            if database.is_sqlite and other not in (name, "portal")
        }
        for subject, check in _contents(settings, database, sources).items():
            yield from guarded(f"{subject} {name}", check)


def _contents(settings: Settings, database: Database, sources: Mapping[str, Database]) -> dict[str, Check]:
    name = database.service
    if name == "portal":
        return {}
    if database.is_sqlite:
        checks: dict[str, Check] = {"reading": partial(events.check_reading, database, sources)}
    else:
        checks = {"outbox": partial(events.check_outbox, database)}
    checks["parked"] = partial(events.check_parked, database)
    if JOBS in _migrations(name):
        checks["jobs"] = partial(work.check_jobs, database)
    if name == "registration":
        checks["messages"] = partial(work.check_messages, database)
    if name == "planning":
        checks["revisions"] = partial(work.check_revisions, database, settings.clock.now())
    return checks


def _migrations(name: str) -> Sequence[Path]:
    own: Sequence[Path] = PORTAL_MIGRATIONS if name == "portal" else house.MODULES[name].MIGRATIONS
    return own
