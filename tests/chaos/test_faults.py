"""One trouble at a time, by name: servers die, wires break, the broker refuses, clocks jump."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from services.system import MODULES
from shared.bus.tables import outbox
from tests.chaos.conftest import Scene
from tests.chaos.crowd import PLANNING
from tests.chaos.processes import LISTENER
from tests.chaos.victim import Orders
from tests.servers import START

pytestmark = pytest.mark.timeout(900)

PATIENCE = 300.0


def test_broker_dies_and_people_work_on(scene: Scene) -> None:
    scene.servers.rabbit.kill()
    scene.crowd.work_a_little()
    assert scene.books.unpublished() > 0
    scene.servers.rabbit.start()
    scene.audit()


def test_broker_dies_while_events_travel(scene: Scene) -> None:
    with scene.crowd.at_work():
        _until_more_events(scene, 50)
        scene.servers.restart_rabbit()
        _until_more_events(scene, 10)
    scene.audit()


def test_database_dies_while_people_work(scene: Scene) -> None:
    with scene.crowd.at_work():
        _until_more_events(scene, 50)
        scene.servers.restart_postgres()
        _until_more_events(scene, 10)
    scene.audit()


def test_database_is_down_and_says_so(scene: Scene) -> None:
    """503 and a problem that names it; whoever asks again later is served."""
    scene.servers.postgres.kill()
    answer = scene.crowd.me.http.get("planning/v1/conferences")
    scene.servers.postgres.start()
    assert answer.status_code == 503
    assert answer.headers["Content-Type"] == "application/problem+json"
    scene.crowd.work_a_little()
    scene.audit()


def test_wires_are_cut_again_and_again(scene: Scene) -> None:
    with scene.crowd.at_work():
        for _ in range(5):
            _until_more_events(scene, 20)
            scene.servers.network.cut()
            time.sleep(0.3)
            scene.servers.network.mend()
    scene.audit()


def test_acks_are_withheld(scene: Scene) -> None:
    """The relays give up waiting, keep the events unmarked, and publish them again on a whole wire."""
    scene.servers.network.muted = True
    scene.crowd.work_a_little()
    assert scene.books.unpublished() > 0
    time.sleep(12)  # beyond the relays' patience
    assert scene.books.unpublished() > 0
    scene.servers.network.cut()
    scene.servers.network.mend()
    scene.audit()


def test_acks_come_late(scene: Scene) -> None:
    scene.servers.network.delay = 0.4
    with scene.crowd.at_work():
        _until_more_events(scene, 20)
        scene.processes.restart("planning")
        scene.processes.restart("registration")
        _until_more_events(scene, 20)
    scene.servers.network.mend()
    scene.audit()


def test_two_relays_and_two_consumers(scene: Scene) -> None:
    """A second worker of all services waits; it takes over in the middle of the work, and back again."""
    scene.processes.roles["second"] = ("worker",)
    scene.processes.begin("second")
    with scene.crowd.at_work():
        _until_more_events(scene, 20)
        for service in MODULES:
            scene.processes.restart(service)
        _until_more_events(scene, 20)
        scene.processes.restart("second")
        _until_more_events(scene, 20)
    scene.audit()
    del scene.processes.roles["second"]
    scene.processes.kill("second")


def test_broker_out_of_memory(scene: Scene) -> None:
    """It reads from no publisher: acts are accepted, events wait in the outboxes."""
    scene.servers.rabbit.block_publishers()
    scene.crowd.work_a_little()
    assert scene.books.unpublished() > 0
    scene.servers.rabbit.let_publishers_go_on()
    scene.audit()


def test_full_queue_refuses_what_is_published(scene: Scene) -> None:
    """reject-publish: the relays keep what is refused, in order, until there is room."""
    scene.processes.kill(LISTENER)
    limit = '{"max-length": 1, "overflow": "reject-publish"}'
    scene.servers.rabbit.control("set_policy", "full", f"^{scene.processes.queue('audit')}$", limit)
    scene.crowd.work_a_little()
    _until(lambda: _refused(scene) > 0, "the broker refuses nothing")
    scene.servers.rabbit.control("clear_policy", "full")
    scene.audit()


@pytest.mark.parametrize("hours", [-50, 90])
def test_clock_of_the_conference_jumps(scene: Scene, hours: int) -> None:
    moment = datetime.fromisoformat(START) + timedelta(hours=hours)
    scene.processes.env["DIEMCAU_CLOCK_START"] = moment.isoformat()
    (scene.processes.data / "clock-offset").unlink()
    for role in scene.processes.roles:
        scene.processes.restart(role)
    scene.processes.await_web()
    scene.crowd.work_a_little()
    scene.audit()


@pytest.mark.parametrize("seconds", [-20, 20])
def test_wall_clock_of_one_worker_is_wrong(scene: Scene, seconds: int) -> None:
    """By far more than a lease: two workers take each other's jobs for left behind."""
    scene.processes.roles["wrong"] = ("worker",)
    scene.processes.begin("wrong", Orders(ahead=seconds))
    with scene.crowd.at_work():
        _until_more_events(scene, 60)
    scene.processes.kill("wrong")
    del scene.processes.roles["wrong"]
    scene.audit()


@pytest.mark.parametrize("service", ["planning", "venue", "documents"])
def test_service_is_down_for_a_whole_switch_and_back(scene: Scene, service: str) -> None:
    """Nothing times out: the others go on as far as they can, and it comes after."""
    scene.processes.kill(service)
    for _ in range(3):
        scene.crowd.work_a_little()
    scene.audit()


def test_service_that_is_down_is_shown_as_waiting(scene: Scene) -> None:
    scene.audit()
    scene.processes.kill("registration")
    scene.crowd.do(scene.crowd.decide)
    path = f"{PLANNING}/revisions/{max(scene.crowd.diary.decisions.values())}"
    _until(lambda: scene.crowd.me.get(path)["settled"] == 4, "the others do not settle")
    revision = scene.crowd.me.get(path)
    assert revision["state"] == "settling"
    assert revision["services"]["registration"]["state"] == "waiting"
    scene.audit()


def _refused(scene: Scene) -> int:
    return sum(scene.books.count(name, outbox.c.last_error == "nack") for name in MODULES)


def _until_more_events(scene: Scene, count: int) -> None:
    """The work goes on by so many events; whoever is down is started again."""
    goal = _emitted(scene) + count
    _until(lambda: not scene.processes.revive() and _emitted(scene) >= goal, "nobody does anything")


def _emitted(scene: Scene) -> int:
    return sum(scene.books.count(name, outbox.c.seq > 0) for name in MODULES)


def _until(holds: Callable[[], bool], otherwise: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, otherwise
        time.sleep(0.1)
