"""Plugins are loaded by entry point; a bad one is refused with its reason and stops nobody."""

from __future__ import annotations

from importlib.metadata import EntryPoint
from typing import Any, ClassVar

import pytest
from marshmallow import Schema

from diemcau import plugins, venue
from diemcau.conformance.venue import VenueConformance
from diemcau.layout import Duty, Layout, Route, Site, problems
from diemcau.plan import Awardees, Group, Plan, Unit
from services.venue.plugins.in_person import InPerson
from services.venue.plugins.online_bridge import OnlineBridge

PLAN = Plan(
    conference="demo",
    organiser="province",
    timezone="Asia/Ho_Chi_Minh",
    starts_at=None,
    units=(
        Unit("province", "Tỉnh", "province"),
        Unit("east", "Huyện Đông", "district", "province"),
        Unit("west", "Huyện Tây", "district", "province"),
    ),
    groups=(
        Group("leaders", "Lãnh đạo", "hub", "organiser", 2, 1),
        Group("board", "Ban Thường trực", "bridge", "bridge_unit", 3, 1, awardees=Awardees(("district",))),
    ),
)


class TestOnlineBridge(VenueConformance):
    plugin = OnlineBridge()
    plan = PLAN
    settings: ClassVar[dict[str, Any]] = {
        "hub": {"name": "Điểm cầu tỉnh", "capacity": 10},
        "bridges": {"level": "district", "capacity": 5},
        "line_test": {"days_before": 1, "at": "15:00"},
    }

    def test_each_bridge_has_its_line_test(self) -> None:
        assert [(duty.site, duty.at) for duty in self._layout().duties] == [
            ("east", "15:00"),
            ("west", "15:00"),
        ]

    def test_awards_of_a_district_are_presented_at_its_bridge(self) -> None:
        found = [(p.unit, p.site, p.seats) for p in self._layout().presentations]
        assert found == [("east", "east", 3), ("west", "west", 3)]


class TestInPerson(VenueConformance):
    plugin = InPerson()
    plan = Plan(
        "demo", "province", "Asia/Ho_Chi_Minh", None, PLAN.units,
        (Group("board", "Ban Thường trực", "hall", "organiser", 2, 1, per="district"),),
    )  # fmt: skip
    settings: ClassVar[dict[str, Any]] = {"hall": {"name": "Hội trường", "capacity": 3}}


class Named:
    """A plugin that differs from a good one in one attribute, given by its subclasses."""

    name: ClassVar[str] = "mine"
    contract: ClassVar[int] = 1
    places: ClassVar[frozenset[str]] = frozenset({"hall"})
    settings_schema: ClassVar[Any] = Schema

    def layout(self, plan: Any, settings: Any) -> Layout:
        return Layout((), ())


class OtherContract(Named):
    contract = 99


class NoSchema(Named):
    settings_schema = dict


class OtherParameters(Named):
    def layout(self, session: Any) -> Layout:  # type: ignore[override]
        return Layout((), ())


class Exploding(Named):
    def __init__(self) -> None:
        raise OSError("no licence file")


def entry(kind: str, name: str = "mine") -> EntryPoint:
    return EntryPoint(name, f"{__name__}:{kind}", venue.GROUP)


@pytest.fixture(autouse=True)
def importable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Entry points import by name; tests are loaded without one."""
    import sys

    monkeypatch.setitem(sys.modules, __name__, sys.modules.get(__name__) or _this_module())


def _this_module() -> Any:
    import types

    module = types.ModuleType(__name__)
    module.__dict__.update(globals())
    return module


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("OtherContract", "contract 99"),
        ("NoSchema", "settings_schema"),
        ("OtherParameters", "must take (plan, settings)"),
        ("Exploding", "no licence file"),
        ("Missing", "Missing"),
    ],
)
def test_bad_plugin_is_refused_with_its_reason(kind: str, reason: str) -> None:
    loaded = plugins.load(venue.GROUP, [entry(kind), entry("Named", "other-name")])
    assert not loaded.by_name
    assert reason in loaded.refused[0].reason
    assert "not that of its entry point" in loaded.refused[1].reason


def test_second_plugin_of_a_name_is_refused() -> None:
    loaded = plugins.load(venue.GROUP, [entry("Named"), entry("Named")])
    assert list(loaded.by_name) == ["mine"]
    assert "another plugin is named mine" in loaded.refused[0].reason


def test_built_in_plugins_come_through_the_same_door() -> None:
    loaded = plugins.load(venue.GROUP)
    assert {"online_bridge", "in_person"} <= set(loaded.by_name)
    assert not loaded.refused


def test_unusable_layout_is_described() -> None:
    layout = Layout(
        sites=(Site("hall", "A", "hall"), Site("hall", "B", "cave", capacity=0)),
        routes=(Route("nobody", "province", "moon", 0, 1),),
    )
    found = "\n".join(problems(layout, PLAN))
    for word in (
        "hall stands twice",
        "unknown kind cave",
        "capacity 0",
        "no site moon",
        "no group nobody",
        "0 seats",
    ):
        assert word in found


def test_duty_that_nobody_could_do_is_described() -> None:
    duty = Duty("walk", unit="nobody", site="moon", title=" ", days_before=-1, at="nửa đêm")
    layout = Layout(sites=(Site("hall", "A", "hall", unit="nobody"),), routes=(), duties=(duty,))
    assert problems(layout, PLAN) == [
        "site hall: the plan has no unit nobody",
        "duty walk: no site moon",
        "duty walk: the plan has no unit nobody",
        "duty walk: no title",
        "duty walk: 'nửa đêm' is no time of day as HH:MM",
        "duty walk: -1 days before is not within 0 and 365",
    ]
