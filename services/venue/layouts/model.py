"""Layouts on their way: from the plan's rows to a plugin's arguments, and from a layout to rows. Pure."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import astuple, dataclass, fields
from datetime import datetime
from typing import Any

from marshmallow import ValidationError

from diemcau.layout import Duty, Layout, Presentation, Route, Site, problems
from diemcau.plan import Awardees, Group, Plan, Unit
from diemcau.venue import VenuePlugin

Rows = list[tuple[Any, ...]]
Tables = dict[str, tuple[tuple[str, ...], Rows]]
Records = Mapping[str, list[dict[str, Any]]]

SHOWN_PROBLEMS = 5


@dataclass(frozen=True, slots=True)
class PlannedOption:
    """One option of a stored plan: what the plugin is given, and which plugin."""

    plan: Plan
    venue: str
    settings: Mapping[str, Any]


class LayoutFailed(Exception):
    """No layout: the plugin is not here, raised, or answered with something unusable."""

    def __init__(self, code: str, problem: str) -> None:
        super().__init__(problem)
        self.code, self.problem = code, problem


class LayoutChanged(Exception):
    """The plugin lays the revision out in another way than it did when the revision was prepared."""

    def __init__(self, conference: str, number: int) -> None:
        super().__init__(f"revision {number} of {conference}: the plugin gives another layout now")


def planned_option(head: Mapping[str, Any], records: Records, option: str) -> PlannedOption:
    """The rows of `conference.planned` as a plugin wants them; `head["starts_at"]` is ISO text or None."""
    chosen = next(row for row in records["options"] if row["key"] == option)
    start = head["starts_at"]
    plan = Plan(
        conference=head["conference"],
        organiser=head["organiser"],
        timezone=head["timezone"],
        starts_at=datetime.fromisoformat(start) if start else None,
        units=tuple(Unit(u["key"], u["name"], u["level"], u["parent"]) for u in records["units"]),
        groups=tuple(_group(row) for row in records["groups"] if row["option"] == option),
    )
    return PlannedOption(plan, chosen["venue"], chosen["settings"])


def _group(row: Mapping[str, Any]) -> Group:
    awardees = Awardees(tuple(row["sources"]), tuple(row["kinds"])) if row["sources"] else None
    return Group(
        row["key"],
        row["name"],
        row["at"],
        row["invited_by"],
        row["seats"],
        row["rank"],
        per=row["per"],
        press=row["press"],
        awardees=awardees,
    )


def lay_out(option: PlannedOption, plugins: Mapping[str, VenuePlugin]) -> Layout:
    """Run the option's plugin. Raises LayoutFailed; nothing that a plugin does gets further than that."""
    plugin = plugins.get(option.venue)
    if plugin is None:
        raise LayoutFailed("plugin-missing", f"no venue plugin named {option.venue} is loaded")
    try:
        layout = plugin.layout(option.plan, plugin.settings_schema().load(option.settings))
        found = problems(layout, option.plan)
    except ValidationError as error:
        raise LayoutFailed("settings-invalid", f"{option.venue}: {error.messages}") from error
    except Exception as error:  # a third party's code: whatever it raises is its answer
        raise LayoutFailed("plugin-raised", f"{option.venue}: {type(error).__name__}: {error}") from error
    if found:
        raise LayoutFailed("layout-invalid", f"{option.venue}: " + "; ".join(found[:SHOWN_PROBLEMS]))
    return layout


def layout_tables(layout: Layout) -> Tables:
    """A layout as the tables of LayoutPreparedV1."""
    return {
        "sites": (_columns(Site), [astuple(site) for site in layout.sites]),
        "routes": (_columns(Route), [(r.group, r.unit, r.site, r.seats, r.rank) for r in layout.routes]),
        "presentations": (
            _columns(Presentation),
            [
                (p.group, p.unit, p.site, p.seats, list(p.sources), list(p.kinds))
                for p in layout.presentations
            ],
        ),
        "duties": (_columns(Duty), [astuple(duty) for duty in layout.duties]),
        "wording": (("key", "text"), sorted(layout.wording.items())),
    }


def layout_digest(tables: Tables) -> str:
    """SHA-256 (hex) of the layout's rows: equal layouts have equal digests."""
    text = json.dumps(tables, separators=(",", ":"), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def seats_by_site(layout: Layout) -> Counter[str]:
    seats: Counter[str] = Counter()
    for route in layout.routes:
        seats[route.site] += route.seats
    return seats


def _columns(kind: type) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))
