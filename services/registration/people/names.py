"""Vietnamese names: the order of lists."""

from __future__ import annotations

import unicodedata

# CLDR "vi": ă â đ ê ô ơ ư are letters of their own, tones differ one level below, case last of all.
_ALPHABET = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_LETTERS = {letter: chr(ord("A") + place) for place, letter in enumerate(_ALPHABET)}
_TONES = {"\u0300": "1", "\u0309": "2", "\u0303": "3", "\u0301": "4", "\u0323": "5"}


def sort_key(name: str) -> str:
    """Orders by given name (the last word), then family name, then the middle ones.

    Compare keys by code point (PostgreSQL: collation "C"); equal keys are equal names.
    """
    words = unicodedata.normalize("NFC", name).split()
    if not words:
        return ""
    ordered = [words[-1], *words[:1], " ".join(words[1:-1])] if len(words) > 1 else words
    return "\x02".join(_word_key(word) for word in ordered)


def _word_key(word: str) -> str:
    letters, tones, cases = [], [], []
    for char in word:
        letter, tone = _split_tone(char)
        letters.append(_LETTERS.get(letter.lower(), letter.lower()))
        tones.append("0" + tone)
        cases.append("1" if letter != letter.lower() else "0")
    return "\x01".join("".join(level) for level in (letters, tones, cases))


def _split_tone(char: str) -> tuple[str, str]:
    """ế → ê and the sign of the tone sắc."""
    marks = unicodedata.normalize("NFD", char)
    tone = "".join(_TONES.get(mark, "") for mark in marks)
    return unicodedata.normalize("NFC", "".join(mark for mark in marks if mark not in _TONES)), tone
