"""The files of documents: what is printed is what was written, and an issued file never changes."""

from __future__ import annotations

import re
import subprocess
import unicodedata
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from docx import Document as WordFile

from tests.integration.documents.desk import BASE, Desk


def squeezed(text: str) -> str:
    """Without blanks and hyphens: where lines break is the engine's matter, and pdftotext drops a hyphen
    there. NFC is checked, not made."""
    assert unicodedata.is_normalized("NFC", text)
    return re.sub(r"[\s-]+", "", text)


def printed(pdf: bytes, tmp_path: Path) -> str:
    path = tmp_path / "printed.pdf"
    path.write_bytes(pdf)
    run = subprocess.run(["pdftotext", "-layout", str(path), "-"], capture_output=True, check=True)
    return squeezed(run.stdout.decode())


def paragraphs(content: dict[str, Any]) -> Iterator[str]:
    """What must be on the page on one line of thought: paragraphs without the marks of their kind."""
    yield from (block["text"].rstrip(" .;") for block in content["body"] if block.get("text"))
    yield from (line.rstrip(" .;") for line in content["legal_bases"])
    yield from content["recipients"]
    yield content["sign"]["name"]


@pytest.mark.parametrize("key", ["KH-1", "CTr-2", "GM-3", "HD-6", "CV-9"])
def test_preview_prints_what_was_written(online: Desk, tmp_path: Path, key: str) -> None:
    draft = online.one(key, "draft")
    answer = online.http.get(f"{BASE}/documents/{draft['id']}/preview.pdf")
    assert answer.headers["content-type"] == "application/pdf"
    text = _flowing(answer.content, tmp_path)
    missing = [part for part in paragraphs(draft["content"]) if squeezed(part) not in text]
    assert missing == []


def _flowing(pdf: bytes, tmp_path: Path) -> str:
    """Text in reading order, without the page numbers that stand between two pages."""
    path = tmp_path / "flowing.pdf"
    path.write_bytes(pdf)
    run = subprocess.run(["pdftotext", str(path), "-"], capture_output=True, check=True)
    pages = run.stdout.decode().split("\f")
    return squeezed("".join(re.sub(r"\A\s*\d+\s*\n", "", page) for page in pages))


def test_issued_document_has_its_final_files_with_number_and_day(online: Desk, tmp_path: Path) -> None:
    issued = online.issue("KH-1")
    online.house.pump()
    pdf = online.http.get(f"{BASE}/documents/{issued['id']}.pdf")
    assert pdf.headers["content-disposition"].startswith("attachment")
    text = printed(pdf.content, tmp_path)
    year, month, day = issued["issued_on"].split("-")
    month = month if int(month) <= 2 else str(int(month))
    assert squeezed("Số: 01/KH-MTTQ-BTT") in text
    assert f"ngày{day}tháng{month}năm{year}" in text
    word = WordFile(BytesIO(online.http.get(f"{BASE}/documents/{issued['id']}.docx").content))
    body = squeezed("".join(paragraph.text for paragraph in word.paragraphs))
    assert squeezed("Đánh giá kết quả, ưu điểm, hạn chế, nguyên nhân, bài học và kiến nghị") in body


def test_engine_of_the_files_is_recorded(online: Desk) -> None:
    issued = online.issue("KH-1")
    online.house.pump()
    files = online.detail(issued["id"])["files"]
    assert [one["format"] for one in files] == ["docx", "pdf"]
    assert {one["engine"] for one in files} <= {"libreoffice", "typst"}
    assert all(one["engine_version"] for one in files)


def test_file_of_a_draft_is_made_on_request(online: Desk) -> None:
    draft = online.one("CTr-2", "draft")
    early = online.http.get(f"{BASE}/documents/{draft['id']}.pdf")
    assert (early.status_code, early.json()["job"]) == (409, None)
    asked = online.act(draft["id"], "render")
    assert asked.status_code == 202
    waiting = online.http.get(f"{BASE}/documents/{draft['id']}.pdf")
    assert waiting.json()["job"] == asked.json()["job"]
    online.house.pump()
    assert online.http.get(f"{BASE}/documents/{draft['id']}.pdf").content.startswith(b"%PDF")


def test_asking_twice_makes_one_job(online: Desk) -> None:
    draft = online.one("CTr-2", "draft")
    assert online.act(draft["id"], "render").json() == online.act(draft["id"], "render").json()


def test_files_of_an_edited_draft_are_not_those_of_the_text_before(online: Desk) -> None:
    draft = online.one("CTr-2", "draft")
    online.act(draft["id"], "render")
    online.house.pump()
    online.edit("CTr-2", subject="Chương trình sửa lại")
    assert online.http.get(f"{BASE}/documents/{draft['id']}.pdf").status_code == 409


def test_files_of_an_issued_document_stay_the_same_through_a_switch_and_a_recall(online: Desk) -> None:
    issued = online.issue("KH-1")
    online.house.pump()
    before = online.http.get(f"{BASE}/documents/{issued['id']}.pdf").content
    online.adopt("in_person")
    online.act(issued["id"], "recall", reason="Đổi phương án")
    online.house.pump()
    assert online.http.get(f"{BASE}/documents/{issued['id']}.pdf").content == before


def test_speech_has_no_line_for_a_number(online: Desk, tmp_path: Path) -> None:
    draft = online.one("BAI-4", "draft")
    text = printed(online.http.get(f"{BASE}/documents/{draft['id']}/preview.pdf").content, tmp_path)
    assert "BÀIPHÁTBIỂU" in text
    assert "Số:" not in text
