"""The process that holds typst: one task per line on stdin; on stdout a line with the size, then the PDF."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import IO

import typst


def serve(fonts: typst.Fonts, tasks: IO[bytes], answers: IO[bytes]) -> None:
    for line in tasks:
        task = json.loads(line)
        try:
            pdf = _compile(fonts, task)
        except RuntimeError as error:  # TypstError, and a main file that is not there
            answers.write(json.dumps({"error": str(error)}).encode() + b"\n")
        else:
            answers.write(json.dumps({"size": len(pdf)}).encode() + b"\n" + pdf)
        answers.flush()


def _compile(fonts: typst.Fonts, task: dict[str, str]) -> bytes:
    folder = Path(task["folder"])
    return typst.compile(
        str(folder / task["main"]),
        root=str(folder),
        font_paths=fonts,
        sys_inputs={"data": task["data"]},
        pdf_standards="a-2b",
        format="pdf",
        package_path=os.devnull,
        package_cache_path=os.devnull,
    )


def main(fonts: str) -> None:
    ours = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[fonts])
    serve(ours, sys.stdin.buffer, sys.stdout.buffer)


if __name__ == "__main__":
    main(sys.argv[1])
