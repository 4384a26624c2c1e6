"""PDF files as bytes: joined, counted."""

from __future__ import annotations

from collections.abc import Iterable
from io import BytesIO

import pikepdf


def merge(files: Iterable[bytes]) -> bytes:
    """All pages in order, PDF/A as the first file claims it. Raises ValueError without any file.

    Fonts are not shared across the parts: join large parts, not single pages.
    """
    parts = iter(files)
    first = next(parts, None)
    if first is None:
        raise ValueError("nothing to merge")
    with pikepdf.open(BytesIO(first)) as joined:
        _drop_structure(joined)
        for content in parts:
            with pikepdf.open(BytesIO(content)) as part:
                _drop_structure(part)
                joined.pages.extend(part.pages)
        written = BytesIO()
        joined.save(written, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return written.getvalue()


def page_count(content: bytes) -> int:
    with pikepdf.open(BytesIO(content)) as file:
        return len(file.pages)


def _drop_structure(file: pikepdf.Pdf) -> None:
    """The tag tree and outline of one part would lie about the pages of the others."""
    for name in ("/StructTreeRoot", "/MarkInfo", "/Outlines", "/PageLabels"):
        if name in file.Root:
            del file.Root[name]
    for page in file.pages:
        for name in ("/StructParents", "/Tabs"):
            if name in page.obj:
                del page.obj[name]
