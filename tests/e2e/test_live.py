"""`diemcau live`: many viewers in a process of its own, on PostgreSQL and RabbitMQ."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.bench.live import running_board
from tests.servers import ROOT, settings_of

VIEWERS, CHECK_INS = 40, 150


def test_everybody_sees_the_last_check_in_and_a_stop_ends_their_streams() -> None:
    with running_board(700) as board:
        watched = board.watch(VIEWERS, CHECK_INS, per_minute=2000)
        assert board.stop(VIEWERS) == (0, VIEWERS)
    assert len(watched.seen) == VIEWERS
    assert watched.last_totals == {CHECK_INS}
    assert watched.ended == 0
    totals = [[total for _, total in seen] for seen in watched.seen]
    assert all(one == sorted(one) for one in totals)  # never told of an older state
    assert len(watched.delays()) == VIEWERS * CHECK_INS


def test_live_asks_for_the_address_of_the_services(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "services", "live"]
    ended = subprocess.run(
        command, cwd=ROOT, env=settings_of(tmp_path, 8000), capture_output=True, text=True, timeout=120
    )
    assert ended.returncode == 2
    assert "DIEMCAU_SERVICE_URL" in ended.stderr
