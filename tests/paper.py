"""What a PDF says and is made of, as poppler and pikepdf see it."""

from __future__ import annotations

import re
import subprocess
from io import BytesIO

import pikepdf

OURS = {"LiberationSerif", "LiberationSerif-Bold", "LiberationSerif-Italic", "LiberationSerif-BoldItalic"}
A4 = (210, 297)  # mm
_HEADER = 50  # points at the top of each page, where the page number stands


def text_of(pdf: bytes, page: int | None = None) -> str:
    """All that is written below the page numbers, in the order of writing, blanks made alike."""
    pages = ["-f", str(page), "-l", str(page)] if page else []
    area = ["-r", "72", "-x", "0", "-y", str(_HEADER), "-W", "600", "-H", str(842 - _HEADER)]
    told = _poppler(["pdftotext", "-raw", *area, *pages, "-", "-"], pdf)
    return one_line(told)


def page_numbers(pdf: bytes) -> list[str]:
    """What stands at the top of each page."""
    area = ["-r", "72", "-x", "0", "-y", "0", "-W", "600", "-H", str(_HEADER)]
    told = _poppler(["pdftotext", *area, "-", "-"], pdf)
    return [page.strip() for page in told.split("\f")[:-1]]


def one_line(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def fonts_of(pdf: bytes) -> dict[str, bool]:
    """Font names without the subset's letters, and whether all of them are embedded."""
    lines = _poppler(["pdffonts", "-"], pdf).splitlines()[2:]
    found: dict[str, bool] = {}
    for line in lines:
        name = line.split()[0].partition("+")[2] or line.split()[0]
        embedded = re.search(r"\b(yes|no)\s+(yes|no)\s+(yes|no)\s+\d+\s+\d+\s*$", line)
        assert embedded, line
        found[name] = found.get(name, True) and embedded.group(1) == "yes"
    return found


def conformance_of(pdf: bytes) -> str:
    """The PDF/A part and level that the file claims, such as "2B"; blank without a claim."""
    with pikepdf.open(BytesIO(pdf)) as file, file.open_metadata() as metadata:
        return f"{metadata.get('pdfaid:part', '')}{metadata.get('pdfaid:conformance', '')}".upper()


def sizes_of(pdf: bytes) -> set[tuple[int, int]]:
    """Sizes of the pages in mm."""
    with pikepdf.open(BytesIO(pdf)) as file:
        boxes = [[float(side) for side in page.mediabox] for page in file.pages]
    return {(round((b[2] - b[0]) / 72 * 25.4), round((b[3] - b[1]) / 72 * 25.4)) for b in boxes}


def is_tagged(pdf: bytes) -> bool:
    with pikepdf.open(BytesIO(pdf)) as file:
        return "/StructTreeRoot" in file.Root


def language_of(pdf: bytes) -> str:
    with pikepdf.open(BytesIO(pdf)) as file:
        return str(file.Root.get("/Lang", ""))


def _poppler(command: list[str], pdf: bytes) -> str:
    return subprocess.run(command, input=pdf, capture_output=True, check=True).stdout.decode()
