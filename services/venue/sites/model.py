"""What people write down about a site. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from typing import Any

from services.venue.sites.addresses import Guard, read_address
from shared.contact import CONTROL, TOO_LONG, BadValue, clean, read_email, read_name, read_phone
from shared.flaws import Flaw

LONGEST_PLACE = 500
LONGEST_NOTE = 2_000
PERSONS: Mapping[str, Mapping[str, Callable[[object], str | None]]] = {
    "contact": {"name": read_name, "phone": read_phone, "email": read_email},
    "technician": {"name": read_name, "phone": read_phone},
}


class UnknownSite(Exception):
    """No layout of any conference ever had this site."""


class SiteRefused(Exception):
    """What was given cannot be written down: flaws by JSON pointer."""

    def __init__(self, flaws: Mapping[str, Flaw]) -> None:
        super().__init__(", ".join(flaws))
        self.flaws = flaws


def read_change(given: Mapping[str, Any], guard: Guard) -> dict[str, Any]:
    """What to write into which column; what is not given is not in it. Raises SiteRefused."""
    readers: dict[str, Callable[[object], Any]] = {
        "room": _place,
        "address": _place,
        "note": read_note,
        "probe_address": lambda value: _address(value, guard),
    }
    columns: dict[str, Any] = {"capacity": given["capacity"]} if "capacity" in given else {}
    flaws: dict[str, Flaw] = {}
    for name, reader in readers.items():
        if name in given:
            _read(f"/{name}", name, given[name], reader, columns, flaws)
    for who, parts in PERSONS.items():
        if who in given:
            _read_person(who, parts, given[who], columns, flaws)
    if flaws:
        raise SiteRefused(flaws)
    return columns


def read_note(value: object) -> str:
    """NFC, lines kept, without control characters. Raises BadValue."""
    text = unicodedata.normalize("NFC", str(value or "")).replace("\r\n", "\n").strip()
    if len(text) > LONGEST_NOTE:
        raise BadValue(TOO_LONG)
    if any(unicodedata.category(char) in ("Cc", "Cs", "Cn") and char not in "\n\t" for char in text):
        raise BadValue(CONTROL)
    return text


def _read_person(
    who: str,
    parts: Mapping[str, Callable[[object], str | None]],
    given: Mapping[str, object] | None,
    columns: dict[str, Any],
    flaws: dict[str, Flaw],
) -> None:
    for part, reader in parts.items():
        column = f"{who}_{part}"
        if given is None:
            columns[column] = None
        else:
            _read(f"/{who}/{part}", column, given.get(part), reader, columns, flaws)


def _read(
    pointer: str,
    column: str,
    value: object,
    reader: Callable[[object], Any],
    columns: dict[str, Any],
    flaws: dict[str, Flaw],
) -> None:
    try:
        columns[column] = reader(value)
    except BadValue as error:
        flaws[pointer] = error.flaw


def _place(value: object) -> str | None:
    return clean(value, LONGEST_PLACE)


def _address(value: object, guard: Guard) -> str | None:
    text = clean(value, LONGEST_PLACE)
    return str(read_address(text, guard)) if text is not None else None
