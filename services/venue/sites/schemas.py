"""Sites as JSON."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, validate
from sqlalchemy import Row

from diemcau.layout import LARGEST, SITE_KINDS
from services.venue.sites.model import LONGEST_NOTE, LONGEST_PLACE
from shared.http.inputs import LARGEST_INT, RevisionWanted


class SiteSchema(Schema):
    """A site of a revision; room, address and capacity as people set them, or as in the layout."""

    id = fields.UUID()
    key = fields.Str()
    name = fields.Str()
    kind = fields.Str(validate=validate.OneOf(SITE_KINDS))
    unit = fields.Str(allow_none=True)
    room = fields.Str()
    address = fields.Str()
    capacity = fields.Int(allow_none=True)
    seats = fields.Int()
    over = fields.Int(metadata={"description": "Seats beyond the capacity"})


class SitesWanted(RevisionWanted):
    first = fields.Int(
        validate=validate.Range(min=1, max=LARGEST_INT),
        metadata={"description": "Only so many, in layout order; all if absent"},
    )


class SiteList(Schema):
    revision = fields.Int(allow_none=True)
    option = fields.Str(allow_none=True)
    items = fields.List(fields.Nested(SiteSchema))


class SiteChanges(Schema):
    revision = fields.Int()
    base = fields.Int(allow_none=True)
    opened = fields.List(fields.Nested(SiteSchema))
    closed = fields.List(fields.Nested(SiteSchema))
    kept = fields.Int()
    overruns = fields.List(fields.Nested(SiteSchema))
    kinds_before = fields.Dict(keys=fields.Str(), values=fields.Int())
    kinds_after = fields.Dict(keys=fields.Str(), values=fields.Int())


class TechnicianSchema(Schema):
    name = fields.Str(required=True, validate=validate.Length(max=1_000))
    phone = fields.Str(load_default=None, allow_none=True, validate=validate.Length(max=1_000))


class ContactSchema(TechnicianSchema):
    email = fields.Str(load_default=None, allow_none=True, validate=validate.Length(max=1_000))


class PlaceSchema(Schema):
    room = fields.Str(allow_none=True)
    address = fields.Str(allow_none=True)
    capacity = fields.Int(allow_none=True)


class SiteDetail(SiteSchema):
    """One site with all that people wrote down. Contacts are for `names:read` or `sites:write`."""

    conference = fields.Str()
    in_force = fields.Bool(metadata={"description": "Whether the current revision has this site"})
    layout = fields.Nested(PlaceSchema, metadata={"description": "What the layout says"})
    overrides = fields.Nested(PlaceSchema, metadata={"description": "Null: as in the layout"})
    contact = fields.Nested(ContactSchema, allow_none=True)
    technician = fields.Nested(TechnicianSchema, allow_none=True)
    note = fields.Str()
    probe_address = fields.Str(allow_none=True)
    changed_at = fields.AwareDateTime(allow_none=True)
    changed_by = fields.Str(allow_none=True)


_TEXT = validate.Length(max=2 * LONGEST_PLACE)


class SiteChange(Schema):
    """What is not sent stays; null takes it away."""

    contact = fields.Nested(ContactSchema, allow_none=True)
    technician = fields.Nested(TechnicianSchema, allow_none=True)
    room = fields.Str(allow_none=True, validate=_TEXT)
    address = fields.Str(allow_none=True, validate=_TEXT)
    capacity = fields.Int(allow_none=True, strict=True, validate=validate.Range(min=1, max=LARGEST))
    note = fields.Str(allow_none=True, validate=validate.Length(max=2 * LONGEST_NOTE))
    probe_address = fields.Str(allow_none=True, validate=_TEXT)


def site_json(row: Row[Any]) -> dict[str, Any]:
    over = max(0, row.seats - row.capacity) if row.capacity is not None else 0
    return {**row._mapping, "over": over}


def detail_json(row: Row[Any], *, with_contacts: bool) -> dict[str, Any]:
    return {
        **site_json(row),
        "in_force": bool(row.in_force),
        "layout": {"room": row.laid_room, "address": row.laid_address, "capacity": row.laid_capacity},
        "overrides": {"room": row.set_room, "address": row.set_address, "capacity": row.set_capacity},
        "contact": _person(row, "contact", "name", "phone", "email") if with_contacts else None,
        "technician": _person(row, "technician", "name", "phone") if with_contacts else None,
    }


def _person(row: Row[Any], who: str, *parts: str) -> dict[str, str | None] | None:
    found = {part: row._mapping[f"{who}_{part}"] for part in parts}
    return found if found["name"] is not None else None
