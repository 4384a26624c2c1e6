"""One document, rendered: its Word file and its PDF."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from services.documents.typesetting.docx import fill_template
from services.documents.typesetting.layout import lay_out
from services.documents.typesetting.model import Document
from services.documents.typesetting.office import convert, find_office, office_version
from shared.typesetting.typst import compile_pdf, typst_version

TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True, slots=True)
class Rendered:
    """`engine` made the PDF: `libreoffice` from the Word file, or `typst` from the same texts."""

    docx: bytes
    pdf: bytes
    engine: str
    engine_version: str


def render(document: Document) -> Rendered:
    """Both files; the PDF by LibreOffice where it is installed, else by typst. Raises TypesettingFailed."""
    tree = lay_out(document)
    docx = fill_template(tree)
    program = find_office()
    if program is None:
        return Rendered(docx, compile_pdf(TEMPLATES, tree, "nd30.typ"), "typst", typst_version())
    return Rendered(docx, convert(docx, program), "libreoffice", office_version(program))


def preview(document: Document) -> bytes:
    """The PDF at once, by typst, whatever is installed. Raises TypesettingFailed."""
    return compile_pdf(TEMPLATES, lay_out(document), "nd30.typ")
