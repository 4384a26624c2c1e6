"""Small values that the first start makes and later starts keep: secrets, the clock's offset."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path


def kept(path: Path, make: Callable[[], str]) -> str:
    """The text in `path`; made there (mode 600) when it is missing. Processes that start together agree."""
    if not path.exists():
        _make(path, make())
    return path.read_text().strip()


def _make(path: Path, value: str) -> None:
    # Linked in place when it is whole: another process starting now must never read half a secret.
    descriptor, written = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(value)
        with contextlib.suppress(FileExistsError):  # the other process was first: its secret counts
            os.link(written, path)
    finally:
        os.unlink(written)
