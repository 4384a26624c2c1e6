"""The venue plugins that are loaded."""

from __future__ import annotations

import json
from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from marshmallow import Schema, fields

from shared.http.calls import Call, reads
from shared.http.inputs import Blueprint

bp = Blueprint("plugins", __name__, description="Venue plugins")


class PluginSchema(Schema):
    name = fields.Str()
    contract = fields.Int()
    places = fields.List(fields.Str(), metadata={"description": "The `at` values of groups that it serves"})
    settings_schema = fields.Dict(metadata={"description": "A JSON Schema that stands alone"})


class RefusedPlugin(Schema):
    name = fields.Str()
    distribution = fields.Str()
    reason = fields.Str()


class PluginList(Schema):
    items = fields.List(fields.Nested(PluginSchema))
    refused = fields.List(fields.Nested(RefusedPlugin))


@bp.route("/plugins")
@reads("plan:read")
@bp.response(200, PluginList)
def get_plugins(call: Call) -> dict[str, Any]:
    """Loaded venue plugins with their settings as JSON schema, and those refused, with the reason."""
    loaded = call.context.loaded
    return {
        "items": [
            {
                "name": plugin.name,
                "contract": plugin.contract,
                "places": sorted(plugin.places),
                "settings_schema": _json_schema(plugin.settings_schema),
            }
            for plugin in loaded.by_name.values()
        ],
        "refused": [
            {"name": r.name, "distribution": r.distribution, "reason": r.reason} for r in loaded.refused
        ],
    }


def _json_schema(schema: type[Schema]) -> dict[str, Any]:
    """A JSON Schema that stands alone: apispec points into an OpenAPI document."""
    spec = APISpec("settings", "1", "3.1.0", plugins=[MarshmallowPlugin()])
    spec.components.schema("Settings", schema=schema)
    text = json.dumps(spec.to_dict()["components"]["schemas"])
    return {
        "$defs": json.loads(text.replace("#/components/schemas/", "#/$defs/")),
        "$ref": "#/$defs/Settings",
    }
