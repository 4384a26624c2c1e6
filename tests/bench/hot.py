"""What an answer and a check-in cost beside the bare insert: CPU of web and database, statements, waiting."""

from __future__ import annotations

import os
import statistics
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from unittest.mock import patch

from rich.table import Table
from sqlalchemy import event

from services.registration import app as registration
from shared.config import load_settings
from shared.storage.database import Database
from tests.bench import processes
from tests.bench.load import Load, Post, post_all
from tests.bench.stage import BATCH, REGISTRATION, Stage, Web, gunicorn

ROUNDS = 5
CLIENTS = (1, 8, 32)
SHAPES = ((1, 4), (1, 8), (2, 2), (2, 4), (2, 8), (4, 4))

Making = Callable[[int], list[Post]]


@dataclass(frozen=True)
class Cost:
    """CPU milliseconds per request, and how the load went."""

    web: float
    database: float
    load: Load

    @property
    def both(self) -> float:
        return self.web + self.database


@dataclass(frozen=True)
class Work:
    """One kind of request: where it is sent and how one round of it is made; `each`: persons in a request."""

    name: str
    web: Web
    posts: Making
    each: int = 1


def measure(staged: Stage) -> Iterator[Table]:
    with ExitStack() as stack:
        works = _works(staged, stack)
        yield _costs(staged, works)
        yield _waiting(staged, works)
    yield _shapes(staged)


def _works(staged: Stage, stack: ExitStack) -> list[Work]:
    """The bare insert last."""
    staged.sql("create table bare(id bigserial primary key, answer text, note text)")
    web = stack.enter_context(gunicorn(REGISTRATION, staged.installed))
    bare = stack.enter_context(gunicorn(f"tests.bench.bare:app('{staged.url}')", staged.installed))
    return [
        Work("RSVP answer", web, staged.answers),
        Work("check-in", web, staged.check_ins),
        Work(f"check-in, {BATCH} in a request", web, staged.batches, BATCH),
        Work("bare Flask + psycopg insert", bare, lambda n: [("/answers", b) for _, b in staged.answers(n)]),
    ]


def _costs(staged: Stage, works: Sequence[Work]) -> Table:
    """Round by round all kinds in turn: what else the machine does then falls on all of them."""
    rounds = [[_cost(staged, work, number) for work in works] for number in range(ROUNDS + 1)]
    assert not any(cost.load.refused for costs in rounds for cost in costs), "a refusal costs less"
    table = Table("per request", "statements", "web ms", "database ms", "both ms", "× bare insert")
    table.title = f"CPU of web and database, medians of {ROUNDS} rounds of {len(staged.places)} persons"
    for at, work in enumerate(works):
        taken = [costs[at] for costs in rounds[1:]]  # the first round warms them up
        ratio = statistics.median(costs[at].both / costs[-1].both for costs in rounds[1:])
        columns = [[cost.web for cost in taken], [cost.database for cost in taken], [c.both for c in taken]]
        figures = [f"{statistics.median(column):.2f}" for column in columns]
        counted = f"{_statements(staged, work):.0f}" if work.posts != works[-1].posts else "1"
        table.add_row(work.name, counted, *figures, f"{ratio:.2f}")
    return table


def _cost(staged: Stage, work: Work, number: int, clients: int = 4) -> Cost:
    posts = work.posts(number)
    before = work.web.cpu_seconds(), _database_seconds(staged)
    load = post_all(work.web.port, posts, staged.headers, clients=clients)
    after = work.web.cpu_seconds(), _database_seconds(staged)
    web, database = ((b - a) / len(posts) * 1000 for a, b in zip(before, after, strict=True))
    return Cost(web, database, load)


def _database_seconds(staged: Stage) -> float:
    return processes.cpu_seconds(processes.backends(staged.database))


def _statements(staged: Stage, work: Work) -> float:
    """Statements of one request beside BEGIN and COMMIT, counted in this process."""
    posts = work.posts(ROUNDS + 1)
    with patch.dict(os.environ, staged.installed.env), _counting(staged) as (database, executed):
        client = registration.create_app(load_settings(), database).test_client()
        for path, body in posts[:10]:
            assert client.post(path, json=body, headers=staged.headers).status_code == 200
    return len(executed) / len(posts[:10])


@contextmanager
def _counting(staged: Stage) -> Iterator[tuple[Database, list[str]]]:
    database = Database(
        "registration", staged.installed.env["DIEMCAU_DATABASE_URL"].format(service="registration")
    )
    executed: list[str] = []
    event.listen(database.engine, "before_cursor_execute", lambda *given: executed.append(given[2]))
    yield database, executed
    database.dispose()


def _waiting(staged: Stage, works: Sequence[Work]) -> Table:
    table = Table("clients", *(work.name for work in works))
    table.title = "Waiting: p50 / p99 ms, requests/s"
    for clients in CLIENTS:
        loads = [_cost(staged, work, ROUNDS, clients).load for work in works]
        table.add_row(str(clients), *(_waited(load) for load in loads))
    return table


def _waited(load: Load) -> str:
    refused = f", {load.refused} refused" if load.refused else ""
    return f"{load.p50:.1f} / {load.p99:.0f}, {load.requests / load.seconds:.0f}{refused}"


def _shapes(staged: Stage) -> Table:
    """Workers × threads of gunicorn, answers by 8 and by 32 clients, all shapes in turn."""
    found: dict[tuple[int, int, int], list[Cost]] = {}
    with ExitStack() as stack:
        works = {}
        for workers, threads in SHAPES:
            web = stack.enter_context(
                gunicorn(REGISTRATION, staged.installed, workers=workers, threads=threads)
            )
            works[workers, threads] = Work("RSVP answer", web, staged.answers)
        for number in range(3 + 1):
            for (workers, threads), work in works.items():
                for clients in CLIENTS[1:]:
                    cost = _cost(staged, work, 2 * number + (clients == 32), clients)
                    found.setdefault((workers, threads, clients), []).append(cost)
    return _shape_table(found)


def _shape_table(found: dict[tuple[int, int, int], list[Cost]]) -> Table:
    columns = ("requests/s", "p50 ms", "p99 ms", "web + database ms", "refused")
    table = Table("workers × threads", "clients", *columns)
    table.title = "gunicorn's shape, RSVP answers, medians of 3 rounds"
    for (workers, threads, clients), costs in sorted(found.items()):
        taken = costs[1:]
        rate = statistics.median(cost.load.requests / cost.load.seconds for cost in taken)
        figures = [[c.load.p50 for c in taken], [c.load.p99 for c in taken], [c.both for c in taken]]
        medians = [statistics.median(column) for column in figures]
        table.add_row(
            f"{workers} × {threads}", str(clients), f"{rate:.0f}",
            f"{medians[0]:.1f}", f"{medians[1]:.0f}", f"{medians[2]:.2f}",
            str(sum(cost.load.refused for cost in taken)),
        )  # fmt: skip
    return table
