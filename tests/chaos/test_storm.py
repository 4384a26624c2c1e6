"""Everything at once, at random, while people work: nothing is lost, doubled or out of order.

DIEMCAU_CHAOS_SECONDS: how long each storm blows.
DIEMCAU_CHAOS_SEED: which storm it is.
"""

from __future__ import annotations

import os
import random
from collections import Counter

import pytest

from tests.chaos.books import Report
from tests.chaos.conftest import Scene
from tests.chaos.storm import Storm

SECONDS = float(os.environ.get("DIEMCAU_CHAOS_SECONDS", "60"))
SEED = int(os.environ.get("DIEMCAU_CHAOS_SEED", random.SystemRandom().randrange(10**6)))
TIMEOUT = SECONDS * 2 + 900

pytestmark = pytest.mark.timeout(TIMEOUT)


def test_storm_on_servers(scene: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    weather(scene, capsys, SECONDS)


def test_storm_in_one_process(small_scene: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    weather(small_scene, capsys, SECONDS)


def weather(scene: Scene, capsys: pytest.CaptureFixture[str], seconds: float) -> None:
    storm = Storm(scene.processes, SEED)
    with capsys.disabled():
        print(f"\nstorm {SEED} of {seconds:g} s (DIEMCAU_CHAOS_SEED={SEED})")
    with scene.crowd.at_work():
        storm.blow(seconds)
    report = scene.audit()
    with capsys.disabled():
        _tell(report, storm.counts, scene.crowd.diary.figures)
    assert report.emitted > 0
    assert sum(storm.counts.values()) > 0


def _tell(report: Report, troubles: Counter[str], acts: Counter[str]) -> None:
    figures = {"events": report.emitted, "lost": len(report.lost), "doubled": len(report.doubled)}
    figures |= {"out of order": len(report.disordered), "repetitions dropped": report.repeated}
    for counts in (figures, troubles, acts):
        print("; ".join(f"{name} {count}" for name, count in counts.items()))
