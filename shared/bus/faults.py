"""What can go wrong with an event, and what it means: poison, database down, broker down."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from amqp.exceptions import AMQPError
from kombu.exceptions import KombuError
from pika.exceptions import AMQPError as PikaError
from sqlalchemy import exc

ERROR_LENGTH = 500

# Conditions of the server, not of the event: connection, resources, shutdown, read-only standby.
_PG_DOWN = ("08", "53", "57P", "25006")
_SQLITE_DOWN = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PROTOCOL,
    }
)


class Poison(Exception):
    """This event can never be applied as it is: it is parked at once, without another attempt."""


class MalformedEnvelope(Poison):
    """The bytes are not a CloudEvents 1.0 JSON envelope of this system."""


class ContractMismatch(Poison):
    """The payload does not agree with the contract of its type."""


class UnknownVersion(Poison):
    """The consumer knows other versions of this event type, but not this one."""


class ConsumerDied(Poison):
    """The consumer's process died with this event in hand as often as it may be attempted."""


class Unavailable(Exception):
    """The consumer's database cannot be used now: nothing was recorded, nothing may be acknowledged."""


class BrokerDown(Exception):
    """The broker cannot be reached, closed the connection, or withheld its confirmations."""


@contextmanager
def unavailable_when_failing() -> Iterator[None]:
    """Raise `Unavailable` in place of every database error: for our own statements, not those of handlers."""
    try:
        yield
    except exc.SQLAlchemyError as error:
        raise Unavailable(describe(error)) from error


@contextmanager
def broker_down_when_lost() -> Iterator[None]:
    """Raise `BrokerDown` in place of every error of the AMQP clients and of the network."""
    try:
        yield
    except (AMQPError, KombuError, PikaError, OSError) as error:
        raise BrokerDown(describe(error)) from error


def is_database_down(error: BaseException) -> bool:
    """Whether the database, and not the event or its handler, is at fault."""
    if isinstance(error, exc.TimeoutError):
        return True
    if not isinstance(error, exc.DBAPIError):
        return False
    return error.connection_invalidated or _driver_says_down(error.orig)


def _driver_says_down(driver_error: BaseException | None) -> bool:
    if isinstance(driver_error, sqlite3.Error):
        # The low byte is the primary code; the rest only says where it happened.
        return getattr(driver_error, "sqlite_errorcode", 0) & 0xFF in _SQLITE_DOWN
    if isinstance(driver_error, psycopg.OperationalError) and driver_error.sqlstate is None:
        return True
    return isinstance(driver_error, psycopg.Error) and (driver_error.sqlstate or "").startswith(_PG_DOWN)


def describe(error: BaseException) -> str:
    """Type and message of an error, at most `ERROR_LENGTH` characters and without statement parameters."""
    cause = error.orig if isinstance(error, exc.StatementError) and error.orig is not None else error
    message = cause.diag.message_primary if isinstance(cause, psycopg.Error) else None
    # The server's DETAIL and SQLAlchemy's own text quote the values of the row.
    text = message or next(iter(str(cause).splitlines()), "")
    return f"{type(cause).__name__}: {text}"[:ERROR_LENGTH]
