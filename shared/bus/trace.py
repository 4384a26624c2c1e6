"""Which chain of events the current work belongs to: carried by context, stamped on what is emitted."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True)
class Trace:
    """`correlation` is the same along a whole chain; `causation` is the event that is being handled."""

    correlation: UUID
    causation: UUID | None = None


_current: ContextVar[Trace | None] = ContextVar("trace", default=None)


def current_trace() -> Trace | None:
    """The chain of the work in hand, or None when nothing has started one."""
    return _current.get()


@contextmanager
def traced(correlation: UUID, causation: UUID | None = None) -> Iterator[Trace]:
    """Let everything emitted inside belong to the chain `correlation`."""
    trace = Trace(correlation, causation)
    token = _current.set(trace)
    try:
        yield trace
    finally:
        _current.reset(token)
