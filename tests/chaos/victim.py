"""A process of the system that is told how to fail: where to die, what to do wrong, how its clock errs.

It is forked from a server that has imported everything already, so that a start is cheap.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from multiprocessing import get_context, parent_process
from multiprocessing.process import BaseProcess
from pathlib import Path

from services.__main__ import main as diemcau
from shared.jobs import worker
from tests.chaos.boundaries import arm
from tests.chaos.faults import FAULTS
from tests.chaos.listener import listen, prepare

OURS = {"listen": listen, "prepare": prepare}
"""What is no part of the product, by the name of the command."""

LEASE = timedelta(seconds=3)

_forking = get_context("forkserver")
_forking.set_forkserver_preload([__name__])


@dataclass(frozen=True, slots=True)
class Orders:
    """`kill_at`: see `boundaries.arm`; `fault`: see `faults`; `ahead`: seconds its wall clock is wrong by."""

    kill_at: str = ""
    fault: str = ""
    ahead: float = 0.0


def start(command: tuple[str, ...], env: Mapping[str, str], log: Path, orders: Orders) -> BaseProcess:
    """`diemcau COMMAND`, or the listener, as a process of its own."""
    process = _forking.Process(target=_live, args=(command, dict(env), log, orders))
    process.start()
    return process


def _live(command: tuple[str, ...], env: dict[str, str], log: Path, orders: Orders) -> None:
    threading.Thread(target=_die_with_parent, name="parent", daemon=True).start()
    with log.open("ab") as output:
        os.dup2(output.fileno(), 1)
        os.dup2(output.fileno(), 2)
    os.environ.clear()
    os.environ.update(env)
    worker.LEASE = LEASE  # a dead worker's job is taken over while the test looks
    _obey(orders)
    if command[0] in OURS:
        OURS[command[0]]()
    else:
        diemcau(list(command), prog_name="diemcau")


def _die_with_parent() -> None:
    """No test leaves a process behind, however it ends."""
    if (test := parent_process()) is not None:
        test.join()
    os.kill(os.getpid(), signal.SIGKILL)


def _obey(orders: Orders) -> None:
    if orders.fault:
        FAULTS[orders.fault]()
    if orders.kill_at:
        arm(orders.kill_at)
    if orders.ahead:
        _set_clock(timedelta(seconds=orders.ahead))


def _set_clock(ahead: timedelta) -> None:
    """Another wall clock for all of our code; the libraries keep the true one."""

    class Wrong(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return datetime.now(tz) + ahead

    for name, module in list(sys.modules.items()):
        if name.startswith(("shared.", "services.")) and getattr(module, "datetime", None) is datetime:
            module.datetime = Wrong  # type: ignore[attr-defined]
