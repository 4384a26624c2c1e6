"""Made-up persons on the places of a national conference. No row stands for a real person.

Every choice is drawn from a hash of what it is for: `random` promises the same draws only within one version
of Python.
"""
# ruff: noqa: SIM905 - word lists as one string keep this a page

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from itertools import count
from typing import NamedTuple

from services.cli.generate.shape import AWARDEES, HUB_GROUPS, OF_PROVINCES, Group, Shape
from services.cli.generate.units import commune_key, commune_name, province_key

DELEGATE_HEADINGS = ("Thành phần", "Đơn vị", "Thứ tự", "Họ và tên", "Chức vụ", "Điện thoại", "Email")
NOMINATION_HEADINGS = ("unit", "kind", "name", "representative", "position", "achievement")
COMMUNES_WITH_ONE_PERSON_TWICE = 50  # in one commune of so many its leader is honoured too, on a second place
_MOST_PHONES = 1_000_000  # of the form 0900 and six digits

# A frequent family name stands several times.
_FAMILIES = (
    *("Nguyễn " * 9 + "Trần " * 4 + "Lê " * 3 + "Phạm " * 2 + "Hoàng " * 2 + "Phan " * 2 + "Hồ " * 2).split(),
    *"Võ Vũ Đặng Bùi Đỗ Ngô Dương Cao Đậu Thái Đinh Trương Lương Hà Chu Tạ Mai Lưu Trịnh Đoàn Vi Lò".split(),
)
_MIDDLES = (
    *"Văn Đức Hữu Quang Xuân Công Đình Thanh Ngọc Trọng Bá Minh Viết Doãn Cảnh Thị Thị Thị Thị Thúy".split(),
    *("Thị Thanh", "Thị Hồng", "Thị Thu", "Thị Kim", "Thị Bích"),
)
_GIVENS = (
    "Hùng Dũng Cường Tuấn Sơn Hải Nam Long Thắng Bình Hòa Minh Đức Quân Trung Kiên Thành Phúc Lộc An Hiếu"
    " Toàn Khánh Tùng Lâm Hưng Tâm Quý Hương Lan Hoa Hằng Thảo Nga Hà Hạnh Thủy Loan Phượng Yến Ngọc Nhung"
    " Trang Linh Mai Hồng Oanh Huyền Vân Liên Tú Dung Hiền Giang Xuân Thơm Tuyết Quỳnh Ánh Lý Thắm Nguyệt"
).split()


class Delegate(NamedTuple):
    """A row of the delegate list; `unit` is empty where the organiser invites."""

    group: str
    unit: str
    ordinal: int
    name: str
    position: str
    phone: str
    email: str


class Nomination(NamedTuple):
    unit: str
    kind: str
    name: str
    representative: str
    position: str
    achievement: str


def delegates(shape: Shape, seed: str) -> Iterator[Delegate]:
    """All named places: of the organiser, the provinces, then bridge by bridge, by group and ordinal."""
    serials = count(1)
    yield from _of_unit(shape, seed, serials, "", _all_seats(HUB_GROUPS))
    for province in range(shape.provinces):
        yield from _of_unit(shape, seed, serials, province_key(province), _all_seats([OF_PROVINCES]))
    for commune in range(shape.communes):
        rows = _of_unit(shape, seed, serials, commune_key(commune), shape.places_of(commune))
        yield from rows if commune % COMMUNES_WITH_ONE_PERSON_TWICE else _honour_leader(rows, commune)


def nominations(shape: Shape, named: Iterable[Delegate]) -> Iterator[Nomination]:
    """As many as the plan's quotas allow the communes, out of their awardees among `named`."""
    collectives, individuals = shape.quota
    for commune, row in _awardees(shape, named):
        if row.ordinal <= collectives:
            body = ("Ban Thường trực Ủy ban MTTQ Việt Nam", "Ủy ban bầu cử")[row.ordinal - 1]
            name = f"{body} {commune_name(commune)}"
            yield Nomination(row.unit, "collective", name, row.name, "", "Tổ chức tốt cuộc bầu cử")
        elif row.ordinal <= collectives + individuals:
            post = "Trưởng Ban Công tác Mặt trận"
            yield Nomination(
                row.unit, "individual", row.name, "", post, "Vận động cử tri đi bầu đạt tỷ lệ cao"
            )


def _awardees(shape: Shape, named: Iterable[Delegate]) -> Iterator[tuple[int, Delegate]]:
    communes = {commune_key(commune): commune for commune in range(shape.communes)}
    return ((communes[row.unit], row) for row in named if row.group == AWARDEES.key)


def _all_seats(groups: Iterable[Group]) -> Iterator[tuple[Group, int]]:
    return ((group, ordinal) for group in groups for ordinal in range(1, group.seats + 1))


def _of_unit(
    shape: Shape, seed: str, serials: Iterator[int], unit: str, places: Iterable[tuple[Group, int]]
) -> list[Delegate]:
    draw, taken = _draw(seed, unit), set[str]()
    return [
        Delegate(
            group.key,
            unit,
            ordinal,
            _name(draw, taken),
            group.posts[(ordinal - 1) % len(group.posts)],
            *_ways(shape, next(serials)),
        )
        for group, ordinal in places
    ]


def _honour_leader(rows: list[Delegate], commune: int) -> Iterator[Delegate]:
    """The first person of the commune is its first awardee as well: known again by name and phone."""
    leader = rows[0]._replace(phone=f"0900{commune % _MOST_PHONES:06d}", email="")
    yield leader
    for row in rows[1:]:
        again = row.group == AWARDEES.key and row.ordinal == 1
        yield leader._replace(group=row.group, ordinal=1) if again else row


def _draw(seed: str, unit: str) -> Iterator[int]:
    """Numbers of 32 bits without end."""
    for block in count():
        digest = hashlib.blake2b(f"{seed}/{unit}/{block}".encode()).digest()
        yield from (int.from_bytes(digest[place : place + 4], "big") for place in range(0, 64, 4))


def _name(draw: Iterator[int], taken: set[str]) -> str:
    """A name that nobody else of the unit has."""
    while True:
        rest, given = divmod(next(draw), len(_GIVENS))
        family, middle = divmod(rest % (len(_FAMILIES) * len(_MIDDLES)), len(_MIDDLES))
        name = f"{_FAMILIES[family]} {_MIDDLES[middle]} {_GIVENS[given]}"
        if name not in taken:
            taken.add(name)
            return name


def _ways(shape: Shape, serial: int) -> tuple[str, str]:
    """Phone and e-mail: one in two has a phone, the other an address; where numbers end, fewer have one."""
    step = max(2, -(-shape.delegates // _MOST_PHONES))
    if serial % step == 0:
        return f"0900{serial // step % _MOST_PHONES:06d}", ""
    return "", f"dai-bieu-{serial}@example.org"
