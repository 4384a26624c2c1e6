"""A tree → a `ConferencePlan`, or every mistake in it: first its shape, then what only the whole can tell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, TypeAlias, cast

from diemcau.venue import VenuePlugin
from services.planning.plan.format import PLAN
from services.planning.plan.model import ConferencePlan, Tree
from services.planning.plan.problems import Path, PlanInvalid, Words, in_document_order
from services.planning.plan.settings import check_settings
from services.planning.plan.shape import Fields, Walk, made, resolve
from services.planning.plan.tree import read_tree

CYCLE_SHOWN = 10

Plugins: TypeAlias = Mapping[str, VenuePlugin]


def load_plan(raw: bytes, *, yaml: bool, plugins: Plugins) -> tuple[ConferencePlan, Tree]:
    """The plan in `raw` and its tree. Raises `Unreadable`, or `PlanInvalid` with the problems of both."""
    tree, refused = read_tree(raw, yaml=yaml)
    try:
        plan = read_plan(tree, plugins)
    except PlanInvalid as error:
        # what the tree reader refused is null in the tree: complaining about that null again helps nobody
        said = {one.pointer for one in refused}
        rest = (one for one in error.problems if not one.pointer or one.pointer not in said)
        raise PlanInvalid(in_document_order(tree, [*refused, *rest])) from None
    if refused:
        raise PlanInvalid(tuple(refused))
    return plan, tree


def read_plan(tree: Tree, plugins: Plugins) -> ConferencePlan:
    """The plan that a tree describes. Raises `PlanInvalid` with all problems in document order."""
    return _read(tree, plugins, plugins)


def read_accepted(tree: Mapping[str, Any]) -> ConferencePlan:
    """A plan that was accepted once. Its plugins may be gone since: that is no reason not to show it."""
    return _read(dict(tree), {}, {option["venue"] for option in tree["options"]})


def _read(tree: Tree, plugins: Plugins, known: Iterable[str]) -> ConferencePlan:
    walk = Walk()
    walk.keys["plugin"] = dict.fromkeys(known)
    checked = PLAN.check(tree, None, walk)
    resolve(walk)
    if isinstance(checked, Fields):
        _check_conference(checked["conference"], walk)
        _check_units(_records(checked["units"]), walk)
        _check_options(_records(checked["options"]), plugins, walk)
        _check_tasks(_records(checked["tasks"]), walk)
    if problems := walk.problems.in_order(tree):
        raise PlanInvalid(problems)
    return cast(ConferencePlan, made(checked))


def _records(checked: Any) -> list[tuple[int, Fields]]:
    """The usable items of a checked list with their indexes."""
    if not isinstance(checked, tuple):
        return []
    return [(index, item) for index, item in enumerate(checked) if isinstance(item, Fields)]


def _path(*steps: str | int) -> Path:
    path: Path = None
    for step in steps:
        path = (path, step)
    return path


def _check_conference(facts: Any, walk: Walk) -> None:
    if not isinstance(facts, Fields):
        return
    starts, ends = facts["starts_at"], facts["ends_at"]
    _check_window(facts["window"], starts, walk)
    if isinstance(starts, datetime) and isinstance(ends, datetime) and ends <= starts:
        walk.refuse(
            _path("conference", "ends_at"),
            "ends-before-start",
            starts=starts.isoformat(),
            ends=ends.isoformat(),
        )


def _check_window(window: Any, starts: Any, walk: Walk) -> None:
    if not _check_period(window, _path("conference", "window"), walk) or not isinstance(starts, datetime):
        return
    start, to = window["start"], window["to"]
    if not start <= starts.date() <= to:
        place = _path("conference", "starts_at")
        walk.refuse(place, "outside-window", day=str(starts.date()), start=str(start), to=str(to))


def _check_period(period: Any, path: Path, walk: Walk) -> bool:
    """Whether both ends are there and in order."""
    if not isinstance(period, Fields):
        return False
    start, to = period["start"], period["to"]
    if not isinstance(start, date) or not isinstance(to, date):
        return False
    if to < start:
        walk.refuse((path, "to"), "window-reversed", start=str(start), to=str(to))
        return False
    return True


def _check_units(units: list[tuple[int, Fields]], walk: Walk) -> None:
    for index, unit in units:
        _check_period(unit["valid"], _path("units", index, "valid"), walk)
    _check_cycles(units, walk)
    _check_former_keys(((unit, _path("units", index)) for index, unit in units), walk)


def _check_cycles(units: list[tuple[int, Fields]], walk: Walk) -> None:
    """Note each cycle once, at its first unit in the list; every unit is visited once."""
    first = {unit["key"]: (index, unit["parent"]) for index, unit in reversed(units)}
    done: set[Any] = set()
    for _, unit in units:
        key = unit["key"]
        trail: dict[Any, None] = {}
        while key in first and key not in done and key not in trail:
            trail[key] = None
            key = first[key][1]
        if key in trail:
            members = list(trail)
            _note_cycle(members[members.index(key) :], first, walk)
        done.update(trail)


def _note_cycle(members: list[str], first: Mapping[str, tuple[int, Any]], walk: Walk) -> None:
    start = min(range(len(members)), key=lambda place: first[members[place]][0])
    ring = [*members[start:], *members[:start], members[start]]
    shown = " → ".join(ring if len(ring) <= CYCLE_SHOWN else [*ring[:CYCLE_SHOWN], "…"])
    place = _path("units", first[ring[0]][0], "parent")
    walk.refuse(place, "unit-cycle", key=ring[0], cycle=Words(shown, shown))


def _check_former_keys(keyed: Iterable[tuple[Fields, Path]], walk: Walk) -> None:
    """A former key may be claimed by one successor only, else identity would depend on the order."""
    successor: dict[str, Any] = {}
    for item, path in keyed:
        for place, former in enumerate(item["was"] if isinstance(item["was"], tuple) else ()):
            if isinstance(former, str) and successor.setdefault(former, item["key"]) != item["key"]:
                walk.refuse(((path, "was"), place), "duplicate-key", key=former)


def _check_options(options: list[tuple[int, Fields]], plugins: Plugins, walk: Walk) -> None:
    groups: list[tuple[Fields, Path]] = []
    for index, option in options:
        path = _path("options", index)
        held: list[tuple[Fields, Path]] = [
            (group, ((path, "groups"), place)) for place, group in _records(option["groups"])
        ]
        groups += held
        plugin = plugins.get(option["venue"])
        if plugin is None:
            continue
        _check_places(held, plugin, walk)
        settings = option["settings"]
        if settings is None or isinstance(settings, dict):
            check_settings(plugin, settings or {}, (path, "settings"), walk)
    _check_former_keys(groups, walk)


def _check_places(groups: list[tuple[Fields, Path]], plugin: VenuePlugin, walk: Walk) -> None:
    for group, path in groups:
        if isinstance(group["at"], str) and group["at"] not in plugin.places:
            places = ", ".join(sorted(plugin.places))
            walk.refuse((path, "at"), "place-not-served", venue=plugin.name, value=group["at"], places=places)


def _check_tasks(tasks: list[tuple[int, Fields]], walk: Walk) -> None:
    for index, task in tasks:
        if task["unit"] is None and task["per"] is None:
            walk.refuse(_path("tasks", index, "unit"), "missing-owner")
        elif task["unit"] is not None and task["per"] is not None:
            walk.refuse(_path("tasks", index, "per"), "conflicting-keys", key="per", other="unit")
