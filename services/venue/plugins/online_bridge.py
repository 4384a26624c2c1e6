"""From a hub to one bridge point per unit of a level."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, ClassVar

from marshmallow import Schema, fields, validate

from diemcau.layout import LARGEST, Duty, Layout, Route, Site, presentations
from diemcau.plan import Plan, Unit

TIME = r"^([01]\d|2[0-3]):[0-5]\d$"


class HubSchema(Schema):
    name = fields.Str(required=True, validate=validate.Length(min=1, max=200))
    room = fields.Str(load_default="")
    address = fields.Str(load_default="")
    capacity = fields.Int(load_default=None, strict=True, validate=validate.Range(min=1, max=LARGEST))


class BridgesSchema(Schema):
    level = fields.Str(required=True, validate=validate.Length(min=1))
    room = fields.Str(load_default="")
    capacity = fields.Int(load_default=None, strict=True, validate=validate.Range(min=1, max=LARGEST))


class LineTestSchema(Schema):
    days_before = fields.Int(required=True, strict=True, validate=validate.Range(min=0, max=365))
    at = fields.Str(required=True, validate=validate.Regexp(TIME, error="Not a time of day as HH:MM."))


class OnlineBridgeSettings(Schema):
    hub = fields.Nested(HubSchema, required=True)
    bridges = fields.Nested(BridgesSchema, required=True)
    line_test = fields.Nested(LineTestSchema, load_default=None)
    bridge_provider = fields.Str(load_default="manual")


class OnlineBridge:
    """A site `hub` and a site per unit of `bridges.level`, keyed by the unit.

    Groups `at: hub` sit with the organiser; groups `at: bridge` have a route at every bridge. With
    `line_test`, each bridge's unit has the duty to test its line.
    """

    name: ClassVar[str] = "online_bridge"
    contract: ClassVar[int] = 1
    places: ClassVar[frozenset[str]] = frozenset({"hub", "bridge"})
    settings_schema: ClassVar[type[Schema]] = OnlineBridgeSettings

    def layout(self, plan: Plan, settings: Mapping[str, Any]) -> Layout:
        units = plan.units_at(settings["bridges"]["level"])
        routes = tuple(_routes(plan, units))
        hub = settings["hub"]
        wording = {"form": "trực tuyến", "place": hub["room"] or hub["name"], "address": hub["address"]}
        return Layout(
            sites=(_hub(plan, hub), *(_bridge(unit, settings["bridges"]) for unit in units)),
            routes=routes,
            presentations=presentations(plan, routes),
            duties=tuple(_line_tests(units, settings["line_test"])),
            wording=MappingProxyType(wording),
        )


def _hub(plan: Plan, hub: Mapping[str, Any]) -> Site:
    return Site("hub", hub["name"], "hub", plan.organiser, hub["room"], hub["address"], hub["capacity"])


def _bridge(unit: Unit, bridges: Mapping[str, Any]) -> Site:
    return Site(unit.key, unit.name, "bridge", unit.key, bridges["room"], "", bridges["capacity"])


def _routes(plan: Plan, units: tuple[Unit, ...]) -> Iterator[Route]:
    for group in plan.groups:
        if group.at == "hub":
            inviting = plan.units_at(group.per) if group.per else ()
            keys = [unit.key for unit in inviting] or [plan.organiser]
            yield from (Route(group.key, key, "hub", group.seats, group.rank) for key in keys)
        else:
            yield from (Route(group.key, unit.key, unit.key, group.seats, group.rank) for unit in units)


def _line_tests(units: tuple[Unit, ...], line_test: Mapping[str, Any] | None) -> Iterator[Duty]:
    if line_test is None:
        return
    for unit in units:
        title = f"Kiểm tra đường truyền điểm cầu {unit.name}"
        yield Duty("line-test", unit.key, unit.key, title, line_test["days_before"], line_test["at"])
