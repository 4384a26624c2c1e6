"""A process dies at each named boundary, is started again, and nothing is lost or done twice."""

from __future__ import annotations

import pytest

from tests.chaos.conftest import Scene
from tests.chaos.processes import LISTENER, OTHER_WEB, WEB
from tests.chaos.victim import Orders

pytestmark = pytest.mark.timeout(900)

RELAY = ("before-publish", "after-publish", "before-confirm", "after-confirm", "before-mark", "after-mark")
CONSUMER = ("before-handler-commit", "after-handler-commit", "before-ack", "after-ack")

DEATHS = [
    *zip(("planning", "venue", "registration") * 2, RELAY, strict=True),
    *((role, boundary) for role in ("planning", "registration", LISTENER) for boundary in CONSUMER),
]


@pytest.mark.parametrize(("role", "boundary"), DEATHS)
def test_process_dies_there(scene: Scene, role: str, boundary: str) -> None:
    scene.processes.restart(role, Orders(kill_at=boundary))
    scene.crowd.work_a_little()
    scene.processes.await_death(role)
    scene.audit()


@pytest.mark.parametrize("boundary", ["before-commit:5", "after-commit:5"])
def test_web_dies_there(scene: Scene, boundary: str) -> None:
    """Whoever waited for an answer asks again, and the act is done once."""
    with scene.crowd.at_work():
        scene.processes.kill(OTHER_WEB)
        scene.processes.restart(WEB, Orders(kill_at=boundary))
        scene.processes.await_death(WEB)
        scene.processes.revive()
        scene.processes.await_web()
    scene.audit()
