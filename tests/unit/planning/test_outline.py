"""The outline of a plan: it reads like the plan, with the units that the rest of it names."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from services.cli.generate.plan import plan_tree
from services.cli.generate.shape import Shape
from services.planning.plan.outline import outline_of
from services.planning.plan.reader import read_accepted
from services.planning.plan.tree import read_tree

EXAMPLE = Path(__file__).parents[3] / "examples" / "nghe-an-2021" / "plan.yaml"


def test_an_outline_reads_like_its_plan_but_for_the_units() -> None:
    national = plan_tree(Shape(310, 19_000), "toan-quoc")
    read, short = read_accepted(national), read_accepted(outline_of(national))
    assert replace(read, units=short.units) == short
    assert len(read.units) > 300
    assert len(short.units) < 10
    assert {unit.level for unit in short.units} == {unit.level for unit in read.units}


def test_units_that_a_plan_names_stay_with_those_above_them() -> None:
    tree, _ = read_tree(EXAMPLE.read_bytes(), yaml=True)
    assert isinstance(tree, dict)
    outline = outline_of(tree)
    read, short = read_accepted(tree), read_accepted(outline)
    assert replace(read, units=short.units) == short
    kept = {unit.key for unit in short.units}
    assert {"mttq-nghe-an", "mttq-viet-nam", "van-phong", "so-tttt", "ubnd-cung-cap"} <= kept
    assert sum(unit.level == "district" for unit in short.units) == 1


def test_an_outline_is_its_own_outline() -> None:
    outline = outline_of(plan_tree(Shape(40, 2_000), "toan-quoc"))
    assert outline_of(outline) == outline
