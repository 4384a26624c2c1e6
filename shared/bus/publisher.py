"""Publishing with pika: many events in flight, each confirmed by its own tag, never two of one key."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice, takewhile
from typing import Any, NamedTuple

import pika
from pika.adapters.select_connection import IOLoop, SelectConnection

from shared.bus.envelope import CONTENT_TYPE
from shared.bus.faults import BrokerDown
from shared.bus.topology import CONNECT_SECONDS, HEARTBEAT_SECONDS

_BLOCKED_SECONDS = 30
_CHUNK = 100


class Parcel(NamedTuple):
    """One outbox row on its way: `body` is the finished envelope. `queue`: the only one that it is for."""

    seq: int
    id: str
    type: str
    key: str
    body: bytes
    queue: str | None = None


@dataclass
class Receipt:
    """What the broker said: confirmed rows, refused ones with the reason, and why it fell silent, if so.

    Rows in neither were held back behind a refused one of their key, or their fate is unknown.
    """

    confirmed: list[int] = field(default_factory=list)
    refused: dict[int, str] = field(default_factory=dict)
    lost: str | None = None


class Publisher:
    """A connection to one exchange, served by a thread of its own; `send` and `receipt` take turns.

    `patience`: seconds without any confirmation after which the connection counts as lost.
    """

    def __init__(self, amqp_url: str, exchange: str, *, patience: float = 10.0) -> None:
        self._exchange = exchange
        self._patience = patience
        self._parameters = pika.URLParameters(amqp_url)
        self._parameters.heartbeat = HEARTBEAT_SECONDS
        self._parameters.blocked_connection_timeout = _BLOCKED_SECONDS
        self._parameters.socket_timeout = CONNECT_SECONDS
        self._parameters.stack_timeout = 2 * CONNECT_SECONDS
        self._ioloop = IOLoop()
        self._thread = threading.Thread(target=self._serve, name="publisher", daemon=True)
        self._ready = threading.Event()
        self._lost: str | None = None
        self._connection: Any = None
        self._channel: Any = None
        self._tag = 0
        self._in_flight: dict[int, Parcel] = {}
        self._returned: dict[str, str] = {}
        self._round = _Round(())

    def __enter__(self) -> Publisher:
        """Connect. Raises `BrokerDown`."""
        self._thread.start()
        if not self._ready.wait(3 * CONNECT_SECONDS) or self._lost:
            self.__exit__()
            raise BrokerDown(self._lost or "connecting took too long")
        return self

    def __exit__(self, *_exception: object) -> None:
        self._ioloop.add_callback_threadsafe(self._close)
        self._thread.join(2 * CONNECT_SECONDS)

    def send(self, parcels: Sequence[Parcel]) -> None:
        """Start sending events, at least one.

        Each waits until the one before it of the same key is confirmed: a refused one is never overtaken.
        """
        current = self._round = _Round(parcels)
        if self._lost:
            current.done.set()
        self._ioloop.add_callback_threadsafe(lambda: self._feed(iter(current.ready())))

    def receipt(self) -> Receipt:
        """Wait until every event sent is confirmed, refused or held back, or the broker is lost.

        After a receipt with `lost` the publisher is of no more use.
        """
        current, settled = self._round, -1
        while not current.done.wait(self._patience) and settled != current.settled:
            settled = current.settled
        if not current.done.is_set():
            self._lost = self._lost or f"no confirmation for {self._patience:g} s"
        if self._lost:
            # Ends the thread, so that the receipt does not change any more.
            self.__exit__()
        current.receipt.lost = self._lost
        return current.receipt

    def _serve(self) -> None:
        self._connection = SelectConnection(
            self._parameters,
            on_open_callback=self._on_open,
            on_open_error_callback=self._on_lost,
            on_close_callback=self._on_lost,
            custom_ioloop=self._ioloop,
        )
        try:
            self._ioloop.start()
        finally:
            self._ioloop.close()

    def _on_open(self, connection: Any) -> None:
        connection.channel(on_open_callback=self._on_channel)

    def _on_channel(self, channel: Any) -> None:
        self._channel = channel
        channel.add_on_close_callback(self._on_lost)
        channel.add_on_return_callback(self._on_return)
        channel.confirm_delivery(self._on_confirmation, callback=lambda _frame: self._ready.set())

    def _on_lost(self, _origin: Any, reason: Any) -> None:
        self._lost = self._lost or str(reason) or type(reason).__name__
        self._ready.set()
        self._round.done.set()
        self._close()

    def _close(self) -> None:
        if self._connection.is_open:
            self._connection.close()
            # A peer that fell silent does not answer the goodbye either.
            self._ioloop.call_later(1, self._ioloop.stop)
        elif not self._connection.is_closing:
            self._ioloop.stop()

    def _feed(self, parcels: Iterator[Parcel]) -> None:
        chunk = list(islice(parcels, _CHUNK))
        for parcel in chunk:
            self._send(parcel)
        if chunk:
            # The loop writes to the socket between chunks: the broker works while the next one is made.
            self._ioloop.add_callback(lambda: self._feed(parcels))

    def _send(self, parcel: Parcel) -> None:
        if not self._channel.is_open:
            return
        self._tag += 1
        self._in_flight[self._tag] = parcel
        properties = pika.BasicProperties(
            content_type=CONTENT_TYPE,
            delivery_mode=2,
            message_id=parcel.id,
            type=parcel.type,
        )
        # The broker's nameless exchange leads to the queue of the routing key's name.
        where = (self._exchange, parcel.type) if parcel.queue is None else ("", parcel.queue)
        self._channel.basic_publish(*where, parcel.body, properties, mandatory=True)

    def _on_return(self, _channel: Any, method: Any, properties: Any, _body: bytes) -> None:
        # The broker returns an unroutable event first and confirms it afterwards.
        self._returned[properties.message_id] = f"returned: {method.reply_code} {method.reply_text}"

    def _on_confirmation(self, frame: Any) -> None:
        nacked = isinstance(frame.method, pika.spec.Basic.Nack)
        for tag in self._tags(frame.method.delivery_tag, frame.method.multiple):
            parcel = self._in_flight.pop(tag, None)
            if parcel is not None:
                self._settle(parcel, nacked)

    def _tags(self, tag: int, multiple: bool) -> list[int]:
        if not multiple:
            return [tag]
        # Tags only grow, and so does this mapping: nothing behind the first larger one can match.
        return list(takewhile(lambda sent: sent <= tag, self._in_flight))

    def _settle(self, parcel: Parcel, nacked: bool) -> None:
        refusal = self._returned.pop(parcel.id, None) or ("nack" if nacked else None)
        following = self._round.settle(parcel, refusal)
        if following is not None:
            self._send(following)


class _Round:
    """The events of one call, by key, and what became of them. Owned by the publisher's thread."""

    def __init__(self, parcels: Sequence[Parcel]) -> None:
        self.receipt = Receipt()
        self.done = threading.Event()
        self.settled = 0
        self._queues: dict[str, deque[Parcel]] = {}
        for parcel in parcels:
            self._queues.setdefault(parcel.key, deque()).append(parcel)

    def ready(self) -> list[Parcel]:
        """The first event of each key."""
        return [queue.popleft() for queue in self._queues.values()]

    def settle(self, parcel: Parcel, refusal: str | None) -> Parcel | None:
        """Note the broker's answer and return the next event of the key, if it may go now."""
        self.settled += 1
        queue = self._queues[parcel.key]
        if refusal is None:
            self.receipt.confirmed.append(parcel.seq)
        else:
            self.receipt.refused[parcel.seq] = refusal
            queue.clear()
        if queue:
            return queue.popleft()
        del self._queues[parcel.key]
        if not self._queues:
            self.done.set()
        return None
