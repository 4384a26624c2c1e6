"""Makes templates/nd30.docx: `python -m services.documents.typesetting.make_nd30`.

It was run once; from then on the template may be edited in Word, as long as its tags and style names stay.
Measures of NĐ 30/2020, Appendix I, in mm and points; the texts in the tags come from layout.py.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from docx import Document as new_docx
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

TEMPLATE = Path(__file__).parent / "templates" / "nd30.docx"
_W = nsdecls("w", "r")
_BODY_LINE = 269  # 240ths of a single line: 1.12
_UNUSED = (
    RELATIONSHIP_TYPE.THEME,
    RELATIONSHIP_TYPE.NUMBERING,
    RELATIONSHIP_TYPE.CUSTOM_XML,
    RELATIONSHIP_TYPE.THUMBNAIL,
    "http://schemas.microsoft.com/office/2007/relationships/stylesWithEffects",
)
_HEADER = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/header"


def twips(mm: float) -> int:
    return round(mm * 1440 / 25.4)


def style(key: str, name: str, paragraph: str = "", run: str = "", *, parent: str = "Normal") -> str:
    based = f'<w:basedOn w:val="{parent}"/>' if key != "Normal" else ""
    default = ' w:default="1"' if key == "Normal" else ' w:customStyle="1"'
    return (
        f'<w:style w:type="paragraph" w:styleId="{key}"{default}><w:name w:val="{name}"/>{based}<w:qFormat/>'
        f"<w:pPr>{paragraph}</w:pPr><w:rPr>{run}</w:rPr></w:style>"
    )


def size(points: float) -> str:
    return f'<w:sz w:val="{round(points * 2)}"/><w:szCs w:val="{round(points * 2)}"/>'


def spacing(before: float = 0, after: float = 0, line: int = 240, rule: str = "auto") -> str:
    """Points before and after; `line` in 240ths, or in twips when `rule` is exact."""
    return (
        f'<w:spacing w:before="{round(before * 20)}" w:after="{round(after * 20)}" w:line="{line}"'
        f' w:lineRule="{rule}"/>'
    )


BOLD, ITALIC = "<w:b/><w:bCs/>", "<w:i/><w:iCs/>"
CENTRE, KEEP = '<w:jc w:val="center"/>', "<w:keepNext/>"
_RULE = '<w:pBdr><w:top w:val="single" w:sz="6" w:space="0" w:color="000000"/></w:pBdr>'
_FIRST = f'<w:ind w:firstLine="{twips(12.7)}"/>'


def rule_style(key: str, name: str, column: float, length: float, before: float) -> str:
    """An empty paragraph whose top border is the rule; docx.py sets its indents to the true length."""
    side = twips((column - length) / 2)
    ind = f'<w:ind w:left="{side}" w:right="{side}"/>'
    return style(key, name, _RULE + spacing(before, 0, 60, "exact") + ind, size(2))


def styles() -> str:
    body = "<w:widowControl/>" + spacing(0, 6, _BODY_LINE) + _FIRST + '<w:jc w:val="both"/>'
    heading = KEEP + spacing(3, 6, _BODY_LINE) + _FIRST + '<w:jc w:val="both"/>'
    head = spacing() + CENTRE
    addressee = (
        f'<w:tabs><w:tab w:val="left" w:pos="{twips(52)}"/></w:tabs>'
        + spacing(0, 0, _BODY_LINE)
        + f'<w:ind w:left="{twips(52)}" w:hanging="{twips(22)}"/>'
    )
    stamp = (
        "<w:pBdr>"
        + "".join(
            f'<w:{side} w:val="single" w:sz="8" w:space="{space}" w:color="000000"/>'
            for side, space in (("top", 2), ("left", 4), ("bottom", 2), ("right", 4))
        )
        + "</w:pBdr>"
        + spacing(6)
        + f'<w:ind w:left="{twips(16)}" w:right="{twips(16)}"/>'
        + CENTRE
    )
    return "".join(
        (
            style("Normal", "Normal", spacing()),
            style("Head", "NĐ30 Cơ quan cấp trên", head, size(13)),
            style("HeadBold", "NĐ30 Cơ quan ban hành", head, BOLD + size(13)),
            style("Motto", "NĐ30 Tiêu ngữ", head, BOLD + size(14)),
            style("Number", "NĐ30 Số ký hiệu", head, size(13)),
            style("Date", "NĐ30 Địa danh ngày tháng", head, ITALIC + size(13)),
            style("Stamp", "NĐ30 Dấu mức độ", stamp, BOLD + size(13)),
            style("TypeName", "NĐ30 Tên loại", KEEP + spacing(14) + CENTRE, BOLD + size(14)),
            style("Subject", "NĐ30 Trích yếu", KEEP + spacing() + CENTRE, BOLD + size(14)),
            style("Decider", "NĐ30 Thẩm quyền ban hành", KEEP + spacing(6, 6) + CENTRE, BOLD),
            style("ToOne", "NĐ30 Kính gửi một nơi", spacing(12, 12) + CENTRE),
            style("To", "NĐ30 Kính gửi", addressee),
            style("Base", "NĐ30 Căn cứ", body, ITALIC),
            style("Body", "NĐ30 Nội dung", body),
            style("Heading1", "NĐ30 Mục 1", heading, BOLD),
            style("Heading2", "NĐ30 Mục 2", heading, BOLD),
            style("Heading3", "NĐ30 Mục 3", heading, BOLD + ITALIC),
            style("Centred", "NĐ30 Giữa dòng", KEEP + spacing(4, 8) + CENTRE, BOLD),
            style("Cell", "NĐ30 Ô bảng", spacing(), size(13)),
            style("CellBold", "NĐ30 Đầu bảng", KEEP + spacing() + CENTRE, BOLD + size(13)),
            style("Total", "NĐ30 Tổng cộng", spacing(), BOLD + size(13)),
            style("After", "NĐ30 Sau bảng", spacing(0, 0, 160, "exact"), size(2)),
            style("ToTitle", "NĐ30 Nơi nhận", spacing(), BOLD + ITALIC + size(12)),
            style("ToLine", "NĐ30 Dòng nơi nhận", spacing(), size(11)),
            style("Signer", "NĐ30 Ký tên", KEEP + spacing() + CENTRE, BOLD),
            style("Space", "NĐ30 Chỗ ký", KEEP + spacing(0, 0, twips(26), "exact") + CENTRE),
            style("AnnexName", "NĐ30 Phụ lục", KEEP + spacing() + CENTRE, BOLD),
            style("AnnexOf", "NĐ30 Kèm theo", KEEP + spacing(0, 10) + CENTRE, ITALIC),
            style("Tiny", "NĐ30 Ngắt trang", spacing(0, 0, 20, "exact"), size(1)),
            style("PageNo", "NĐ30 Số trang", spacing() + CENTRE, size(13)),
            rule_style("RuleAgency", "NĐ30 Kẻ dưới cơ quan", 65, 24, 2),
            rule_style("RuleMotto", "NĐ30 Kẻ dưới tiêu ngữ", 100, 60.5, 2),
            rule_style("RuleSubject", "NĐ30 Kẻ dưới trích yếu", 165, 50, 3),
        )
    )


def styles_xml() -> str:
    fonts = " ".join(f'w:{kind}="Times New Roman"' for kind in ("ascii", "hAnsi", "eastAsia", "cs"))
    return (
        f"<w:styles {_W}><w:docDefaults><w:rPrDefault><w:rPr><w:rFonts {fonts}/>"
        f'{size(14)}<w:lang w:val="vi-VN" w:eastAsia="vi-VN" w:bidi="ar-SA"/></w:rPr></w:rPrDefault>'
        "<w:pPrDefault/></w:docDefaults>"
        + styles()
        + '<w:style w:type="table" w:default="1" w:styleId="TableNormal"><w:name w:val="Normal Table"/>'
        '<w:tblPr><w:tblInd w:w="0" w:type="dxa"/></w:tblPr></w:style>' + _table_style() + "</w:styles>"
    )


def _table_style() -> str:
    sides = ("top", "left", "bottom", "right", "insideH", "insideV")
    borders = "".join(f'<w:{s} w:val="single" w:sz="4" w:space="0" w:color="000000"/>' for s in sides)
    return (
        '<w:style w:type="table" w:customStyle="1" w:styleId="DataTable"><w:name w:val="NĐ30 Bảng"/>'
        f'<w:basedOn w:val="TableNormal"/><w:tblPr><w:tblBorders>{borders}</w:tblBorders></w:tblPr></w:style>'
    )


def text(words: str, run: str = "") -> str:
    return f'<w:r><w:rPr>{run}</w:rPr><w:t xml:space="preserve">{words}</w:t></w:r>'


def p(key: str, *runs: str, more: str = "") -> str:
    return f'<w:p><w:pPr><w:pStyle w:val="{key}"/>{more}</w:pPr>{"".join(runs)}</w:p>'


def line(key: str, words: str) -> str:
    return p(key, text(words))


def tag(words: str) -> str:
    """A paragraph that is only a tag: docxtpl takes the paragraph away."""
    return p("Tiny", text("{%p " + words + " %}"))


def each(name: str, many: str, key: str) -> str:
    return tag(f"for {name} in {many}") + line(key, "{{ " + name + " }}") + tag("endfor")


def cell(width: int, content: str) -> str:
    return f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/></w:tcPr>{content}</w:tc>'


def frame(left: int, right: int, *rows: tuple[str, str]) -> str:
    """Two columns without borders, in mm; no row breaks across pages."""
    widths = twips(left), twips(right)
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    made = (
        "<w:tr><w:trPr><w:cantSplit/></w:trPr>"
        + "".join(cell(width, content) for width, content in zip(widths, row, strict=True))
        + "</w:tr>"
        for row in rows
    )
    margins = "".join(f'<w:{side} w:w="0" w:type="dxa"/>' for side in ("left", "right"))
    return (
        f'<w:tbl><w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:tblInd w:w="0" w:type="dxa"/>'
        f'<w:tblLayout w:type="fixed"/><w:tblCellMar>{margins}</w:tblCellMar></w:tblPr>'
        f"<w:tblGrid>{grid}</w:tblGrid>{''.join(made)}</w:tbl>"
    )


def head() -> str:
    agency = each("line", "parents", "Head") + each("line", "agency", "HeadBold") + p("RuleAgency")
    motto = line("HeadBold", "{{ profile.title }}") + line("Motto", "{{ profile.motto }}") + p("RuleMotto")
    number = (
        p("Number", text("{{ number }}"), more=spacing(6))
        + each("line", "about", "Number")
        + each("stamp", "stamps", "Stamp")
    )
    date = p("Date", text("{{ date }}"), more=spacing(6))
    return frame(65, 100, (agency, motto), (number, date))


def opening() -> str:
    several = (
        tag("for who in addressees")
        + p("To", text("{% if loop.first %}Kính gửi:{% endif %}"), "<w:r><w:tab/></w:r>", text("{{ who }}"))
        + tag("endfor")
        + p("After")
    )
    return (
        tag("if type")
        + line("TypeName", "{{ type }}")
        + each("line", "subject", "Subject")
        + tag("if subject")
        + p("RuleSubject")
        + tag("endif")
        + p("After")
        + tag("endif")
        + tag("if decider")
        + line("Decider", "{{ decider }}")
        + tag("endif")
        + tag("if addressees|length == 1")
        + line("ToOne", "Kính gửi: {{ addressees[0] }}")
        + tag("elif addressees")
        + p("After")
        + several
        + tag("endif")
        + each("base", "legal_bases", "Base")
    )


def blocks(many: str) -> str:
    """The body of the document, or of an annex."""
    headings = "".join(
        tag(f"elif b.kind == 'heading{n}'") + line(f"Heading{n}", "{{ b.text }}") for n in (1, 2, 3)
    )
    return (
        tag(f"for b in {many}")
        + tag("if b.kind == 'text'")
        + p("Body", text("{{ b.lead }}", BOLD), text("{{ b.text }}"))
        + headings
        + tag("elif b.kind == 'centre'")
        + line("Centred", "{{ b.text }}")
        + tag("else")
        + data_table()
        + p("After")
        + tag("endif")
        + tag("endfor")
    )


def data_table() -> str:
    """One cell in the template; rows and columns are loops, docx.py sets widths and alignment."""
    return (
        '<w:tbl><w:tblPr><w:tblStyle w:val="DataTable"/><w:tblW w:w="0" w:type="auto"/><w:jc w:val="center"/>'
        '<w:tblLayout w:type="fixed"/><w:tblCellMar><w:top w:w="70" w:type="dxa"/>'
        '<w:left w:w="80" w:type="dxa"/><w:bottom w:w="70" w:type="dxa"/>'
        '<w:right w:w="80" w:type="dxa"/></w:tblCellMar></w:tblPr>'
        '<w:tblGrid><w:gridCol w:w="3000"/></w:tblGrid>'
        + row("CellBold", "column in b.columns", "{{ column.title }}", "<w:cantSplit/><w:tblHeader/>")
        + row_tag("for row in b.rows")
        + row("Cell", "cell in row", "{{ cell }}", "<w:cantSplit/>")
        + row_tag("endfor")
        + row_tag("if b.total")
        + row("Total", "cell in b.total", "{{ cell }}", "<w:cantSplit/>")
        + row_tag("endif")
        + "</w:tbl>"
    )


def row(key: str, loop: str, words: str, properties: str) -> str:
    cells = (text("{%tc for " + loop + " %}"), text(words), text("{%tc endfor %}"))
    return (
        f"<w:tr><w:trPr>{properties}</w:trPr>" + "".join(cell(1000, p(key, run)) for run in cells) + "</w:tr>"
    )


def row_tag(words: str) -> str:
    return "<w:tr>" + cell(3000, p("Cell", text("{%tr " + words + " %}"))) + "</w:tr>"


def closing() -> str:
    recipients = (
        tag("if recipients")
        + line("ToTitle", "Nơi nhận:")
        + each("line", "recipients", "ToLine")
        + tag("else")
        + p("ToLine")
        + tag("endif")
    )
    signature = (
        "".join(
            tag(f"if sign.{name}") + line("Signer", "{{ sign." + name + " }}") + tag("endif")
            for name in ("authority", "position")
        )
        + p("Space")
        + line("Signer", "{{ sign.name }}")
    )
    return p("After") + frame(80, 85, (recipients, signature))


def annexes(section: str) -> str:
    """Each begins a section of its own, so that its pages are numbered from 1."""
    return (
        tag("for annex in annexes")
        + p("Tiny", more=section)
        + line("AnnexName", "{{ annex.name }}")
        + line("AnnexName", "{{ annex.title }}")
        + line("AnnexOf", "{{ annex.reference }}")
        + blocks("annex.body")
        + tag("endfor")
        + p("Tiny")
    )


def section(header: str) -> str:
    return (
        f'<w:sectPr><w:headerReference w:type="default" r:id="{header}"/><w:type w:val="nextPage"/>'
        f'<w:pgSz w:w="{twips(210)}" w:h="{twips(297)}"/><w:pgMar w:top="{twips(20)}" w:right="{twips(15)}"'
        f' w:bottom="{twips(20)}" w:left="{twips(30)}" w:header="{twips(10)}"'
        f' w:footer="{twips(10)}" w:gutter="0"/>'
        '<w:pgNumType w:start="1"/><w:titlePg/></w:sectPr>'
    )


def header_xml() -> str:
    field = '<w:fldSimple w:instr=" PAGE "><w:r><w:t>2</w:t></w:r></w:fldSimple>'
    return f"<w:hdr {_W}>{p('PageNo', field)}</w:hdr>"


def make(path: Path = TEMPLATE) -> None:
    """Write the template."""
    made: Any = new_docx()
    header = Part(
        PackURI("/word/header1.xml"),
        "application/vnd.openxmlformats-officedocument.wordprocessingml.header+xml",
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>{header_xml()}'.encode(),
        made.part.package,
    )
    closing_section = section(made.part.relate_to(header, _HEADER))
    content = head() + opening() + blocks("body") + closing() + annexes(closing_section) + closing_section
    made.element.replace(made.element.body, parse_xml(f"<w:body {_W}>{content}</w:body>"))
    made.part._styles_part._element = parse_xml(styles_xml())
    for relations in (made.part.rels, made.part.package.rels):
        for relation in list(relations.values()):  # what Word's default brings along and nothing here uses
            if relation.reltype in _UNUSED:
                relations.pop(relation.rId)
    made.core_properties.author = made.core_properties.comments = made.core_properties.title = ""
    made.core_properties.language = "vi-VN"
    made.save(str(path))


if __name__ == "__main__":
    make()
