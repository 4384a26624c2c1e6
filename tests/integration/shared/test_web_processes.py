"""Two web processes of one service behind one port: figures of both, logs in one format, nobody's data."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import create_engine, text
from structlog.testing import capture_logs

from shared.http.tracing import TracedFlask
from tests.integration.shared.processes import Web, gunicorn, samples, total
from tests.servers import ROOT, Installation, installation

NAME = "Nguyễn Văn Tên Riêng"
REQUESTS = 40


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with installation(tmp_path_factory.mktemp("web"), servers=True) as made:
        made.start("migrate").wait(timeout=120)
        yield made


@pytest.fixture(scope="module")
def web(installed: Installation) -> Iterator[Web]:
    with gunicorn(installed, "planning") as made:
        yield made


def answering(web: Web) -> set[int]:
    """Process ids of the workers, which the master has told of."""
    booted = [line["event"] for line in web.lines() if line["event"].startswith("Booting worker with pid")]
    return {int(event.rpartition(" ")[2]) for event in booted}


def test_whichever_worker_is_asked_counts_the_requests_of_all(web: Web, installed: Installation) -> None:
    key = {"Authorization": f"Bearer {(installed.data / 'api-key').read_text()}"}
    for number in range(REQUESTS):  # each with a connection of its own: either worker may take it
        answer = httpx.get(f"{web.url}/api/planning/v1/conferences/c{number}", headers=key)
        assert answer.status_code == 404
    wanted = {"service": "planning", "route": "/api/planning/v1/conferences/<key>", "status": "404"}
    told = [httpx.get(f"{web.url}/api/planning/metrics").text for _ in range(10)]
    assert {total(one, "diemcau_http_request_seconds_count", **wanted) for one in told} == {REQUESTS}
    files = (installed.data / "planning-metrics").glob("histogram_*.db")
    assert {int(file.stem.rpartition("_")[2]) for file in files} <= answering(web)
    # What the database tells is there once, however many processes there are.
    assert all(one.count("\ndiemcau_outbox_unpublished{") == 1 for one in told)


def test_neither_a_path_nor_a_made_up_method_becomes_a_label(web: Web) -> None:
    httpx.request("MADEUP", f"{web.url}/api/planning/{uuid4()}")
    found = samples(httpx.get(f"{web.url}/api/planning/metrics").text)
    labels = [has for name, has, _ in found if name == "diemcau_http_request_seconds_count"]
    assert {"service": "planning", "route": "none", "method": "other", "status": "404"} in labels
    assert "MADEUP" not in {has["method"] for has in labels}


def test_the_answer_tells_its_correlation(web: Web) -> None:
    given = str(uuid4())
    url = f"{web.url}/api/planning/health/live"
    assert httpx.get(url, headers={"X-Correlation-Id": given}).headers["X-Correlation-Id"] == given
    assert len(httpx.get(url).headers["X-Correlation-Id"]) == 36


def test_workers_share_no_connection_that_was_opened_before_the_fork(
    web: Web, installed: Installation
) -> None:
    url = installed.env["DIEMCAU_DATABASE_URL"].replace("{service}", "planning")
    engine = create_engine(url)
    for _ in range(20):
        assert httpx.get(f"{web.url}/api/planning/health/ready").status_code == 200
    with engine.connect() as connection:
        ports = connection.execute(
            text(
                "select client_port from pg_stat_activity where datname = current_database()"
                " and pid <> pg_backend_pid()"
            )
        )
        at_server = set(ports.scalars())
    engine.dispose()
    held = [_local_ports(pid) & at_server for pid in answering(web)]
    assert not _local_ports(web.process.pid) & at_server, "the master has a connection"
    assert set.union(*held) == at_server
    assert sum(map(len, held)) == len(at_server), "two workers have the same"


def _local_ports(pid: int) -> set[int]:
    """Ports of this machine at which the process has a TCP connection."""
    sockets = {link.readlink().name for link in Path(f"/proc/{pid}/fd").iterdir() if link.is_symlink()}
    found = set()
    for line in Path(f"/proc/{pid}/net/tcp").read_text().splitlines()[1:]:
        parts = line.split()
        if f"socket:[{parts[9]}]" in sockets:
            found.add(int(parts[1].partition(":")[2], 16))
    return found


def test_a_failing_request_is_logged_with_rule_and_correlation_and_without_the_name(
    web: Web, installed: Installation
) -> None:
    url = installed.env["DIEMCAU_DATABASE_URL"].replace("{service}", "planning")
    plan = (ROOT / "examples" / "nghe-an-2021" / "plan.yaml").read_text()
    engine, correlation = create_engine(url), str(uuid4())
    headers = {
        "Authorization": f"Bearer {(installed.data / 'api-key').read_text()}",
        "Content-Type": "application/yaml",
        "X-Correlation-Id": correlation,
    }
    with engine.begin() as connection:  # a constraint that nobody has heard of: the row is in its DETAIL
        connection.execute(text("alter table conferences add constraint odd check (false)"))
    try:
        named = plan.replace("  title: ", f"  title: {NAME} ", 1)
        answer = httpx.post(f"{web.url}/api/planning/v1/plans?q=bimat", content=named, headers=headers)
    finally:
        with engine.begin() as connection:
            connection.execute(text("alter table conferences drop constraint odd"))
        engine.dispose()
    assert answer.status_code == 503, answer.text
    told = [line for line in web.lines() if line.get("correlation") == correlation]
    assert [(line["event"], line["route"], line["level"]) for line in told] == [
        ("statement_failed", "/api/planning/v1/plans", "error")
    ]
    assert told[0]["process"] == "planning-web"
    assert "CheckViolation [23514]" in told[0]["exception"]
    log = web.log.read_text()
    assert not [
        word for word in ("Tên Riêng", "T\\u00ean", "bimat", headers["Authorization"][7:]) if word in log
    ]


def test_logs_of_a_process_are_json_lines_from_its_first_to_its_last(
    installed: Installation, tmp_path: Path
) -> None:
    with gunicorn(installed, "venue") as web:
        pass
    lines = web.lines()
    assert {line["process"] for line in lines} == {"venue-web"}
    assert all({"timestamp", "level", "event", "logger"} <= set(line) for line in lines)
    assert all(line["timestamp"].endswith("Z") for line in lines)


FAILING = """
import logging, sys
import structlog
from shared.bus.trace import traced
from shared.logs import configure_logs
from uuid import UUID

