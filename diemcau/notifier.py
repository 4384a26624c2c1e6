"""The contract of a notifier plugin, entry-point group `diemcau.notifier`: one way to reach a person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, Protocol, runtime_checkable

from marshmallow import Schema

GROUP = "diemcau.notifier"
CONTRACT = 1
Address = Literal["email", "phone"]
ADDRESSES: tuple[Address, ...] = ("email", "phone")


@dataclass(frozen=True, slots=True)
class Message:
    """One message for one person. `to` is what the plugin's `address` says; `body` is plain text.

    `id` is the same however often the message is tried: a service that takes an id of its own
    (Message-ID, request id) should get this one.
    """

    id: str
    to: str
    name: str
    subject: str
    body: str


class Refused(Exception):
    """The message was not sent, and trying again would not help. The text is shown to the organiser."""


class TryLater(Exception):
    """The message was certainly not sent; later it may be. The text is shown to the organiser."""


@runtime_checkable
class NotifierPlugin(Protocol):
    """Hands one message over.

    `name` is what DIEMCAU_NOTIFIER says; `address` is the fact about a person that it needs;
    `settings_schema` validates its settings.
    """

    name: ClassVar[str]
    contract: ClassVar[int]
    address: ClassVar[Address]
    settings_schema: ClassVar[type[Schema]]

    def send(self, message: Message, settings: Mapping[str, Any]) -> None:
        """Return once the message is accepted by the service that carries it, within a minute.

        Raises Refused or TryLater when it was certainly not sent. Any other exception means that
        nobody knows: such a message is never sent again by itself.
        """
