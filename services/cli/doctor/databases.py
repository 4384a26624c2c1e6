"""The databases: reachable, at the newest schema; and the server that holds them."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import SQLAlchemyError

from services.cli.doctor.findings import Finding, not_applicable, ok, problem, warning
from shared.bus.faults import describe
from shared.storage.database import Database
from shared.storage.migrate import alembic_config

CONNECT_SECONDS = 3
"""A server on the same network answers in milliseconds; one that takes longer is of no use to requests."""
OLDEST_POSTGRES = 15
"""Older ones have never been tried."""
CONNECTIONS = 0.8
"""Part of `max_connections`: every process may take eight more while it is busy (ADR 17)."""
SKEW_WARNING, SKEW_PROBLEM = 5.0, 60.0
"""Seconds: leases of jobs end by the clock; a token from a clock 60 s ahead of ours is refused (ADR 17)."""

_SILENCE = "5000"  # ms without an answer of the network after which a connection is lost
_BOUNDED = "-c statement_timeout=5s -c lock_timeout=2s -c default_transaction_read_only=on"
_SERVER = text(
    "select current_setting('server_version'), current_setting('server_version_num')::int / 10000,"
    " (select sum(numbackends) from pg_stat_database), current_setting('max_connections')::int,"
    " current_setting('track_counts') = 'on' and current_setting('autovacuum') = 'on',"
    " pg_is_in_recovery(), extract(epoch from clock_timestamp())"
)


class NoDatabase(Exception):
    """SQLite would make the file that is not there."""


@contextmanager
def bounded(service: str, url: str) -> Iterator[Database]:
    """The service's database with short patience, for reading only. Raises NoDatabase."""
    parts = make_url(url)
    if parts.get_backend_name() == "sqlite":
        if not Path(parts.database or "").is_file():
            raise NoDatabase(f"{parts.database} does not exist")
        database = Database(service, url)
    else:
        limits = {"connect_timeout": str(CONNECT_SECONDS), "tcp_user_timeout": _SILENCE}
        limited = parts.update_query_dict(limits).render_as_string(hide_password=False)
        database = Database(service, limited, pool_size=1, server_options=_BOUNDED)
    try:
        yield database
    finally:
        database.dispose()


def check_database(database: Database, locations: Sequence[Path]) -> Iterator[Finding]:
    """That it answers, and that its schema is the one of this release."""
    subject, started = f"database {database.service}", time.monotonic()
    try:
        with database.engine.connect() as connection:
            connection.execute(text("select 1"))
            took = (time.monotonic() - started) * 1000
            yield ok(subject, f"{place(database.engine.url)} answers in {took:.0f} ms")
            yield _schema(database.service, connection, locations)
    except SQLAlchemyError as error:
        do = "Start the database server, and compare DIEMCAU_DATABASE_URL and the password with it."
        yield problem(subject, f"{place(database.engine.url)}: {describe(error)}", do)


def _schema(service: str, connection: Connection, locations: Sequence[Path]) -> Finding:
    subject, script = f"schema {service}", ScriptDirectory.from_config(alembic_config(locations))
    here = set(MigrationContext.configure(connection).get_current_heads())
    newest, known = set(script.get_heads()), {each.revision for each in script.walk_revisions()}
    if here == newest:
        return ok(subject, f"newest: {', '.join(sorted(here))}")
    if not here:
        return problem(subject, "the database is empty", "Run `diemcau migrate`.")
    if here - known:
        do = "Start the release that the database was migrated by, or a newer one: there is no way back."
        return problem(subject, f"newer than this release: {', '.join(sorted(here - known))}", do)
    old, new = sorted(here - newest) or sorted(here), sorted(newest - here)
    seen = f"at {', '.join(old)}, newest is {', '.join(new)}"
    return problem(subject, seen, "Make a backup, stop the services, run `diemcau migrate`, start them.")


def check_server(database: Database) -> Iterator[Finding]:
    """The PostgreSQL server that has this database."""
    subject = f"server {place(database.engine.url, whole=False)}"
    before = time.time()
    with database.engine.connect() as connection:
        row = connection.execute(_SERVER).one()
    after = time.time()
    version, major, used, most, counted, standby, clock = row
    if standby:
        do = "Point DIEMCAU_DATABASE_URL at the primary."
        yield problem(subject, "a standby: nothing can be written", do)
    if major < OLDEST_POSTGRES:
        do = f"Move to PostgreSQL {OLDEST_POSTGRES} or newer: older ones have never been tried."
        yield warning(subject, f"PostgreSQL {version}", do)
    else:
        yield ok(subject, f"PostgreSQL {version}")
    yield _connections(subject, int(used), int(most))
    yield _statistics(subject, on=bool(counted))
    # The server's clock was read between the two moments of ours.
    yield _skew(subject, max(before - float(clock), float(clock) - after, 0.0))


def _connections(subject: str, used: int, most: int) -> Finding:
    seen = f"{used} of {most} connections in use"
    if used < CONNECTIONS * most:
        return ok(f"{subject} connections", seen)
    do = "Raise max_connections, or run fewer processes: one that gets no connection answers 503."
    return warning(f"{subject} connections", seen, do)


def _statistics(subject: str, *, on: bool) -> Finding:
    if on:
        return ok(f"{subject} statistics", "kept up by autovacuum")
    do = "Set track_counts and autovacuum to on and reload: without statistics large lists become slow."
    return warning(f"{subject} statistics", "autovacuum or track_counts is off", do)


def _skew(subject: str, seconds: float) -> Finding:
    seen = f"{seconds:.1f} s apart from this machine's"
    if seconds < SKEW_WARNING:
        return ok(f"{subject} clock", seen)
    say = problem if seconds >= SKEW_PROBLEM else warning
    return say(f"{subject} clock", seen, "Let NTP set the clocks of all machines.")


def place(url: URL, *, whole: bool = True) -> str:
    """Where a database is, without its password."""
    if url.get_backend_name() == "sqlite":
        return str(url.database)
    server = f"{url.host or 'localhost'}:{url.port or 5432}"
    return f"{server}/{url.database}" if whole else server


def no_server() -> Iterator[Finding]:
    yield not_applicable("database server", "embedded: SQLite")
