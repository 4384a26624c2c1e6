"""The reference plan, and stand-in venue plugins for the reader."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
from marshmallow import Schema, fields, validate

from services.planning.plan.problems import PlanInvalid
from services.planning.plan.reader import read_plan
from services.planning.plan.tree import read_tree

REFERENCE = Path(__file__).parents[3] / "examples" / "nghe-an-2021" / "plan.yaml"


class HubSchema(Schema):
    name = fields.Str(required=True)
    room = fields.Str()
    address = fields.Str()
    capacity = fields.Int(strict=True, validate=validate.Range(min=1))


class BridgesSchema(Schema):
    level = fields.Str(required=True)
    room = fields.Str()
    capacity = fields.Int(strict=True)


class LineTestSchema(Schema):
    days_before = fields.Int(strict=True)
    at = fields.Time(format="%H:%M")


class OnlineSettings(Schema):
    hub = fields.Nested(HubSchema, required=True)
    bridges = fields.Nested(BridgesSchema, required=True)
    line_test = fields.Nested(LineTestSchema)
    bridge_provider = fields.Str(validate=validate.OneOf(["manual", "sip"]))
    technicians = fields.List(fields.Nested(HubSchema))
    phones = fields.Dict(keys=fields.Str(validate=validate.Length(max=9)), values=fields.Int(strict=True))


class HallSettings(Schema):
    hall = fields.Nested(HubSchema, required=True)


class OnlineBridge:
    name = "online_bridge"
    places = frozenset({"hub", "bridge"})
    settings_schema = OnlineSettings


class InPerson:
    name = "in_person"
    places = frozenset({"hall"})
    settings_schema = HallSettings


PLUGINS: Any = {"online_bridge": OnlineBridge(), "in_person": InPerson()}


@pytest.fixture(scope="session")
def reference() -> bytes:
    return REFERENCE.read_bytes()


@pytest.fixture(scope="session")
def plugins() -> Any:
    return PLUGINS


@pytest.fixture(scope="session")
def reference_tree(reference: bytes) -> Any:
    return read_tree(reference, yaml=True)[0]


@pytest.fixture
def tree(reference_tree: Any) -> Any:
    """The reference tree, free to be changed."""
    return copy.deepcopy(reference_tree)


@pytest.fixture
def found() -> Any:
    """The (pointer, code) of each problem of a tree, in order."""

    def of(tree: Any, plugins: Any = PLUGINS) -> list[tuple[str, str]]:
        try:
            read_plan(tree, plugins)
        except PlanInvalid as error:
            return [(one.pointer, one.code) for one in error.problems]
        return []

    return of
