"""A small declarative checker: a specification walks a tree once, notes what is wrong, gives parsed values.

A specification never raises; where a value is refused it gives `INVALID`. References are only noted
during the walk and resolved afterwards (`resolve`), when every key is known.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Final, Protocol
from zoneinfo import ZoneInfo

from services.planning.plan.model import Tree
from services.planning.plan.problems import Path, Problems, Words, closest

MAX_KEY = 100
MAX_NAME = 500
FIRST_YEAR, LAST_YEAR = 1900, 2200

is_key = re.compile(r"[a-z0-9][a-z0-9_-]*").fullmatch
_is_date = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}").fullmatch
_is_datetime = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2})?").fullmatch
_is_time = re.compile(r"[0-9]{2}:[0-9]{2}").fullmatch
_is_zone = re.compile(r"[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)*").fullmatch


class Invalid(enum.Enum):
    """Stands for a value that was refused."""

    INVALID = "invalid"


INVALID: Final = Invalid.INVALID
REQUIRED: Final = object()

TEXT = Words("chuỗi ký tự (trong dấu nháy nếu giống số)", "text (in quotes if it looks like a number)")
INTEGER = Words("số nguyên", "a whole number")
LIST = Words("danh sách", "a list")
MAPPING = Words("nhóm các mục “khóa: giá trị”", "a mapping")
BOOLEAN = Words("true hoặc false", "true or false")
_FOUND: Final[Mapping[type, Words]] = {
    str: Words("chuỗi ký tự", "text"),
    int: INTEGER,
    float: Words("số thập phân", "a decimal number"),
    list: LIST,
    dict: MAPPING,
    bool: BOOLEAN,
    type(None): Words("giá trị trống (null)", "null"),
}


def found(value: object) -> Words:
    """The type of a tree's value, in words."""
    return _FOUND.get(type(value), Words("kiểu lạ", "something else"))


@dataclass(frozen=True, slots=True)
class Reference:
    """A value that has to be one of the keys of the registries `among` or one of `also`."""

    value: str
    path: Path
    to: Ref


class Walk:
    """What a walk gathers: problems, keys by registry, and references between them."""

    __slots__ = ("keys", "problems", "references")

    def __init__(self) -> None:
        self.problems = Problems()
        self.keys: dict[str, dict[str, None]] = {}
        self.references: list[Reference] = []

    def refuse(self, path: Path, code: str, hint: str = "", **values: Words | str | int) -> Invalid:
        """Note a problem."""
        self.problems.add(path, code, hint, **values)
        return INVALID

    def wrong_type(self, path: Path, expected: Words, value: object) -> Invalid:
        """Note that `value` is of another type than `expected`."""
        return self.refuse(path, "wrong-type", expected=expected, found=found(value))

    def suggest(self, value: str, candidates: Collection[str]) -> str:
        """The candidate that was probably meant, or ''."""
        return "" if self.problems.full else closest(value, candidates)


class Spec(Protocol):
    """What a place in the tree may hold."""

    def check(self, value: Any, path: Path, walk: Walk) -> Any:
        """The parsed value, or `INVALID` after noting why."""


@dataclass(frozen=True, slots=True)
class Text:
    """Text that is not blank, of at most `limit` characters."""

    limit: int = MAX_NAME

    def check(self, value: Tree, path: Path, walk: Walk) -> str | Invalid:
        if not isinstance(value, str):
            return walk.wrong_type(path, TEXT, value)
        if not value or value.isspace():
            return walk.refuse(path, "blank")
        return value if len(value) <= self.limit else walk.refuse(path, "too-long", limit=self.limit)


@dataclass(frozen=True, slots=True)
class Parsed:
    """Text that `parse` understands; it raises ValueError for any other. `expected` says what it wants."""

    parse: Callable[[str], Any]
    expected: Words
    limit: int = MAX_KEY
    code: str = "invalid-value"

    def check(self, value: Tree, path: Path, walk: Walk) -> Any:
        text = Text(self.limit).check(value, path, walk)
        if isinstance(text, Invalid):
            return text
        try:
            return self.parse(text)
        except ValueError:
            return walk.refuse(path, self.code, value=text, expected=self.expected)


