"""Vietnamese words as people search for them."""

from __future__ import annotations

import unicodedata


def search_key(text: str) -> str:
    """Lower case without tones and marks: "Hoà", "Hòa" and "HOA" are all "hoa", "Đ" is "d"."""
    folded = " ".join(text.split()).casefold().replace("đ", "d")
    decomposed = unicodedata.normalize("NFD", folded)
    return "".join(char for char in decomposed if not unicodedata.combining(char))
