"""Official documents on paper, by LibreOffice and by typst: NĐ 30/2020, Appendix I."""

from __future__ import annotations

import re
import subprocess
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pikepdf
import pytest
from docx import Document as open_docx
from docx.oxml.ns import qn
from docx.shared import Mm

from services.documents.typesetting.layout import lay_out
from services.documents.typesetting.model import (
    Agency,
    Annex,
    Article,
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
)
from services.documents.typesetting.office import convert, find_office
from services.documents.typesetting.rendering import Rendered, preview, render
from shared.typesetting.typst import TypesettingFailed
from tests.paper import (
    A4,
    OURS,
    conformance_of,
    fonts_of,
    is_tagged,
    language_of,
    one_line,
    page_numbers,
    sizes_of,
    text_of,
)

STANDING = Agency(
    "Ban Thường trực",
    ("Ủy ban MTTQ Việt Nam tỉnh Nghệ An",),
    "Ban Thường trực Ủy ban MTTQ Việt Nam tỉnh Nghệ An",
)
SIGNER = Sign("TM. BAN THƯỜNG TRỰC", "PHÓ CHỦ TỊCH", "Nguyễn Văn A")
BASES = (
    "Căn cứ Thông tri số 13/TT-MTTW-BTT ngày 19 tháng 01 năm 2021 của Ban Thường trực Ủy ban Trung ương"
    " MTTQ Việt Nam về MTTQ tham gia công tác bầu cử",
    "Căn cứ Hướng dẫn số 64/HD-MTTW-BTT ngày 21 tháng 5 năm 2021 về tổng kết công tác bầu cử",
)
GROUPS = Table(
    (Column("STT", 12, "center"), Column("Thành phần", 113), Column("Số lượng", 40, "right")),
    (("1", "Đại diện Thường trực Tỉnh ủy", "2"), ("2", "Đại diện lãnh đạo HĐND, UBND tỉnh", "4")),
    ("", "Tổng cộng", "6"),
)
PROGRAMME = Schedule((Entry("08:00 - 08:15", "Ổn định tổ chức"), Entry("08:15 - 08:25", "Khai mạc hội nghị")))
PLAN = Document(
    profile="mttq",
    type_code="KH",
    type_name="Kế hoạch",
    agency=STANDING,
    symbol="KH-MTTQ-BTT",
    place="Nghệ An",
    year=2021,
    subject="Tổ chức hội nghị tổng kết công tác Mặt trận tham gia bầu cử đại biểu Quốc hội khóa XV và"
    " đại biểu Hội đồng nhân dân các cấp, nhiệm kỳ 2021 - 2026",
    body=(
        Heading(1, "I", "MỤC ĐÍCH, YÊU CẦU"),
        Heading(2, "1", "Mục đích"),
        Point("", "Đánh giá kết quả, ưu điểm, hạn chế, nguyên nhân & bài học <kinh nghiệm>."),
        Heading(3, "1.1", "Yêu cầu"),
        Clause("1", "Tổ chức thực chất, hiệu quả, an toàn, tiết kiệm, tránh hình thức."),
        Point("a", "Bảo đảm phòng, chống dịch; {{ không phải mẫu }} {% cũng không %}."),
        Kv("Thời gian", "08 giờ 00, ngày 29 tháng 6 năm 2021 (thứ Ba)."),
        Heading(1, "II", "THÀNH PHẦN"),
        GROUPS,
        Heading(1, "III", "CHƯƠNG TRÌNH"),
        PROGRAMME,
        *(
            Para(f"Đoạn thứ {at}. " + "Các đơn vị phối hợp thực hiện nghiêm túc kế hoạch này. " * 5)
            for at in range(9)
        ),
        Para("Trên đây là Kế hoạch tổ chức Hội nghị"),
    ),
    sign=SIGNER,
    number=5,
    day=date(2021, 2, 5),
    legal_bases=BASES,
    recipients=("BTT Ủy ban Trung ương MTTQ Việt Nam", "Thường trực Tỉnh ủy"),
    archive_line="Lưu: VT, DCPL",
)
LETTER = replace(
    PLAN,
    type_code="CV",
    type_name="Công văn",
    symbol="MTTQ-VP",
    subject="Đề nghị kết nối trực tuyến phục vụ hội nghị tổng kết công tác bầu cử",
    body=(Para("Đề nghị quý cơ quan kết nối đường truyền đến các điểm cầu."),),
    addressees=("Văn phòng Ủy ban nhân dân tỉnh Nghệ An", "Sở Thông tin và Truyền thông tỉnh Nghệ An"),
    legal_bases=(),
    recipients=(),
    number=None,
    day=None,
    urgency="HỎA TỐC",
)
DECISION = replace(
    PLAN,
    type_code="QĐ",
    type_name="Quyết định",
    symbol="QĐ-MTTQ-BTT",
    subject="Về việc tặng bằng khen",
    decider="Ban Thường trực Ủy ban MTTQ Việt Nam tỉnh Nghệ An",
    body=(Centre("QUYẾT ĐỊNH:"), Article("1", "Tặng bằng khen cho 60 cá nhân (danh sách kèm theo).")),
    annexes=(
        Annex(
            "Danh sách cá nhân được tặng bằng khen",
            (
                Table(
                    (Column("STT", 12, "center"), Column("Họ và tên", 60), Column("Đơn vị", 90)),
                    tuple(
                        (str(at), f"Trần Thị Mẫu {at}", "Xã Nghĩa Đàn, huyện Nghĩa Đàn")
                        for at in range(1, 61)
                    ),
                ),
            ),
        ),
        Annex("Phân bổ theo đơn vị", (Para("Mỗi huyện, thành phố, thị xã 02 tập thể và 04 cá nhân."),)),
    ),
)
DOCUMENTS = {"KH": PLAN, "CV": LETTER, "QĐ": DECISION}
ENGINES: dict[str, Callable[[Document], bytes]] = {
    "libreoffice": lambda document: render(document).pdf,
    "typst": preview,
}


