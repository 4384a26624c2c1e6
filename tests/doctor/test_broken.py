"""`diemcau doctor` names the one broken thing. Nothing runs here: web and readers are always missed."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from alembic import command
from kombu import Connection, Queue
from sqlalchemy import Table, delete, insert

from services import system as house
from services.planning.plan.tables import conferences as planned
from services.planning.switch.tables import answers, revisions
from services.registration.messages.tables import messages
from services.registration.plan.tables import conferences
from shared.bus.tables import dead_letter, outbox
from shared.jobs.tables import jobs
from shared.storage.database import Database
from shared.storage.migrate import alembic_config
from tests.doctor.asking import ask, problems, settings_of
from tests.servers import AMQP_URL, Installation, installation

LONG_AGO = datetime.now(UTC) - timedelta(hours=5)
UNREAD = {f"queue {name}" for name in house.MODULES}
ALWAYS = {"http", *UNREAD}


@pytest.fixture(scope="module")
def still(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """On PostgreSQL and RabbitMQ, everything made, nothing running."""
    with installation(tmp_path_factory.mktemp("still"), servers=True) as made, opened(made.env) as system:
        house.migrate_all(system)
        house.declare_topology(system)
        yield made


@pytest.fixture
def embedded(tmp_path: Path) -> Iterator[Installation]:
    with installation(tmp_path, servers=False) as made, opened(made.env) as system:
        house.migrate_all(system)
        yield made


@contextmanager
def opened(env: dict[str, str]) -> Iterator[house.System]:
    system = house.open_system(settings_of(env))
    yield system
    system.close()


@contextmanager
def broken(made: Installation, service: str, *rows: tuple[Table, dict[str, Any]]) -> Iterator[None]:
    """Rows that should not be there, taken away again."""
    with opened(made.env) as system:
        database: Database = system.databases[service]
        with database.write() as session:
            for table, values in rows:
                session.execute(insert(table).values(values))
        yield
        with database.write() as session:
            for table, _values in reversed(rows):
                session.execute(delete(table))


def test_nothing_running_is_all_that_is_wrong(still: Installation) -> None:
    assert problems(ask(still.env, exits=1)) == ALWAYS
    assert problems(ask(still.env, "venue", "portal", exits=1)) == {"http", "queue venue"}


def test_broker_that_is_away(still: Installation) -> None:
    found = ask(still.env | {"DIEMCAU_AMQP_URL": "amqp://guest:guest@127.0.0.1:1/"}, exits=1)
    assert problems(found) == {"broker", "http"}
    assert "127.0.0.1:1" in found["broker"]["seen"]
    assert "guest" not in found["broker"]["seen"]


def test_databases_that_are_away(still: Installation) -> None:
    url = "postgresql+psycopg://postgres:hush@127.0.0.1:1/{service}"
    found = ask(still.env | {"DIEMCAU_DATABASE_URL": url}, exits=1)
    databases = {f"database {name}" for name in (*house.MODULES, "portal")}
    assert problems(found) == ALWAYS | databases | {"server 127.0.0.1:1"}
    assert "hush" not in str(found)


def test_servers_that_fall_silent_do_not_hold_it_up(still: Installation) -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:  # takes connections, and says nothing
        port = mute.getsockname()[1]
        env = still.env | {
            "DIEMCAU_DATABASE_URL": f"postgresql+psycopg://postgres@127.0.0.1:{port}/{{service}}",
            "DIEMCAU_AMQP_URL": f"amqp://guest:guest@127.0.0.1:{port}/",
            "DIEMCAU_SERVICE_URL": f"http://127.0.0.1:{port}",
            "DIEMCAU_SMTP_URL": f"smtp://127.0.0.1:{port}",
            "DIEMCAU_MAIL_FROM": "ban-to-chuc@example.org",
        }
        started = time.monotonic()
        found = ask(env, exits=1)
        took = time.monotonic() - started
    assert {"broker", "database venue", "http venue", "mail server"} <= problems(found)
    assert took < 40


def test_empty_database(still: Installation) -> None:
    empty = still.env["DIEMCAU_DATABASE_URL"].rpartition("/")[0] + "/template1?application_name={service}"
    found = ask(still.env | {"DIEMCAU_DATABASE_URL": empty}, "venue", exits=1)
    assert problems(found) == {"http", "queue venue", "schema venue"}
    assert "diemcau migrate" in found["schema venue"]["do"]


def test_old_schema(embedded: Installation) -> None:
    with opened(embedded.env) as system, system.databases["awards"].engine.begin() as connection:
        config = alembic_config(house.MODULES["awards"].MIGRATIONS)
        config.attributes["connection"] = connection
        command.downgrade(config, "awards@-1")
    found = ask(embedded.env, exits=1)
    assert problems(found) == {"http", "schema awards"}
    assert found["schema awards"]["seen"] == "at awards_0002, newest is awards_0003"
    assert found["contents awards"]["state"] == "not applicable"


def test_parked_event(still: Installation) -> None:
    event: dict[str, Any] = {"consumer": "venue", "event_id": uuid4(), "source": "planning", "key_version": 3}
    event |= {"ordering_key": "hoi-nghi", "type": "diemcau.planning.option.proposed.v1", "envelope": b"{}"}
    event |= {"error": "KeyError: 'sites'", "attempts": 5, "state": "failed", "parked_at": LONG_AGO}
    with broken(still, "venue", (dead_letter, event)):
        found = ask(still.env, exits=1)
    assert problems(found) == ALWAYS | {"parked venue"}
    assert "KeyError: 'sites'" in found["parked venue"]["seen"]
    assert "diemcau parked replay venue" in found["parked venue"]["do"]


def an_event(**more: Any) -> dict[str, Any]:
    event = {"id": uuid4(), "ordering_key": "k", "key_version": 1, "type": "t.v1", "envelope": b"{}"}
    return event | {"created_at": LONG_AGO} | more


def test_event_that_nobody_publishes(still: Installation) -> None:
    with broken(still, "planning", (outbox, an_event())):
        found = ask(still.env, exits=1)
    assert problems(found) == ALWAYS | {"outbox planning"}
    assert found["outbox planning"]["seen"] == "events unpublished: 1, the oldest 5 h old"


def test_event_that_the_broker_refuses(still: Installation) -> None:
    refused = an_event(attempts=4, last_error="returned: 312 NO_ROUTE", created_at=datetime.now(UTC))
    with broken(still, "planning", (outbox, refused)):
        found = ask(still.env, exits=1)
    assert problems(found) == ALWAYS | {"outbox planning"}
    assert "NO_ROUTE" in found["outbox planning"]["seen"]


def test_event_that_nobody_reads(embedded: Installation) -> None:
    with broken(embedded, "planning", (outbox, an_event())):
        found = ask(embedded.env, exits=1)
    assert problems(found) == {"http", *(f"reading {name}" for name in house.MODULES if name != "planning")}


def test_missing_queue(still: Installation) -> None:
    with Connection(AMQP_URL) as connection:
        connection.channel().queue_delete(f"{still.env['DIEMCAU_AMQP_PREFIX']}.awards")
    found = ask(still.env, exits=1)
    assert problems(found) == ALWAYS
    assert "is not there" in found["queue awards"]["seen"]
    assert "diemcau resend" in found["queue awards"]["do"]
    assert "nobody reads it" in ask(still.env, exits=1)["queue venue"]["seen"]
    with opened(still.env) as system:
        house.declare_topology(system)


def test_queue_of_another_kind(still: Installation) -> None:
    name = f"{still.env['DIEMCAU_AMQP_PREFIX']}.awards"
    with Connection(AMQP_URL) as connection:
        connection.channel().queue_delete(name)
        Queue(name, durable=True)(connection.channel()).declare()
        found = ask(still.env, exits=1)
        connection.channel().queue_delete(name)
    assert "not as declared" in found["queue awards"]["seen"]
    with opened(still.env) as system:
        house.declare_topology(system)


def a_job(**more: Any) -> dict[str, Any]:
    job = {"id": uuid4(), "kind": "papers", "conference": "hoi-nghi", "payload": {}, "created_at": LONG_AGO}
    return job | {"run_at": LONG_AGO} | more


@pytest.mark.parametrize(
    ("job", "seen"),
    [
        (a_job(state="failed", finished_at=LONG_AGO, problem_en="no template"), "no template"),
        (a_job(state="running", lease_until=LONG_AGO), "1 left by a worker that died"),
        (a_job(state="queued"), "1 wait for over 15 min"),
    ],
)
def test_job_that_does_not_get_on(still: Installation, job: dict[str, Any], seen: str) -> None:
    with broken(still, "documents", (jobs, job)):
        found = ask(still.env, exits=1)
    assert problems(found) == ALWAYS | {"jobs documents"}
    assert seen in found["jobs documents"]["seen"]


def test_failed_job_of_last_month_is_history(still: Installation) -> None:
    month = LONG_AGO - timedelta(days=30)
    with broken(still, "documents", (jobs, a_job(state="failed", finished_at=month))):
        assert problems(ask(still.env, exits=1)) == ALWAYS


@pytest.mark.parametrize(("state", "seen"), [("failed", "refused 1"), ("queued", "1 wait for over 15 min")])
def test_message_that_is_not_sent(still: Installation, state: str, seen: str) -> None:
    message: dict[str, Any] = {"id": uuid4(), "conference_id": 1, "kind": "invitation", "channel": "email"}
    message |= {"person_id": uuid4(), "unit_id": 1, "group_id": 1, "revision": 1, "once": "x", "state": state}
    message |= {"problem": "refused", "created_at": LONG_AGO, "next_try_at": LONG_AGO}
    with broken(still, "registration", (conferences, {"id": 1, "key": "hoi-nghi"}), (messages, message)):
        found = ask(still.env, exits=1)
    assert problems(found) == ALWAYS | {"messages"}
    assert seen in found["messages"]["seen"]


def test_revision_that_does_not_settle(still: Installation) -> None:
    asked = settings_of(still.env).clock.now() - timedelta(hours=1)
    conference = {"key": "hoi-nghi", "plan_version": 1, "created_at": asked}
    revision = {"conference": "hoi-nghi", "number": 7, "option": "online", "plan_version": 1}
    revision |= {"state": "settling", "participants": list(house.MODULES)}
    revision |= {"proposed_at": asked, "proposed_by": "vp"}
    settled = [
        (answers, {"conference": "hoi-nghi", "number": 7, "service": name, "settled_at": asked})
        for name in house.MODULES
        if name != "awards"
    ]
    with broken(still, "planning", (planned, conference), (revisions, revision), *settled):
        found = ask(still.env, exits=1)
    assert problems(found) == ALWAYS | {"revisions"}
    assert found["revisions"]["seen"] == "hoi-nghi 7 is settling for 60 min; it waits for awards"


def test_disk_that_fills_up(embedded: Installation) -> None:
    assert ask(embedded.env, "--free-space", str(10**9), exits=1)["disk"]["state"] == "problem"
    assert ask(embedded.env, "--free-space", "0", exits=1)["disk"]["state"] == "ok"


def test_secret_that_others_may_read(embedded: Installation) -> None:
    (embedded.data / "api-key").chmod(0o644)
    found = ask(embedded.env, exits=1)
    assert problems(found) == {"http", "secrets"}
    assert f"chmod 600 {embedded.data / 'api-key'}" in found["secrets"]["do"]


def test_wrong_setting_is_a_finding(tmp_path: Path) -> None:
    with installation(tmp_path, servers=False) as made:
        found = ask(made.env | {"DIEMCAU_EVENT_DAYS": "0"}, exits=2)
    assert problems(found) == {"settings"}
    assert "DIEMCAU_EVENT_DAYS" in found["settings"]["seen"]
    assert {"LibreOffice", "venue plugins"} <= set(found)


def test_settings_that_move_no_event(still: Installation) -> None:
    env = {name: value for name, value in still.env.items() if name != "DIEMCAU_AMQP_URL"}
    assert problems(ask(env, exits=1)) == {"settings", "http"}


def test_mail_server_that_is_away(embedded: Installation) -> None:
    env = {"DIEMCAU_SMTP_URL": "smtp://127.0.0.1:1", "DIEMCAU_MAIL_FROM": "btc@example.org"}
    assert problems(ask(embedded.env | env, exits=1)) == {"http", "mail server"}


def test_notifier_that_is_not_installed(embedded: Installation) -> None:
    found = ask(embedded.env | {"DIEMCAU_NOTIFIER": "pigeon"}, exits=1)
    assert problems(found) == {"http", "notifier plugins"}
    assert "pigeon" in found["notifier plugins"]["seen"]


def test_open_address_is_a_warning(embedded: Installation) -> None:
    found = ask(embedded.env | {"DIEMCAU_PUBLIC_URL": "http://hoi-nghi.example.org"}, exits=1)
    assert (found["public address"]["state"], problems(found)) == ("warning", {"http"})


def test_container_with_one_password_is_asked_about_its_own_service(
    still: Installation, tmp_path: Path
) -> None:
    (tmp_path / "planning").write_text("secret")
    env = still.env | {"DIEMCAU_DATABASE_PASSWORDS": f"{tmp_path}/{{service}}"}
    found = ask(env, exits=1)
    assert problems(found) == {"http", "queue planning"}
    assert found["database venue"]["state"] == "not applicable"
    assert problems(ask(env, "venue", exits=1)) >= {"database venue"}
