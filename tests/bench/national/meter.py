"""What each step of a measurement costs: wall seconds, CPU seconds, and the peak of each process's memory."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from rich.console import Console

from tests.bench import processes
from tests.bench.national.system import National

Figures = dict[str, Any]


@dataclass
class Meter:
    """Measures steps of one system; `steps` holds what was measured, by name."""

    system: National
    steps: dict[str, Figures] = field(default_factory=dict)
    console: Console = field(default_factory=lambda: Console(stderr=True, width=160))

    @contextmanager
    def step(self, name: str) -> Iterator[Figures]:
        """One step; what the block writes into the figures is kept with them."""
        for pid in self.system.pids.values():
            processes.forget_peak(pid)
        before, figures = self._cpu(), dict[str, Any]()
        started = time.perf_counter()
        yield figures
        seconds, after = time.perf_counter() - started, self._cpu()
        used = {who: after[who] - before.get(who, 0.0) for who in after}
        figures |= {
            "seconds": round(seconds, 4),
            "cpu": {who: round(used[who], 2) for who in used if used[who] >= 0.01},
            "peak_mb": {who: round(processes.peak_mb(pid)) for who, pid in self.system.pids.items()},
        }
        self.steps[name] = figures
        told = ", ".join(f"{who} {cpu:.1f}" for who, cpu in figures["cpu"].items())
        most = max(figures["peak_mb"], key=lambda who: figures["peak_mb"][who])
        self.console.print(
            f"{name:<32} {seconds:9.3f} s   CPU: {told}   peak: {most} {figures['peak_mb'][most]} MB"
        )

    def repeat(self, name: str, times: int, call: Any) -> None:
        """The same call several times: the figures are those of one, its seconds the median."""
        taken = []
        with self.step(name) as figures:
            for _ in range(times):
                started = time.perf_counter()
                call()
                taken.append(time.perf_counter() - started)
        figures["seconds"] = round(sorted(taken)[len(taken) // 2], 4)
        figures["cpu"] = {who: round(cpu / times, 4) for who, cpu in figures["cpu"].items()}

    def _cpu(self) -> dict[str, float]:
        own = {who: processes.cpu_seconds([pid]) for who, pid in self.system.pids.items()}
        return own | {"database": processes.cpu_seconds(self.system.backends())}
