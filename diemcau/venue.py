"""The contract of a venue plugin, entry-point group `diemcau.venue`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Protocol, runtime_checkable

from marshmallow import Schema

from diemcau.layout import Layout
from diemcau.plan import Plan

GROUP = "diemcau.venue"
CONTRACT = 1


@runtime_checkable
class VenuePlugin(Protocol):
    """Turns one option of a plan into a layout.

    `name` is the plan's word for it (`venue: online_bridge`); `places` are the `at` values that it
    serves; `settings_schema` validates the option's `settings`.
    """

    name: ClassVar[str]
    contract: ClassVar[int]
    places: ClassVar[frozenset[str]]
    settings_schema: ClassVar[type[Schema]]

    def layout(self, plan: Plan, settings: Mapping[str, Any]) -> Layout:
        """The layout of `plan`, a pure function of its arguments: equal input, equal layout.

        `settings` is what `settings_schema` loaded. An exception here is contained: the revision
        fails with its message, and nothing changes.
        """
