"""What an answer comes to, by what stood before and by the seats."""

from __future__ import annotations

import pytest

from services.registration.answers.model import stands_for


@pytest.mark.parametrize("former", [None, "declined", "waiting"])
def test_who_accepts_takes_a_free_seat_or_waits(former: None) -> None:
    assert stands_for("accepted", former, taken=9, capacity=10) == "accepted"
    assert stands_for("accepted", former, taken=10, capacity=10) == "waiting"
    assert stands_for("accepted", former, taken=10, capacity=0) == "waiting"


def test_without_a_capacity_there_is_always_a_seat() -> None:
    assert stands_for("accepted", None, taken=1_000_000, capacity=None) == "accepted"


def test_a_seat_is_kept_where_the_capacity_was_lowered() -> None:
    assert stands_for("accepted", "accepted", taken=10, capacity=3) == "accepted"


@pytest.mark.parametrize("former", [None, "accepted", "declined", "waiting"])
def test_declining_is_always_possible(former: None) -> None:
    assert stands_for("declined", former, taken=10, capacity=3) == "declined"
