"""What the broker holds: one exchange, a queue per consumer, and a place for events that nobody reads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from kombu import Connection, Exchange, Queue, binding

from shared.bus.delivery import versionless
from shared.bus.faults import broker_down_when_lost

HEARTBEAT_SECONDS = 10
CONNECT_SECONDS = 5
UNROUTED_LENGTH = 10_000
ANSWER_SECONDS = 20


@dataclass(frozen=True)
class Topology:
    """Every consumer of the deployment with the event types that it reads; `prefix` starts all names.

    Every process declares all of it, so an event for a service that was never started waits in its queue.
    """

    consumers: Mapping[str, frozenset[str]]
    prefix: str = "diemcau"

    def __post_init__(self) -> None:
        if "unrouted" in self.consumers:
            raise ValueError('a consumer cannot be called "unrouted": that queue has another purpose')

    @property
    def exchange(self) -> str:
        return f"{self.prefix}.events"

    @property
    def unrouted(self) -> str:
        return f"{self.prefix}.unrouted"

    def queue(self, consumer: str) -> str:
        return f"{self.prefix}.{consumer}"


@contextmanager
def connected(
    amqp_url: str, *, patience: float = CONNECT_SECONDS, answer: float = ANSWER_SECONDS
) -> Iterator[Connection]:
    """An open kombu connection. Raises `BrokerDown`, also when the broker is lost inside the block.

    `patience`: seconds to connect in; `answer`: seconds that the broker may take for an answer.
    """
    options = {"read_timeout": answer, "write_timeout": answer}
    connection = Connection(
        amqp_url, heartbeat=HEARTBEAT_SECONDS, connect_timeout=patience, transport_options=options
    )
    with broker_down_when_lost(), connection:
        # kombu's own retries come after fixed pauses; the callers have theirs.
        connection.ensure_connection(max_retries=0)
        yield connection


def declare(amqp_url: str, topology: Topology) -> None:
    """Make the exchange and all queues and bindings; does nothing where they exist. Raises `BrokerDown`."""
    with connected(amqp_url) as connection:
        channel = connection.channel()
        unrouted_queue(topology)(channel).declare()
        events = events_exchange(topology)
        arguments = queue_arguments(connection.connection.server_properties)
        for consumer, event_types in topology.consumers.items():
            bindings = [binding(events, routing_key=key) for key in _routing_keys(event_types)]
            name = topology.queue(consumer)
            Queue(name, bindings=bindings, queue_arguments=arguments)(channel).declare()
        events(channel).declare()


def count_unrouted(amqp_url: str, topology: Topology) -> int:
    """How many of the latest events had no reader, at most `UNROUTED_LENGTH`. Raises `BrokerDown`."""
    with connected(amqp_url) as connection:
        declared = connection.channel().queue_declare(topology.unrouted, passive=True)
        return int(declared.message_count)


def events_exchange(topology: Topology) -> Exchange:
    """Where every event is published; what no queue wants goes on to the place for that."""
    return Exchange(
        topology.exchange, type="topic", durable=True, arguments={"alternate-exchange": topology.unrouted}
    )


def unrouted_queue(topology: Topology) -> Queue:
    """The latest events that no queue wanted."""
    limits = {"x-max-length": UNROUTED_LENGTH, "x-overflow": "drop-head"}
    exchange = Exchange(topology.unrouted, type="fanout", durable=True)
    return Queue(topology.unrouted, exchange, queue_arguments=limits)


def _routing_keys(event_types: Iterable[str]) -> list[str]:
    # Any version is let in: the consumer parks one that it does not know yet and replays it after its update.
    return sorted({f"{versionless(event_type)}.*" for event_type in event_types})


def queue_arguments(server_properties: Mapping[str, Any]) -> dict[str, Any]:
    """Of every consumer's queue, for a server that introduces itself so."""
    arguments: dict[str, Any] = {
        "x-queue-type": "quorum",
        "x-single-active-consumer": True,
        "x-overflow": "reject-publish",
    }
    # From 4.0 on a delivery limit is the default, which would drop innocent prefetched events when one event
    # crashes its consumer again and again. Older servers have none and refuse -1.
    if int(str(server_properties["version"]).partition(".")[0]) >= 4:
        arguments["x-delivery-limit"] = -1
    return arguments
