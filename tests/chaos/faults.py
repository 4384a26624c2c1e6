"""Wrong ways to move events, for the negative controls: with one of them the audit must fail."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from shared.bus import delivery
from shared.bus.publisher import Receipt
from shared.bus.rabbit import RabbitConsumer
from shared.bus.relay import Relay


def without_inbox() -> None:
    """Whatever is delivered is applied."""

    def always(*_arguments: Any) -> bool:
        return True

    delivery.record_event = delivery.advance_key = always  # type: ignore[assignment]


def mark_before_publish() -> None:
    """The relay takes its own word for the broker's."""
    publish = Relay._publish

    def marked(self: Relay, connection: Any, publisher: Any, parcels: Any) -> Receipt:
        self._mark(connection, Receipt(confirmed=[parcel.seq for parcel in parcels]))
        return publish(self, connection, publisher, parcels)

    Relay._publish = marked  # type: ignore[method-assign]


def acknowledge_before_commit() -> None:
    """The consumer thanks for an event that it has not applied yet."""
    take = RabbitConsumer._take

    def acknowledged(self: RabbitConsumer, arrived: Any) -> None:
        for message in arrived:
            if not message.acknowledged:
                message.ack()
            message.ack = lambda **_named: None
        take(self, arrived)

    RabbitConsumer._take = acknowledged  # type: ignore[method-assign]


FAULTS: Mapping[str, Callable[[], None]] = {
    "no-inbox": without_inbox,
    "mark-before-publish": mark_before_publish,
    "ack-before-commit": acknowledge_before_commit,
}
