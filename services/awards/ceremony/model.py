"""The ceremony: who comes up in which order, in sets small enough for a stage, and what is read out. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from services.awards.quotas.model import COLLECTIVE

SET_SIZE = 10
"""How many stand on a stage at once."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One handing over: `number` runs through the site, `set_number` counts the sets of the site."""

    site: str
    number: int
    set_number: int
    row: Any


def turns_of(site: str, rows: Iterable[Any]) -> Iterator[Turn]:
    """Rows of recipients in the order of the annex; a set holds awards of one kind of one unit."""
    number, sets = 0, 0
    for _, run in groupby(rows, key=lambda row: (row["unit"], row["kind"])):
        for place, row in enumerate(run):
            number += 1
            sets += place % SET_SIZE == 0
            yield Turn(site, number, sets, row)


def announcement(row: Any) -> str:
    """What is read out when the certificate is handed over."""
    if row["kind"] == COLLECTIVE:
        by = ", ".join(part for part in (row["representative"], row["position"]) if part)
        return str(row["name"]) + (f"; đại diện lên nhận: {by}" if by else "")
    return ", ".join(part for part in (row["name"], row["position"]) if part)
