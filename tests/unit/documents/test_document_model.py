"""Documents as data: the decree's rules of words, JSON there and back, and what is told of wrong bodies."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.documents.typesetting.layout import HEAD_LEFT, balanced, lay_out
from services.documents.typesetting.model import (
    ALIGNMENTS,
    PROFILES,
    SECRECIES,
    URGENCIES,
    Agency,
    Annex,
    Article,
    Block,
    Centre,
    Clause,
    Column,
    Document,
    Entry,
    Heading,
    Kv,
    Para,
    Point,
    Schedule,
    Sign,
    Table,
    annex_names,
    annex_reference,
    closed,
    date_text,
    legal_base_lines,
    number_text,
    recipient_lines,
    subject_line,
)
from services.documents.typesetting.reading import (
    DocumentInvalid,
    read_blocks,
    read_document,
    write_blocks,
    write_document,
)
from shared.typesetting.metrics import face

PLAN = Document(
    profile="mttq",
    type_code="KH",
    type_name="Kế hoạch",
    agency=Agency("Ban Thường trực", ("Ủy ban MTTQ Việt Nam tỉnh Nghệ An",)),
    symbol="KH-MTTQ-BTT",
    place="Nghệ An",
    year=2021,
    subject="Tổ chức hội nghị tổng kết",
    body=(Para("Thực hiện như sau:"), Para("Đề nghị các đơn vị thực hiện.")),
    sign=Sign("TM. Ban Thường trực", "Phó Chủ tịch", "Nguyễn Văn A"),
    recipients=("Thường trực Tỉnh ủy;", "UBND tỉnh"),
    archive_line="Lưu: VT, DCPL.",
)


@pytest.mark.parametrize(
    ("number", "text"),
    [(5, "Số: 05/KH-MTTQ-BTT"), (12, "Số: 12/KH-MTTQ-BTT"), (130, "Số: 130/KH-MTTQ-BTT")],
)
def test_number_below_ten_has_a_zero(number: int, text: str) -> None:
    assert number_text(number, "KH-MTTQ-BTT") == text


def test_number_that_is_not_given_leaves_room_to_write() -> None:
    assert number_text(None, "KH-MTTQ-BTT").split() == ["Số:", "/KH-MTTQ-BTT"]


@pytest.mark.parametrize(
    ("day", "text"),
    [
        (date(2021, 2, 5), "Nghệ An, ngày 05 tháng 02 năm 2021"),
        (date(2021, 1, 31), "Nghệ An, ngày 31 tháng 01 năm 2021"),
        (date(2021, 3, 1), "Nghệ An, ngày 01 tháng 3 năm 2021"),
        (date(2021, 10, 10), "Nghệ An, ngày 10 tháng 10 năm 2021"),
    ],
)
def test_days_below_ten_and_the_first_two_months_have_a_zero(day: date, text: str) -> None:
    assert date_text("Nghệ An", day, 2021) == text


def test_date_that_is_not_given_keeps_its_year() -> None:
    assert date_text("Nghệ An", None, 2021) == "Nghệ An, ngày … tháng … năm 2021"


def test_recipients_end_with_semicolons_and_the_archive_with_a_stop() -> None:
    assert recipient_lines(PLAN) == ("- Thường trực Tỉnh ủy;", "- UBND tỉnh;", "- Lưu: VT, DCPL.")


def test_letter_goes_first_to_those_above() -> None:
    letter = replace(PLAN, type_code="CV", addressees=("Sở Thông tin và Truyền thông",), recipients=())
    assert recipient_lines(letter) == ("- Như trên;", "- Lưu: VT, DCPL.")


def test_letter_has_its_subject_under_the_number_and_no_type_line() -> None:
    letter = replace(PLAN, type_code="CV", subject="Đề nghị kết nối trực tuyến")
    page = lay_out(letter)
    assert subject_line(letter) == "V/v đề nghị kết nối trực tuyến"
    assert " ".join(page["about"]) == "V/v đề nghị kết nối trực tuyến"
    assert (page["type"], page["subject"]) == ("", [])


def test_other_types_have_type_and_subject_in_the_middle() -> None:
    page = lay_out(PLAN)
    assert (page["type"], page["subject"], page["about"]) == ("KẾ HOẠCH", ["Tổ chức hội nghị tổng kết"], [])


@pytest.mark.parametrize("end", ["thực hiện", "thực hiện.", "thực hiện;", "thực hiện./."])
def test_text_closes_with_its_mark_once(end: str) -> None:
    assert closed(end) == "thực hiện./."


def test_only_the_last_words_of_the_body_are_closed() -> None:
    texts = [block["text"] for block in lay_out(PLAN)["body"]]
    assert texts == ["Thực hiện như sau:", "Đề nghị các đơn vị thực hiện./."]


def test_table_at_the_end_is_left_as_it_is() -> None:
    table = Table((Column("Đơn vị", 100),), (("Văn phòng",),))
    [block] = lay_out(replace(PLAN, body=(table,)))["body"]
    assert block["rows"] == [["Văn phòng"]]


def test_legal_bases_end_with_semicolons_and_a_stop() -> None:
    document = replace(PLAN, legal_bases=("Căn cứ Thông tri số 13/TT-MTTW-BTT", "Căn cứ Hướng dẫn số 64;"))
    assert legal_base_lines(document) == (
        "Căn cứ Thông tri số 13/TT-MTTW-BTT;",
        "Căn cứ Hướng dẫn số 64.",
    )


def test_one_annex_has_no_number_and_several_have_roman_ones() -> None:
    annex = Annex("Danh sách", ())
    assert annex_names(replace(PLAN, annexes=(annex,))) == ("Phụ lục",)
    assert annex_names(replace(PLAN, annexes=(annex, annex))) == ("Phụ lục I", "Phụ lục II")


def test_annex_says_to_what_it_belongs() -> None:
    agency = Agency("Ban Thường trực", (), "Ban Thường trực Ủy ban MTTQ Việt Nam tỉnh Nghệ An")
    document = replace(PLAN, agency=agency, number=5, day=date(2021, 6, 24))
    assert annex_reference(document) == (
        "(Kèm theo Kế hoạch số 05/KH-MTTQ-BTT ngày 24 tháng 6 năm 2021"
        " của Ban Thường trực Ủy ban MTTQ Việt Nam tỉnh Nghệ An)"
    )


def test_agency_and_signer_stand_in_capitals() -> None:
    page = lay_out(PLAN)
    assert page["parents"] == ["ỦY BAN MTTQ VIỆT NAM", "TỈNH NGHỆ AN"]
    assert page["agency"] == ["BAN THƯỜNG TRỰC"]
    assert page["sign"] == {
        "authority": "TM. BAN THƯỜNG TRỰC",
        "position": "PHÓ CHỦ TỊCH",
        "name": "Nguyễn Văn A",
    }


def test_rule_under_the_motto_is_as_long_as_its_text() -> None:
    width = face("LiberationSerif-Bold").width_mm(PROFILES["nd30"].motto, 14)
    assert lay_out(PLAN)["rules"]["motto"] == pytest.approx(width, abs=0.1)


def test_rule_under_the_agency_is_between_a_third_and_half_of_its_line() -> None:
    width = face("LiberationSerif-Bold").width_mm("BAN THƯỜNG TRỰC", 13)
    assert width / 3 <= lay_out(PLAN)["rules"]["agency"] <= width / 2


def test_balanced_lines_leave_no_word_alone() -> None:
    subject = "Về việc tổ chức hội nghị tổng kết công tác Mặt trận tham gia bầu cử đại biểu Quốc hội khóa XV"
    lines = balanced(subject, "LiberationSerif-Bold", 14, 140)
    widths = [face("LiberationSerif-Bold").width_mm(line, 14) for line in lines]
    assert " ".join(lines) == subject
    assert min(widths) > max(widths) / 2


def test_long_name_of_an_organ_stays_within_its_column() -> None:
    name = "Ban Chấp hành Liên hiệp các hội khoa học và kỹ thuật thành phố Hồ Chí Minh"
    page = lay_out(replace(PLAN, agency=Agency(name)))
    assert " ".join(page["agency"]) == name.upper()
    assert all(face("LiberationSerif-Bold").width_mm(line, 13) <= HEAD_LEFT for line in page["agency"])


# --- JSON


def _words(most: int = 40) -> st.SearchStrategy[str]:
    signs = st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"])
    return st.text(signs, max_size=most).map(lambda text: unicodedata.normalize("NFC", text))


def _named() -> st.SearchStrategy[str]:
    return _words(20).map(lambda text: f"A{text}")


@st.composite
def _tables(draw: st.DrawFn) -> Table:
    columns = draw(
        st.lists(
            st.builds(Column, _words(), st.integers(5, 40), st.sampled_from(ALIGNMENTS)),
            min_size=1,
            max_size=4,
        )
    )
    row = st.tuples(*(_words(10) for _ in columns))
    return Table(tuple(columns), tuple(draw(st.lists(row, max_size=3))), draw(st.just(()) | row))


def _blocks() -> st.SearchStrategy[tuple[Block, ...]]:
    block = st.one_of(
        st.builds(Heading, st.integers(1, 3), _words(5), _named()),
        st.builds(Article, _words(5), _words()),
        st.builds(Para, _words()),
        st.builds(Clause, _words(5), _words()),
        st.builds(Point, _words(3), _words()),
        st.builds(Kv, _words(), _words()),
        st.builds(Centre, _words()),
        st.builds(Schedule, st.lists(st.builds(Entry, _words(), _words(), _words()), max_size=3).map(tuple)),
        _tables(),
    )
    return st.lists(block, max_size=4).map(tuple)


def _lines() -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(_words(), max_size=3).map(tuple)


def _documents() -> st.SearchStrategy[Document]:
    return st.builds(
        Document,
        profile=st.sampled_from(sorted(PROFILES)),
        type_code=_named(),
        type_name=_named(),
        agency=st.builds(Agency, _named(), _lines(), _words()),
        symbol=_named(),
        place=_words(),
        year=st.integers(1900, 2200),
        subject=_words(),
        body=_blocks(),
        sign=st.builds(Sign, _words(), _words(), _words()),
        number=st.none() | st.integers(1, 10_000),
        day=st.none() | st.dates(),
        decider=_words(),
        legal_bases=_lines(),
        addressees=_lines(),
        recipients=_lines(),
        archive_line=_words(),
        urgency=st.sampled_from(URGENCIES),
        secrecy=st.sampled_from(SECRECIES),
        annexes=st.lists(st.builds(Annex, _named(), _blocks()), max_size=2).map(tuple),
    )


@given(_documents())
def test_document_comes_back_from_json(document: Document) -> None:
    assert read_document(write_document(document)) == document


@given(_documents())
def test_every_document_can_be_laid_out(document: Document) -> None:
    page = lay_out(document)
    assert len(page["body"]) == len(document.body)
    assert len(page["annexes"]) == len(document.annexes)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
        max_leaves=8,
    )
)
def test_anything_else_is_refused_by_pointer(tree: Any) -> None:
    with pytest.raises(DocumentInvalid) as refused:
        read_document(tree)
    assert refused.value.errors


def test_text_is_composed() -> None:
    [block] = read_blocks(
        [{"kind": "para", "text": unicodedata.normalize("NFD", "Quyết định tặng bằng khen")}]
    )
    assert block == Para("Quyết định tặng bằng khen")


def test_blocks_come_back_from_json() -> None:
    assert read_blocks(write_blocks(PLAN.body)) == PLAN.body


def _changed(**parts: Any) -> dict[str, Any]:
    return {**write_document(PLAN), **parts}


WRONG: list[tuple[dict[str, Any], str, str]] = [
    (_changed(body=[{"kind": "para"}]), "/body/0/text", "missing-key"),
    (_changed(body=[{"kind": "para", "text": "a", "bold": True}]), "/body/0/bold", "unknown-key"),
    (_changed(body=[{"kind": "poem", "text": "a"}]), "/body/0/kind", "invalid-value"),
    (_changed(body=["a"]), "/body/0", "wrong-type"),
    (_changed(body=[{"kind": "para", "text": "một\nhai"}]), "/body/0/text", "invalid-text"),
    (_changed(body=[{"kind": "para", "text": "một\x07"}]), "/body/0/text", "invalid-text"),
    (
        _changed(body=[{"kind": "heading", "level": 4, "no": "", "text": "a"}]),
        "/body/0/level",
        "invalid-value",
    ),
    (_changed(subject=None), "/subject", "wrong-type"),
    (_changed(symbol=" "), "/symbol", "blank"),
    (_changed(profile="so-y-te"), "/profile", "invalid-value"),
    (_changed(number=0), "/number", "invalid-value"),
    (_changed(number=True), "/number", "wrong-type"),
    (_changed(day="2021-02-30"), "/day", "invalid-value"),
    (_changed(year=1), "/year", "invalid-value"),
    (_changed(urgency="NHANH"), "/urgency", "invalid-value"),
    (_changed(agency={"name": "", "parent_lines": [], "full_name": ""}), "/agency/name", "blank"),
    (_changed(recipients="UBND tỉnh"), "/recipients", "wrong-type"),
    (_changed(**{"a/b~": 1}), "/a~1b~0", "unknown-key"),
]


@pytest.mark.parametrize(("tree", "pointer", "code"), WRONG, ids=[f"{p}-{c}" for _, p, c in WRONG])
def test_wrong_document_says_where(tree: dict[str, Any], pointer: str, code: str) -> None:
    with pytest.raises(DocumentInvalid) as refused:
        read_document(tree)
    assert [(error.pointer, error.code) for error in refused.value.errors] == [(pointer, code)]


TABLE = {"kind": "table", "columns": [{"title": "STT", "width_mm": 12}], "rows": [["1"]], "total_row": []}


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"rows": [["1", "2"]]}, "/annexes/0/body/0/rows/0"),
        ({"total_row": ["1", "2"]}, "/annexes/0/body/0/total_row"),
        ({"columns": []}, "/annexes/0/body/0/columns"),
        ({"columns": [{"title": "STT", "width_mm": 166}]}, "/annexes/0/body/0/columns"),
        (
            {"columns": [{"title": "STT", "width_mm": 12, "align": "middle"}]},
            "/annexes/0/body/0/columns/0/align",
        ),
    ],
)
def test_wrong_table_says_where(change: dict[str, Any], pointer: str) -> None:
    annex = {"title": "Danh sách", "body": [{**TABLE, **change}]}
    with pytest.raises(DocumentInvalid) as refused:
        read_document(_changed(annexes=[annex]))
    assert refused.value.errors[0].pointer == pointer
