"""Checks that any author of a venue plugin runs: subclass `VenueConformance` in a pytest file.

class TestMine(VenueConformance):
    plugin = MyVenue()
    plan = Plan(…)
    settings = {…}      # as the plan file would give them
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from diemcau.layout import Layout, problems
from diemcau.plan import Plan
from diemcau.venue import CONTRACT, VenuePlugin


class VenueConformance:
    """One test per promise of the contract."""

    plugin: ClassVar[VenuePlugin]
    plan: ClassVar[Plan]
    settings: ClassVar[Mapping[str, Any]]

    def _layout(self) -> Layout:
        return self.plugin.layout(self.plan, self.plugin.settings_schema().load(self.settings))

    def test_speaks_this_contract(self) -> None:
        assert isinstance(self.plugin, VenuePlugin)
        assert self.plugin.contract == CONTRACT

    def test_layout_has_no_problem(self) -> None:
        assert problems(self._layout(), self.plan) == []

    def test_equal_input_gives_equal_layout(self) -> None:
        assert self._layout() == self._layout()

    def test_every_group_has_a_route(self) -> None:
        assert {route.group for route in self._layout().routes} == {group.key for group in self.plan.groups}

    def test_unknown_setting_is_refused(self) -> None:
        assert "no-such-setting" in self.plugin.settings_schema().validate(
            {**self.settings, "no-such-setting": 1}
        )
