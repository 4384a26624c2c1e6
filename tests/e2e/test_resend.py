"""`diemcau resend`: a broker that lost everything in the middle of a switch costs nothing."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from kombu import Connection
from sqlalchemy import create_engine, func, select

from services.cli.resend import resend_events
from services.system import MODULES
from shared.bus.tables import dead_letter, inbox, outbox
from tests.e2e.test_reference_conference import PLANNING, load_example, view_at_rest, wait_for
from tests.servers import AMQP_URL, PATIENCE, Installation, installation

ORDER = {"option": "online", "reason": "Diễn biến dịch bệnh"}


def test_switch_goes_on_after_the_broker_lost_its_queues(tmp_path_factory: pytest.TempPathFactory) -> None:
    with installation(tmp_path_factory.mktemp("calm"), servers=False) as calm:
        calm.up()
        undisturbed, expected = decide_and_settle(calm), applied(calm)
    with installation(tmp_path_factory.mktemp("disturbed"), servers=True) as made:
        made.up("--serve-only")
        worker = made.start("worker")
        http = made.client()
        load_example(http)
        view_at_rest(http)
        end(made, worker)
        number = http.post(f"{PLANNING}/decisions", json=ORDER).json()["revision"]
        teller = made.start("worker", "planning")  # what it publishes waits in the queues of the others
        until(lambda: ready(made, "venue") > 0)
        end(made, teller)
        lose_queues(made)
        result = CliRunner().invoke(resend_events, env=made.env)
        assert result.exit_code == 0, result.output
        assert "events will be published again" in result.output
        made.start("worker")
        assert wait_for(http, number, "settled")["settled"] == len(MODULES)
        until(lambda: view_at_rest(http) == undisturbed)
        until(lambda: applied(made) == expected)
        assert not anything_parked(made)
        again = CliRunner().invoke(resend_events, env=made.env)
        assert (again.exit_code, "stop the workers first" in again.output) == (1, True)


def test_embedded_there_is_nothing_to_send_again(tmp_path: Path) -> None:
    with installation(tmp_path, servers=False) as made:
        result = CliRunner().invoke(resend_events, env=made.env)
    assert result.exit_code == 2
    assert "go on by themselves" in " ".join(result.output.split())


def decide_and_settle(made: Installation) -> dict[str, Any]:
    http = made.client()
    load_example(http)
    view_at_rest(http)
    wait_for(http, http.post(f"{PLANNING}/decisions", json=ORDER).json()["revision"], "settled")
    return view_at_rest(http)


def applied(made: Installation) -> Mapping[str, Counter[str]]:
    """By consumer, how many events of which type it has applied; every one that was told, and once.

    How often jobs are told of depends on who is quicker, so those are only compared with what was told.
    """
    told: dict[Any, str] = {}
    done: dict[str, set[Any]] = {}
    for name in MODULES:
        engine = create_engine(url_of(made, name))
        with engine.connect() as connection:
            told |= {row.id: row.type for row in connection.execute(select(outbox.c.id, outbox.c.type))}
            done[name] = set(connection.execute(select(inbox.c.event_id)).scalars())
        engine.dispose()
    assert all(ids <= set(told) for ids in done.values())
    return {
        name: Counter(told[each] for each in ids if "jobs" not in told[each]) for name, ids in done.items()
    }


def url_of(made: Installation, name: str) -> str:
    url = made.env.get("DIEMCAU_DATABASE_URL", f"sqlite:///{made.data}/{{service}}.sqlite")
    return url.replace("{service}", name)


def anything_parked(made: Installation) -> bool:
    counts = []
    for name in MODULES:
        engine = create_engine(url_of(made, name))
        with engine.connect() as connection:
            counts.append(connection.execute(select(func.count()).select_from(dead_letter)).scalar_one())
        engine.dispose()
    return any(counts)


def end(made: Installation, process: Any) -> None:
    process.terminate()
    process.wait(timeout=60)
    made.running.remove(process)


def lose_queues(made: Installation) -> None:
    with Connection(AMQP_URL) as connection:
        for name in MODULES:
            connection.channel().queue_delete(f"{made.env['DIEMCAU_AMQP_PREFIX']}.{name}")


def ready(made: Installation, name: str) -> int:
    with Connection(AMQP_URL) as connection:
        queue = f"{made.env['DIEMCAU_AMQP_PREFIX']}.{name}"
        return int(connection.channel().queue_declare(queue, passive=True).message_count)


def until(condition: Any) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.2)
