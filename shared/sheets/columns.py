"""The columns of an imported table: found by their headings, however these are spelt."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shared.flaws import Flaw
from shared.names import search_key
from shared.sheets.reading import SheetRefused

TWICE = Flaw("repeated-column", "Cột này có hai lần", "This column stands twice")
_PUNCTUATION = re.compile(r"[*:()/_]")
_KEY = "_key"


@dataclass(frozen=True, slots=True)
class Columns:
    """Where which column is, and how the sheet calls it.

    A column `x_key` holds the key of what `x` names; both are told of as `x`.
    """

    places: Mapping[str, int]
    headings: Mapping[str, str]
    unknown: tuple[str, ...]

    def cells(self, row: Sequence[Any]) -> dict[str, Any]:
        """A row's values by column; a key wins over a name."""
        found = self._found(row)
        for key in [name for name in found if name.endswith(_KEY)]:
            name, value = key.removesuffix(_KEY), found.pop(key)
            found[name] = value if value is not None else found.get(name)
        return found

    def column_of(self, name: str, row: Sequence[Any]) -> str:
        """The column that the value of `name` in this row came from."""
        key = name + _KEY
        return key if key in self.places and self._found(row)[key] is not None else name

    def _found(self, row: Sequence[Any]) -> dict[str, Any]:
        return {name: row[place] if place < len(row) else None for name, place in self.places.items()}


@dataclass(frozen=True, slots=True)
class Headings:
    """`written`: as our own files head the columns; `spelt`: search keys that also head them;
    `passed_over`: search keys of columns that an export adds and an import does not read."""

    written: Mapping[str, str]
    spelt: Mapping[str, Sequence[str]]
    passed_over: Collection[str]

    def find(self, row: Sequence[Any]) -> Columns:
        """Raises SheetRefused."""
        column_of = {heading: column for column, headings in self.spelt.items() for heading in headings}
        places: dict[str, int] = {}
        headings: dict[str, str] = {}
        unknown = []
        for place, cell in enumerate(row):
            heading = search_key(_PUNCTUATION.sub(" ", str(cell if cell is not None else "")))
            column = column_of.get(heading)
            if column is None:
                unknown += [str(cell)] if heading and heading not in self.passed_over else []
                continue
            if column in places:
                raise SheetRefused(TWICE)
            places[column], headings[column] = place, str(cell)
        return Columns(places, self._told(headings), tuple(unknown))

    def _told(self, found: Mapping[str, str]) -> dict[str, str]:
        """A column that is not there is told of by its key's heading, else as our files head it."""
        keys = {name.removesuffix(_KEY): heading for name, heading in found.items() if name.endswith(_KEY)}
        return {**self.written, **keys, **found}


def whole_number(value: Any, most: int) -> int | None:
    """From 1 to `most`; None for a blank cell. Raises ValueError."""
    if value is None:
        return None
    text = str(value)
    if not (text.isascii() and text.isdigit()) or len(text) > 10 or not 1 <= int(text) <= most:
        raise ValueError(text)
    return int(text)
