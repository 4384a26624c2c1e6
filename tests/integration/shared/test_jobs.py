"""Jobs on both back ends: once, resumable, retried, cancelled, never by two workers at a time."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from shared.bus.tables import outbox
from shared.clock import Clock
from shared.http.peers import PeerDown
from shared.jobs.queue import JobEnded, JobNotFailed, cancel_job, enqueue, get_job, retry_job
from shared.jobs.tables import jobs
from shared.jobs.worker import ATTEMPTS, JobFailed, JobFunction, Run, Worker
from shared.storage.database import Database
from shared.storage.migrate import BUS, JOBS, migrate


@pytest.fixture
def database(empty_url: str) -> Iterator[Database]:
    made = Database("documents", empty_url, pool_size=8)
    migrate(made, (BUS, JOBS))
    yield made
    made.dispose()


def worker(database: Database, **functions: JobFunction) -> Worker:
    return Worker(database, functions, Clock())


def queued(database: Database, kind: str, **more: Any) -> Any:
    with database.write() as session:
        return enqueue(session, kind, {"n": 3}, conference="c", **more)


def state(database: Database, job: Any) -> Mapping[str, Any]:
    with database.read() as session:
        return dict(get_job(session, job))


def test_a_job_runs_once_and_keeps_its_result(database: Database) -> None:
    seen = []

    def count(run: Run) -> dict[str, Any]:
        seen.append(run.job.payload)
        run.progress(2, 3)
        return {"made": 3}

    job, working = queued(database, "count"), worker(database, count=count)
    assert working.run_next()
    assert not working.run_next()
    ended = state(database, job)
    assert (ended["state"], ended["result"], ended["done"], ended["total"]) == ("done", {"made": 3}, 2, 3)
    assert seen == [{"n": 3}]


def test_once_gives_the_waiting_job_and_a_new_one_behind_one_that_runs(database: Database) -> None:
    first = queued(database, "count", once="a")
    assert queued(database, "count", once="a") == first
    second = worker(database, count=lambda run: None)

    def meanwhile(_run: Run) -> None:
        assert queued(database, "count", once="a") != first, "it may have read what has changed since"
        assert not second.run_next(), "not beside the one that runs"

    assert worker(database, count=meanwhile).run_next()
    assert second.run_next()
    assert not second.run_next()


def test_what_stumbles_is_tried_again_and_fails_at_last(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    def stumble(_run: Run) -> None:
        raise RuntimeError("a name that nobody may read")

    job, working = queued(database, "stumble"), worker(database, stumble=stumble)
    for attempt in range(1, ATTEMPTS + 1):
        assert working.run_next()
        assert state(database, job)["attempts"] == attempt
        _make_due(database)
    ended = state(database, job)
    assert ended["state"] == "failed"
    assert "a name" not in ended["problem_vi"] + ended["problem_en"] + "".join(capsys.readouterr())


def test_neighbour_that_is_down_is_waited_for_however_long(database: Database) -> None:
    asked = []

    def ask(_run: Run) -> None:
        asked.append(1)
        if len(asked) <= 2 * ATTEMPTS:
            raise PeerDown("registration: ConnectError")

    job, working = queued(database, "ask"), worker(database, ask=ask)
    while state(database, job)["state"] == "queued":
        assert working.run_next()
        assert not working.run_next(), "not before a pause"
        if len(asked) <= 2 * ATTEMPTS:
            assert "registration" in state(database, job)["problem_en"]
        _make_due(database)
    ended = state(database, job)
    assert (ended["state"], ended["problem_en"], len(asked)) == ("done", None, 2 * ATTEMPTS + 1)


def test_a_final_failure_is_not_tried_again_until_somebody_asks(database: Database) -> None:
    def refuse(_run: Run) -> None:
        raise JobFailed("Thiếu mẫu", "The template is missing")

    job, working = queued(database, "refuse"), worker(database, refuse=refuse)
    assert working.run_next()
    assert not working.run_next()
    assert state(database, job)["problem_vi"] == "Thiếu mẫu"
    with database.write() as session:
        retry_job(session, job)
    assert worker(database, refuse=lambda run: None).run_next()
    assert state(database, job)["state"] == "done"


def test_cancelling_stops_a_running_job_at_its_next_step(database: Database) -> None:
    steps = []

    def long(run: Run) -> None:
        for step in range(3):
            run.progress(step, 3)
            steps.append(step)
            with database.write() as session:
                if step == 0:
                    cancel_job(session, run.job.id)

    job = queued(database, "long")
    assert worker(database, long=long).run_next()
    assert (steps, state(database, job)["state"]) == ([0], "cancelled")


def test_what_is_over_is_not_cancelled_and_what_did_not_fail_is_not_retried(database: Database) -> None:
    job = queued(database, "count")
    with pytest.raises(JobNotFailed), database.write() as session:
        retry_job(session, job)
    assert worker(database, count=lambda run: None).run_next()
    with pytest.raises(JobEnded), database.write() as session:
        cancel_job(session, job)


def test_a_job_whose_worker_died_is_taken_over_and_the_dead_one_cannot_end_it(database: Database) -> None:
    second = worker(database, count=lambda run: {"by": "second"})

    def die(run: Run) -> dict[str, Any]:
        with database.write() as session:  # its lease has run out, and another worker looks for work
            session.execute(update(jobs).values(lease_until=datetime.now(UTC) - timedelta(seconds=1)))
        assert second.run_next()
        return {"by": "first"}

    job = queued(database, "count")
    assert worker(database, count=die).run_next()
    assert state(database, job)["result"] == {"by": "second"}


def test_a_job_that_ends_its_process_each_time_is_given_up(database: Database) -> None:
    job = queued(database, "count")
    with database.write() as session:  # as its process left it, ATTEMPTS times
        past = datetime.now(UTC) - timedelta(seconds=1)
        session.execute(update(jobs).values(state="running", attempts=ATTEMPTS, lease_until=past))
    assert not worker(database, count=lambda run: None).run_next()
    assert state(database, job)["state"] == "failed"


def test_two_workers_never_run_the_same_job(database: Database) -> None:
    ran: list[Any] = []
    for _ in range(20):
        queued(database, "count")
    workers = [worker(database, count=lambda run: ran.append(run.job.id)) for _ in range(4)]

    def drain(each: Worker) -> None:
        while each.run_next():
            pass

    threads = [threading.Thread(target=drain, args=(each,)) for each in workers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(ran) == len(set(ran)) == 20


def test_the_jobs_of_a_revision_are_told_to_planning(database: Database) -> None:
    queued(database, "count", revision=2)
    assert worker(database, count=lambda run: None).run_next()
    with database.read() as session:
        types = session.execute(select(outbox.c.type).order_by(outbox.c.seq)).scalars().all()
    assert types == ["diemcau.documents.jobs.changed.v1"] * 3  # queued, running, done


def _make_due(database: Database) -> None:
    with database.write() as session:
        session.execute(update(jobs).values(run_at=datetime.now(UTC) - timedelta(seconds=1)))
