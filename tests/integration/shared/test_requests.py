"""A service behind a database that is stuck, or that went away and came back."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from shared.config import Settings
from shared.contracts.venue import SiteChangedV1
from shared.http.app import build_app
from shared.http.calls import Call, reads, writes
from shared.http.inputs import Blueprint
from shared.storage.database import Database
from shared.storage.migrate import BUS, HTTP, migrate
from tests.servers import fresh_database


@pytest.fixture
def database() -> Iterator[Database]:
    """PostgreSQL with one row to change."""
    with fresh_database(f"diemcau_test_{secrets.token_hex(5)}") as url:
        made = Database("venue", url)
        migrate(made, [BUS, HTTP])
        with made.write() as session:
            session.execute(text("create table counts(name text primary key, number int)"))
            session.execute(text("insert into counts values ('first', 0), ('second', 0)"))
        yield made
        made.dispose()


@pytest.fixture
def client(database: Database, settings: Settings) -> FlaskClient:
    return _app(settings, database.hurried).test_client()


def _app(settings: Settings, database: Database) -> Flask:
    bp = Blueprint("counts", __name__)

    @bp.route("/counts", methods=["POST"])
    @writes(None)
    def raise_both(call: Call) -> dict[str, str]:
        for name in ("first", "second"):
            call.session.execute(text("update counts set number = number + 1 where name = :n"), {"n": name})
        return {}

    @bp.route("/patiently", methods=["POST"])
    @writes(None, patient=True)
    def show_limit(call: Call) -> dict[str, str]:
        return {"limit": str(call.session.execute(text("show statement_timeout")).scalar_one())}

    @bp.route("/limit")
    @reads(None)
    def show_own_limit(call: Call) -> dict[str, str]:
        return {"limit": str(call.session.execute(text("show statement_timeout")).scalar_one())}

    return build_app(
        "venue",
        settings=settings,
        database=database,
        blueprints=[bp],
        problem_table={},
        emits=[SiteChangedV1],
        handles={},
    )


def test_a_stuck_statement_is_refused_clearly_and_changes_nothing(
    database: Database, client: FlaskClient
) -> None:
    with database.write() as holder:
        holder.execute(text("select * from counts where name = 'second' for update"))
        answer = client.post("/api/venue/v1/counts", headers={"Idempotency-Key": "once"})
        assert answer.status_code == 503
        assert answer.content_type == "application/problem+json"
        assert answer.json is not None
        assert answer.json["type"] == "urn:diemcau:unavailable"
        assert "Retry-After" in answer.headers
    assert _numbers(database) == {"first": 0, "second": 0}
    again = client.post("/api/venue/v1/counts", headers={"Idempotency-Key": "once"})
    assert again.status_code == 200, "the refusal was not kept as the answer of this key"
    assert _numbers(database) == {"first": 1, "second": 1}


def test_requests_are_hurried_and_the_services_own_work_is_not(
    database: Database, client: FlaskClient
) -> None:
    assert client.get("/api/venue/v1/limit").json == {"limit": "5s"}
    with database.read() as session:
        assert session.execute(text("show statement_timeout")).scalar_one() == "0"


def test_a_patient_request_has_time_and_leaves_the_next_one_hurried(client: FlaskClient) -> None:
    assert client.post("/api/venue/v1/patiently").json == {"limit": "10min"}
    assert client.get("/api/venue/v1/limit").json == {"limit": "5s"}


def test_a_connection_that_the_server_ended_is_replaced_unnoticed(
    database: Database, client: FlaskClient
) -> None:
    assert client.get("/api/venue/v1/limit").status_code == 200
    with database.write() as session:
        ended = session.execute(
            text(
                "select count(pg_terminate_backend(pid, 60000)) from pg_stat_activity"
                " where datname = current_database() and pid <> pg_backend_pid()"
            )
        ).scalar_one()
    assert ended > 0
    assert client.post("/api/venue/v1/counts").status_code == 200
    assert _numbers(database) == {"first": 1, "second": 1}


def test_a_commit_of_a_request_wakes_who_listens_to_the_database(
    database: Database, client: FlaskClient
) -> None:
    heard: list[str] = []
    database.on_commit(lambda: heard.append("commit"))
    assert client.post("/api/venue/v1/counts").status_code == 200
    assert heard == ["commit"]


def test_on_sqlite_requests_have_the_same_database(tmp_path: Path) -> None:
    database = Database("venue", f"sqlite:///{tmp_path}/one.sqlite")
    assert database.hurried is database
    database.dispose()


def _numbers(database: Database) -> dict[str, int]:
    with database.read() as session:
        return {row.name: row.number for row in session.execute(text("select name, number from counts"))}
