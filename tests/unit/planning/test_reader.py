"""The plan reader: all mistakes of a plan in one pass, each with its code at its place."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest

from diemcau.plan import Awardees, Group, Unit
from services.planning.plan.model import Due, Quota, Quotas, UnitQuota
from services.planning.plan.problems import MAX_PROBLEMS, MESSAGES, PlanInvalid, problem
from services.planning.plan.reader import load_plan, read_plan

Found = Callable[..., list[tuple[str, str]]]
Change = Callable[[Any], Any]


@pytest.mark.parametrize("yaml", [True, False])
def test_reference_plan_reads_without_problems(reference: bytes, tree: Any, plugins: Any, yaml: bool) -> None:
    raw = reference if yaml else json.dumps(tree).encode()
    plan, same = load_plan(raw, yaml=yaml, plugins=plugins)
    assert same == tree
    facts = plan.conference
    assert (facts.key, facts.window_from, facts.window_to) == (
        "nghe-an-2021-bau-cu", date(2021, 6, 28), date(2021, 6, 30),
    )  # fmt: skip
    assert (facts.starts_at, facts.ends_at) == (datetime(2021, 6, 29, 8), datetime(2021, 6, 29, 11, 30))  # noqa: DTZ001
    assert (len(plan.units), len(plan.programme), len(plan.tasks), len(plan.documents)) == (30, 7, 15, 11)
    assert [(o.key, o.venue, len(o.groups)) for o in plan.options] == [
        ("online", "online_bridge", 16), ("in_person", "in_person", 11),
    ]  # fmt: skip


def test_values_of_the_reference_arrive_whole(tree: Any, plugins: Any) -> None:
    plan = read_plan(tree, plugins)
    assert plan.units[6] == Unit(
        "vp-ubnd-tinh", "Văn phòng Ủy ban nhân dân tỉnh Nghệ An", "partner", organ_id="000.00.01.H41"
    )
    assert plan.options[1].groups[9] == Group(
        "khen-thuong-tinh", "Một số tập thể, cá nhân được tặng bằng khen", "hall", "organiser", 30, 10,
        awardees=Awardees(("province", "district", "press")),
    )  # fmt: skip
    assert plan.options[0].settings["line_test"] == {"days_before": 1, "at": "15:00"}
    assert plan.tasks[3].with_units == ("van-phong",)
    assert plan.papers is not None
    assert (plan.papers.due, plan.papers.sources, plan.papers.to) == (Due(3), ("district",), "mttq-nghe-an")
    assert plan.awards is not None
    assert plan.awards.quotas == Quotas(Quota(8, 12), UnitQuota("district", 2, 4))


def _at(tree: Any, *steps: Any) -> Any:
    for step in steps:
        tree = tree[step]
    return tree


def put(*path: Any) -> Change:
    """Set the value at path[:-1] to path[-1]."""
    *steps, last, value = path

    def change(tree: Any) -> Any:
        _at(tree, *steps)[last] = value
        return tree

    return change


def drop(*path: Any) -> Change:
    *steps, last = path

    def change(tree: Any) -> Any:
        del _at(tree, *steps)[last]
        return tree

    return change


def first_group(**fields: Any) -> Change:
    def change(tree: Any) -> Any:
        tree["options"][0]["groups"][0].update(fields)
        return tree

    return change


GROUP = "/options/0/groups/0"
PER_UNIT = ("awards", "quotas", "per_unit")
SETTINGS = ("options", 0, "settings")
WRONG: list[tuple[Change, str, str]] = [
    # shape
    (lambda tree: [], "", "wrong-type"),
    (lambda tree: None, "", "wrong-type"),
    (put("format", "diemcau.plan/2"), "/format", "invalid-value"),
    (put("confernce", {}), "/confernce", "unknown-key"),
    (put("conference", "a/b~c", 1), "/conference/a~1b~0c", "unknown-key"),
    (drop("units"), "/units", "missing-key"),
    (drop("conference", "title"), "/conference/title", "missing-key"),
    (put("conference", "title", None), "/conference/title", "wrong-type"),
    (put("conference", "title", 5), "/conference/title", "wrong-type"),
    (put("conference", "title", " "), "/conference/title", "blank"),
    (put("conference", "title", "x" * 1001), "/conference/title", "too-long"),
    (put("conference", "key", "Nghệ An"), "/conference/key", "invalid-key"),
    (put("conference", "key", "a\n"), "/conference/key", "invalid-key"),
    (put("conference", "key", "a" * 101), "/conference/key", "too-long"),
    (put("conference", "window", "from", "28/6/2021"), "/conference/window/from", "invalid-value"),
    (put("conference", "window", "from", "20210628"), "/conference/window/from", "invalid-value"),
    (put("conference", "window", "from", "2021-06-31"), "/conference/window/from", "invalid-value"),
    (put("conference", "starts_at", "2021-06-29T08:00+07:00"), "/conference/starts_at", "invalid-value"),
    (put("conference", "starts_at", "2021-06-29"), "/conference/starts_at", "invalid-value"),
    (put("conference", "purposes", "x"), "/conference/purposes", "wrong-type"),
    (put("units", 6, "organ_id", "000.h41"), "/units/6/organ_id", "invalid-value"),
    (put("units", 6, "organ_id", "0" * 36), "/units/6/organ_id", "too-long"),
    (put("units", 9, 7), "/units/9", "wrong-type"),
    (first_group(seats=0), f"{GROUP}/seats", "too-small"),
    (first_group(seats=10**9), f"{GROUP}/seats", "too-large-number"),
    (first_group(seats=10**9999), f"{GROUP}/seats", "too-large-number"),
    (first_group(seats=True), f"{GROUP}/seats", "wrong-type"),
    (first_group(seats=4.0), f"{GROUP}/seats", "wrong-type"),
    (first_group(press="yes"), f"{GROUP}/press", "wrong-type"),
    (first_group(invited_by="organizer"), f"{GROUP}/invited_by", "invalid-value"),
    (first_group(awardees={"from": ["press"], "kinds": ["x"]}), f"{GROUP}/awardees/kinds/0", "invalid-value"),
    (first_group(awardees={"from": []}), f"{GROUP}/awardees/from", "blank"),
    (put("tasks", 0, "due", {"days_before": -1}), "/tasks/0/due/days_before", "too-small"),
    (put("tasks", 0, "due", {"days_before": 1, "at": "24:00"}), "/tasks/0/due/at", "invalid-value"),
    (put("tasks", 3, "with", ["van-phong", "van-phong"]), "/tasks/3/with/1", "duplicate-value"),
    (put("units", 9, "key", "tx-cua-lo"), "/units/10/key", "duplicate-key"),
    (put("options", 1, "key", "online"), "/options/1/key", "duplicate-key"),
    (first_group(key="tinh-uy"), "/options/0/groups/1/key", "duplicate-key"),
    (put("tasks", 1, "key", "ke-hoach-chuong-trinh-giay-moi"), "/tasks/1/key", "duplicate-key"),
    # references
    (put("conference", "organiser", "mttq-nghean"), "/conference/organiser", "unknown-unit"),
    (put("conference", "contact", "unit", "x"), "/conference/contact/unit", "unknown-unit"),
    (put("units", 2, "parent", "x"), "/units/2/parent", "unknown-unit"),
    (put("tasks", 0, "unit", "x"), "/tasks/0/unit", "unknown-unit"),
    (put("tasks", 3, "with", 0, "x"), "/tasks/3/with/0", "unknown-unit"),
    (put("papers", "to", "x"), "/papers/to", "unknown-unit"),
    (put("documents", 0, "drafted_by", "x"), "/documents/0/drafted_by", "unknown-unit"),
    (put("documents", 8, "to", 1, "x"), "/documents/8/to/1", "unknown-unit"),
    (put("tasks", 9, "only", 0, "x"), "/tasks/9/only/0", "unknown-option"),
    (put("documents", 8, "only", 0, "x"), "/documents/8/only/0", "unknown-option"),
    (put("tasks", 12, "per", "commune"), "/tasks/12/per", "unknown-level"),
    (first_group(per="commune"), f"{GROUP}/per", "unknown-level"),
    (first_group(per="press"), f"{GROUP}/per", "unknown-level"),
    (first_group(awardees={"from": ["commune"]}), f"{GROUP}/awardees/from/0", "unknown-level"),
    (put("papers", "from", 0, "commune"), "/papers/from/0", "unknown-level"),
    (put("documents", 0, "per", "commune"), "/documents/0/per", "unknown-level"),
    (put(*PER_UNIT, "level", "commune"), "/awards/quotas/per_unit/level", "unknown-level"),
    # rules
    (put("conference", "timezone", "Asia/Vinh"), "/conference/timezone", "unknown-timezone"),
    (put("conference", "timezone", "../../etc/passwd"), "/conference/timezone", "unknown-timezone"),
    (put("conference", "timezone", "Asia"), "/conference/timezone", "unknown-timezone"),
    (put("conference", "window", "to", "2021-06-27"), "/conference/window/to", "window-reversed"),
    (put("conference", "window", "from", "2021-06-30"), "/conference/starts_at", "outside-window"),
    (put("conference", "ends_at", "2021-06-29T08:00"), "/conference/ends_at", "ends-before-start"),
    (put("units", 1, "valid", {"from": "2021-07-01", "to": "2021-06-30"}),
     "/units/1/valid/to", "window-reversed"),
    (put("units", 0, "parent", "van-phong"), "/units/0/parent", "unit-cycle"),
    (put("units", 3, "parent", "to-chuc-tuyen-giao"), "/units/3/parent", "unit-cycle"),
    (put("options", []), "/options", "missing-option"),
    (put("options", 0, "venue", "onlin_bridge"), "/options/0/venue", "unknown-plugin"),
    (first_group(at="hall"), f"{GROUP}/at", "place-not-served"),
    (put("options", 1, "groups", 2, "at", "bridge"), "/options/1/groups/2/at", "place-not-served"),
    (drop("tasks", 0, "unit"), "/tasks/0/unit", "missing-owner"),
    (put("tasks", 0, "per", "district"), "/tasks/0/per", "conflicting-keys"),
    (lambda t: put("units", 9, "was", ["vinh"])(put("units", 10, "was", ["vinh"])(t)),
     "/units/10/was/0", "duplicate-key"),
    # settings
    (put(*SETTINGS, "hubb", {}), "/options/0/settings/hubb", "unknown-key"),
    (put(*SETTINGS, "hub", "rom", "x"), "/options/0/settings/hub/rom", "unknown-key"),
    (drop(*SETTINGS, "hub"), "/options/0/settings/hub", "missing-key"),
    (drop(*SETTINGS, "hub", "name"), "/options/0/settings/hub/name", "missing-key"),
    (put(*SETTINGS, "hub", "name", 5), "/options/0/settings/hub/name", "wrong-type"),
    (put(*SETTINGS, "hub", "name", None), "/options/0/settings/hub/name", "wrong-type"),
    (put(*SETTINGS, "hub", "capacity", "100"), "/options/0/settings/hub/capacity", "wrong-type"),
    (put(*SETTINGS, "hub", "capacity", 0), "/options/0/settings/hub/capacity", "invalid-value"),
    (put(*SETTINGS, "hub", 5), "/options/0/settings/hub", "wrong-type"),
    (put(*SETTINGS, "line_test", "at", "25:99"), "/options/0/settings/line_test/at", "invalid-value"),
    (put(*SETTINGS, "technicians", [{"name": "A"}, {}]),
     "/options/0/settings/technicians/1/name", "missing-key"),
    (put(*SETTINGS, "technicians", {}), "/options/0/settings/technicians", "wrong-type"),
    (put(*SETTINGS, "phones", {"value": "b"}), "/options/0/settings/phones/value", "wrong-type"),
    (put(*SETTINGS, "phones", {"a": "b"}), "/options/0/settings/phones/a", "wrong-type"),
    (put(*SETTINGS, "phones", {"a/b": 1, "c" * 10: 1}),
     "/options/0/settings/phones/cccccccccc", "invalid-value"),
    (put("options", 0, "settings", []), "/options/0/settings", "wrong-type"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "pointer", "code"), WRONG, ids=[f"{w[1]}-{w[2]}" for w in WRONG])
def test_mistake_is_found_alone_at_its_place(
    tree: Any, found: Found, change: Change, pointer: str, code: str
) -> None:
    problems = found(change(tree))
    # what refers to a key that the mistake took away may follow
    assert problems.count((pointer, code)) == 1
    assert {other for _, other in problems} <= {code, "unknown-unit", "unknown-option"}


RIGHT: list[Change] = [
    put("conference", "starts_at", None),
    put("conference", "ends_at", None),
    drop("conference", "starts_at"),
    drop("conference", "signer"),
    drop("tasks"),
    put("tasks", None),
    drop("awards"),
    drop("papers"),
    put("papers", "from", ["district", "press", "so-tttt"]),
    put("documents", 0, "per", "district"),
    put("tasks", 0, "due", {"days_before": 0, "at": "15:00"}),
    put("units", 9, "was", ["vinh"]),
    put("units", 9, "valid", {"from": "2000-01-01", "to": None}),
    put("units", 9, "predecessors", ["thi-xa-vinh", "hung-loc"]),
    lambda tree: first_group(was=["tw"])(put("options", 1, "groups", 0, "was", ["tw"])(tree)),
    first_group(per="district"),
    put("conference", "timezone", "Etc/GMT+7"),
]


@pytest.mark.parametrize("change", RIGHT)
def test_what_may_be_said_is_accepted(tree: Any, found: Found, change: Change) -> None:
    assert found(change(tree)) == []


def test_ten_different_mistakes_are_reported_in_one_pass_in_document_order(tree: Any, found: Found) -> None:
    tree["conference"]["title"] = 5
    tree["conference"]["organiser"] = "mttq-nghean"
    tree["conference"]["starts_at"] = "2021-07-29T08:00"
    tree["conference"]["ends_at"] = "2021-07-29T07:00"
    tree["units"][1]["parent"] = "mttq-nghe-an"
    tree["units"][12]["key"] = "tp-vinh"
    tree["options"][0]["settings"]["hub"]["colour"] = "red"
    tree["options"][0]["groups"][3].update(seats=0, at="hall")
    tree["tasks"][9]["only"] = ["on-line"]
    tree["papers"]["from"] = ["commune"]
    tree["speakers"] = []
    assert found(tree) == [
        ("/conference/title", "wrong-type"),
        ("/conference/organiser", "unknown-unit"),
        ("/conference/starts_at", "outside-window"),
        ("/conference/ends_at", "ends-before-start"),
        ("/units/1/parent", "unit-cycle"),
        ("/units/12/key", "duplicate-key"),
        ("/options/0/settings/hub/colour", "unknown-key"),
        ("/options/0/groups/3/at", "place-not-served"),
        ("/options/0/groups/3/seats", "too-small"),
        ("/tasks/9/only/0", "unknown-option"),
        ("/papers/from/0", "unknown-level"),
        ("/speakers", "unknown-key"),
    ]


def test_bytes_and_plan_are_judged_in_one_pass(reference: bytes, plugins: Any) -> None:
    text = reference.decode().replace(
        "decided_by: Ban Thường trực", "decided_by: &x A\n  decided_by: B\n  seats: 4"
    )
    text = text.replace("seats: 2, rank: 2}", "seats: !!int 0, rank: *x}", 1)
    with pytest.raises(PlanInvalid) as caught:
        load_plan(text.encode(), yaml=True, plugins=plugins)
    assert [(one.pointer, one.code) for one in caught.value.problems] == [
        ("/conference/decided_by", "alias"),
        ("/conference/decided_by", "repeated-key"),
        ("/conference/seats", "unknown-key"),
        ("/options/0/groups/1/seats", "tag"),
        ("/options/0/groups/1/rank", "alias"),
    ]


def test_missing_units_do_not_make_every_reference_wrong(tree: Any, found: Found) -> None:
    assert found(drop("units")(tree)) == [("/units", "missing-key")]


def test_every_cycle_is_reported_once(tree: Any, found: Found) -> None:
    for index, parent in ((9, "tx-cua-lo"), (10, "tx-thai-hoa"), (11, "tx-cua-lo"), (13, "que-phong")):
        tree["units"][index]["parent"] = parent
    assert found(tree) == [("/units/10/parent", "unit-cycle"), ("/units/13/parent", "unit-cycle")]


def test_problems_beyond_a_thousand_are_only_counted(tree: Any, found: Found) -> None:
    tree["tasks"] = [{}] * 1_000
    problems = found(tree)
    assert len(problems) == MAX_PROBLEMS + 1
    assert problems[-1] == ("", "too-many-problems")


def test_plugin_that_raises_is_contained(tree: Any, found: Found, plugins: Any) -> None:
    class Broken:
        name = "online_bridge"
        places = frozenset({"hub", "bridge"})

        @property
        def settings_schema(self) -> Any:
            raise RuntimeError("no")

    assert found(tree, {**plugins, "online_bridge": Broken()}) == [("/options/0/settings", "plugin-failed")]


def test_messages_are_in_two_languages_and_suggest_what_was_meant(tree: Any, plugins: Any) -> None:
    put("conference", "organizer", "x")(tree)
    put("conference", "organiser", "mttq-nghean")(tree)
    with pytest.raises(PlanInvalid) as caught:
        read_plan(tree, plugins)
    unit, key = caught.value.problems
    assert unit.vi == "Không có đơn vị “mttq-nghean”. Có phải “mttq-nghe-an” không?"
    assert key.en == "There is no “organizer” here. Did you mean “organiser”?"


def test_long_values_are_shortened_in_messages() -> None:
    assert len(problem("", "unknown-unit", value="x" * 10_000).en) < 120


def test_every_message_has_the_same_places_in_both_languages() -> None:
    for code, words in MESSAGES.items():
        places = [{part.split("}")[0] for part in text.split("{")[1:]} for text in words]
        assert places[0] == places[1], code


def test_national_size_is_read_within_seconds(tree: Any, plugins: Any) -> None:
    kept = [unit for unit in tree["units"] if unit["level"] != "district"]
    communes = [
        {"key": f"xa-{n}", "name": f"Xã số {n}", "level": "district", "parent": "mttq-nghe-an"}
        for n in range(31_000)
    ]
    tree["units"] = kept + communes
    raw = json.dumps(tree).encode()
    began = time.process_time()
    plan, _ = load_plan(raw, yaml=False, plugins=plugins)
    assert len(plan.units) == 31_009
    assert time.process_time() - began < 5
