"""Where a process may die: named functions of the product, and how to die just before or after one.

The product knows nothing of this. A boundary's name is part of no interface: when a function moves, its
line in `BOUNDARIES` moves with it.
"""

from __future__ import annotations

import functools
import itertools
import os
import re
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from amqp.channel import Channel

from services.registration.notifiers.email import Email
from shared.bus.embedded import CursorConsumer
from shared.bus.publisher import Publisher
from shared.bus.relay import Relay
from shared.jobs.worker import Run, Worker
from shared.storage.database import Database
from shared.storage.session import Session

Step = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Boundary:
    """A function, in threads whose name begins or ends so; calls that do nothing do not count."""

    owner: type
    function: str
    threads: str
    counts: Callable[..., bool] = lambda *_arguments, **_named: True


BOUNDARIES = {
    "commit": Boundary(Database, "write", r"waitress"),
    "publish": Boundary(Publisher, "_send", r"publisher"),
    "confirm": Boundary(Publisher, "_on_confirmation", r"publisher"),
    "mark": Boundary(Relay, "_mark", r"-relay$", lambda _self, _connection, receipt: bool(receipt.confirmed)),
    "read": Boundary(CursorConsumer, "_next", r"-consumer$"),
    "handler-commit": Boundary(Database, "write", r"-consumer$"),
    "ack": Boundary(Channel, "basic_ack", r"-consumer$"),
    "job": Boundary(Run, "__init__", r"-jobs$"),
    "job-commit": Boundary(Database, "write", r"-jobs$"),
    "job-end": Boundary(Worker, "_finish", r"-jobs$"),
    "send": Boundary(Email, "send", r"-jobs$"),
}


def arm(kill_at: str) -> None:
    """Let this process die at "before-ack" or "after-ack"; "before-ack:3" at the third passage."""
    where, _, times = kill_at.partition(":")
    side, _, name = where.partition("-")
    boundary = BOUNDARIES[name]
    die = _dying(boundary, int(times or 1))
    before, after = (die, _go_on) if side == "before" else (_go_on, die)
    whole = getattr(boundary.owner, boundary.function)
    if boundary.function == "write":
        wrapped = _around_transaction(whole, before, after)
    else:
        wrapped = _around(boundary.counts, whole, before, after)
    setattr(boundary.owner, boundary.function, wrapped)


def _dying(boundary: Boundary, times: int) -> Step:
    passages, threads = itertools.count(1), re.compile(boundary.threads)

    def pass_by() -> None:
        if threads.search(threading.current_thread().name) and next(passages) == times:
            os.kill(os.getpid(), signal.SIGKILL)

    return pass_by


def _go_on() -> None:
    return


def _around(counts: Callable[..., bool], whole: Any, before: Step, after: Step) -> Any:
    @functools.wraps(whole)
    def wrapped(*arguments: Any, **named: Any) -> Any:
        counted = counts(*arguments, **named)
        if counted:
            before()
        result = whole(*arguments, **named)
        if counted:
            after()
        return result

    return wrapped


def _around_transaction(whole: Any, before: Step, after: Step) -> Any:
    """Before: everything is done but the commit. After: the commit is, and nobody knows yet."""

    @contextmanager
    def wrapped(database: Database, **given: Any) -> Iterator[Session]:
        with whole(database, **given) as session:
            yield session
            before()
        after()

    return wrapped
