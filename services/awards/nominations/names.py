"""When two Vietnamese names are the same."""

from __future__ import annotations

import unicodedata

_TONES = "\u0300\u0301\u0303\u0309\u0323"


def same_key(name: str) -> str:
    """Equal for names that differ in case, spaces or where the tone mark stands ("Hoà", "Hòa") only."""
    return " ".join(_word_key(word) for word in name.casefold().split())


def _word_key(word: str) -> str:
    marks = unicodedata.normalize("NFD", word)
    letters = unicodedata.normalize("NFC", "".join(mark for mark in marks if mark not in _TONES))
    return letters + "".join(mark for mark in marks if mark in _TONES)
