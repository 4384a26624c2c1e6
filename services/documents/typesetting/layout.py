"""A document as the words of its page: what every engine puts there, worked out once, as plain dicts.

Measures: NĐ 30/2020, Appendix I; DOCUMENTS.md has the values that we use inside its ranges.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from services.documents.plan.model import UNNUMBERED
from services.documents.typesetting.model import (
    PROFILES,
    TEXT_WIDTH,
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
from shared.typesetting.metrics import face

HEAD_LEFT, HEAD_RIGHT = 65, 100  # mm
HEAD_POINTS, MOTTO_POINTS, TYPE_POINTS = 13, 14, 14
RULE_PART = 0.4  # of the line above: the decree allows 1/3 to 1/2
_WIDEST_SUBJECT = 140  # mm
_GLUE = "\N{NO-BREAK SPACE}"
_PARTS = re.compile(
    "ỦY BAN|MTTQ VIỆT NAM|MẶT TRẬN|TỔ QUỐC|VIỆT NAM|TRUNG ƯƠNG|HỘI ĐỒNG|NHÂN DÂN|BAN THƯỜNG TRỰC"
    "|(?:TỈNH|HUYỆN|QUẬN|THỊ XÃ|THÀNH PHỐ|XÃ|PHƯỜNG) .+$"
)


def lay_out(document: Document) -> dict[str, Any]:
    """All texts of the document, in capitals, numbered and closed as the decree wants; lengths in mm."""
    profile = PROFILES[document.profile]
    tree = {
        "title": _pdf_title(document),
        "profile": {"title": profile.title, "motto": profile.motto},
        "parents": _head_lines(document.agency.parent_lines, "LiberationSerif-Regular"),
        "agency": _head_lines((document.agency.name,), "LiberationSerif-Bold"),
        "number": "" if document.type_code in UNNUMBERED else number_text(document.number, document.symbol),
        "date": date_text(document.place, document.day, document.year),
        "about": balanced(subject_line(document), "LiberationSerif-Regular", HEAD_POINTS, HEAD_LEFT),
        "stamps": [words for words in (document.secrecy, document.urgency) if words],
        "type": "" if document.is_letter else document.type_name.upper(),
        "subject": [] if document.is_letter else _subject_lines(document.subject),
        "decider": document.decider.upper(),
        "legal_bases": list(legal_base_lines(document)),
        "addressees": _addressee_lines(document.addressees),
        "body": [_block(block) for block in _closed(document.body)],
        "sign": _sign(document),
        "recipients": list(recipient_lines(document)),
        "annexes": _annexes(document),
        "rules": _rules(document),
    }
    return _composed(tree)  # type: ignore[no-any-return]


def _pdf_title(document: Document) -> str:
    kind = document.type_name if not document.is_letter else "Công văn"
    return (
        f"{kind} {document.number:02d}/{document.symbol}"
        if document.number
        else f"{kind}: {document.subject}"
    )


def _addressee_lines(addressees: tuple[str, ...]) -> list[str]:
    """One stands behind "Kính gửi:"; several each on a line of their own."""
    names = [name.strip().rstrip(";.") for name in addressees]
    if len(names) < 2:
        return names
    return [f"- {name}{';' if at < len(names) - 1 else '.'}" for at, name in enumerate(names)]


def _sign(document: Document) -> dict[str, str]:
    sign = document.sign
    return {"authority": sign.authority.upper(), "position": sign.position.upper(), "name": sign.name}


def _annexes(document: Document) -> list[dict[str, Any]]:
    reference = annex_reference(document)
    return [
        {
            "name": name,
            "title": annex.title.upper(),
            "reference": reference,
            "body": [_block(block) for block in annex.body],
        }
        for name, annex in zip(annex_names(document), document.annexes, strict=True)
    ]


def _closed(body: tuple[Block, ...]) -> tuple[Block, ...]:
    """ "./." after the last words; a table at the end has none to close."""
    if not body:
        return body
    last = body[-1]
    match last:
        case Para(text):
            last = Para(closed(text))
        case Clause(no, text):
            last = Clause(no, closed(text))
        case Point(letter, text):
            last = Point(letter, closed(text))
        case Article(no, text):
            last = Article(no, closed(text))
        case Kv(label, text):
            last = Kv(label, closed(text))
    return (*body[:-1], last)


def _block(block: Block) -> dict[str, Any]:
    match block:
        case Heading(level, no, text):
            return {"kind": f"heading{level}", "text": _joined(no, ". ", text)}
        case Article(no, text):
            return {"kind": "text", "lead": f"Điều {no.rstrip('.')}. ", "text": text}
        case Clause(no, text):
            return {"kind": "text", "lead": "", "text": _joined(no, ". ", text)}
        case Point(letter, text):
            return {
                "kind": "text",
                "lead": "",
                "text": _joined(letter, ") ", text) if letter else f"- {text}",
            }
        case Kv(label, text):
            return {"kind": "text", "lead": f"{label.rstrip(':')}: ", "text": text}
        case Centre(text):
            return {"kind": "centre", "text": text}
        case Table():
            return _table(block)
        case Schedule(entries):
            return _table(_programme(entries))
        case Para(text):
            return {"kind": "text", "lead": "", "text": text}


def _joined(no: str, mark: str, text: str) -> str:
    return f"{no.rstrip('.)')}{mark}{text}" if no else text


def _table(table: Table) -> dict[str, Any]:
    return {
        "kind": "table",
        "columns": [
            {"title": column.title, "width": column.width_mm, "align": column.align}
            for column in table.columns
        ],
        "rows": [list(row) for row in table.rows],
        "total": list(table.total_row),
    }


def _programme(entries: tuple[Entry, ...]) -> Table:
    when = Column("Thời gian", 35, "center")
    if any(entry.by for entry in entries):
        columns = (when, Column("Nội dung", 85), Column("Thực hiện", TEXT_WIDTH - 120))
        return Table(columns, tuple((entry.time, entry.text, entry.by) for entry in entries))
    return Table((when, Column("Nội dung", TEXT_WIDTH - 35)), tuple((e.time, e.text) for e in entries))


def _head_lines(texts: tuple[str, ...], name: str) -> list[str]:
    """Names of organs, broken between their parts: "ỦY BAN MTTQ VIỆT NAM" over "TỈNH NGHỆ AN"."""
    lines: list[str] = []
    for text in texts:
        glued = _PARTS.sub(lambda part: part.group().replace(" ", _GLUE), text.upper())
        broken = [line.replace(_GLUE, " ") for line in balanced(glued, name, HEAD_POINTS, HEAD_LEFT)]
        fits = all(face(name).width_mm(line, HEAD_POINTS) <= HEAD_LEFT for line in broken)
        lines += broken if fits else balanced(text.upper(), name, HEAD_POINTS, HEAD_LEFT)
    return lines


def _subject_lines(subject: str) -> list[str]:
    return balanced(subject, "LiberationSerif-Bold", TYPE_POINTS, _WIDEST_SUBJECT)


def balanced(text: str, name: str, points: float, width: float) -> list[str]:
    """As few lines as fit into `width` mm, of about the same length, so that no word is left alone."""
    lines = _filled(text, name, points, width)
    narrow, wide = width / 2, width
    while len(lines) > 1 and wide - narrow > 1:
        middle = (narrow + wide) / 2
        tried = _filled(text, name, points, middle)
        if len(tried) <= len(lines) and all(face(name).width_mm(t, points) <= width for t in tried):
            lines, wide = tried, middle
        else:
            narrow = middle
    return lines


def _filled(text: str, name: str, points: float, width: float) -> list[str]:
    lines: list[str] = []
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}" if lines else ""
        if longer and face(name).width_mm(longer, points) <= width:
            lines[-1] = longer
        elif word:
            lines.append(word)
    return lines


def _rules(document: Document) -> dict[str, float]:
    """Lengths of the rules under the agency, the motto and the subject."""
    return {
        "agency": _part_of(_head_lines((document.agency.name,), "LiberationSerif-Bold"), HEAD_POINTS),
        "motto": round(
            face("LiberationSerif-Bold").width_mm(PROFILES[document.profile].motto, MOTTO_POINTS), 1
        ),
        "subject": _part_of(_subject_lines(document.subject), TYPE_POINTS),
    }


def _part_of(lines: list[str], points: float) -> float:
    widths = [face("LiberationSerif-Bold").width_mm(line, points) for line in lines]
    return round(max(widths, default=0) * RULE_PART, 1)


def _composed(tree: Any) -> Any:
    """All text in NFC: composers may have joined it from anywhere."""
    if isinstance(tree, dict):
        return {name: _composed(part) for name, part in tree.items()}
    if isinstance(tree, list):
        return [_composed(part) for part in tree]
    return unicodedata.normalize("NFC", tree) if isinstance(tree, str) else tree
