"""What the broker holds of our topology, asked for without changing anything."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from amqp.exceptions import ChannelError, NotFound
from kombu import Connection, Queue

from shared.bus.topology import Topology, connected, events_exchange, queue_arguments, unrouted_queue

CONNECT_SECONDS, ANSWER_SECONDS = 3, 5


class Presence(StrEnum):
    PRESENT = "present"
    MISSING = "missing"
    DIFFERENT = "different"


@dataclass(frozen=True)
class Held:
    """An exchange or a queue. `detail`: the broker's words where it is not as we declare it.

    `ready`: messages that nobody has in hand; with `consumers` of a queue alone.
    """

    name: str
    presence: Presence
    ready: int = 0
    consumers: int = 0
    detail: str = ""


@dataclass(frozen=True)
class Inspection:
    """`queues`: by consumer."""

    version: str
    exchange: Held
    queues: Mapping[str, Held]
    unrouted: Held


def inspect(amqp_url: str, topology: Topology) -> Inspection:
    """Compare the broker with the topology. Bindings cannot be asked for. Raises `BrokerDown`."""
    with connected(amqp_url, patience=CONNECT_SECONDS, answer=ANSWER_SECONDS) as connection:
        properties = connection.connection.server_properties
        arguments = queue_arguments(properties)
        queues = {
            name: _queue(connection, Queue(topology.queue(name), queue_arguments=arguments))
            for name in topology.consumers
        }
        return Inspection(
            str(properties["version"]),
            _exchange(connection, topology),
            queues,
            _queue(connection, unrouted_queue(topology)),
        )


def _queue(connection: Connection, queue: Queue) -> Held:
    def look(channel: Any) -> Held:
        found = queue(channel).queue_declare(passive=True)
        return Held(queue.name, Presence.PRESENT, found.message_count, found.consumer_count)

    return _held(connection, queue.name, look, lambda channel: queue(channel).queue_declare())


def _exchange(connection: Connection, topology: Topology) -> Held:
    exchange = events_exchange(topology)

    def look(channel: Any) -> Held:
        exchange(channel).declare(passive=True)
        return Held(exchange.name, Presence.PRESENT)

    return _held(connection, exchange.name, look, lambda channel: exchange(channel).declare())


def _held(
    connection: Connection, name: str, look: Callable[[Any], Held], declare: Callable[[Any], Any]
) -> Held:
    """A passive declaration finds it whatever it is like; a full one, of what is there, compares."""
    held = Held(name, Presence.MISSING)
    try:
        held = look(connection.channel())
        declare(connection.channel())  # a refusal closes its channel: each question has its own
    except NotFound:
        return held
    except ChannelError as error:  # other arguments; or its node is away
        return Held(name, Presence.DIFFERENT, held.ready, held.consumers, error.reply_text)
    return held
