"""What every event contract is: a marshmallow schema that knows its type name."""

from __future__ import annotations

from typing import Any, ClassVar

from marshmallow import Schema, fields, validate

PAGE_ROWS = 2_000


class Event(Schema):
    """Payload of one event type. Ids and figures only: personal data never travels in an event.

    `paged` marks a big fact sent in pages: pages may arrive in any order and are told apart by
    (batch, page), so the newest-version rule of the inbox does not apply to them.
    """

    event_type: ClassVar[str]
    paged: ClassVar[bool] = False


class PagedEvent(Event):
    """One page of a big fact; it is complete when all `pages` are there and the rows' digest agrees.

    `rows` all have the shape `columns`; `totals` counts the rows of the whole batch by table.
    """

    paged = True

    conference = fields.Str(required=True)
    batch = fields.Str(required=True)
    page = fields.Int(required=True, validate=validate.Range(min=1))
    pages = fields.Int(required=True, validate=validate.Range(min=1))
    table = fields.Str(required=True)
    columns = fields.List(fields.Str(), required=True)
    rows = fields.List(fields.Raw(), required=True, validate=validate.Length(max=PAGE_ROWS))
    totals = fields.Dict(keys=fields.Str(), values=fields.Int(), required=True)
    digest = fields.Str(required=True)


def event_contracts(module: Any) -> dict[str, type[Event]]:
    """The contracts that a module declares, by event type."""
    found = (value for value in vars(module).values() if isinstance(value, type) and issubclass(value, Event))
    return {contract.event_type: contract for contract in found if "event_type" in vars(contract)}
