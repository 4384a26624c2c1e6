"""A large CSV list in portions: each imported by itself, so that no transaction is large."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import click

WHOLE = 8 * 2**20  # bytes; a file up to this size is sent as it is: one mistake in it and nothing is written
ROWS = 20_000


class Portion(NamedTuple):
    """A file of its own; `above` rows of the whole list come before it."""

    content: bytes
    above: int


def portions(path: Path, *, whole: int = WHOLE, rows: int = ROWS) -> Iterator[Portion]:
    """The list as it is; a CSV of more than `whole` bytes cut by `rows`, each portion with the heading."""
    if path.suffix.lower() != ".csv" or path.stat().st_size <= whole:
        yield Portion(path.read_bytes(), 0)
        return
    try:
        for _ in _cut_file(path, rows):  # once through it before anything is sent
            pass
    except (UnicodeDecodeError, csv.Error) as error:
        raise click.ClickException(f"{path} is not a CSV file in UTF-8: {error}") from None
    yield from _cut_file(path, rows)


def _cut_file(path: Path, rows: int) -> Iterator[Portion]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        yield from _cut(file, rows)


def _cut(file: Iterable[str], most: int) -> Iterator[Portion]:
    lines = iter(file)
    first = next(lines)
    delimiter = max(",;\t", key=first.count)
    heading = next(csv.reader([first], delimiter=delimiter))
    rows, above = csv.reader(lines, delimiter=delimiter), 0
    while part := list(islice(rows, most)):
        written = io.StringIO(newline="")
        csv.writer(written).writerows([heading, *part])
        yield Portion(written.getvalue().encode(), above)
        above += len(part)
