"""A body as lines and back: whatever it is, saving without a change changes nothing."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.portal.document_text import LineRefused, from_lines, to_lines

TEXT = st.text(max_size=60)
TABLE = {"kind": "table", "columns": [], "rows": [], "total_row": []}
BLOCKS = st.one_of(
    st.builds(
        lambda level, no, text: {"kind": "heading", "level": level, "no": no, "text": text},
        st.integers(1, 3),
        st.one_of(st.sampled_from(["", "I", "1", "1.1"]), TEXT),
        TEXT,
    ),
    *(
        st.builds(lambda no, text, kind=kind: {"kind": kind, "no": no, "text": text}, TEXT, TEXT)
        for kind in ("article", "clause")
    ),
    st.builds(lambda letter, text: {"kind": "point", "letter": letter, "text": text}, TEXT, TEXT),
    st.builds(lambda label, text: {"kind": "kv", "label": label, "text": text}, TEXT, TEXT),
    *(st.builds(lambda text, kind=kind: {"kind": kind, "text": text}, TEXT) for kind in ("para", "centre")),
    st.sampled_from(
        [{"kind": "para", "text": text} for text in ("1. Một", "- Gạch", "# Mục", "[bảng 1]", "\\x", "…")]
    ),
    st.just(TABLE),
)


@given(st.lists(BLOCKS, max_size=8))
def test_unchanged_text_gives_the_same_body(body: list[dict[str, Any]]) -> None:
    assert from_lines(to_lines(body), body) == body


def test_marks_say_what_a_line_is() -> None:
    body: list[dict[str, Any]] = [
        {"kind": "heading", "level": 1, "no": "I", "text": "MỤC ĐÍCH"},
        {"kind": "heading", "level": 3, "no": "1.1", "text": "Chi tiết"},
        {"kind": "article", "no": "1", "text": "Tặng bằng khen"},
        {"kind": "clause", "no": "2", "text": "Hình thức: trực tuyến."},
        {"kind": "point", "letter": "a", "text": "điểm"},
        {"kind": "point", "letter": "", "text": "gạch"},
        {"kind": "kv", "label": "Thời gian", "text": "08 giờ 00"},
        {"kind": "centre", "text": "QUYẾT ĐỊNH:"},
        {"kind": "para", "text": "Đoạn văn."},
        TABLE,
    ]
    assert to_lines(body).split("\n\n") == [
        "# I. MỤC ĐÍCH",
        "### 1.1. Chi tiết",
        "Điều 1. Tặng bằng khen",
        "2. Hình thức: trực tuyến.",
        "a) điểm",
        "- gạch",
        "* Thời gian: 08 giờ 00",
        "= QUYẾT ĐỊNH:",
        "Đoạn văn.",
        "[bảng 10]",
    ]


def test_kept_block_may_move() -> None:
    assert from_lines("Sau bảng\n[bảng 1]\nrồi thôi", [TABLE])[1] == TABLE


def test_block_that_is_not_there_is_refused_by_its_line() -> None:
    with pytest.raises(LineRefused) as refused:
        from_lines("Đoạn\n\n[bảng 7]", [TABLE])
    assert refused.value.number == 3
