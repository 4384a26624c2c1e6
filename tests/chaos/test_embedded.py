"""The whole system in one process on SQLite dies at each boundary that it has; nothing is lost or doubled."""

from __future__ import annotations

import pytest

from tests.chaos.conftest import Scene
from tests.chaos.processes import LISTENER, WEB
from tests.chaos.victim import Orders

pytestmark = pytest.mark.timeout(900)

BOUNDARIES = ("commit:5", "read:40", "handler-commit:3", "job:1", "job-commit:2", "job-end:1")


@pytest.mark.parametrize("boundary", BOUNDARIES)
@pytest.mark.parametrize("side", ["before", "after"])
def test_system_dies_there(small_scene: Scene, side: str, boundary: str) -> None:
    with small_scene.crowd.at_work():
        small_scene.processes.restart(WEB, Orders(kill_at=f"{side}-{boundary}"))
        small_scene.processes.await_death(WEB)
        small_scene.processes.restart(WEB)
        small_scene.processes.await_web()
    small_scene.audit()


@pytest.mark.parametrize("side", ["before", "after"])
def test_listener_dies_at_its_commit(small_scene: Scene, side: str) -> None:
    """The cursor is committed with what was written down: a restart simply goes on."""
    small_scene.processes.restart(LISTENER, Orders(kill_at=f"{side}-handler-commit:2"))
    small_scene.crowd.work_a_little()
    small_scene.processes.await_death(LISTENER)
    small_scene.audit()
