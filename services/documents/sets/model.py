"""A paper set: every document that an option needs, as files for the printer and the archive."""

from __future__ import annotations

import re
import unicodedata

LONGEST_NAME = 60


class SetNotReady(Exception):
    """The set is still being made, or it could not be made: its job tells."""


class UnknownSet(Exception):
    """No paper set was asked for under this id."""


def file_name(position: int, type_code: str, subject: str) -> str:
    """`03-GM-du-hoi-nghi-tong-ket`: letters that any file system and any unpacker can bear."""
    plain = unicodedata.normalize("NFD", f"{type_code} {subject}".replace("Đ", "D").replace("đ", "d"))
    words = re.findall(r"[A-Za-z0-9]+", "".join(each for each in plain if not unicodedata.combining(each)))
    code, *rest = words
    return "-".join([f"{position:02d}", code, *(word.lower() for word in rest)])[:LONGEST_NAME].rstrip("-")