@dataclass(frozen=True, slots=True)
class Key:
    """A key such as `tp-vinh`; `defines` names the registry that it enters."""

    defines: str | None = None

    def check(self, value: Tree, path: Path, walk: Walk) -> str | Invalid:
        if not isinstance(value, str):
            return walk.wrong_type(path, TEXT, value)
        if len(value) > MAX_KEY:
            return walk.refuse(path, "too-long", limit=MAX_KEY)
        if not is_key(value):
            return walk.refuse(path, "invalid-key", value=value)
        if self.defines:
            walk.keys.setdefault(self.defines, {})[value] = None
        return value


@dataclass(frozen=True, slots=True)
class Ref:
    """A reference: a key in one of the registries `among`, or a word of `also`; `code` if there is none."""

    code: str
    among: tuple[str, ...]
    also: tuple[str, ...] = ()

    def check(self, value: Tree, path: Path, walk: Walk) -> str | Invalid:
        if not isinstance(value, str):
            return walk.wrong_type(path, TEXT, value)
        if value not in self.also:
            walk.references.append(Reference(value, path, self))
        return value


@dataclass(frozen=True, slots=True)
class Int:
    """A whole number from `low` to `high`."""

    low: int
    high: int

    def check(self, value: Tree, path: Path, walk: Walk) -> int | Invalid:
        if not isinstance(value, int) or isinstance(value, bool):
            return walk.wrong_type(path, INTEGER, value)
        if value < self.low:
            return walk.refuse(path, "too-small", value=value, limit=self.low)
        return (
            value
            if value <= self.high
            else walk.refuse(path, "too-large-number", value=value, limit=self.high)
        )


@dataclass(frozen=True, slots=True)
class Bool:
    """true or false."""

    def check(self, value: Tree, path: Path, walk: Walk) -> bool | Invalid:
        return value if isinstance(value, bool) else walk.wrong_type(path, BOOLEAN, value)


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a few words."""

    words: tuple[str, ...]

    def check(self, value: Tree, path: Path, walk: Walk) -> str | Invalid:
        if not isinstance(value, str):
            return walk.wrong_type(path, TEXT, value)
        if value in self.words:
            return value
        words = ", ".join(self.words)
        expected = Words(f"chỉ nhận {words}", f"expected {words}")
        return walk.refuse(
            path, "invalid-value", walk.suggest(value, self.words), value=value, expected=expected
        )


@dataclass(frozen=True, slots=True)
class Opaque:
    """A mapping that somebody else checks; given back as it is."""

    def check(self, value: Tree, path: Path, walk: Walk) -> dict[str, Tree] | Invalid:
        return value if isinstance(value, dict) else walk.wrong_type(path, MAPPING, value)


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list; gives a tuple with `INVALID` where an item was refused.

    `defines` opens a registry even if no item gets into it. Items with a `key` must differ in it,
    plain ones in their value if `distinct`.
    """

    item: Spec
    defines: tuple[str, ...] = ()
    at_least: int = 0
    too_few: str = "blank"
    distinct: bool = False

    def check(self, value: Tree, path: Path, walk: Walk) -> tuple[Any, ...] | Invalid:
        if not isinstance(value, list):
            return walk.wrong_type(path, LIST, value)
        if len(value) < self.at_least:
            return walk.refuse(path, self.too_few)
        for registry in self.defines:
            walk.keys.setdefault(registry, {})
        seen: set[str] = set()
        return tuple(self._item(item, (path, index), walk, seen) for index, item in enumerate(value))

    def _item(self, item: Tree, path: Path, walk: Walk, seen: set[str]) -> Any:
        checked = self.item.check(item, path, walk)
        key = checked.get("key") if isinstance(checked, Fields) else checked if self.distinct else None
        if not isinstance(key, str):
            return checked
        if key in seen and self.distinct:
            return walk.refuse(path, "duplicate-value", value=key)
        if key in seen:
            walk.refuse((path, "key"), "duplicate-key", key=key)
        seen.add(key)
        return checked


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a record: its specification, its name in the model if another, its value when left out."""

    spec: Spec
    name: str = ""
    default: Any = REQUIRED


def optional(spec: Spec, name: str = "", default: Any = None) -> Field:
    """A field that may be left out; null means the same."""
    return Field(spec, name, default)


class Fields(dict[str, Any]):
    """A checked record: its fields by their names in the model, and what is made of them."""

    __slots__ = ("make",)

    def __init__(self, make: Callable[..., Any]) -> None:
        super().__init__()
        self.make = make


@dataclass(frozen=True, slots=True)
class Record:
    """A mapping with fixed fields; `make` gets them by name once the whole tree is known to be good."""

    make: Callable[..., Any]
    fields: Mapping[str, Field]

    def check(self, value: Tree, path: Path, walk: Walk) -> Fields | Invalid:
        if not isinstance(value, dict):
            return walk.wrong_type(path, MAPPING, value)
        self._refuse_others(value, path, walk)
        checked = Fields(self.make)
        for key, field in self.fields.items():
            given = value.get(key)
            if given is None and field.default is not REQUIRED:
                checked[field.name or key] = field.default
            elif given is None and key not in value:
                checked[field.name or key] = walk.refuse((path, key), "missing-key", key=key)
            else:
                checked[field.name or key] = field.spec.check(given, (path, key), walk)
        return checked

    def _refuse_others(self, value: dict[str, Tree], path: Path, walk: Walk) -> None:
        for key in value:
            if key not in self.fields:
                walk.refuse((path, key), "unknown-key", walk.suggest(key, self.fields), key=key)


def made(checked: Any) -> Any:
    """The model's values from a checked tree without `INVALID` in it."""
    if isinstance(checked, Fields):
        return checked.make(**{name: made(value) for name, value in checked.items()})
    return tuple(made(item) for item in checked) if isinstance(checked, tuple) else checked


