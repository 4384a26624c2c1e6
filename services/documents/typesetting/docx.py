"""The Word file of a document: templates/nd30.docx filled by docxtpl, in a sandbox, with plain texts only."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docxtpl import DocxTemplate
from jinja2 import StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from services.documents.typesetting.layout import HEAD_LEFT, HEAD_RIGHT
from services.documents.typesetting.make_nd30 import TEMPLATE, twips
from services.documents.typesetting.model import TEXT_WIDTH

_COLUMNS = {
    "RuleAgency": ("agency", HEAD_LEFT),
    "RuleMotto": ("motto", HEAD_RIGHT),
    "RuleSubject": ("subject", TEXT_WIDTH),
}
_JUSTIFIED = {"left": "left", "center": "center", "right": "right", "justify": "both"}


def fill_template(tree: dict[str, Any], template: Path = TEMPLATE) -> bytes:
    """The .docx of what `lay_out` gave."""
    word = DocxTemplate(str(template))
    sandbox = ImmutableSandboxedEnvironment(autoescape=True, undefined=StrictUndefined)
    word.render(tree, jinja_env=sandbox, autoescape=True)
    body = word.docx.element.body
    _draw_rules(body, tree["rules"])
    _fit_tables(body, list(_tables(tree)))
    _keep_with_signature(body)
    word.docx.core_properties.title = tree["title"]
    written = BytesIO()
    word.docx.save(written)
    return written.getvalue()


def _tables(tree: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for body in (tree["body"], *(annex["body"] for annex in tree["annexes"])):
        yield from (block for block in body if block["kind"] == "table")


def _draw_rules(body: Any, lengths: dict[str, float]) -> None:
    """A rule is the border of an empty paragraph: its indents make the length."""
    for mark in body.iter(qn("w:pStyle")):
        if (key := mark.get(qn("w:val"))) in _COLUMNS:
            name, column = _COLUMNS[key]
            indent = OxmlElement("w:ind")
            for side in ("w:left", "w:right"):
                indent.set(qn(side), str(twips((column - lengths[name]) / 2)))
            mark.addnext(indent)


def _fit_tables(body: Any, tables: list[dict[str, Any]]) -> None:
    """Column and cell widths: LibreOffice obeys the grid, Word the cells."""
    elements = [mark.getparent().getparent() for mark in body.iter(qn("w:tblStyle"))]
    for element, table in zip(elements, tables, strict=True):
        widths = [str(twips(column["width"])) for column in table["columns"]]
        aligned = [_JUSTIFIED[column["align"]] for column in table["columns"]]
        grid = element.find(qn("w:tblGrid"))
        grid.clear()
        for width in widths:
            grid.append(_sized("w:gridCol", width))
        total = element.find(qn("w:tblPr")).find(qn("w:tblW"))
        total.set(qn("w:w"), str(sum(map(int, widths))))
        total.set(qn("w:type"), "dxa")
        for at, row in enumerate(element.iterchildren(qn("w:tr"))):
            _fit_row(row, widths, aligned if at else [])


def _fit_row(row: Any, widths: list[str], aligned: list[str]) -> None:
    for at, cell in enumerate(row.iterchildren(qn("w:tc"))):
        cell.find(qn("w:tcPr")).find(qn("w:tcW")).set(qn("w:w"), widths[at])
        if aligned:
            justify = OxmlElement("w:jc")
            justify.set(qn("w:val"), aligned[at])
            cell.find(qn("w:p")).find(qn("w:pPr")).append(justify)


def _sized(name: str, width: str) -> Any:
    element = OxmlElement(name)
    element.set(qn("w:w"), width)
    return element


def _keep_with_signature(body: Any) -> None:
    """A signature never stands alone on a page: the last lines of the text come along."""
    frames = [table for table in body.iterchildren(qn("w:tbl")) if table.find(qn("w:tblPr")) is not None]
    signature = [table for table in frames if table.find(qn("w:tblPr")).find(qn("w:tblStyle")) is None][-1]
    before = signature.getprevious()
    for element in (before, before.getprevious()):
        if element is not None and element.tag == qn("w:p"):
            mark = element.find(qn("w:pPr")).find(qn("w:pStyle"))
            mark.addnext(OxmlElement("w:keepNext"))