@pytest.fixture(scope="module")
def rendered() -> dict[str, Rendered]:
    return {name: render(document) for name, document in DOCUMENTS.items()}


@pytest.fixture(scope="module")
def papers(rendered: dict[str, Rendered]) -> dict[tuple[str, str], bytes]:
    """PDFs by document and engine."""
    office = {(name, "libreoffice"): made.pdf for name, made in rendered.items()}
    return office | {(name, "typst"): preview(document) for name, document in DOCUMENTS.items()}


every_paper = pytest.mark.parametrize(
    ("name", "engine"), [(name, engine) for name in DOCUMENTS for engine in ENGINES]
)


def texts_of(document: Document) -> list[str]:
    """Every text that its page should have, each whole."""
    page = lay_out(document)
    lines = [*page["parents"], *page["agency"], page["number"], page["date"], *page["about"], *page["stamps"]]
    lines += [page["type"], *page["subject"], page["decider"], *page["legal_bases"], *page["addressees"]]
    lines += [*page["sign"].values(), *page["recipients"]]
    bodies = [page["body"], *(annex["body"] for annex in page["annexes"])]
    for block in (block for body in bodies for block in body):
        if block["kind"] == "table":
            lines += [column["title"] for column in block["columns"]]
            lines += [cell for row in (*block["rows"], block["total"]) for cell in row]
        else:
            lines.append(block.get("lead", "") + block["text"])
    for annex in page["annexes"]:
        lines += [annex["name"], annex["title"], annex["reference"]]
    return [one_line(line) for line in lines if line]


@every_paper
def test_paper_says_all_that_the_document_says(
    papers: dict[tuple[str, str], bytes], name: str, engine: str
) -> None:
    said = text_of(papers[name, engine])
    assert said == unicodedata.normalize("NFC", said)
    assert [text for text in texts_of(DOCUMENTS[name]) if text not in said] == []


@every_paper
def test_paper_has_our_fonts_embedded_and_no_other(
    papers: dict[tuple[str, str], bytes], name: str, engine: str
) -> None:
    fonts = fonts_of(papers[name, engine])
    assert set(fonts) <= OURS
    assert all(fonts.values())


@every_paper
def test_paper_is_archival_tagged_vietnamese_a4(
    papers: dict[tuple[str, str], bytes], name: str, engine: str
) -> None:
    pdf = papers[name, engine]
    assert conformance_of(pdf) == "2B"
    assert is_tagged(pdf)
    assert language_of(pdf).lower() == "vi-vn"
    assert sizes_of(pdf) == {A4}


@pytest.mark.parametrize("engine", ENGINES)
def test_pages_are_numbered_from_the_second_and_each_annex_anew(
    papers: dict[tuple[str, str], bytes], engine: str
) -> None:
    assert page_numbers(papers["KH", engine])[:2] == ["", "2"]
    decision = page_numbers(papers["QĐ", engine])
    assert decision[:2] == ["", ""]  # the decision, and the first page of its first annex
    assert decision[2] == "2"
    assert decision[-1] == ""


@pytest.mark.parametrize("engine", ENGINES)
def test_head_of_a_long_table_stands_on_every_page(papers: dict[tuple[str, str], bytes], engine: str) -> None:
    pdf = papers["QĐ", engine]
    assert "Họ và tên" in text_of(pdf, 2)
    assert "Họ và tên" in text_of(pdf, 3)


