"""How a kind of organ names itself on paper; the kinds are data (`profiles.json`), not code."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

_SKIPPED = {"Ban", "Phòng", "Ủy", "các", "và"}  # words that say what a unit is, not which one
_PLACE = re.compile(r"(?:tỉnh|thành phố|huyện|thị xã|quận|xã|phường|thị trấn)\s+(.+)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Profile:
    """`layout`: the typesetting profile. `names`: what an organ of this kind has in its name. `body`: the
    part of the organ that issues. `organ`: its letters in a symbol, `letter_organ` those of a letter's,
    before the unit. `series`: numbers run by `type` of document or in one `common` register. `levels`: what
    the units of a level are called together; `tiers`: the level as an adjective."""

    layout: str
    names: tuple[str, ...]
    body: str
    organ: str
    letter_organ: str
    series: str
    levels: Mapping[str, str]
    tiers: Mapping[str, str]


@cache
def profiles() -> tuple[Profile, ...]:
    text = files("services.documents.drafting").joinpath("profiles.json").read_text("utf-8")
    return tuple(Profile(**{**row, "names": tuple(row["names"])}) for row in json.loads(text).values())


def profile_of(organiser: str) -> Profile:
    """The first kind whose words are in the organiser's name."""
    return next(one for one in profiles() if any(name in organiser for name in one.names))


def initials(name: str) -> str:
    """Letters of a unit in a symbol: "Văn phòng" → VP, "Ban Dân chủ - Pháp luật" → DCPL."""
    words = [word for word in re.findall(r"\w+", name) if word not in _SKIPPED]
    return "".join(word[0].upper() for word in words) or name[:1].upper()


def place_of(organiser: str) -> str:
    """The place that stands before the date: what follows the kind of area in the organ's name."""
    found = _PLACE.search(organiser)
    return found.group(1).strip() if found else "Hà Nội" if "Trung ương" in organiser else "…"
