"""Documents as JSON and back: bodies come from people, so every flaw is told by its pointer."""

from __future__ import annotations

import types
import unicodedata
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from datetime import date
from functools import cache
from typing import Any, Union, get_args, get_origin, get_type_hints

from services.documents.typesetting.model import (
    ALIGNMENTS,
    PROFILES,
    SECRECIES,
    TEXT_WIDTH,
    URGENCIES,
    Annex,
    Article,
    Block,
    Centre,
    Clause,
    Document,
    Heading,
    Kv,
    Para,
    Point,
    Schedule,
    Table,
)

LONGEST_TEXT = 20_000  # characters of one paragraph
MOST_ITEMS = 20_000  # rows of an annex: every recipient of a national decision
FIRST_YEAR, LAST_YEAR = 1900, 2200
KINDS: Mapping[str, type] = {
    "heading": Heading,
    "article": Article,
    "para": Para,
    "clause": Clause,
    "point": Point,
    "kv": Kv,
    "centre": Centre,
    "table": Table,
    "schedule": Schedule,
}
_NAMES = {kind: name for name, kind in KINDS.items()}
_NEVER_BLANK = {
    Document: ("profile", "type_code", "type_name", "symbol"),
    Annex: ("title",),
    Heading: ("text",),
}


@dataclass(frozen=True, slots=True)
class Mistake:
    """One wrong place: RFC 6901 pointer, stable code, and its message."""

    pointer: str
    code: str
    vi: str
    en: str


class DocumentInvalid(Exception):
    """What somebody wrote is no document; `errors` has every mistake, never none."""

    def __init__(self, errors: tuple[Mistake, ...]) -> None:
        super().__init__(f"{len(errors)} mistakes, first {errors[0].pointer!r}: {errors[0].en}")
        self.errors = errors


_INVALID: Any = object()


def write_document(document: Document) -> dict[str, Any]:
    """The document as JSON; `read_document` gives it back."""
    tree: dict[str, Any] = _written(document)
    return tree


def write_blocks(blocks: tuple[Block, ...]) -> list[dict[str, Any]]:
    """A body as JSON: each block has its `kind`."""
    return [_written(block) for block in blocks]


def read_document(tree: object) -> Document:
    """The document of a JSON tree, its text in NFC. Raises DocumentInvalid."""
    reader = _Reader([])
    found = reader.read(Document, tree, "")
    if not reader.mistakes:
        _check(found, reader)
    if reader.mistakes:
        raise DocumentInvalid(tuple(reader.mistakes))
    assert isinstance(found, Document)
    return found


def read_blocks(tree: object, pointer: str = "/body") -> tuple[Block, ...]:
    """A body alone; pointers begin with `pointer`. Raises DocumentInvalid."""
    reader = _Reader([])
    found = reader.read(tuple[Block, ...], tree, pointer)
    if not reader.mistakes:
        _check_body(found, pointer, reader)
    if reader.mistakes:
        raise DocumentInvalid(tuple(reader.mistakes))
    blocks: tuple[Block, ...] = found
    return blocks


