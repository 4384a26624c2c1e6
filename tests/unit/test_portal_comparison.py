"""The preview's lines in words: what stands for many units or sites stands once."""

from __future__ import annotations

from typing import Any

from services.portal.comparison import by_group, task_lines


def line(title: str, units: int) -> dict[str, Any]:
    return {
        "title": title,
        "unit": "x01",
        "unit_name": "Xã An Bảo",
        "units": units,
        "due_at": "2021-06-28T08:00:00Z",
    }


def test_a_task_of_many_units_is_told_without_the_name_of_one() -> None:
    [one] = task_lines([line("Kiểm tra đường truyền điểm cầu Xã An Bảo", 30_999)])
    assert (one["title"], one["units"]) == ("Kiểm tra đường truyền điểm cầu", 30_999)


def test_a_task_of_one_unit_keeps_its_title() -> None:
    [one] = task_lines([line("Kiểm tra đường truyền điểm cầu Xã An Bảo", 1)])
    assert (one["title"], one["unit"]) == ("Kiểm tra đường truyền điểm cầu Xã An Bảo", "Xã An Bảo")


def test_one_site_keeps_its_name_and_many_are_counted() -> None:
    places = {"from_sites": 31_000, "from_site_name": "Xã An Bảo", "sites": 1, "site_name": "Hội trường"}
    gone = {"from_sites": 1, "from_site_name": "Xã An Bảo", "sites": 0, "site_name": None}
    moved, withdrawn = by_group([places, gone])
    assert (moved["from"], moved["to"]) == ("31.000 nơi", "Hội trường")
    assert (withdrawn["from"], withdrawn["to"]) == ("Xã An Bảo", "—")
