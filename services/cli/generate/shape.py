"""How large a made-up national conference is: its units, its groups and the places that each has. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

COMMUNES_IN_DISTRICT = 15
DISTRICTS_IN_PROVINCE = 33
ORGANISER = "mttq-viet-nam"


class Group(NamedTuple):
    """A group of guests: `seats` is a number at the hub, a weight at the bridges."""

    key: str
    name: str
    seats: int
    posts: tuple[str, ...]


HUB_GROUPS = (
    Group("lanh-dao-dang-nha-nuoc", "Đại diện lãnh đạo Đảng, Nhà nước", 6, ("Khách mời Trung ương",)),
    Group("btt-mttq", "Ban Thường trực Ủy ban Trung ương MTTQ Việt Nam", 8, ("Ủy viên Ban Thường trực",)),
    Group("to-chuc-ct-xh", "Đại diện các tổ chức chính trị - xã hội", 10, ("Đại diện tổ chức thành viên",)),
    Group("khen-thuong-tw", "Tập thể, cá nhân được tặng bằng khen", 10, ("Tiêu biểu được tặng bằng khen",)),
    Group("bao-chi", "Phóng viên các báo, đài", 6, ("Phóng viên",)),
)
OF_PROVINCES = Group(
    "lanh-dao-tinh", "Đại diện lãnh đạo tỉnh", 2, ("Chủ tịch Ủy ban MTTQ Việt Nam tỉnh", "Phó Bí thư Tỉnh ủy")
)
BRIDGE_GROUPS = (
    Group(
        "lanh-dao-xa",
        "Đại diện lãnh đạo cấp ủy, HĐND, UBND cấp xã",
        3,
        ("Bí thư Đảng ủy xã", "Chủ tịch HĐND xã", "Chủ tịch UBND xã", "Ủy viên Ban Thường vụ Đảng ủy xã"),
    ),
    Group(
        "btt-mttq-xa",
        "Ban Thường trực Ủy ban MTTQ Việt Nam cấp xã",
        3,
        (
            "Chủ tịch Ủy ban MTTQ Việt Nam xã",
            "Phó Chủ tịch Ủy ban MTTQ Việt Nam xã",
            "Ủy viên Thường trực Ủy ban MTTQ Việt Nam xã",
        ),
    ),
    Group("bau-cu-xa", "Đại diện Ủy ban bầu cử cấp xã", 2, ("Thành viên Ủy ban bầu cử xã",)),
    Group(
        "ct-xh-xa",
        "Đại diện các tổ chức chính trị - xã hội cấp xã",
        5,
        ("Chủ tịch Hội Nông dân xã", "Chủ tịch Hội Liên hiệp Phụ nữ xã", "Chủ tịch Hội Cựu chiến binh xã"),
    ),
    Group("khu-dan-cu", "Trưởng Ban Công tác Mặt trận khu dân cư", 3, ("Trưởng Ban Công tác Mặt trận",)),
    Group(
        "khen-thuong-xa", "Tập thể, cá nhân tại địa phương được tặng bằng khen", 6, ("Được tặng bằng khen",)
    ),
)
AWARDEES = BRIDGE_GROUPS[-1]
_LARGEST_QUOTA = (2, 4)  # collectives, individuals


MOST_AT_A_SITE = 20_000
"""There are some 39,000 made-up names, and at one site no two people have the same."""


class TooSmall(Exception):
    """A conference of that size would have groups without anybody."""


class TooLarge(Exception):
    """There are not names enough for so many at a site."""


@dataclass(frozen=True)
class Shape:
    """A hub and `sites - 1` bridges, one per commune, with `delegates` named places in all."""

    sites: int
    delegates: int

    def __post_init__(self) -> None:
        if self.sites < 2:
            raise TooSmall("at least 2 sites: the hub and one bridge")
        if self._at_bridges < len(BRIDGE_GROUPS) * self.communes:
            least = self.delegates - self._at_bridges + len(BRIDGE_GROUPS) * self.communes
            raise TooSmall(f"{self.sites} sites need at least {least} delegates: one in each group of a site")

        if self._at_bridges > MOST_AT_A_SITE * self.communes:
            raise TooLarge(f"{self.sites} sites can have at most {MOST_AT_A_SITE:,} delegates each")

    @property
    def communes(self) -> int:
        return self.sites - 1

    @property
    def districts(self) -> int:
        return -(-self.communes // COMMUNES_IN_DISTRICT)

    @property
    def provinces(self) -> int:
        return -(-self.districts // DISTRICTS_IN_PROVINCE)

    @cached_property
    def bridge_seats(self) -> dict[str, int]:
        """Seats of each group at every bridge: at least one, the others by weight."""
        spare = -(-self._at_bridges // self.communes) - len(BRIDGE_GROUPS)
        weights, whole = 0, sum(group.seats for group in BRIDGE_GROUPS)
        seats = {}
        for group in BRIDGE_GROUPS:
            before, weights = spare * weights // whole, weights + group.seats
            seats[group.key] = 1 + spare * weights // whole - before
        return seats

    @cached_property
    def quota(self) -> tuple[int, int]:
        """Collectives and individuals that a commune may nominate: no more than its awardees have seats."""
        seats = self.bridge_seats[AWARDEES.key]
        individuals = min(_LARGEST_QUOTA[1], max(seats - 1, 1))
        return min(_LARGEST_QUOTA[0], seats - individuals), individuals

    def named_at(self, commune: int) -> int:
        """How many places of a bridge name somebody; communes count from 0."""
        each, more = divmod(self._at_bridges, self.communes)
        return each + (commune < more)

    def places_of(self, commune: int) -> Iterator[tuple[Group, int]]:
        """The named places of a bridge, by group and ordinal."""
        left = self.named_at(commune)
        for group in BRIDGE_GROUPS:
            taken = min(left, self.bridge_seats[group.key])
            yield from ((group, ordinal) for ordinal in range(1, taken + 1))
            left -= taken

    @property
    def _at_bridges(self) -> int:
        at_hub = sum(group.seats for group in HUB_GROUPS) + OF_PROVINCES.seats * self.provinces
        return self.delegates - at_hub
