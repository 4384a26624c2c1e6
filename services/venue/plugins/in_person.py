"""Everyone in one hall."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, ClassVar

from marshmallow import Schema, fields, validate

from diemcau.layout import LARGEST, Layout, Route, Site, presentations
from diemcau.plan import Group, Plan


class HallSchema(Schema):
    name = fields.Str(required=True, validate=validate.Length(min=1, max=200))
    address = fields.Str(load_default="")
    capacity = fields.Int(load_default=None, strict=True, validate=validate.Range(min=1, max=LARGEST))


class InPersonSettings(Schema):
    hall = fields.Nested(HallSchema, required=True)


class InPerson:
    """One site `hall`. A group with `per: level` has a route for each unit of that level."""

    name: ClassVar[str] = "in_person"
    contract: ClassVar[int] = 1
    places: ClassVar[frozenset[str]] = frozenset({"hall"})
    settings_schema: ClassVar[type[Schema]] = InPersonSettings

    def layout(self, plan: Plan, settings: Mapping[str, Any]) -> Layout:
        hall = settings["hall"]
        site = Site("hall", hall["name"], "hall", plan.organiser, "", hall["address"], hall["capacity"])
        routes = tuple(
            Route(group.key, unit, site.key, group.seats, group.rank)
            for group in plan.groups
            for unit in _inviting_units(plan, group)
        )
        wording = {"form": "trực tiếp", "place": hall["name"], "address": hall["address"]}
        return Layout((site,), routes, presentations(plan, routes), (), MappingProxyType(wording))


def _inviting_units(plan: Plan, group: Group) -> tuple[str, ...]:
    if group.per is None:
        return (plan.organiser,)
    return tuple(unit.key for unit in plan.units_at(group.per))