def _written(value: Any) -> Any:
    if is_dataclass(value):
        kind = {"kind": _NAMES[type(value)]} if type(value) in _NAMES else {}
        return kind | {field.name: _written(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, tuple):
        return [_written(item) for item in value]
    return value.isoformat() if isinstance(value, date) else value


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


@dataclass(frozen=True, slots=True)
class _Reader:
    """Walks a tree by the annotations of the dataclasses, noting what is wrong."""

    mistakes: list[Mistake]

    def refuse(self, pointer: str, code: str, vi: str, en: str) -> Any:
        self.mistakes.append(Mistake(pointer, code, vi, en))
        return _INVALID

    def read(self, wanted: Any, value: object, pointer: str) -> Any:
        if wanted == Block:
            return self._read_block(value, pointer)
        if get_origin(wanted) is tuple:
            return self._read_items(get_args(wanted)[0], value, pointer)
        if get_origin(wanted) in (Union, types.UnionType):  # int | None, date | None
            return None if value is None else self.read(get_args(wanted)[0], value, pointer)
        if is_dataclass(wanted):
            return self._read_fields(wanted, value, pointer)
        readers = {str: self._read_text, int: self._read_number, date: self._read_day}
        return readers[wanted](value, pointer)

    def _read_block(self, value: object, pointer: str) -> Any:
        if not isinstance(value, dict):
            return self._wrong_type(pointer, "một nhóm mục", "an object")
        kind = KINDS.get(value["kind"]) if isinstance(value.get("kind"), str) else None
        if kind is None:
            names = ", ".join(KINDS)
            return self.refuse(
                f"{pointer}/kind", "invalid-value", f"Phải là một trong: {names}", f"Must be one of {names}"
            )
        return self._read_fields(kind, {key: item for key, item in value.items() if key != "kind"}, pointer)

    def _read_items(self, wanted: Any, value: object, pointer: str) -> Any:
        if not isinstance(value, list | tuple):
            return self._wrong_type(pointer, "một danh sách", "a list")
        if len(value) > MOST_ITEMS:
            return self._too_many(pointer)
        items = tuple(self.read(wanted, item, f"{pointer}/{at}") for at, item in enumerate(value))
        return _INVALID if _INVALID in items else items

    def _read_fields(self, kind: Any, value: object, pointer: str) -> Any:
        if not isinstance(value, dict):
            return self._wrong_type(pointer, "một nhóm mục", "an object")
        hints, given = _hints(kind), {}
        for name in value:
            if name not in hints:
                step = str(name).replace("~", "~0").replace("/", "~1")
                self.refuse(
                    f"{pointer}/{step}", "unknown-key", "Trường này không có trong định dạng", "Unknown field"
                )
        for field in fields(kind):
            if field.name in value:
                given[field.name] = self.read(hints[field.name], value[field.name], f"{pointer}/{field.name}")
            elif field.default is MISSING:
                given[field.name] = self.refuse(
                    f"{pointer}/{field.name}", "missing-key", "Thiếu trường bắt buộc", "It is missing"
                )
        if any(item is _INVALID for item in given.values()):
            return _INVALID
        self._refuse_blanks(kind, given, pointer)
        return kind(**given)

    def _refuse_blanks(self, kind: type, given: dict[str, Any], pointer: str) -> None:
        for name in _NEVER_BLANK.get(kind, ()):
            if not given[name].strip():
                self.refuse(f"{pointer}/{name}", "blank", "Không được để trống", "This must not be blank")

    def _read_text(self, value: object, pointer: str) -> Any:
        if not isinstance(value, str):
            return self._wrong_type(pointer, "chuỗi ký tự", "text")
        if len(value) > LONGEST_TEXT:
            return self._too_many(pointer)
        text = unicodedata.normalize("NFC", value)
        if any(unicodedata.category(sign) in ("Cc", "Cs", "Zl", "Zp") for sign in text):
            return self.refuse(
                pointer,
                "invalid-text",
                "Văn bản chứa ký tự điều khiển hoặc xuống dòng; mỗi đoạn là một mục riêng",
                "The text has control characters or line breaks; each paragraph is a block of its own",
            )
        return text

    def _read_number(self, value: object, pointer: str) -> Any:
        if not isinstance(value, int) or isinstance(value, bool):
            return self._wrong_type(pointer, "số nguyên", "a whole number")
        if not 0 <= value < 2**31:
            return self.refuse(pointer, "invalid-value", "Số ngoài phạm vi", "The number is out of range")
        return value

    def _read_day(self, value: object, pointer: str) -> Any:
        try:
            return date.fromisoformat(value) if isinstance(value, str) and len(value) == 10 else int("no")
        except ValueError:
            return self.refuse(
                pointer, "invalid-value", "Không phải ngày dạng YYYY-MM-DD", "Not a YYYY-MM-DD date"
            )

    def _wrong_type(self, pointer: str, vi: str, en: str) -> Any:
        return self.refuse(pointer, "wrong-type", f"Cần {vi}", f"Expected {en}")

    def _too_many(self, pointer: str) -> Any:
        return self.refuse(pointer, "too-long", "Dài quá mức cho phép", "Longer than is allowed")


def _check(document: Document, reader: _Reader) -> None:
    """What the shape alone does not say."""
    choices = (
        ("profile", tuple(PROFILES)),
        ("urgency", URGENCIES),
        ("secrecy", SECRECIES),
    )
    for name, allowed in choices:
        _check_choice(getattr(document, name), allowed, f"/{name}", reader)
    if not FIRST_YEAR <= document.year <= LAST_YEAR:
        reader.refuse("/year", "invalid-value", "Năm ngoài phạm vi", "The year is out of range")
    if document.number == 0:
        reader.refuse("/number", "invalid-value", "Số văn bản bắt đầu từ 1", "Numbers begin with 1")
    if not document.agency.name.strip():
        reader.refuse("/agency/name", "blank", "Không được để trống", "This must not be blank")
    _check_body(document.body, "/body", reader)
    for at, annex in enumerate(document.annexes):
        _check_body(annex.body, f"/annexes/{at}/body", reader)


def _check_choice(value: str, allowed: tuple[str, ...], pointer: str, reader: _Reader) -> None:
    if value not in allowed:
        names = ", ".join(filter(None, allowed))
        reader.refuse(pointer, "invalid-value", f"Phải là một trong: {names}", f"Must be one of {names}")


def _check_body(body: tuple[Block, ...], pointer: str, reader: _Reader) -> None:
    for at, block in enumerate(body):
        if isinstance(block, Table):
            _check_table(block, f"{pointer}/{at}", reader)
        elif isinstance(block, Heading) and block.level not in (1, 2, 3):
            reader.refuse(f"{pointer}/{at}/level", "invalid-value", "Chỉ có bậc 1, 2, 3", "Only 1, 2 and 3")


def _check_table(table: Table, pointer: str, reader: _Reader) -> None:
    count, width = len(table.columns), sum(column.width_mm for column in table.columns)
    if not 1 <= count <= 20 or any(column.width_mm < 5 for column in table.columns) or width > TEXT_WIDTH:
        reader.refuse(
            f"{pointer}/columns",
            "invalid-value",
            f"Cần từ 1 đến 20 cột, mỗi cột từ 5 mm, tổng không quá {TEXT_WIDTH} mm",
            f"1 to 20 columns of at least 5 mm, together at most {TEXT_WIDTH} mm",
        )
    for at, column in enumerate(table.columns):
        _check_choice(column.align, ALIGNMENTS, f"{pointer}/columns/{at}/align", reader)
    rows = [(f"rows/{at}", row) for at, row in enumerate(table.rows)]
    if table.total_row:
        rows.append(("total_row", table.total_row))
    for name, row in rows:
        if len(row) != count:
            reader.refuse(
                f"{pointer}/{name}",
                "invalid-value",
                f"Cần đúng {count} ô",
                f"Exactly {count} cells are needed",
            )
