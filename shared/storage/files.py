"""Files that a service keeps, named by their content: the same bytes are stored once, never changed."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path


class FileMissing(Exception):
    """The store has no such file."""


class FileStore:
    """`root` is made at the first file. Files are whole or absent, whatever ends the process."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def put(self, content: bytes) -> str:
        """Keep the bytes; returns their SHA-256 (hex), the name to find them by."""
        digest = hashlib.sha256(content).hexdigest()
        path = self._place(digest)
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            descriptor, written = tempfile.mkstemp(dir=path.parent)
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            Path(written).replace(path)
        return digest

    def path(self, digest: str) -> Path:
        """Raises FileMissing."""
        path = self._place(digest)
        if not path.is_file():
            raise FileMissing(digest)
        return path

    def _place(self, digest: str) -> Path:
        return self._root / digest[:2] / digest
