"""Archives: what is opened at all, and ours that are always alike."""

from __future__ import annotations

import io
import warnings
import zipfile

import pytest

from shared.archives import NotAnArchive, SuspiciousArchive, open_archive, pack
from shared.sheets.reading import SheetRefused, read_rows

FILES = [("a.pdf", b"%PDF-1"), ("b.pdf", b"%PDF-2")]


def zipped(*files: tuple[str, bytes]) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of names that stand twice
        for name, content in files:
            archive.writestr(name, content)
    return written.getvalue()


def test_packed_files_come_back() -> None:
    with open_archive(pack(FILES), 100) as archive:
        assert [(name, archive.read(name)) for name in archive.namelist()] == FILES


def test_equal_files_make_equal_archives() -> None:
    assert pack(FILES) == pack(FILES)


def test_what_is_no_archive_is_told_apart() -> None:
    with pytest.raises(NotAnArchive):
        open_archive(b"PK\x03\x04 and nothing more", 100)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(zipped(("x", b""), ("X", b"")), id="two-parts-of-one-name"),
        pytest.param(zipped(("x", b"0123456789" * 11)), id="larger-than-allowed"),
        pytest.param(zipped(*((str(number), b"") for number in range(2_001))), id="too-many-parts"),
    ],
)
def test_suspicious_archive_is_not_opened(content: bytes) -> None:
    with pytest.raises(SuspiciousArchive):
        open_archive(content, 100)


def test_bomb_is_not_opened() -> None:
    with pytest.raises(SuspiciousArchive):
        open_archive(zipped(("x", bytes(3 * 2**20))), 2**30)


def test_workbook_with_two_parts_of_one_name_is_refused() -> None:
    with pytest.raises(SheetRefused, match="archive-refused"):
        list(read_rows(zipped(("xl/workbook.xml", b"<a/>"), ("xl/workbook.xml", b"<b/>"))))
