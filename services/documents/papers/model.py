"""Papers (tham luận): what a unit sends, when it is late, and what the rules say no to. Pure."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import datetime

STATES = ("awaited", "submitted", "late", "missing")
LARGEST_FILE = 20 * 2**20
LONGEST_TITLE = 500
LONGEST_AUTHOR = 200
_LONGEST_NAME = 150

_FORBIDDEN = frozenset('<>:"/\\|?*')


@dataclass(frozen=True, slots=True)
class Draft:
    """A version about to be kept: its texts in NFC, its file stored under `sha256`, `size` in bytes."""

    title: str
    author: str
    filename: str
    media_type: str
    size: int
    sha256: str


class UnknownUnit(Exception):
    """The plan has no such unit."""

    def __init__(self, unit: str) -> None:
        super().__init__(unit)
        self.unit = unit


class NotAsked(Exception):
    """The plan asks this unit for no paper."""

    def __init__(self, unit_name: str) -> None:
        super().__init__(unit_name)
        self.unit_name = unit_name


class OtherUnit(Exception):
    """The caller is bound to another unit."""


class UnknownPaper(Exception):
    """No such version of a paper."""


class NoPaper(Exception):
    """The unit has no paper that stands."""

    def __init__(self, unit_name: str) -> None:
        super().__init__(unit_name)
        self.unit_name = unit_name


class AlreadyWithdrawn(Exception):
    """The version was withdrawn before."""


class OrderTaken(Exception):
    """Another unit speaks at that place in the order."""

    def __init__(self, order: int, unit_name: str) -> None:
        super().__init__(order, unit_name)
        self.order, self.unit_name = order, unit_name


def is_late(submitted_at: datetime, due: datetime | None) -> bool:
    return due is not None and submitted_at > due


def state_of(submitted_at: datetime | None, due: datetime | None, now: datetime) -> str:
    """One of STATES. It is derived: when the start moves, so does the deadline, and a late paper is none."""
    if submitted_at is not None:
        return "late" if is_late(submitted_at, due) else "submitted"
    return "missing" if is_late(now, due) else "awaited"


def clean_text(text: str) -> str:
    """One line of NFC text without blanks at its ends or runs of them."""
    return unicodedata.normalize("NFC", " ".join(text.split()))


def safe_name(filename: str, suffix: str) -> str:
    """The uploaded file's own name, without folders and characters that a file system minds."""
    name = unicodedata.normalize("NFC", filename).replace("\\", "/").rpartition("/")[2]
    name = " ".join("".join(letter if _is_harmless(letter) else " " for letter in name).split())
    stem = name[: -len(suffix)] if name.lower().endswith(suffix) else name
    return (stem.strip(" .")[:_LONGEST_NAME].rstrip(" .") or "tham-luan") + suffix


def _is_harmless(letter: str) -> bool:
    """Neither forbidden by a file system nor invisible: marks that turn the text round hide an ending."""
    return letter not in _FORBIDDEN and unicodedata.category(letter)[0] != "C"
