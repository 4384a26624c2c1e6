"""Consuming from RabbitMQ: acknowledged after the commit, reconnecting for ever."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import structlog
from kombu import Connection, Queue
from kombu import Consumer as Subscription

from shared.bus.delivery import Consumer, deliver
from shared.bus.faults import BrokerDown, Unavailable, broker_down_when_lost, describe
from shared.bus.topology import HEARTBEAT_SECONDS, Topology, connected, declare

PREFETCH = 32
_DRAIN_SECONDS = 0.5
_RETRY, _LONGEST_RETRY = 0.2, 10.0

_log = structlog.get_logger(__name__)


class RabbitConsumer:
    """One consumer's queue, read in this process. Of several processes the broker serves one at a time."""

    def __init__(self, consumer: Consumer, amqp_url: str, topology: Topology) -> None:
        self._consumer = consumer
        self._amqp_url = amqp_url
        self._topology = topology
        self._failures = 0
        self._spared: bytes | None = None
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
                    self._drain(connection)
                    while arrived and not stop.is_set():
                        self._handle(arrived.popleft())

    def _drain(self, connection: Connection) -> None:
        try:
            connection.drain_events(timeout=_DRAIN_SECONDS)
        except TimeoutError:
            with self._writing:
                connection.heartbeat_check()

    def _handle(self, message: Any) -> None:
        raw = bytes(message.body) if not isinstance(message.body, str) else message.body.encode()
        # Redelivery after the database was down says nothing against the event.
        suspect = bool(message.delivery_info["redelivered"]) and raw != self._spared
        try:
            deliver(self._consumer, raw, suspect=suspect)
        except Unavailable:
            self._spared = raw
            raise
        with self._writing:
            message.ack()
        self._spared, self._failures = None, 0

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
