"""AsyncAPI 3.0 from the marshmallow contracts: what a service sends and what it listens to."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin

from diemcau import __version__
from shared.contracts.event import Event

EXCHANGE = "diemcau.events"


def asyncapi(service: str, emits: Iterable[type[Event]], handles: Iterable[type[Event]]) -> dict[str, Any]:
    """The document of one service. Channels are routing keys on the topic exchange `diemcau.events`."""
    sent, received = list(emits), list(handles)
    spec = APISpec("Điểm Cầu", __version__, "3.1.0", plugins=[MarshmallowPlugin()])
    for contract in {*sent, *received}:
        spec.components.schema(contract.__name__, schema=contract)
    operations = [("send", contract) for contract in sent] + [("receive", contract) for contract in received]
    return {
        "asyncapi": "3.0.0",
        "info": {"title": f"Điểm Cầu {service}", "version": __version__},
        "defaultContentType": "application/cloudevents+json",
        "channels": {contract.__name__: _channel(contract) for _, contract in operations},
        "operations": {
            f"{action}{contract.__name__}": _operation(action, contract) for action, contract in operations
        },
        "components": {
            "schemas": spec.to_dict()["components"]["schemas"],
            "messages": {contract.__name__: _message(contract) for _, contract in operations},
        },
    }


def _channel(contract: type[Event]) -> dict[str, Any]:
    return {
        "address": contract.event_type,
        "messages": {contract.__name__: {"$ref": f"#/components/messages/{contract.__name__}"}},
        "bindings": {
            "amqp": {"is": "routingKey", "exchange": {"name": EXCHANGE, "type": "topic", "durable": True}}
        },
    }


def _operation(action: str, contract: type[Event]) -> dict[str, Any]:
    channel = f"#/channels/{contract.__name__}"
    return {
        "action": action,
        "channel": {"$ref": channel},
        "messages": [{"$ref": f"{channel}/messages/{contract.__name__}"}],
    }


def _message(contract: type[Event]) -> dict[str, Any]:
    lines = (contract.__doc__ or "").strip().splitlines()
    return {
        "name": contract.event_type,
        "title": contract.__name__,
        "summary": lines[0] if lines else contract.event_type,
        "contentType": "application/cloudevents+json",
        "payload": {
            "type": "object",
            "required": ["specversion", "id", "source", "type", "time", "partitionkey", "keyversion", "data"],
            "properties": {
                "specversion": {"const": "1.0"},
                "type": {"const": contract.event_type},
                "recipient": {"type": "string", "description": "Told again, to this consumer alone"},
                "data": {"$ref": f"#/components/schemas/{contract.__name__}"},
            },
        },
    }