@pytest.mark.parametrize("engine", ENGINES)
def test_text_stands_within_the_margins(papers: dict[tuple[str, str], bytes], engine: str) -> None:
    with pikepdf.open(BytesIO(papers["KH", engine])) as file:
        assert len(file.pages) >= 2
    left, right, top, bottom = _inked(papers["KH", engine])
    assert 29.5 <= left <= 30.5
    assert 194 <= right <= 195.5
    assert top >= 9.5  # the page number in the top margin
    assert bottom <= 277.5


def test_engines_break_the_head_alike(papers: dict[tuple[str, str], bytes]) -> None:
    heads = [text_of(papers["KH", engine]).split("Căn cứ")[0] for engine in ENGINES]
    assert sorted(heads[0].split()) == sorted(heads[1].split())


# --- the Word file


def test_word_file_has_the_widths_of_the_decree(rendered: dict[str, Rendered]) -> None:
    word = open_docx(BytesIO(rendered["KH"].docx))
    head = word.tables[0]
    widths = [round(column.width.mm) for column in head.columns]
    assert widths == [65, 100]
    assert [round(cell.width.mm) for cell in head.rows[0].cells] == [65, 100]


def test_word_tables_have_column_and_cell_widths(rendered: dict[str, Rendered]) -> None:
    word = open_docx(BytesIO(rendered["KH"].docx))
    groups = word.tables[1]
    assert [round(column.width.mm) for column in groups.columns] == [12, 113, 40]
    for row in groups.rows:
        assert [round(cell.width.mm) for cell in row.cells] == [12, 113, 40]


def test_word_file_has_margins_face_and_language(rendered: dict[str, Rendered]) -> None:
    word = open_docx(BytesIO(rendered["KH"].docx))
    section = word.sections[0]
    sides = (section.top_margin, section.bottom_margin, section.left_margin, section.right_margin)
    assert [round(side.mm) for side in sides] == [20, 20, 30, 15]
    assert (round(section.page_width.mm), round(section.page_height.mm)) == A4
    [defaults] = word.styles.element.iter(qn("w:rPrDefault"))
    [fonts], [language] = defaults.iter(qn("w:rFonts")), defaults.iter(qn("w:lang"))
    assert fonts.get(qn("w:ascii")) == "Times New Roman"
    assert language.get(qn("w:val")) == "vi-VN"


def test_body_of_the_word_file_is_justified_with_a_first_line_and_space(
    rendered: dict[str, Rendered],
) -> None:
    word = open_docx(BytesIO(rendered["KH"].docx))
    form = word.styles["NĐ30 Nội dung"].paragraph_format
    assert round(form.first_line_indent / Mm(1), 1) == 12.7
    assert form.space_after.pt >= 6
    assert form.alignment is not None
    assert form.alignment.name == "JUSTIFY"


def test_word_file_has_no_tag_of_the_template_left(rendered: dict[str, Rendered]) -> None:
    with ZipFile(BytesIO(rendered["CV"].docx)) as file:
        body = file.read("word/document.xml").decode()
    assert not re.search(r"\{[{%]", body)


def test_word_file_of_a_document_with_annexes_has_a_section_for_each(rendered: dict[str, Rendered]) -> None:
    assert len(open_docx(BytesIO(rendered["QĐ"].docx)).sections) == 3


# --- engines


def test_libreoffice_makes_the_pdf_where_it_is(rendered: dict[str, Rendered]) -> None:
    made = rendered["KH"]
    assert made.engine == "libreoffice"
    assert re.fullmatch(r"\d+(\.\d+)+", made.engine_version)


def test_typst_makes_the_pdf_where_libreoffice_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    made = render(LETTER)
    assert made.engine == "typst"
    assert re.fullmatch(r"\d+\.\d+\.\d+", made.engine_version)
    assert open_docx(BytesIO(made.docx)).tables


def test_libreoffice_that_takes_too_long_is_ended(rendered: dict[str, Rendered]) -> None:
    program = find_office()
    assert program is not None
    with pytest.raises(TypesettingFailed, match="LibreOffice took more than"):
        convert(rendered["KH"].docx, program, seconds=0.05)


def test_program_that_makes_nothing_is_told(rendered: dict[str, Rendered]) -> None:
    with pytest.raises(TypesettingFailed, match="no PDF"):
        convert(rendered["KH"].docx, "/bin/true")


def _inked(pdf: bytes) -> tuple[float, float, float, float]:
    """Left, right, top and bottom of all words, in mm."""
    told = subprocess.run(["pdftotext", "-bbox", "-", "-"], input=pdf, capture_output=True, check=True).stdout
    words = re.findall(
        r'<word xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)"', told.decode()
    )
    boxes = [[float(side) / 72 * 25.4 for side in word] for word in words]
    return (
        min(b[0] for b in boxes),
        max(b[2] for b in boxes),
        min(b[1] for b in boxes),
        max(b[3] for b in boxes),
    )
