"""Payloads and their contracts: what a sender may put in an event and what a consumer gets out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, cast

from marshmallow import Schema, ValidationError, fields

from shared.bus.faults import ContractMismatch
from shared.contracts.event import Event


class ContractViolation(Exception):
    """A service tried to emit data that its own contract forbids: an error of the program."""


def to_wire(contract: type[Event], data: Mapping[str, Any]) -> dict[str, Any]:
    """The JSON-ready payload, as the contract dumps it. Raises `ContractViolation`."""
    schema = _schema(contract)
    # Dumping leaves out what the schema does not know, so a misspelt name would vanish unseen.
    unknown = sorted(_unknown(schema, data))
    if unknown:
        raise ContractViolation(f"{contract.event_type}: unknown {', '.join(unknown)}")
    try:
        sent = cast(dict[str, Any], schema.dump(data))
    except (ValueError, TypeError, AttributeError) as error:
        raise ContractViolation(f"{contract.event_type}: {type(error).__name__}") from error
    problems = schema.validate(sent)
    if problems:
        raise ContractViolation(f"{contract.event_type}: {problems}")
    return sent


def from_wire(contract: type[Event], data: Mapping[str, Any]) -> dict[str, Any]:
    """The payload as Python values. Raises `ContractMismatch` naming the fields at fault."""
    try:
        return cast(dict[str, Any], _schema(contract).load(data))
    except ValidationError as error:
        raise ContractMismatch(f"{contract.event_type}: {error.messages}") from error


@cache
def _schema(contract: type[Event]) -> Event:
    # Making an instance costs more than a load; instances keep no state between loads.
    return contract()


@cache
def _known(schema: Schema) -> dict[str, fields.Field[Any]]:
    return {field.attribute or name: field for name, field in schema.dump_fields.items()}


def _unknown(schema: Schema, data: Mapping[str, Any], at: str = "") -> Iterator[str]:
    known = _known(schema)
    for name, value in data.items():
        if name not in known:
            yield f"{at}/{name}"
        elif isinstance(value, (Mapping, list, tuple)):
            yield from _unknown_inside(known[name], value, f"{at}/{name}")


def _unknown_inside(field: fields.Field[Any], value: Any, at: str) -> Iterator[str]:
    inner = field.inner if isinstance(field, fields.List) else field
    if not isinstance(inner, fields.Nested):
        return
    for index, item in enumerate(value if isinstance(value, (list, tuple)) else [value]):
        if isinstance(item, Mapping):
            yield from _unknown(inner.schema, item, f"{at}/{index}" if item is not value else at)
