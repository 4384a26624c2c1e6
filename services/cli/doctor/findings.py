"""What a check says, and how checks are run: each by itself, none longer than it may take."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from shared.bus.faults import describe


class State(StrEnum):
    """In the order in which they are listed: what needs doing stands last, next to the prompt."""

    NOT_APPLICABLE = "not applicable"
    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Finding:
    """`seen`: with figures; `do`: what sets it right, blank where nothing needs to be."""

    subject: str
    state: State
    seen: str
    do: str = ""


Check = Callable[[], Iterable[Finding]]


def ok(subject: str, seen: str) -> Finding:
    return Finding(subject, State.OK, seen)


def warning(subject: str, seen: str, do: str) -> Finding:
    return Finding(subject, State.WARNING, seen, do)


def problem(subject: str, seen: str, do: str) -> Finding:
    return Finding(subject, State.PROBLEM, seen, do)


def not_applicable(subject: str, seen: str) -> Finding:
    return Finding(subject, State.NOT_APPLICABLE, seen)


def guarded(subject: str, check: Check) -> list[Finding]:
    """What the check found; that it failed is a finding, too."""
    try:
        return list(check())
    except Exception as error:  # whatever a broken installation raises, the other checks go on
        return [problem(subject, describe(error), "See the other findings; without any, report this one.")]


def examine(checks: Mapping[str, Check], seconds: float) -> list[Finding]:
    """Run all checks at once, by subject; one that has not ended after `seconds` is left behind."""
    found: dict[str, list[Finding]] = {}

    def run(subject: str, check: Check) -> None:
        found[subject] = guarded(subject, check)

    # Daemons: a server that accepts and then says nothing must not keep the command from ending.
    threads = [threading.Thread(target=run, args=each, daemon=True) for each in checks.items()]
    for thread in threads:
        thread.start()
    end = time.monotonic() + seconds
    for thread in threads:
        thread.join(max(end - time.monotonic(), 0))
    return [finding for subject in checks for finding in found.get(subject) or [_silent(subject, seconds)]]


def _silent(subject: str, seconds: float) -> Finding:
    do = "What it asks accepts connections and does not answer: look at its log, or restart it."
    return problem(subject, f"no answer within {seconds:g} s", do)


def age(seconds: float) -> str:
    """Such as `40 s`, `12 min`, `3 h`, `5 days`."""
    for unit, size in (("days", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"
