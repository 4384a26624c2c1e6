"""Naming persons on places: what is asked, what is there, and what has to change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from services.registration.people.model import Facts
from shared.flaws import Flaw

UNKNOWN_GROUP = Flaw("unknown-group", "Không có thành phần này trong kế hoạch", "The plan has no such group")
UNKNOWN_UNIT = Flaw("unknown-unit", "Không có đơn vị này trong kế hoạch", "The plan has no such unit")
AMBIGUOUS = Flaw(
    "ambiguous-name", "Tên này trùng ở nhiều mục; hãy dùng mã", "Several have this name: give the key"
)
ORGANISER_ONLY = Flaw(
    "organiser-only",
    "Thành phần này chỉ do cơ quan tổ chức mời",
    "Only the organiser invites this group",
)
NOT_AN_ORDINAL = Flaw(
    "not-an-ordinal", "Thứ tự phải là số nguyên từ 1", "The ordinal is a whole number from 1"
)
BEYOND_SEATS = Flaw(
    "beyond-seats", "Thứ tự lớn hơn số chỗ của thành phần", "The ordinal is beyond the seats of the group"
)
NO_ROUTE = Flaw(
    "no-such-place",
    "Không phương án nào mời thành phần này của đơn vị này",
    "No option invites this group of this unit",
)
UNCERTAIN_ROUTE = Flaw(
    "place-not-certain",
    "Chưa phương án nào đã xem trước có chỗ này",
    "No option previewed so far has this place",
)
NO_FREE_PLACE = Flaw("no-free-place", "Thành phần này đã hết chỗ", "The group has no free place left")
DUPLICATE_PLACE = Flaw(
    "duplicate-place", "Chỗ này có ở một dòng khác của tệp", "Another row of the file has this place"
)
DUPLICATE_PERSON = Flaw(
    "duplicate-person",
    "Người này đã có trong cùng thành phần, đơn vị",
    "This person is in the same group and unit already",
)
SAME_NAME = Flaw(
    "same-name",
    "Trùng họ tên trong cùng thành phần, đơn vị và không có số điện thoại để phân biệt",
    "The same name in the same group and unit, and no phone to tell them apart",
)
OTHER_FACTS = Flaw(
    "facts-of-first-row-kept",
    "Người này có ở dòng trước với thông tin khác; giữ thông tin của dòng trước",
    "An earlier row has other facts for this person: those are kept",
)
NOT_YOUR_UNIT = Flaw("not-your-unit", "Không phải đơn vị của đồng chí", "Not your unit")


class PlaceRefused(Exception):
    """A single naming cannot be done; `field` is the input at fault."""

    def __init__(self, field_name: str, flaw: Flaw) -> None:
        super().__init__(flaw.code)
        self.field, self.flaw = field_name, flaw


class PlaceTaken(Exception):
    """Somebody has this place."""


class NoFreePlace(Exception):
    """All places of the group and unit have somebody."""


class UnknownSite(Exception):
    """No layout has a site with this key."""


class SamePerson(Exception):
    """The substitute is who has the place already."""


class SubstituteInvited(Exception):
    """By link: the substitute has a place of their own."""


@dataclass(frozen=True, slots=True)
class Seat:
    """One place by its natural key; `ordinal` None: the next free one."""

    group: str
    group_id: int
    unit: str
    unit_id: int
    ordinal: int | None
    most: int

    @property
    def row(self) -> tuple[int, int]:
        return self.unit_id, self.group_id


@dataclass(frozen=True, slots=True)
class Draft:
    """A person to be named: the row that says so, the seat and the facts; `given` are the columns there."""

    number: int
    seat: Seat
    facts: Facts
    given: frozenset[str] = frozenset(("name", "position", "phone", "email"))


@dataclass(frozen=True, slots=True)
class Held:
    """A place that has a row: vacant when `person` is None."""

    place: UUID
    ordinal: int
    person: UUID | None
    facts: Facts | None


@dataclass(frozen=True, slots=True)
class Seated:
    """A person on a place; `is_new` when the place has no row yet."""

    place: UUID
    seat: Seat
    ordinal: int
    person: UUID
    facts: Facts
    is_new: bool


@dataclass(slots=True)
class Changes:
    """What naming has to write, worked out before anything is written."""

    new_people: dict[UUID, Facts] = field(default_factory=dict)
    changed_people: dict[UUID, Facts] = field(default_factory=dict)
    seated: list[Seated] = field(default_factory=list)
    vacated: list[UUID] = field(default_factory=list)
    leaving: set[UUID] = field(default_factory=set)
    created: int = 0
    updated: int = 0
    unchanged: int = 0

    @property
    def is_empty(self) -> bool:
        return not (self.new_people or self.changed_people or self.seated or self.vacated or self.leaving)


Existing = Mapping[tuple[int, int], Mapping[int, Held]]
"""Places by (unit, group) and ordinal."""
