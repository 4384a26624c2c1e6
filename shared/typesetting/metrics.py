"""How wide text is: rules under a line are as long as, or a part of, the line above them."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from shared.typesetting.typst import FONTS

MM_PER_POINT = 25.4 / 72


@dataclass(frozen=True, slots=True)
class Face:
    """Advance widths of a TrueType face, in units of its em."""

    units_per_em: int
    advances: Mapping[str, int]

    def width_mm(self, text: str, points: float) -> float:
        """Width of `text` set at `points` on one line, without kerning."""
        units = sum(self.advances.get(sign, self.units_per_em) for sign in text)
        return units / self.units_per_em * points * MM_PER_POINT


@cache
def face(name: str) -> Face:
    """One of our faces, such as "LiberationSerif-Bold"."""
    return read_face(FONTS / f"{name}.ttf")


def read_face(path: Path) -> Face:
    """The widths in the tables head, hhea, hmtx and cmap (format 4) of the OpenType specification."""
    content = path.read_bytes()
    tables = _tables(content)
    units_per_em = struct.unpack_from(">H", content, tables["head"] + 18)[0]
    long_count = struct.unpack_from(">H", content, tables["hhea"] + 34)[0]
    metrics = struct.unpack_from(f">{'Hh' * long_count}", content, tables["hmtx"])[::2]
    advances = {
        sign: metrics[min(glyph, long_count - 1)] for sign, glyph in _glyphs(content, tables["cmap"]).items()
    }
    return Face(units_per_em, advances)


def _tables(content: bytes) -> dict[str, int]:
    count = struct.unpack_from(">H", content, 4)[0]
    records = (struct.unpack_from(">4sLLL", content, 12 + 16 * at) for at in range(count))
    return {tag.decode(): offset for tag, _sum, offset, _length in records}


def _glyphs(content: bytes, cmap: int) -> dict[str, int]:
    """Character to glyph, for the Basic Multilingual Plane."""
    start = cmap + _subtable(content, cmap)
    segments = struct.unpack_from(">H", content, start + 6)[0] // 2
    ends, starts, deltas, offsets = (
        struct.unpack_from(f">{segments}H", content, start + 14 + part * 2 * segments + (2 if part else 0))
        for part in range(4)
    )
    found: dict[str, int] = {}
    for at in range(segments):
        for code in range(starts[at], min(ends[at], 0xFFFE) + 1):
            glyph = code
            if offsets[at]:
                place = start + 16 + 6 * segments + 2 * at + offsets[at] + 2 * (code - starts[at])
                glyph = struct.unpack_from(">H", content, place)[0]
            if glyph:
                found[chr(code)] = (glyph + deltas[at]) & 0xFFFF
    return found


def _subtable(content: bytes, cmap: int) -> int:
    count = struct.unpack_from(">H", content, cmap + 2)[0]
    records = [struct.unpack_from(">HHL", content, cmap + 4 + 8 * at) for at in range(count)]
    return int(next(offset for platform, encoding, offset in records if (platform, encoding) == (3, 1)))