def resolve(walk: Walk) -> None:
    """Note references that lead nowhere; none if the whole list of what they refer to is missing."""
    for reference in walk.references:
        to, value = reference.to, reference.value
        known = [walk.keys[registry] for registry in to.among if registry in walk.keys]
        if len(known) < len(to.among) or any(value in keys for keys in known):
            continue
        hint = walk.suggest(value, [*to.also, *(key for keys in known for key in keys)])
        walk.refuse(reference.path, to.code, hint, value=value)


def _within_years(day: date) -> None:
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValueError(day)


def _date(text: str) -> date:
    if not _is_date(text):
        raise ValueError(text)
    day = date.fromisoformat(text)
    _within_years(day)
    return day


def _local_datetime(text: str) -> datetime:
    if not _is_datetime(text):
        raise ValueError(text)
    moment = datetime.fromisoformat(text)
    _within_years(moment)
    return moment


def _time(text: str) -> time:
    if not _is_time(text):
        raise ValueError(text)
    return time.fromisoformat(text)


def _zone(text: str) -> str:
    if not _is_zone(text):
        raise ValueError(text)
    try:
        ZoneInfo(text)
    except (KeyError, OSError) as error:  # not there, or a folder of the time zone database
        raise ValueError(text) from error
    return text


def _organ_id(text: str) -> str:
    if re.fullmatch(r"[A-Z0-9.]+", text) is None:
        raise ValueError(text)
    return text


Date = Parsed(_date, Words("cần ngày dạng 2021-06-29", "expected a date like 2021-06-29"))
LocalDateTime = Parsed(
    _local_datetime,
    Words(
        "cần giờ địa phương dạng 2021-06-29T08:00, không kèm độ lệch múi giờ",
        "expected a local time like 2021-06-29T08:00, without an offset",
    ),
)
TimeOfDay = Parsed(_time, Words("cần giờ trong ngày dạng 15:00", "expected a time of day like 15:00"))
Zone = Parsed(_zone, Words("", ""), code="unknown-timezone")
OrganId = Parsed(_organ_id, Words("chỉ gồm A–Z, 0–9 và dấu chấm", "only A–Z, 0–9 and dots"), limit=35)
