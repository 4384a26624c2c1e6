"""The event on the wire: CloudEvents 1.0 in JSON, structured mode."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson

from shared.bus.faults import MalformedEnvelope

CONTENT_TYPE = "application/cloudevents+json; charset=utf-8"
_SOURCE_PREFIX = "diemcau/"


@dataclass(frozen=True)
class Envelope:
    """One event with its attributes. `source` is the plain service name, `time` is UTC.

    `key_version` counts from 1 per (source, key). `correlation` is the first event's own id when nothing
    else started the chain. `recipient`: the one consumer that a known fact is told again; None: everybody.
    """

    id: UUID
    type: str
    source: str
    subject: str
    time: datetime
    key: str
    key_version: int
    correlation: UUID
    causation: UUID | None
    data: dict[str, Any]
    recipient: str | None = None

    def to_bytes(self) -> bytes:
        return stamp(self.unstamped(), self.key_version)

    def unstamped(self) -> bytes:
        """The bytes without `keyversion`, which the outbox gives out only while it stores the event."""
        attributes = {
            "specversion": "1.0",
            "id": self.id,
            "source": _SOURCE_PREFIX + self.source,
            "type": self.type,
            "subject": self.subject,
            "time": self.time,
            "datacontenttype": "application/json",
            "partitionkey": self.key,
            "correlationid": self.correlation,
        }
        if self.causation is not None:
            attributes["causationid"] = self.causation
        if self.recipient is not None:
            attributes["recipient"] = self.recipient
        return orjson.dumps(attributes | {"data": self.data}, option=orjson.OPT_UTC_Z)

    @classmethod
    def from_bytes(cls, raw: bytes) -> Envelope:
        """Read an envelope. Raises `MalformedEnvelope` naming the attribute, never quoting its value."""
        attributes = _read_object(raw)
        if attributes.get("specversion") != "1.0":
            raise MalformedEnvelope("specversion")
        if attributes.get("datacontenttype", "application/json") != "application/json":
            raise MalformedEnvelope("datacontenttype")
        causation = attributes.get("causationid")
        return cls(
            id=_uuid(attributes, "id"),
            type=_text(attributes, "type"),
            source=_source(attributes),
            subject=_text(attributes, "subject"),
            time=_time(attributes),
            key=_text(attributes, "partitionkey"),
            key_version=_version(attributes),
            correlation=_uuid(attributes, "correlationid"),
            causation=None if causation is None else _uuid(attributes, "causationid"),
            data=_data(attributes),
            recipient=None if attributes.get("recipient") is None else _text(attributes, "recipient"),
        )


def stamp(unstamped: bytes, key_version: int) -> bytes:
    """The bytes that travel for an outbox row: its envelope completed by the version of its key."""
    return b'%b,"keyversion":%d}' % (unstamped[:-1], key_version)


def _read_object(raw: bytes) -> dict[str, Any]:
    try:
        attributes = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise MalformedEnvelope("not JSON") from error
    if not isinstance(attributes, dict):
        raise MalformedEnvelope("not an object")
    return attributes


def _text(attributes: dict[str, Any], name: str) -> str:
    value = attributes.get(name)
    if not isinstance(value, str) or not value:
        raise MalformedEnvelope(name)
    return value


def _uuid(attributes: dict[str, Any], name: str) -> UUID:
    try:
        return UUID(_text(attributes, name))
    except ValueError as error:
        raise MalformedEnvelope(name) from error


def _source(attributes: dict[str, Any]) -> str:
    prefix, service = (
        _text(attributes, "source")[: len(_SOURCE_PREFIX)],
        attributes["source"][len(_SOURCE_PREFIX) :],
    )
    if prefix != _SOURCE_PREFIX or not service:
        raise MalformedEnvelope("source")
    return str(service)


def _time(attributes: dict[str, Any]) -> datetime:
    try:
        time = datetime.fromisoformat(_text(attributes, "time"))
    except ValueError as error:
        raise MalformedEnvelope("time") from error
    if time.tzinfo is None:
        raise MalformedEnvelope("time")
    return time.astimezone(UTC)


def _version(attributes: dict[str, Any]) -> int:
    version = attributes.get("keyversion")
    if type(version) is not int or not 1 <= version < 2**63:
        raise MalformedEnvelope("keyversion")
    return version


def _data(attributes: dict[str, Any]) -> dict[str, Any]:
    data = attributes.get("data")
    if not isinstance(data, dict):
        raise MalformedEnvelope("data")
    return data
