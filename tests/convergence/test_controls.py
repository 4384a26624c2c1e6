"""The comparison can fail: a system that is wrong on purpose is found out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from itertools import count
from typing import Any

import pytest
from sqlalchemy import update

from services import system as house
from shared.bus.delivery import Fact, Handler
from shared.contracts.planning import OptionSelectedV1
from shared.contracts.venue import LineTestedV1, SiteChangedV1
from shared.revisions.tables import pointers
from tests.convergence.machine import Conference
from tests.convergence.world import SERVICES, World, worlds

pytestmark = pytest.mark.timeout(1800)  # a limit against running away


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[World, World]]:
    with worlds(tmp_path_factory.mktemp("worlds")) as made:
        yield made


def play(conference: Conference) -> None:
    """A life with two plans, three decisions, people who answer, and sites that people change."""
    conference.begin(option="online", seed=0)
    conference.tested.rest()
    for n in (1, 2):
        conference.answer(n=n, answer="accepted")
    conference.nominate(unit="tp-vinh", kind="individual", n=0)
    conference.honour()
    for room in ("Phòng 5", None):
        conference.set_site(site="hub", values=("room", room))
    for capacity in (60, 1):
        conference.set_site(site="hub", values=("capacity", capacity))
    for outcome in ("failed", "ok"):
        conference.test_line(site="tp-vinh", outcome=outcome)
    conference.tested.rest()
    conference.change_seats(option="online", group="btt-mttq-huyen", seats=3)
    for option in ("in_person", "online"):
        conference.decide(option=option)
        conference.tested.rest()


def test_right_system_passes(pair: tuple[World, World]) -> None:
    conference = Conference(*pair)
    play(conference)
    assert len(conference.acts) == 11
    conference.teardown()


@pytest.mark.parametrize("service", SERVICES)
def test_consumer_that_loses_every_third_event_is_found(pair: tuple[World, World], service: str) -> None:
    _expect_difference(pair, service, _lose_every_third)


@pytest.mark.parametrize(
    ("service", "contract"),
    [("registration", SiteChangedV1), ("planning", LineTestedV1)],
    ids=["capacity", "line-test"],
)
def test_handler_that_lets_the_older_version_win_is_found(
    pair: tuple[World, World], service: str, contract: Any
) -> None:
    spoil = partial(_replaced, contract, _oldest_wins)
    _expect_difference(pair, service, spoil, "the promise")


@pytest.mark.parametrize("service", ["venue", "registration", "documents", "awards"])
def test_pointer_that_moves_back_is_found(pair: tuple[World, World], service: str) -> None:
    spoil = partial(_replaced, OptionSelectedV1, _then_move_back)
    _expect_difference(pair, service, spoil, "the promise")


Handlers = dict[Any, Handler]


def _replaced(contract: Any, wrong: Callable[[Handler], Handler], known: Handlers) -> Handlers:
    return known | {contract: wrong(known[contract])}


def _expect_difference(
    pair: tuple[World, World], service: str, spoil: Callable[[Handlers], Handlers], match: str | None = None
) -> None:
    """It is found when the service's handlers are the spoilt ones; `match`: by which comparison."""
    world = pair[0]
    right = house.MODULES[service].consumer(world.system.settings, world.system.databases[service])
    conference = Conference(*pair)
    world.bus.replace_consumer(service, replace(right, handlers=spoil(dict(right.handlers))))
    try:
        with pytest.raises(AssertionError, match=match):
            _live_and_compare(conference)
    finally:
        world.bus.replace_consumer(service, right)


def _live_and_compare(conference: Conference) -> None:
    play(conference)
    conference.teardown()


def _lose_every_third(handlers: Handlers) -> Handlers:
    number = count(1)

    def losing(handler: Handler) -> Handler:
        def handle(session: Any, fact: Fact, context: Any) -> None:
            if next(number) % 3:
                handler(session, fact, context)

        return handle

    return {contract: losing(handler) for contract, handler in handlers.items()}


def _oldest_wins(handler: Handler) -> Handler:
    first: dict[str, Fact] = {}

    def handle(session: Any, fact: Fact, context: Any) -> None:
        handler(session, replace(fact, data=first.setdefault(fact.key, fact).data), context)

    return handle


def _then_move_back(handler: Handler) -> Handler:
    def handle(session: Any, fact: Fact, context: Any) -> None:
        handler(session, fact, context)
        mine = update(pointers).where(pointers.c.conference == fact.data["conference"])
        session.execute(mine.values(revision=max(1, fact.data["revision"] - 1)))

    return handle
