"""ZIP archives as bytes: uploaded ones are judged by their directory, our own packed always alike."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable

MOST_PARTS = 2_000
HIGHEST_RATIO = 200
_RATIO_FROM = 2**20
_LONG_AGO = (1980, 1, 1, 0, 0, 0)


class NotAnArchive(Exception):
    """No ZIP file, or one of a kind that cannot be read."""


class SuspiciousArchive(Exception):
    """Too many parts, too large, packed like a bomb, or with two parts of one name."""


def open_archive(content: bytes, largest: int) -> zipfile.ZipFile:
    """For reading; nothing is unpacked yet. `largest`: bytes that all parts may have once unpacked.

    Raises NotAnArchive, SuspiciousArchive.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    # zipfile raises NotImplementedError for archives of a kind that it cannot read.
    except (zipfile.BadZipFile, ValueError, NotImplementedError, UnicodeError):
        raise NotAnArchive from None
    if _is_suspicious(archive.infolist(), largest):
        raise SuspiciousArchive
    return archive


def pack(files: Iterable[tuple[str, bytes]]) -> bytes:
    """An archive of files, by name, that are packed already, such as PDF: equal files make equal archives."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_STORED) as archive:
        for name, content in files:
            archive.writestr(zipfile.ZipInfo(name, _LONG_AGO), content)
    return written.getvalue()


def _is_suspicious(parts: list[zipfile.ZipInfo], largest: int) -> bool:
    names = {part.filename.lower() for part in parts}
    packed_tight = (
        part.file_size > _RATIO_FROM and part.file_size > HIGHEST_RATIO * max(part.compress_size, 1)
        for part in parts
    )
    return (
        len(parts) > MOST_PARTS
        or len(names) < len(parts)  # two parts of one name: readers disagree on which one counts
        or sum(part.file_size for part in parts) > largest
        or any(packed_tight)
    )
