"""Whatever comes in, the reader answers with a plan, with problems, or with `Unreadable`."""

from __future__ import annotations

import copy
import json
from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from services.planning.plan.problems import PlanInvalid, Problem, Unreadable
from services.planning.plan.reader import load_plan, read_plan
from services.planning.plan.tree import read_tree

QUICK = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(), max_size=20)
    | st.sampled_from(
        ["mttq-nghe-an", "district", "press", "online", "hub", "2021-06-29", "25:00", "9999-12-31"]
    )
)
TREES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(max_size=8) | st.sampled_from(["key", "from", "level"]), inner, max_size=4)
    ),
    max_leaves=12,
)


def judged(tree: Any, plugins: Any) -> tuple[Problem, ...]:
    try:
        read_plan(tree, plugins)
    except PlanInvalid as error:
        return error.problems
    return ()


def _places(tree: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    steps = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    return [path, *(place for step, below in steps for place in _places(below, (*path, step)))]


def _changed(tree: Any, place: tuple[Any, ...], value: Any, how: str) -> Any:
    if not place:
        return value
    node = tree
    for step in place[:-1]:
        node = node[step] if isinstance(node, dict | list) and _has(node, step) else {}
    if not isinstance(node, dict | list) or not _has(node, place[-1]):
        return tree
    if how == "drop":
        del node[place[-1]]
    elif how == "add" and isinstance(node, dict):
        node[str(value)[:20]] = value
    else:
        node[place[-1]] = value
    return tree


def _has(node: Any, step: Any) -> bool:
    return step in node if isinstance(node, dict) else isinstance(step, int) and step < len(node)


@QUICK
@given(tree=TREES)
def test_any_tree_is_judged(tree: Any, plugins: Any) -> None:
    assert judged(tree, plugins)


@QUICK
@given(data=st.data())
def test_changed_reference_is_judged(data: st.DataObject, reference_tree: Any, plugins: Any) -> None:
    tree = copy.deepcopy(reference_tree)
    places = _places(tree)
    for _ in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.sampled_from(places))
        tree = _changed(tree, place, data.draw(TREES), data.draw(st.sampled_from(["set", "drop", "add"])))
    problems = judged(tree, plugins)
    assert len({(one.pointer, one.code) for one in problems}) == len(problems)


def _without_empty_entries(tree: Any) -> Any:
    """A key with null may be the rest of a text in JSON, where YAML can tell."""
    if isinstance(tree, dict):
        return {key: False if below is None else _without_empty_entries(below) for key, below in tree.items()}
    return [_without_empty_entries(below) for below in tree] if isinstance(tree, list) else tree


@QUICK
@given(tree=TREES)
def test_yaml_reads_any_json_alike(tree: Any) -> None:
    raw = json.dumps(_without_empty_entries(tree), ensure_ascii=False).encode(errors="replace")
    try:
        from_json = read_tree(raw, yaml=False)
    except Unreadable:
        assume(False)
    if not from_json[1]:  # characters that YAML does not take are problems in JSON
        assert read_tree(raw, yaml=True) == from_json


@QUICK
@given(raw=st.binary(max_size=200) | st.text("[]{},:&*!|>'\"%@`#?- ab\n\t\\u0", max_size=60).map(str.encode))
def test_any_bytes_are_answered(raw: bytes, plugins: Any) -> None:
    for yaml in (True, False):
        try:
            load_plan(raw, yaml=yaml, plugins=plugins)
        except (Unreadable, PlanInvalid):
            continue
        raise AssertionError("no such plan")


@QUICK
@given(data=st.data())
def test_damaged_reference_is_answered(data: st.DataObject, reference: bytes, plugins: Any) -> None:
    start = data.draw(st.integers(0, len(reference)))
    end = data.draw(st.integers(start, min(len(reference), start + 50)))
    raw = reference[:start] + data.draw(st.binary(max_size=8)) + reference[end:]
    try:
        load_plan(raw, yaml=True, plugins=plugins)
    except (Unreadable, PlanInvalid):
        return
