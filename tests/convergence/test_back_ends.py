"""The promise on PostgreSQL, and with the real processes and RabbitMQ between them."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from hypothesis.stateful import run_state_machine_as_test

from tests.convergence import acts
from tests.convergence.acts import PERSONS, Act, Elsewhere
from tests.convergence.machine import Conference
from tests.convergence.office import Missing, Office, Refused, Spot
from tests.convergence.plans import ORGANISER, Shape
from tests.convergence.replay import Fresh, Past, replay
from tests.convergence.search import search
from tests.convergence.views import comparable, differences
from tests.convergence.world import SERVICES, worlds
from tests.servers import PATIENCE, fresh_database, installation

KEY = "hoi-nghi"
pytestmark = pytest.mark.timeout(1800)  # a limit against running away; the examples are a fixed number


@contextmanager
def postgresql() -> Iterator[str]:
    """The URL template of empty databases, one for each service."""
    prefix = f"diemcau_test_{secrets.token_hex(5)}"
    with ExitStack() as stack:
        urls = [stack.enter_context(fresh_database(f"{prefix}_{name}")) for name in (*SERVICES, "portal")]
        yield urls[0].replace(f"{prefix}_{SERVICES[0]}", f"{prefix}_{{service}}")


def test_promise_on_postgresql(tmp_path: Path) -> None:
    with postgresql() as template, worlds(tmp_path, template) as pair:
        run_state_machine_as_test(lambda: Conference(*pair), settings=search(examples=3, steps=25))


def test_promise_with_processes_and_rabbitmq(tmp_path: Path) -> None:
    """Nothing waits for anything but for being known: decisions, acts and deliveries cross as they come."""
    data = tmp_path / "installed"
    data.mkdir()
    with installation(data, servers=True) as installed, worlds(tmp_path) as (_, fresh):
        installed.up()
        with installed.client() as client:
            office = Office(client, KEY)
            past = _live(office)
            _wait_until_equal(office, replay(fresh, KEY, past))


def _live(office: Office) -> Past:
    first = Shape()
    second = first.with_seats("online", "btt-mttq-huyen", 3)
    office.call("POST", "planning/v1/plans", json=first.tree(office.key))
    done: list[Act] = []
    for option in ("online", "in_person", "online"):
        order = {"option": option, "reason": "Diễn biến dịch bệnh"}
        _live_under(office, office.post("planning", "decisions", order)["revision"], done)
        office.call("POST", "planning/v1/plans", json=second.tree(office.key))
    office.post("planning", "decisions", {"option": "in_person", "reason": "Tình hình đã ổn định"})
    last = office.post("planning", "decisions:undo", {"reason": "Dịch bệnh trở lại"})
    _live_under(office, last["revision"], done)
    assert {type(act) for act in done} >= {
        acts.Name,
        acts.Answer,
        acts.Substitute,
        acts.TestLine,
        acts.Honour,
    }
    return Past(second, "online", second, tuple(done))


def _live_under(office: Office, revision: int, done: list[Act]) -> None:
    """People act as soon as registration shows them the revision; the other services may not be so far."""
    _wait(lambda: _seen_by_registration(office) == revision)
    for act in ACTS:
        try:
            done.append(act.play(office))
        except (Refused, Missing, Elsewhere):
            continue


def _seen_by_registration(office: Office) -> int | None:
    answer = office.http.get(office.at("registration", "headcounts"))
    return answer.json()["revision"] if answer.status_code == 200 else None  # 404: not known there yet


def _wait_until_equal(office: Office, fresh: Fresh) -> None:
    deadline, expected = time.monotonic() + PATIENCE, comparable(fresh.office, fresh.unsaid)
    while different := list(differences(expected, comparable(office, fresh.unsaid))):
        assert time.monotonic() < deadline, "\n".join(different[:40])
        time.sleep(0.2)


def _wait(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


_AN, _BINH, _CUONG = (PERSONS[number][0] for number in range(3))
ACTS: tuple[Act, ...] = (
    acts.Name("tinh-uy", ORGANISER, 0, 1),
    acts.Name("btt-mttq-huyen", "tp-vinh", 1, 1),
    acts.Import((("btt-mttq-huyen", "que-phong", 1, 2), ("btt-mttq-huyen", "que-phong", 2, 3))),
    acts.Answer(Spot("tinh-uy", ORGANISER, _AN), "accepted"),
    acts.Answer(Spot("btt-mttq-huyen", "tp-vinh", _BINH), "declined"),
    acts.Override(Spot("btt-mttq-huyen", "que-phong", _CUONG), "online", "hub"),
    acts.Substitute(Spot("btt-mttq-huyen", "tp-vinh", _BINH), 4),
    acts.CheckIn(Spot("tinh-uy", ORGANISER, _AN)),
    acts.SetSite("hub", (("room", "Phòng 5"),)),
    acts.SetSite("hub", (("capacity", 7),)),
    acts.TestLine("tp-vinh", "ok"),
    acts.MarkTask("bao-cao-tong-ket", "dan-chu-phap-luat", "done"),
    acts.SubmitPaper("que-phong", "Kinh nghiệm"),
    acts.Nominate("tp-vinh", "individual", "Trần Thị Mơ"),
    acts.Honour(),
)
