"""Looking after something again and again: due jobs, reminders, messages whose time has come."""

from __future__ import annotations

import threading
from collections.abc import Callable

import structlog
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from shared.storage.database import Database

_log = structlog.get_logger(__name__)


class Rounds:
    """`go` does one thing that is due and says whether there was any; then the next look comes at once.

    `pause`: seconds between two looks that find nothing; a commit in `wakened_by` ends it early.
    """

    def __init__(
        self, go: Callable[[], bool], *, pause: float = 1.0, wakened_by: Database | None = None
    ) -> None:
        self.go, self._pause, self._wake = go, pause, threading.Event()
        if wakened_by is not None:
            wakened_by.on_commit(self._wake.set)

    def run(self, stop: threading.Event) -> None:
        """Until `stop` is set. A database that is down is waited out."""
        while not stop.is_set():
            self._wake.clear()
            if not self._look():
                self._rest(stop)

    def _look(self) -> bool:
        try:
            return self.go()
        except (DBAPIError, PoolTimeout) as error:
            _log.warning("round_interrupted", reason=type(error).__name__)
            return False

    def _rest(self, stop: threading.Event) -> None:
        """Wait for the pause or a commit, and notice the end of it all within a second."""
        left = self._pause
        while left > 0 and not stop.is_set() and not self._wake.wait(min(left, 1.0)):
            left -= 1.0
