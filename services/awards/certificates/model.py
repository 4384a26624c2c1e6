"""Merit certificates (bằng khen): what stands on one, how it looks, and the code that proves it. Pure."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from services.awards.decision.model import IN_FORCE, RECALLED, SUPERSEDED, Paper
from services.awards.quotas.model import COLLECTIVE

CHUNK = 100
"""Certificates that are compiled together."""

DESIGN: Mapping[str, Any] = {
    "paper": "a4",
    "width_mm": None,
    "height_mm": None,
    "word": "BẰNG KHEN",
    "giver": None,
    "place": None,
    "frame": "ornate",
    "pattern": True,
    "colour": "#a8741a",
    "title_colour": "#b3131e",
    "background": None,
}
"""What organisers may change; null `giver` and `place` follow from the plan."""
VALID, DRAFT = "valid", "draft"
STATES = (VALID, SUPERSEDED, RECALLED, DRAFT)
PAPERS = {"a4": (297, 210), "a3": (420, 297), "400x300": (400, 300)}
FRAMES = ("ornate", "plain", "none")

_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # no 0 O 1 I: a code may be read aloud and typed
_STANDARD = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_ENCODE, _DECODE = str.maketrans(_STANDARD, _ALPHABET), str.maketrans(_ALPHABET, _STANDARD)
_PLACE = re.compile(r"(?:tỉnh|thành phố|huyện|thị xã|xã|phường)\s+(.+)$", re.IGNORECASE)
_BACKGROUND = re.compile(r"data:image/(png|jpeg);base64,([A-Za-z0-9+/=]+)")
_MAGIC = {"png": b"\x89PNG\r\n\x1a\n", "jpeg": b"\xff\xd8\xff"}


class UnknownBatch(Exception):
    """No certificates were made under this id, or none for this recipient."""


class NotRendered(Exception):
    """The job that makes them is not done."""


class UnknownCode(Exception):
    """Nobody signed this code."""


@dataclass(frozen=True, slots=True)
class Codes:
    """Short codes of recipients: four groups of four; half of it is a signature."""

    secret: bytes

    def make(self, serial: int) -> str:
        number = serial.to_bytes(5, "big")
        text = base64.b32encode(number + self._signature(number)).decode().translate(_ENCODE)
        return "-".join(text[start : start + 4] for start in range(0, 16, 4))

    def read(self, code: str) -> int:
        """The serial; spaces, dashes and case do not matter. Raises UnknownCode."""
        text = re.sub(r"[\s-]", "", code).upper()
        try:
            content = base64.b32decode(text.translate(_DECODE))
        except (binascii.Error, ValueError):
            raise UnknownCode from None
        number, signature = content[:5], content[5:]
        if len(text) != 16 or not hmac.compare_digest(signature, self._signature(number)):
            raise UnknownCode
        return int.from_bytes(number, "big")

    def _signature(self, number: bytes) -> bytes:
        return hmac.new(self.secret, number, hashlib.sha256).digest()[:5]


def standing(own: Paper | None, newest: Paper | None, *, honoured: bool) -> tuple[str, Paper | None]:
    """State of a certificate and the number it stands on: `own` is the paper of the decision that it was
    made for, `newest` that of the decision that holds, which honours the same person, or does not.
    """
    papers = [paper for paper in ((own, newest) if honoured else (own,)) if paper is not None]
    if honoured:
        for paper in papers:
            if paper.state == IN_FORCE:
                return VALID, paper
    for paper in reversed(papers):
        if paper.state == RECALLED:
            return RECALLED, paper
    return (DRAFT if honoured and not papers else SUPERSEDED), own


def is_background(text: str) -> bool:
    """Whether it is a PNG or JPEG as a data URI."""
    found = _BACKGROUND.fullmatch(text)
    if found is None:
        return False
    try:
        start = base64.b64decode(found[2][:32] + "=" * (-len(found[2][:32]) % 4))
    except binascii.Error:
        return False
    return start.startswith(_MAGIC[found[1]])


def facts_of(tree: Mapping[str, Any]) -> dict[str, Any]:
    """What a plan (`diemcau.plan/1`) says that stands on every certificate."""
    conference, awards = tree["conference"], tree.get("awards") or {}
    names = {unit["key"]: unit["name"] for unit in tree["units"]}
    organiser = names[conference["organiser"]]
    signer = conference.get("signer") or {}
    place = _PLACE.search(organiser)
    return {
        "giver": [part for part in (conference.get("decided_by"), organiser) if part],
        "place": place[1] if place else "",
        "title": awards.get("title") or "Bằng khen",
        "campaign": awards.get("campaign") or "",
        "authority": signer.get("authority") or "",
        "position": signer.get("position") or "",
        "signer": signer.get("name") or "",
    }


def sheet_of(design: Mapping[str, Any], facts: Mapping[str, Any], paper: Mapping[str, Any]) -> dict[str, Any]:
    """What all certificates of a batch have in common; `paper`: number and day, null while there are none."""
    width, height = PAPERS[design["paper"]]
    giver = design["giver"] or facts["giver"]
    return {
        **{name: design[name] for name in ("word", "frame", "pattern", "colour", "title_colour")},
        "background": _svg_of(design["background"]),
        "width_mm": design["width_mm"] or width,
        "height_mm": design["height_mm"] or height,
        "giver": [part.upper() for part in giver],
        **{name: facts[name] for name in ("authority", "position", "signer")},
        "number": paper["number"],
        "decided": _long_date("", paper["day"]),
        "dated": _long_date(design["place"] or facts["place"], paper["day"]),
    }


def certificate_of(row: Any, unit_name: str, code: str, qr: str) -> dict[str, Any]:
    """What is one recipient's own; the golden book numbers certificates as the annex does."""
    role = unit_name if row["kind"] == COLLECTIVE else row["position"] or unit_name
    return {
        "name": row["name"],
        "role": role,
        "merit": row["achievement"],
        "golden": row["order"],
        "code": code,
        "qr": qr,
    }


def _long_date(place: str, day: str | None) -> str:
    """`Nghệ An, ngày 05 tháng 02 năm 2021`: days below 10 and the first two months with a zero."""
    if day is None:
        text = "ngày        tháng        năm            "
    else:
        on = date.fromisoformat(day)
        month = f"{on.month:02d}" if on.month < 3 else str(on.month)
        text = f"ngày {on.day:02d} tháng {month} năm {on.year}"
    return f"{place}, {text}" if place else text


def _svg_of(background: str | None) -> str | None:
    """typst takes no data URI, but an SVG that holds one."""
    if background is None:
        return None
    image = f'<image href="{background}" width="100" height="100" preserveAspectRatio="none"/>'
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100">{image}</svg>'
