"""Whatever order things came in, at rest every service shows what a fresh system would show.

The search by hand, as long as wanted (each found difference is printed as a program of acts):

    tests/bin/with-servers .venv/bin/python -m pytest -q tests/convergence/test_convergence.py \
        --timeout 0 --hypothesis-profile long
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis.stateful import run_state_machine_as_test

from tests.convergence.machine import Conference
from tests.convergence.search import search
from tests.convergence.world import World, worlds

pytestmark = pytest.mark.timeout(1800)  # a limit against running away; the examples are a fixed number


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[World, World]]:
    with worlds(tmp_path_factory.mktemp("worlds")) as made:
        yield made


def test_promise(pair: tuple[World, World]) -> None:
    run_state_machine_as_test(lambda: Conference(*pair), settings=search(examples=12, steps=25))
