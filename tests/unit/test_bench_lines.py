"""The slope that the plots of the national bench show."""

from __future__ import annotations

import pytest

from tests.bench.national.lines import line_of, slope

SIZES = (1_000.0, 3_100.0, 10_000.0, 31_000.0)


@pytest.mark.parametrize("power", [0.0, 0.5, 1.0, 1.1, 2.0])
def test_slope_is_the_power_of_growth(power: float) -> None:
    assert slope([(size, 3 * size**power) for size in SIZES]) == pytest.approx(power)


def test_fixed_costs_of_small_sizes_do_not_count() -> None:
    line = [(22.0, 5.0), *((size, size / 1_000) for size in SIZES)]
    assert slope(line, 1_000) == pytest.approx(1)
    assert slope(line) < 1


def test_one_size_has_no_slope() -> None:
    assert slope([(22.0, 5.0)]) is None


def test_a_line_has_the_sizes_at_which_the_step_was_measured() -> None:
    kept = {
        "310": {"steps": {"a": {"seconds": 2.0}, "b": {"seconds": 1.0}}},
        "22": {"steps": {"a": {"seconds": 1.0}}},
    }
    assert line_of(kept, "a") == [(22.0, 1.0), (310.0, 2.0)]
    assert line_of(kept, "b") == [(310.0, 1.0)]
