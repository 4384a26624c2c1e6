"""A worker dies with a job or a letter in hand: the job is done by the next one, no letter is sent twice."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from services.registration.messages.tables import messages
from tests.chaos.conftest import Scene
from tests.chaos.victim import Orders

pytestmark = pytest.mark.timeout(900)

SIDES = ("before", "after")


@pytest.mark.parametrize("boundary", ["job", "job-commit", "job-end"])
@pytest.mark.parametrize("side", SIDES)
def test_worker_dies_in_a_job(scene: Scene, side: str, boundary: str) -> None:
    scene.processes.restart("documents", Orders(kill_at=f"{side}-{boundary}"))
    scene.crowd.do(scene.crowd.decide)
    scene.processes.await_death("documents")
    scene.audit()


@pytest.mark.parametrize("side", SIDES)
def test_worker_dies_with_a_letter_in_hand(scene: Scene, side: str) -> None:
    """Nobody knows whether that one was sent: it is shown as such, and the others go out."""
    scene.audit()
    unknown = _unknown(scene)
    scene.processes.kill("registration")
    _order_letters(scene)
    scene.processes.begin("registration", Orders(kill_at=f"{side}-send"))
    scene.processes.await_death("registration")
    scene.audit()
    assert _unknown(scene) == unknown + 1


def _order_letters(scene: Scene) -> None:
    """To a unit that was not written to yet."""
    tries = (scene.crowd.invite(scene.crowd.me) for _ in range(100))
    assert any(found == "invitations ordered" for found in tries)


def _unknown(scene: Scene) -> int:
    query = select(func.count()).where(messages.c.problem == "outcome-unknown")
    [[count]] = scene.books.rows("registration", query)
    return int(count)