configure_logs("t", as_json=sys.argv[1] == "json")

def fail(name):
    raise ValueError(f"{name} is no number")

def both(name):
    try:
        fail(name)
    except ValueError as error:
        raise KeyError(name) from error

with traced(UUID(int=1), causation=UUID(int=2)):
    try:
        both("Secret Name")
    except KeyError:
        structlog.get_logger("services.x").exception("it_failed")
        logging.getLogger("gunicorn.error").exception("Error handling request %s", "/rsvp/Secret?Name")
        logging.getLogger("waitress").exception("Exception while serving %s" % "/rsvp/Secret")
        logging.getLogger("sqlalchemy.pool").error("pool", exc_info=True)
        logging.getLogger("gunicorn.error").warning("Invalid request from ip=1.2.3.4: GET /rsvp/Secret")
"""


@pytest.mark.parametrize("form", ["json", "text"])
def test_what_fails_is_told_by_lines_of_code_and_never_by_its_message(form: str) -> None:
    done = subprocess.run([sys.executable, "-c", FAILING, form], capture_output=True, text=True, cwd=ROOT)
    assert (done.returncode, done.stdout) == (0, "")
    assert "Secret" not in done.stderr
    assert "in both" in done.stderr
    assert "ValueError" in done.stderr
    assert done.stderr.count("it_failed") == 1
    assert done.stderr.count("00000000-0000-0000-0000-000000000002") == 5


def test_an_unhandled_failure_is_logged_by_its_rule() -> None:
    app, correlation = TracedFlask("services.test"), uuid4()

    @app.get("/rsvp/<token>")
    def fail(token: str) -> str:
        raise ValueError(token)

    with capture_logs() as told:
        answer = app.test_client().get("/rsvp/secret", headers={"X-Correlation-Id": str(correlation)})
    assert (answer.status_code, answer.headers["X-Correlation-Id"]) == (500, str(correlation))
    assert [(line["event"], line["route"], line["method"]) for line in told] == [
        ("request_failed", "/rsvp/<token>", "GET")
    ]


def test_a_worker_tells_its_start_and_its_stop(installed: Installation) -> None:
    before = len(installed.log().splitlines())
    installed.env["DIEMCAU_LOG_FORMAT"] = "json"
    process = installed.start("worker", "venue")
    while "worker_started" not in installed.log():
        assert process.poll() is None, installed.log()
        time.sleep(0.1)
    process.terminate()
    assert process.wait(timeout=60) == 0
    lines = [json.loads(line) for line in installed.log().splitlines()[before:]]
    assert {line["process"] for line in lines} == {"venue-worker"}
    told = [line["event"] for line in lines]
    assert {"worker_started", "loop_started", "loop_ended", "worker_stopped"} <= set(told)
    loops = lines[told.index("worker_started")]["loops"]
    assert sorted(line["loop"] for line in lines if line["event"] == "loop_ended") == sorted(loops)
