"""The audit is able to fail: with each of three wrong ways to move events it does."""

from __future__ import annotations

import pytest

from tests.chaos.conftest import Scene
from tests.chaos.processes import LISTENER
from tests.chaos.victim import Orders

pytestmark = pytest.mark.timeout(900)


def test_without_inbox_events_are_applied_twice(scene: Scene) -> None:
    before = scene.report()
    scene.processes.restart(LISTENER, Orders(kill_at="before-ack", fault="no-inbox"))
    scene.crowd.work_a_little()
    scene.processes.await_death(LISTENER)
    scene.processes.begin(LISTENER, Orders(fault="no-inbox"))
    after = scene.report()
    assert len(after.doubled) > len(before.doubled)
    assert after.lost == before.lost


def test_acknowledged_before_the_commit_events_are_lost(scene: Scene) -> None:
    before = scene.report()
    scene.processes.restart(LISTENER, Orders(kill_at="before-handler-commit", fault="ack-before-commit"))
    scene.crowd.work_a_little()
    scene.processes.await_death(LISTENER)
    after = scene.report()
    assert len(after.lost) > len(before.lost)
    assert after.doubled == before.doubled


def test_marked_before_they_are_published_events_are_lost(scene: Scene) -> None:
    before = scene.report()
    scene.processes.restart("venue", Orders(kill_at="before-publish", fault="mark-before-publish"))
    scene.crowd.do(scene.crowd.furnish)
    scene.processes.await_death("venue")
    after = scene.report_as_it_stands()
    assert len(after.lost) > len(before.lost)
    assert after.doubled == before.doubled
