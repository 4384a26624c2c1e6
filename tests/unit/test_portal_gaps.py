"""What a draft has not filled in yet, as the page before issuing lists it."""

from __future__ import annotations

from typing import Any

from services.portal.document_text import Gap, gaps


def content(*body: dict[str, Any], **parts: Any) -> dict[str, Any]:
    sign = {"authority": "TM. BAN THƯỜNG TRỰC", "position": "PHÓ CHỦ TỊCH", "name": "Nguyễn Văn A"}
    return {"subject": "Về việc thử", "body": list(body), "annexes": [], "sign": sign, **parts}


def para(text: str) -> dict[str, Any]:
    return {"kind": "para", "text": text}


def test_filled_document_has_no_gaps() -> None:
    assert gaps(content(para("Đủ cả."))) == []


def test_gap_stands_under_the_heading_before_it() -> None:
    heading = {"kind": "heading", "level": 1, "no": "II", "text": "HẠN CHẾ"}
    assert gaps(content(para("Đủ."), heading, para("…"))) == [Gap("II. HẠN CHẾ", "…")]


def test_table_is_listed_by_row() -> None:
    table = {"kind": "table", "rows": [["1", "Hội trường", "60"], ["2", "…", ""]], "total_row": ["", "…"]}
    assert [one.text for one in gaps(content(table))] == ["2 · …", "…"]


def test_programme_and_labels_are_looked_into() -> None:
    schedule = {"kind": "schedule", "entries": [{"time": "08:00", "text": "…", "by": ""}]}
    kv = {"kind": "kv", "label": "Địa điểm", "text": "…"}
    assert [one.text for one in gaps(content(schedule, kv))] == ["08:00 …", "Địa điểm: …"]


def test_parts_around_the_body_are_looked_into() -> None:
    found = gaps(content(place="…", recipients=["Như trên", "Lưu …"], subject="Về …"))
    assert found == [Gap("Trích yếu", "Về …"), Gap("Địa danh", "…"), Gap("Nơi nhận", "Lưu …")]


def test_annex_is_named() -> None:
    annex = {"title": "DANH SÁCH", "body": [para("…")]}
    assert gaps(content(annexes=[annex])) == [Gap("Phụ lục: DANH SÁCH", "…")]
