"""Consuming from RabbitMQ: acknowledged after the commit, reconnecting for ever."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import takewhile
from typing import Any

import structlog
from kombu import Connection, Queue
from kombu import Consumer as Subscription

from shared.bus.batching import BATCH, deliver_together, first_batch
from shared.bus.delivery import Consumer, deliver
from shared.bus.faults import BrokerDown, Unavailable, broker_down_when_lost, describe
from shared.bus.topology import HEARTBEAT_SECONDS, Topology, connected, declare

PREFETCH = 2 * BATCH
_DRAIN_SECONDS = 0.5
_AT_ONCE = 0.001  # not 0: py-amqp spins on a socket that never blocks until a frame is whole
_RETRY, _LONGEST_RETRY = 0.2, 10.0

_log = structlog.get_logger(__name__)


class RabbitConsumer:
    """One consumer's queue, read in this process. Of several processes the broker serves one at a time."""

    def __init__(self, consumer: Consumer, amqp_url: str, topology: Topology) -> None:
        self._consumer = consumer
        self._amqp_url = amqp_url
        self._topology = topology
        self._failures = 0
        self._spared: frozenset[bytes] = frozenset()
        # py-amqp is not thread-safe for writing: acknowledgements and heartbeats take turns.
        self._writing = threading.Lock()

    def run(self, stop: threading.Event) -> None:
        """Deliver events until `stop` is set. Loss of the broker or of the database is waited out."""
        while not stop.is_set():
            try:
                self._consume(stop)
            except (BrokerDown, Unavailable) as error:
                _log.warning("consumer_interrupted", consumer=self._consumer.name, reason=describe(error))
                stop.wait(min(_RETRY * 2**self._failures, _LONGEST_RETRY))
                self._failures = min(self._failures + 1, 10)

    def _consume(self, stop: threading.Event) -> None:
        declare(self._amqp_url, self._topology)
        queue = Queue(self._topology.queue(self._consumer.name), no_declare=True)
        with connected(self._amqp_url) as connection:
            arrived: deque[Any] = deque()
            subscription = Subscription(connection.channel(), [queue], on_message=arrived.append)
            subscription.qos(prefetch_count=PREFETCH, apply_global=False)
            subscription.consume()
            with self._heartbeats(connection.connection):
                while not stop.is_set():
                    self._drain(connection, arrived)
                    while arrived and not stop.is_set():
                        self._take(arrived)

    def _drain(self, connection: Connection, arrived: deque[Any]) -> None:
        """Wait for an event, and fetch those that have come with it."""
        try:
            connection.drain_events(timeout=_DRAIN_SECONDS)
            while len(arrived) < PREFETCH:
                connection.drain_events(timeout=_AT_ONCE)
        except TimeoutError:
            with self._writing:
                connection.heartbeat_check()

    def _take(self, arrived: deque[Any]) -> None:
        """Deliver the first event, or in a backlog the first few together."""
        fresh = takewhile(lambda message: not self._is_suspect(message), arrived)
        sizes = ((message.properties.get("type", ""), len(message.body)) for message in fresh)
        messages = [arrived.popleft() for _ in range(first_batch(self._consumer, sizes))]
        if len(messages) == 1 or not self._handle_together(messages):
            for message in messages:
                self._handle(message)

    def _handle_together(self, messages: list[Any]) -> bool:
        with self._sparing(messages):
            done = deliver_together(self._consumer, [_raw(message) for message in messages])
        if done:
            self._acknowledge(messages[-1], multiple=True)
        return done

    def _handle(self, message: Any) -> None:
        with self._sparing([message]):
            deliver(self._consumer, _raw(message), suspect=self._is_suspect(message))
        self._acknowledge(message)

    def _acknowledge(self, message: Any, *, multiple: bool = False) -> None:
        """`multiple`: with all before it, which are done with, too."""
        with self._writing:
            message.ack(multiple=multiple)
        self._spared, self._failures = frozenset(), 0

    def _is_suspect(self, message: Any) -> bool:
        return bool(message.delivery_info["redelivered"]) and _raw(message) not in self._spared

    @contextmanager
    def _sparing(self, messages: list[Any]) -> Iterator[None]:
        """Redelivery after the database was down says nothing against the events in hand."""
        try:
            yield
        except Unavailable:
            self._spared = frozenset(_raw(message) for message in messages)
            raise

    @contextmanager
    def _heartbeats(self, wire: Any) -> Iterator[None]:
        """Keep the connection alive while a handler takes longer than the broker's patience."""
        stop = threading.Event()
        pulse = threading.Thread(target=self._pulse, args=(wire, stop), name="heartbeat", daemon=True)
        pulse.start()
        try:
            yield
        finally:
            stop.set()
            pulse.join()

    def _pulse(self, wire: Any, stop: threading.Event) -> None:
        while not stop.wait(HEARTBEAT_SECONDS / 3):
            try:
                with broker_down_when_lost(), self._writing:
                    wire.send_heartbeat()
            except BrokerDown:
                # The reading thread meets the same loss and reports it.
                return


def _raw(message: Any) -> bytes:
    return message.body.encode() if isinstance(message.body, str) else bytes(message.body)
