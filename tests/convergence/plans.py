"""A small plan cut out of the reference one, and the edits that make other versions of it."""

from __future__ import annotations

import copy
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from services.planning.plan.tree import read_tree
from tests.house import PLAN

ORGANISER = "mttq-nghe-an"
DISTRICTS = ("tp-vinh", "que-phong", "ky-son")
OPTIONS = ("online", "in_person")
STARTS = ("2021-06-29T08:00", "2021-06-30T08:00", None)
GROUPS = {
    "online": ("tinh-uy", "btt-mttq-tinh", "khen-thuong-tinh", "btt-mttq-huyen", "khen-thuong-huyen"),
    "in_person": ("tinh-uy", "btt-mttq-tinh", "btt-mttq-huyen", "khen-thuong-tinh"),
}
AT_HUB = ("tinh-uy", "btt-mttq-tinh")
AT_DISTRICTS = ("btt-mttq-huyen",)
_TASKS = ("bao-cao-tong-ket", "de-nghi-ket-noi", "so-luong-dai-bieu-huyen")
_DOCUMENTS = ("KH", "GM", "CV", "QĐ")


@dataclass(frozen=True)
class Shape:
    """What one plan version has; `seats` by option and group, `left_out` groups of the hub."""

    districts: tuple[str, ...] = DISTRICTS[:2]
    starts_at: str | None = STARTS[0]
    hub_capacity: int = 50
    hall_capacity: int = 50
    seats: tuple[tuple[str, str, int], ...] = ()
    left_out: tuple[str, ...] = ()
    title: str = "Hội nghị tổng kết công tác bầu cử"

    def with_seats(self, option: str, group: str, seats: int) -> Shape:
        others = tuple(row for row in self.seats if row[:2] != (option, group))
        return replace(self, seats=(*others, (option, group, seats)))

    def tree(self, key: str) -> dict[str, Any]:
        """The plan format's tree for the conference `key`."""
        tree = copy.deepcopy(_reference())
        ends_at = self.starts_at and self.starts_at[:11] + "11:30"
        facts = {"key": key, "title": self.title, "starts_at": self.starts_at, "ends_at": ends_at}
        tree["conference"] |= facts
        tree["units"] = [u for u in tree["units"] if u["level"] != "district" or u["key"] in self.districts]
        for option in tree["options"]:
            self._cut_option(option)
        tree["tasks"] = [task for task in tree["tasks"] if task["key"] in _TASKS]
        tree["documents"] = [document for document in tree["documents"] if document["type"] in _DOCUMENTS]
        tree["awards"]["quotas"] = {
            "province": {"collectives": 1, "individuals": 2},
            "per_unit": {"level": "district", "collectives": 1, "individuals": 1},
        }
        return tree

    def _cut_option(self, option: dict[str, Any]) -> None:
        wanted = GROUPS[option["key"]]
        seats = {group: number for of, group, number in self.seats if of == option["key"]}
        option["groups"] = [
            group | {"seats": seats.get(group["key"], 2)}
            for group in option["groups"]
            if group["key"] in wanted and group["key"] not in self.left_out
        ]
        room = "hub" if option["key"] == "online" else "hall"
        option["settings"][room]["capacity"] = self.hub_capacity if room == "hub" else self.hall_capacity


@cache
def _reference() -> dict[str, Any]:
    tree, _ = read_tree(PLAN.read_bytes(), yaml=True)
    assert isinstance(tree, dict)
    return tree
