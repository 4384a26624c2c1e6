"""LibreOffice: a .docx becomes PDF/A-2b, tagged, with our fonts and nobody else's."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from xml.sax.saxutils import escape

from shared.typesetting.typst import FONT, FONTS, TypesettingFailed

SECONDS = 120
_EXPORT = {
    "SelectPdfVersion": {"type": "long", "value": "2"},  # PDF/A-2b
    "UseTaggedPDF": {"type": "boolean", "value": "true"},
}
_FONTCONFIG = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>{fonts}</dir>
  <cachedir>{cache}</cachedir>
  <alias binding="same"><family>Times New Roman</family><prefer><family>{font}</family></prefer></alias>
  <match target="pattern"><edit name="family" mode="append_last"><string>{font}</string></edit></match>
</fontconfig>
"""
_NOWHERE = "http://127.0.0.1:9"  # nothing listens there: a document fetches nothing


def find_office() -> str | None:
    """The program on PATH, if LibreOffice is installed."""
    return shutil.which("soffice") or shutil.which("libreoffice")


@cache
def office_version(program: str) -> str:
    """Such as "7.4.7.2"; blank when the program does not say."""
    with TemporaryDirectory(prefix="diemcau-office-") as folder:
        told = _run([program, _profile(folder), "--headless", "--version"], Path(folder), SECONDS)
    found = re.search(r"\d+(\.\d+)+", told)
    return found.group() if found else ""


def convert(docx: bytes, program: str, seconds: float = SECONDS) -> bytes:
    """The PDF of a Word file, by a throwaway profile. Raises TypesettingFailed."""
    with TemporaryDirectory(prefix="diemcau-office-") as name:
        folder = Path(name)
        (folder / "document.docx").write_bytes(docx)
        filtered = f"pdf:writer_pdf_Export:{json.dumps(_EXPORT)}"
        command = [
            program,
            _profile(name),
            "--headless",
            "--norestore",
            "--nolockcheck",
            "--convert-to",
            filtered,
        ]
        told = _run([*command, "--outdir", name, str(folder / "document.docx")], folder, seconds)
        made = folder / "document.pdf"
        if not made.exists():
            raise TypesettingFailed(f"LibreOffice made no PDF: {told.strip()[-500:]}")
        return made.read_bytes()


def _profile(folder: str) -> str:
    return f"-env:UserInstallation={(Path(folder) / 'profile').as_uri()}"


def _run(command: list[str], folder: Path, seconds: float) -> str:
    """What the program says. It has children of its own: the whole group ends with the time limit."""
    config = folder / "fonts.conf"
    config.write_text(
        _FONTCONFIG.format(fonts=escape(str(FONTS)), cache=escape(str(folder / "cache")), font=FONT)
    )
    proxies = dict.fromkeys(("http_proxy", "https_proxy", "all_proxy"), _NOWHERE)
    environment = (
        os.environ | proxies | {"FONTCONFIG_FILE": str(config), "HOME": str(folder), "LC_ALL": "C.UTF-8"}
    )
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=environment,
        start_new_session=True,
    )
    try:
        told, _nothing = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        raise TypesettingFailed(f"LibreOffice took more than {seconds:g} s") from None
    finally:
        _end(process)
    return told.decode(errors="replace")


def _end(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError):  # all of it has ended by itself
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
