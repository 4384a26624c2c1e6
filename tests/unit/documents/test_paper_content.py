"""What is refused of an uploaded paper, and what is taken."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import docx
import pytest

from services.documents.papers.content import LARGEST_FILE, FileRefused, kind_of
from services.documents.papers.model import clean_text, safe_name

Parts = dict[str, bytes]
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
RELS = "word/_rels/document.xml.rels"
TYPES = "[Content_Types].xml"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MICROSOFT = "http://schemas.microsoft.com/office/2006/relationships"
ODF_NAMES = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
    'xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0" '
    'xmlns:script="urn:oasis:names:tc:opendocument:xmlns:script:1.0" '
    'xmlns:xlink="http://www.w3.org/1999/xlink"'
)
MANIFEST = '<m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">{}</m:manifest>'


def word() -> Parts:
    """The parts of a real Word document."""
    file = io.BytesIO()
    document = docx.Document()
    document.add_paragraph("Tham luận về công tác bầu cử")
    document.save(file)
    with zipfile.ZipFile(file) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def odt(body: str = "<text:p>Tham luận</text:p>", entries: str = "", **more: bytes) -> bytes:
    content = f"<office:document-content {ODF_NAMES}>{body}</office:document-content>"
    parts = {
        "mimetype": b"application/vnd.oasis.opendocument.text",
        "content.xml": content.encode(),
        "META-INF/manifest.xml": MANIFEST.format(entries).encode(),
    }
    return packed(parts | more)


def packed(parts: Parts, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file.getvalue()


def related(kind: str, target: str, mode: str = "External") -> bytes:
    """A Word document with one more relation."""
    parts = word()
    relation = (
        f'<Relationship Id="rId99" Type="{kind}" Target="{target}" TargetMode="{mode}"/></Relationships>'
    )
    parts[RELS] = parts[RELS].replace(b"</Relationships>", relation.encode())
    return packed(parts)


def typed(kind: str) -> bytes:
    """A Word document with one more content type."""
    parts = word()
    override = f'<Override PartName="/word/more.bin" ContentType="{kind}"/></Types>'
    parts[TYPES] = parts[TYPES].replace(b"</Types>", override.encode())
    return packed(parts)


def with_parts(**parts: bytes) -> bytes:
    return packed(word() | {name.replace("__", "/"): content for name, content in parts.items()})


def doubled() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in word().items():
            archive.writestr(name, content)
        archive.writestr("word/Document.xml", b"<other/>")
    return file.getvalue()


def with_doctype() -> bytes:
    parts = word()
    body = parts[RELS].partition(b"?>")[2]
    parts[RELS] = b'<!DOCTYPE x [<!ENTITY e "' + b"a" * 10 + b'">]>' + body
    return packed(parts)


@pytest.mark.parametrize(
    ("name", "content", "suffix"),
    [
        ("Tham luận.docx", packed(word()), ".docx"),
        ("THAM LUAN.DOCX", packed(word(), zipfile.ZIP_STORED), ".docx"),
        ("bài.pdf", PDF, ".pdf"),
        ("bài.odt", odt(), ".odt"),
    ],
)
def test_real_document_is_taken(name: str, content: bytes, suffix: str) -> None:
    assert kind_of(name, content).suffix == suffix


@pytest.mark.parametrize("target", ["https://mattran.org.vn/", "mailto:van-phong@example.vn"])
def test_link_that_a_reader_clicks_is_taken(target: str) -> None:
    assert kind_of("a.docx", related(f"{OFFICE}/hyperlink", target)).suffix == ".docx"
    link = f'<text:p><text:a xlink:href="{target}">xem</text:a></text:p>'
    assert kind_of("a.odt", odt(link)).suffix == ".odt"


REFUSED: list[tuple[str, str, Callable[[], bytes]]] = [
    ("no-file", "a.docx", lambda: b""),
    ("file-too-large", "a.pdf", lambda: PDF + bytes(LARGEST_FILE)),
    ("file-type", "a.doc", lambda: PDF),
    ("file-type", "a.docm", lambda: packed(word())),
    ("file-type", "a.pdf.exe", lambda: PDF),
    ("file-type", "", lambda: PDF),
    ("not-a-pdf", "a.pdf", lambda: packed(word())),
    ("not-a-pdf", "a.pdf", lambda: PDF[:-7]),
    ("not-a-docx", "a.docx", lambda: PDF),
    ("not-a-docx", "a.docx", lambda: b"PK\x03\x04 and no directory"),
    ("not-a-docx", "a.docx", odt),
    ("not-a-docx", "a.docx", lambda: packed(word() | {TYPES: b"<Types/>"})),
    ("not-a-docx", "a.docx", lambda: packed(word() | {RELS: b"<Relationships>"})),
    ("not-an-odt", "a.odt", lambda: packed(word())),
    ("file-locked", "a.docx", lambda: b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le")),
    ("archive-refused", "a.docx", lambda: with_parts(word__bomb=bytes(40 * 2**20))),
    ("archive-refused", "a.docx", lambda: packed(word() | {f"word/{n}.xml": b"" for n in range(2_001)})),
    ("archive-refused", "a.docx", lambda: packed(word() | {"../evil.xml": b""})),
    ("archive-refused", "a.docx", doubled),
    ("archive-refused", "a.docx", with_doctype),
    ("macros", "a.docx", lambda: packed(word() | {"word/vbaProject.bin": b"x"})),
    ("macros", "a.docx", lambda: typed("application/vnd.ms-word.document.macroEnabled.main+xml")),
    ("macros", "a.docx", lambda: related(f"{MICROSOFT}/vbaProject", "hidden.bin", "Internal")),
    ("embedded-object", "a.docx", lambda: packed(word() | {"word/embeddings/oleObject1.bin": b"x"})),
    ("embedded-object", "a.docx", lambda: packed(word() | {"word/activeX/activeX1.xml": b"x"})),
    ("embedded-object", "a.docx", lambda: related(f"{OFFICE}/oleObject", "a.bin", "Internal")),
    ("embedded-object", "a.docx", lambda: typed("application/vnd.openxmlformats-officedocument.oleObject")),
    ("external-content", "a.docx", lambda: related(f"{OFFICE}/image", "https://example.vn/a.png")),
    (
        "external-content",
        "a.docx",
        lambda: related(f"{OFFICE}/attachedTemplate", "https://example.vn/a.dotm"),
    ),
    ("external-content", "a.docx", lambda: related(f"{OFFICE}/hyperlink", "file:////server/share")),
    ("macros", "a.odt", lambda: odt(**{"Basic/Standard/Module1.xml": b""})),
    ("macros", "a.odt", lambda: odt('<script:event-listener xlink:href="vnd.sun.star.script:x"/>')),
    ("embedded-object", "a.odt", lambda: odt("<draw:object-ole/>")),
    ("external-content", "a.odt", lambda: odt('<draw:image xlink:href="https://example.vn/a.png"/>')),
    ("external-content", "a.odt", lambda: odt('<draw:image xlink:href="../../a.png"/>')),
    ("file-locked", "a.odt", lambda: odt(entries="<m:file-entry><m:encryption-data/></m:file-entry>")),
    ("archive-refused", "a.odt", lambda: odt(**{"styles.xml": b"<!DOCTYPE x><x/>"})),
]


@pytest.mark.parametrize(("code", "name", "make"), REFUSED)
def test_document_is_refused_for_its_reason(code: str, name: str, make: Callable[[], bytes]) -> None:
    with pytest.raises(FileRefused) as refused:
        kind_of(name, make())
    assert refused.value.flaw.code == code


@pytest.mark.parametrize(
    ("given", "safe"),
    [
        ("Báo cáo.docx", "Báo cáo.docx"),
        ("Ba\u0301o ca\u0301o.DOCX", "Báo cáo.docx"),
        ("C:\\Users\\a\\bai.docx", "bai.docx"),
        ("../../etc/passwd.docx", "passwd.docx"),
        ('a"b\r\nX: y.docx', "a b X y.docx"),
        ("hoá\u202excod.docx", "hoá xcod.docx"),
        (".docx", "tham-luan.docx"),
        ("a" * 400 + ".docx", "a" * 150 + ".docx"),
    ],
)
def test_file_name_is_made_safe(given: str, safe: str) -> None:
    assert safe_name(given, ".docx") == safe


def test_texts_become_one_line_of_nfc() -> None:
    assert clean_text(" Mặt  trận\r\nTổ quốc ") == "Mặt trận Tổ quốc"
