"""One reading for all: whoever looks at a conference's board in this process shares what was asked once."""

from __future__ import annotations

import math
import random
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import orjson
import structlog

from services.portal.board.events import told
from services.portal.board.model import Reading, Wanted, view_of
from services.portal.clients import ApiProblem, ServiceDown

PACE = 1.0
"""Seconds between two readings while somebody looks on."""
REST = 4.0
"""A large board rests this many times as long as reading it took, so that it never keeps a service busy."""
HEAVY = 1.0
"""Seconds from which on a reading is too dear to make one for each page."""
BEAT = 5.0
"""A viewer hears something at least so often; one that went away is noticed by then."""
MOST_VIEWS = 500
"""Views of one reading that are kept; polls may ask for any filter."""
LIFETIME = 600.0
"""Seconds after which the browser has to come again, and is checked again: accounts are closed meanwhile,
and a connection may have died without a word."""

_log = structlog.get_logger()
Read = Callable[[], Reading]


@dataclass(frozen=True, slots=True)
class Latest:
    """A reading, its number among those that differ, and when it began and how long it took (monotonic)."""

    reading: Reading
    number: int
    began: float
    took: float

    @property
    def rest(self) -> float:
        return max(PACE, REST * self.took)

    @property
    def good_for(self) -> float:
        """How old it may be for a page: where reading is dear, as old as the one before the next."""
        return self.rest + 2 * self.took if self.took > HEAVY else 0.0

    @property
    def age(self) -> float:
        return round(time.monotonic() - self.began, 1)

    @property
    def beat(self) -> bytes:
        """As JSON: how old the figures are, and from which age on they are late, in seconds."""
        return orjson.dumps({"age": self.age, "patience": round(3 * self.rest + 2 * BEAT, 1)})


class Board:
    """The board of one conference. A thread reads it while there are viewers, until `stop`."""

    def __init__(self, read: Read, stop: threading.Event) -> None:
        self._read, self._stop = read, stop
        self._asking = threading.Lock()
        self._changed = threading.Condition()
        self._latest: Latest | None = None
        self._failed: tuple[float, ServiceDown | ApiProblem] | None = None
        self._viewers = 0
        self._thread: threading.Thread | None = None
        self._telling = threading.Lock()
        self._told: tuple[int, dict[Wanted, bytes]] = (0, {})

    def latest(self) -> Latest:
        """A reading that began after this call; those who wait together share one.

        A board that is dear to read gives the last one. Raises ServiceDown, ApiProblem.
        """
        return self.at_most(self._latest.good_for if self._latest else 0.0)

    def recent(self) -> Latest:
        """As old as the pace allows: however many ask, it is read no more often. Raises as `latest` does."""
        return self.at_most(max(self._latest.rest, self._latest.good_for) if self._latest else 0.0)

    def at_most(self, age: float) -> Latest:
        """A reading that began no more than `age` seconds before this call; a failure is shared as well."""
        asked = time.monotonic()
        if (known := self._latest) and known.began >= asked - age:
            return known
        with self._asking:
            if (known := self._latest) and known.began >= asked - age:
                return known
            if self._failed and self._failed[0] >= asked:
                raise self._failed[1]
            return self._ask()

    def follow(self, wanted: Wanted) -> Iterator[bytes]:
        """Server-sent events: the whole state at first and after each change, a beat at least every BEAT."""
        end = time.monotonic() + LIFETIME * random.uniform(0.8, 1.2)  # they shall not all come at once
        number, sent = 0, b""
        yield b"retry: 3000\n\n"
        while not self._stop.is_set() and time.monotonic() < end:
            latest = self._next(number)
            text = self.told(latest, wanted) if latest and latest.number != number else sent
            number = latest.number if latest else 0
            state = b"event: state\ndata: %b\n\n" % text if text != sent else b""
            yield state + (b"event: beat\ndata: %b\n\n" % latest.beat if latest else b": nothing yet\n\n")
            sent = text

    def told(self, latest: Latest, wanted: Wanted) -> bytes:
        """The live figures of a view as JSON, made once for all who want the same."""
        with self._telling:
            if self._told[0] != latest.number or len(self._told[1]) > MOST_VIEWS:
                self._told = (latest.number, {})
            texts = self._told[1]
            if wanted not in texts:
                texts[wanted] = orjson.dumps(told(view_of(latest.reading, wanted)))
            return texts[wanted]

    def enter(self) -> None:
        with self._changed:
            self._viewers += 1
            if self._thread is None:
                self._thread = threading.Thread(target=self._go_on, name="board", daemon=True)
                self._thread.start()

    def leave(self) -> None:
        with self._changed:
            self._viewers -= 1

    def _next(self, number: int) -> Latest | None:
        """The latest when it is another than `number`, or else after a beat."""
        with self._changed:
            self._changed.wait_for(lambda: self._stop.is_set() or self._number != number, BEAT)
            return self._latest

    @property
    def _number(self) -> int:
        return self._latest.number if self._latest else 0

    def _go_on(self) -> None:
        while not self._stop.wait(self._look()):
            with self._changed:
                if not self._viewers:
                    self._thread = None
                    return
        with self._changed:
            self._changed.notify_all()

    def _look(self) -> float:
        """Read once; seconds until it may be read again. The viewers' watchdogs tell what fails."""
        try:
            return self.at_most(0.0).rest
        except (ServiceDown, ApiProblem):
            return PACE
        except Exception:
            _log.exception("board_not_read")
            return PACE

    def _ask(self) -> Latest:
        began = time.monotonic()
        try:
            return self._keep(self._read(), began)
        except (ServiceDown, ApiProblem) as error:
            self._failed = (began, error)
            raise

    def _keep(self, reading: Reading, began: float) -> Latest:
        took = time.monotonic() - began
        with self._changed:
            same = self._latest is not None and self._latest.reading == reading
            self._latest = Latest(reading, self._number + (not same), began, took)
            if not same:
                self._changed.notify_all()
            return self._latest


class Boards:
    """All boards of this process. `seats`: how many viewers may follow at once, each in a thread."""

    def __init__(self, reader: Callable[[str], Read], seats: int, stop: threading.Event) -> None:
        self._reader, self._stop = reader, stop
        self._free = threading.BoundedSemaphore(seats) if seats else None
        self._lock = threading.Lock()
        self._boards: dict[str, Board] = {}
        self.seats, self.viewers, self.refused = seats, 0, 0

    def of(self, key: str) -> Board:
        """The board of a conference, kept once it could be read. Raises ServiceDown, ApiProblem."""
        with self._lock:
            board = self._boards.setdefault(key, Board(self._reader(key), self._stop))
        try:
            board.at_most(math.inf)
        except (ServiceDown, ApiProblem):
            with self._lock:
                self._boards.pop(key, None)
            raise
        return board

    def take_seat(self, key: str) -> tuple[Board, Callable[[], None]] | None:
        """Come to look on: the board, and how to leave it; None when all seats are taken."""
        board, free = self.of(key), self._free
        if free is None or self._stop.is_set():
            return None
        if not free.acquire(blocking=False):
            self._count(refused=1)
            return None
        board.enter()
        self._count(viewers=1)

        def leave() -> None:
            board.leave()
            self._count(viewers=-1)
            free.release()

        return board, leave

    def _count(self, *, viewers: int = 0, refused: int = 0) -> None:
        with self._lock:
            self.viewers += viewers
            self.refused += refused
