"""What processes cost: CPU seconds and memory, as the kernel counts them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pids: Iterable[int]) -> float:
    """User and system time of the processes that are there; reaped children included."""
    return sum(sum(map(int, _stat(pid)[11:15])) for pid in pids) / TICK


def memory_mb(pid: int) -> float:
    """Proportional set size: shared pages are counted once over all processes."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    raise LookupError(f"no Pss of {pid}")


def peak_mb(pid: int) -> float:
    """The most memory that the process has had resident, since the start or since `forget_peak`."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    raise LookupError(f"no VmHWM of {pid}")


def forget_peak(pid: int) -> None:
    Path(f"/proc/{pid}/clear_refs").write_text("5")


def family(pid: int) -> list[int]:
    """The process and all that it started."""
    parents = {each: int(_stat(each)[1]) for each in _all()}
    found = [pid]
    for member in found:  # grows while it is walked
        found += [child for child, parent in parents.items() if parent == member]
    return found


def named(name: str) -> list[int]:
    """Processes whose command is `name`, such as the server's `postgres`."""
    return [pid for pid in _all() if _read(pid, "comm").strip() == name]


def backends(database: str) -> list[int]:
    """The processes of PostgreSQL that work for databases whose names begin so: their titles name them."""
    return [pid for pid in named("postgres") if f" {database}" in _read(pid, "cmdline").replace("\0", " ")]


def _all() -> Iterator[int]:
    return (int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit())


def _stat(pid: int) -> list[str]:
    """From the state on; zeros for a process that has ended."""
    return _read(pid, "stat").rpartition(")")[2].split() or ["0"] * 50


def _read(pid: int, name: str) -> str:
    try:
        return Path(f"/proc/{pid}/{name}").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""
