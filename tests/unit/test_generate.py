"""`diemcau generate`: national plans of any size, the same bytes every time."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from diemcau import plugins, venue
from diemcau.layout import Layout
from diemcau.plan import Plan
from services.__main__ import main
from services.cli.generate.people import NOMINATION_HEADINGS
from services.planning.plan.model import ConferencePlan
from services.planning.plan.reader import load_plan

SIZES = [(2, 60), (22, 600), (310, 19_000)]


def generate(out: Path, sites: int, delegates: int, *more: str) -> Result:
    size = ("--sites", str(sites), "--delegates", str(delegates))
    return CliRunner().invoke(main, ["generate", *size, "--out", str(out), *more])


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def read(folder: Path) -> ConferencePlan:
    loaded = plugins.load(venue.GROUP).by_name
    return load_plan((folder / "plan.json").read_bytes(), yaml=False, plugins=loaded)[0]


def layouts(plan: ConferencePlan) -> dict[str, Layout]:
    """What the plugins make of the plan's options."""
    facts, made = plan.conference, {}
    for option in plan.options:
        chosen = plugins.load(venue.GROUP).by_name[option.venue]
        given = Plan(
            facts.key, facts.organiser, facts.timezone, facts.starts_at, tuple(plan.units), option.groups
        )
        made[option.key] = chosen.layout(given, chosen.settings_schema().load(option.settings))
    return made


@pytest.mark.parametrize(("sites", "delegates"), SIZES)
def test_sites_and_delegates_are_as_many_as_asked_for(tmp_path: Path, sites: int, delegates: int) -> None:
    assert generate(tmp_path, sites, delegates).exit_code == 0
    assert len(layouts(read(tmp_path))["online"].sites) == sites
    named = rows_of(tmp_path / "delegates.csv")
    assert len(named) == delegates
    assert len({(row["Thành phần"], row["Đơn vị"], row["Thứ tự"]) for row in named}) == delegates


@pytest.mark.parametrize(("sites", "delegates"), SIZES)
def test_every_delegate_has_a_place_online_and_most_of_them_in_the_hall(
    tmp_path: Path, sites: int, delegates: int
) -> None:
    generate(tmp_path, sites, delegates)
    named, moved = rows_of(tmp_path / "delegates.csv"), 0
    seats = {
        option: {(route.group, route.unit): route.seats for route in layout.routes}
        for option, layout in layouts(read(tmp_path)).items()
    }
    for row in named:
        place = (row["Thành phần"], row["Đơn vị"] or "mttq-viet-nam")
        assert int(row["Thứ tự"]) <= seats["online"][place]
        moved += int(row["Thứ tự"]) <= seats["in_person"][place]
    assert moved > 0.7 * delegates


def test_equal_options_write_equal_bytes_and_another_seed_other_people(tmp_path: Path) -> None:
    for folder in ("first", "second"):
        generate(tmp_path / folder, 40, 2_000)
    generate(tmp_path / "other", 40, 2_000, "--seed", "2")
    for name in ("plan.json", "delegates.csv", "nominations.csv"):
        assert (tmp_path / "first" / name).read_bytes() == (tmp_path / "second" / name).read_bytes()
    first, other = (rows_of(tmp_path / folder / "delegates.csv") for folder in ("first", "other"))
    assert sum(a["Họ và tên"] != b["Họ và tên"] for a, b in zip(first, other, strict=True)) > 1_900


def test_phones_are_made_up_and_some_people_hold_two_places(tmp_path: Path) -> None:
    generate(tmp_path, 310, 19_000)
    named = rows_of(tmp_path / "delegates.csv")
    phones = [row["Điện thoại"] for row in named if row["Điện thoại"]]
    assert 0.4 * len(named) < len(phones) < 0.6 * len(named)
    assert all(phone.startswith("0900") and len(phone) == 10 for phone in phones)
    held = Counter((row["Đơn vị"], row["Họ và tên"]) for row in named)
    assert sum(count == 2 for count in held.values()) == 7  # one in fifty of 309 communes
    assert max(held.values()) == 2


def test_nominations_fill_the_communes_quotas(tmp_path: Path) -> None:
    generate(tmp_path, 22, 600)
    nominated = rows_of(tmp_path / "nominations.csv")
    assert list(nominated[0]) == list(NOMINATION_HEADINGS)
    plan = read(tmp_path)
    assert plan.awards is not None
    assert plan.awards.quotas.per_unit is not None
    quota = plan.awards.quotas.per_unit
    each = Counter((row["unit"], row["kind"]) for row in nominated)
    assert set(each.values()) == {quota.collectives, quota.individuals}
    assert len(nominated) == 21 * (quota.collectives + quota.individuals)


@pytest.mark.parametrize(("sites", "delegates", "said"), [(1, 100, "2 sites"), (22, 50, "at least 168")])
def test_a_size_that_cannot_be_is_refused(tmp_path: Path, sites: int, delegates: int, said: str) -> None:
    result = generate(tmp_path / "new", sites, delegates)
    assert result.exit_code == 2
    assert said in result.output
    assert not (tmp_path / "new").exists()
