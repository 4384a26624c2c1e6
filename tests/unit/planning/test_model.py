"""What follows from a plan alone: deadlines, tasks, its digest, units of a level."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time
from typing import Any

from diemcau.plan import Plan, Unit
from services.planning.plan.model import Due, due_at, expand_tasks, paper_tasks, plan_digest
from services.planning.plan.reader import read_plan


def test_deadline_is_a_calendar_day_in_the_zone_of_the_conference(tree: Any, plugins: Any) -> None:
    facts = read_plan(tree, plugins).conference
    assert due_at(facts, Due(1, time(15))) == datetime(2021, 6, 28, 8, tzinfo=UTC)
    assert due_at(facts, Due(0)) == datetime(2021, 6, 29, 10, tzinfo=UTC)


def test_deadline_is_provisional_from_the_window_while_the_start_is_open(tree: Any, plugins: Any) -> None:
    tree["conference"]["starts_at"] = None
    facts = read_plan(tree, plugins).conference
    assert due_at(facts, Due(3)) == datetime(2021, 6, 25, 10, tzinfo=UTC)


def test_deadline_counts_days_not_hours_across_a_clock_change(tree: Any, plugins: Any) -> None:
    tree["conference"].update(
        timezone="Europe/Paris",
        window={"from": "2021-03-28", "to": "2021-03-29"},
        starts_at="2021-03-28T08:00",
        ends_at=None,
    )
    facts = read_plan(tree, plugins).conference
    assert due_at(facts, Due(1)) == datetime(2021, 3, 27, 16, tzinfo=UTC)
    assert due_at(facts, Due(0)) == datetime(2021, 3, 28, 15, tzinfo=UTC)


def test_task_per_level_becomes_one_per_unit_in_plan_order(tree: Any, plugins: Any) -> None:
    tasks = expand_tasks(read_plan(tree, plugins))
    assert len(tasks) == 12 + 3 * 21
    halls = [task for task in tasks if task.key == "hoi-truong-huyen"]
    assert [task.unit for task in halls][:2] == ["tp-vinh", "tx-cua-lo"]
    assert (halls[0].with_units, halls[0].due, halls[0].only) == (("ubnd-cung-cap",), Due(1), ("online",))


def test_units_that_do_not_exist_on_the_day_get_no_task(tree: Any, plugins: Any) -> None:
    tree["units"][9]["valid"] = {"to": "2021-06-28"}
    tree["units"][10]["valid"] = {"to": "2021-06-29"}
    plan = read_plan(tree, plugins)
    assert "tp-vinh" not in {task.unit for task in expand_tasks(plan)}
    assert len(paper_tasks(plan)) == 20


def test_digest_depends_on_content_only(tree: Any) -> None:
    turned = json.loads(json.dumps(dict(reversed(tree.items()))))
    assert plan_digest(turned) == plan_digest(tree)
    tree["units"][0]["name"] += "."
    assert plan_digest(turned) != plan_digest(tree)


def test_units_of_a_level_come_in_plan_order_and_exist_on_the_day() -> None:
    old = Unit("a", "A", "district", valid_to=date(2025, 6, 30))
    new = Unit("b", "B", "district", valid_from=date(2025, 7, 1))
    other = Unit("c", "C", "province")
    start = datetime(2025, 7, 1, 8)  # noqa: DTZ001  # a plan's times are local to its zone
    plan = Plan("k", "c", "Asia/Ho_Chi_Minh", start, (other, old, new), ())
    assert plan.units_at("district") == (new,)
    open_plan = Plan("k", "c", "Asia/Ho_Chi_Minh", None, (other, old, new), ())
    assert open_plan.units_at("district") == (old, new)
