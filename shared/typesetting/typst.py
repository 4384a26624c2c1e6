"""Typst: a template folder and JSON data become a PDF, in a child process without network.

    with Typst() as typst:
        pdf = typst.compile(folder, {"name": "Nguyễn Văn A"})

The template reads its data with `#let data = json(bytes(sys.inputs.data))`, sees only files of its own
folder, and writes in "Liberation Serif", which travels with us. The PDF is PDF/A-2b and tagged. The child is
replaced after `FILES_PER_CHILD` files, because typst's cache only grows.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from threading import Timer
from typing import IO, Any

FONTS = Path(__file__).parent / "fonts"
FONT = "Liberation Serif"
ENGINE = "typst"
FILES_PER_CHILD = 50
SECONDS = 120  # for one file, a chunk of 100 pages included
_NOWHERE = "http://127.0.0.1:9"  # nothing listens there: a template that wants a package fails at once


class TypesettingFailed(Exception):
    """A template and its data make no document; `message` is the engine's."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


def typst_version() -> str:
    return version("typst")


def compile_pdf(folder: Path, data: Any, main: str = "main.typ") -> bytes:
    """One file, by a child of its own. Raises TypesettingFailed."""
    with Typst() as typst:
        return typst.compile(folder, data, main)


class Typst:
    """A child process that compiles one file after another; not for several threads at once."""

    def __init__(self, files_per_child: int = FILES_PER_CHILD, seconds: float = SECONDS) -> None:
        self._files_per_child, self._seconds = files_per_child, seconds
        self._child: subprocess.Popen[bytes] | None = None
        self._files = 0

    def __enter__(self) -> Typst:
        return self

    def __exit__(self, *_raised: object) -> None:
        self.close()

    def close(self) -> None:
        """End the child; the next file starts another."""
        child, self._child, self._files = self._child, None, 0
        if child is not None:
            child.kill()
            child.communicate()

    def compile(self, folder: Path, data: Any, main: str = "main.typ") -> bytes:
        """`folder/main` with `data` as PDF. Raises TypesettingFailed."""
        if self._files >= self._files_per_child or (self._child and self._child.poll() is not None):
            self.close()
        child = self._child = self._child or _start()
        self._files += 1
        task = {"folder": str(folder), "main": main, "data": json.dumps(data)}
        watch = Timer(self._seconds, child.kill)
        watch.start()
        try:
            return _ask(child, task)
        except (OSError, EOFError):
            self.close()
            raise TypesettingFailed(f"typst died, or took more than {self._seconds:g} s") from None
        finally:
            watch.cancel()


def _start() -> subprocess.Popen[bytes]:
    proxies = {f"{scheme}_proxy": _NOWHERE for scheme in ("http", "https", "all")}
    proxies |= {name.upper(): url for name, url in proxies.items()}
    kept = {name: value for name, value in os.environ.items() if name.lower() != "no_proxy"}
    root = Path(__file__).parents[2]  # where `shared` lies, installed or not
    return subprocess.Popen(
        [sys.executable, "-m", "shared.typesetting.child", str(FONTS)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=root,
        env=kept | proxies,
    )


def _ask(child: subprocess.Popen[bytes], task: dict[str, str]) -> bytes:
    """Raises TypesettingFailed; OSError or EOFError when the child is gone."""
    assert child.stdin is not None
    assert child.stdout is not None
    child.stdin.write(json.dumps(task).encode() + b"\n")
    child.stdin.flush()
    answer = json.loads(_line(child.stdout))
    if "error" in answer:
        raise TypesettingFailed(answer["error"])
    pdf = child.stdout.read(answer["size"])
    if len(pdf) < answer["size"]:
        raise EOFError
    return pdf


def _line(stream: IO[bytes]) -> bytes:
    line = stream.readline()
    if not line.endswith(b"\n"):
        raise EOFError
    return line
