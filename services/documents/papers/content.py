"""Looking into an uploaded paper before it is kept: is it what its name says, and nothing that acts.

Pure: bytes in, a kind or a refusal out. Archives are judged by their directory before a part is read,
their XML is read without entities, and nothing is ever fetched.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from xml.parsers import expat

from services.documents.papers.model import LARGEST_FILE
from shared.archives import NotAnArchive, SuspiciousArchive, open_archive
from shared.flaws import Flaw

LARGEST_UNPACKED = 200 * 2**20
LARGEST_PART_READ = 64 * 2**20
_FOLLOWED_BY_A_CLICK = ("http:", "https:", "mailto:")

Names = frozenset[str]
Visit = Callable[[str, Mapping[str, str]], None]

EMPTY = Flaw("no-file", "Chưa chọn tệp, hoặc tệp rỗng", "No file was sent, or an empty one")
TOO_LARGE = Flaw("file-too-large", "Tệp lớn quá 20 MB", "The file is larger than 20 MB")
WRONG_TYPE = Flaw(
    "file-type", "Chỉ nhận tệp .docx, .pdf hoặc .odt", "Only .docx, .pdf and .odt files are taken"
)
NOT_A_PDF = Flaw("not-a-pdf", "Tệp không phải PDF, hoặc bị thiếu phần cuối", "Not a PDF file, or cut off")
NOT_A_DOCX = Flaw("not-a-docx", "Tệp không phải văn bản Word (.docx)", "Not a Word document (.docx)")
NOT_AN_ODT = Flaw("not-an-odt", "Tệp không phải văn bản OpenDocument (.odt)", "Not an OpenDocument text")
SUSPICIOUS = Flaw(
    "archive-refused",
    "Tệp nén bất thường, không mở",
    "The archive is not like a document's and is not opened",
)
LOCKED = Flaw(
    "file-locked",
    "Tệp có mật khẩu: hãy bỏ mật khẩu rồi gửi lại",
    "The file has a password: take it off and send it again",
)
MACROS = Flaw(
    "macros",
    "Tệp có macro: hãy lưu lại thành tài liệu không có macro",
    "The file has macros: save it as a document without macros",
)
EXTERNAL = Flaw(
    "external-content",
    "Tệp lấy nội dung từ nơi khác (ảnh hoặc mẫu liên kết ngoài): hãy đưa nội dung đó vào trong tệp",
    "The file takes content from elsewhere (a linked image or template): put it into the file",
)
OLE = Flaw(
    "embedded-object",
    "Tệp có đối tượng nhúng (OLE): hãy thay bằng hình ảnh hoặc bảng",
    "The file has an embedded object (OLE): use an image or a table instead",
)


class FileRefused(Exception):
    """The file is not kept; `flaw` says why."""

    def __init__(self, flaw: Flaw) -> None:
        super().__init__(flaw.code)
        self.flaw = flaw


@dataclass(frozen=True, slots=True)
class Kind:
    suffix: str
    media_type: str
    check: Callable[[bytes], None]


def kind_of(filename: str, content: bytes) -> Kind:
    """What the file is, by its name and by its content. Raises FileRefused."""
    if not content:
        raise FileRefused(EMPTY)
    if len(content) > LARGEST_FILE:
        raise FileRefused(TOO_LARGE)
    kind = next((kind for kind in KINDS if filename.lower().endswith(kind.suffix)), None)
    if kind is None:
        raise FileRefused(WRONG_TYPE)
    kind.check(content)
    return kind


def _check_pdf(content: bytes) -> None:
    if not content.startswith(b"%PDF-") or b"%%EOF" not in content[-2_048:]:
        raise FileRefused(NOT_A_PDF)


def _check_docx(content: bytes) -> None:
    archive = _opened(content, NOT_A_DOCX)
    names = _names(archive)
    if not {"[content_types].xml", "_rels/.rels", "word/document.xml"} <= names:
        raise FileRefused(NOT_A_DOCX)
    if any(name.endswith(("vbaproject.bin", "vbadata.xml")) for name in names):
        raise FileRefused(MACROS)
    if any("/activex/" in name or ("/embeddings/" in name and name.endswith(".bin")) for name in names):
        raise FileRefused(OLE)
    kinds: set[str] = set()
    _walk(_read(archive, "[content_types].xml", NOT_A_DOCX), _content_types(kinds), NOT_A_DOCX)
    if not any(kind.endswith("wordprocessingml.document.main+xml") for kind in kinds):
        raise FileRefused(NOT_A_DOCX)
    for name in sorted(name for name in names if name.endswith(".rels")):
        _walk(_read(archive, name, NOT_A_DOCX), _check_relation, NOT_A_DOCX)


def _content_types(found: set[str]) -> Visit:
    def visit(_element: str, attributes: Mapping[str, str]) -> None:
        kind = attributes.get("ContentType", "").lower()
        if "macroenabled" in kind or "vbaproject" in kind:
            raise FileRefused(MACROS)
        if "oleobject" in kind or "activex" in kind:
            raise FileRefused(OLE)
        found.add(kind)

    return visit


def _check_relation(_element: str, attributes: Mapping[str, str]) -> None:
    """A link that a reader clicks may lead outside; whatever is loaded on opening may not."""
    kind = attributes.get("Type", "").rpartition("/")[2].lower()
    if kind in ("vbaproject", "wordvbadata"):
        raise FileRefused(MACROS)
    if kind in ("oleobject", "control", "activexcontrolbinary"):
        raise FileRefused(OLE)
    clicked = kind == "hyperlink" and _is_link(attributes.get("Target", ""))
    if attributes.get("TargetMode", "").lower() == "external" and not clicked:
        raise FileRefused(EXTERNAL)


def _check_odt(content: bytes) -> None:
    archive = _opened(content, NOT_AN_ODT)
    names = _names(archive)
    kind = _read(archive, "mimetype", NOT_AN_ODT).strip()
    if kind != b"application/vnd.oasis.opendocument.text" or "content.xml" not in names:
        raise FileRefused(NOT_AN_ODT)
    if any(name.startswith(("basic/", "scripts/")) for name in names):
        raise FileRefused(MACROS)
    _walk(_read(archive, "meta-inf/manifest.xml", NOT_AN_ODT), _check_manifest_entry, NOT_AN_ODT)
    for name in sorted(names):
        if name.rpartition("/")[2] in ("content.xml", "styles.xml"):
            _walk(_read(archive, name, NOT_AN_ODT), _check_odf_element, NOT_AN_ODT)


def _check_manifest_entry(element: str, attributes: Mapping[str, str]) -> None:
    if element.endswith(" encryption-data"):
        raise FileRefused(LOCKED)
    if any("oleobject" in value.lower() for value in attributes.values()):
        raise FileRefused(OLE)


def _check_odf_element(element: str, attributes: Mapping[str, str]) -> None:
    namespace, _, name = element.rpartition(" ")
    if "script:1.0" in namespace or name == "event-listener":
        raise FileRefused(MACROS)
    if name in ("object-ole", "applet", "plugin"):
        raise FileRefused(OLE)
    target = attributes.get("http://www.w3.org/1999/xlink href", "")
    leads_out = ":" in target.partition("/")[0] or target.startswith(("/", "../"))
    if leads_out and not (name == "a" and _is_link(target)):
        raise FileRefused(EXTERNAL)


def _is_link(target: str) -> bool:
    return target.lower().startswith(_FOLLOWED_BY_A_CLICK)


def _opened(content: bytes, otherwise: Flaw) -> zipfile.ZipFile:
    """The archive, once its directory is found in order. Raises FileRefused."""
    if content.startswith(b"\xd0\xcf\x11\xe0") and "EncryptedPackage".encode("utf-16-le") in content:
        raise FileRefused(LOCKED)  # Word puts a locked document into a container of the old kind
    if not content.startswith(b"PK\x03\x04"):
        raise FileRefused(otherwise)
    try:
        archive = open_archive(content, LARGEST_UNPACKED)
    except NotAnArchive:
        raise FileRefused(otherwise) from None
    except SuspiciousArchive:
        raise FileRefused(SUSPICIOUS) from None
    if any(part.flag_bits & 1 for part in archive.infolist()):
        raise FileRefused(LOCKED)
    if any(_leads_out(name) for name in _names(archive)):
        raise FileRefused(SUSPICIOUS)
    return archive


def _leads_out(name: str) -> bool:
    return ".." in name.split("/") or name.startswith("/") or "\\" in name


def _names(archive: zipfile.ZipFile) -> Names:
    return frozenset(part.filename.lower() for part in archive.infolist())


def _read(archive: zipfile.ZipFile, name: str, otherwise: Flaw) -> bytes:
    """A part by its name, whatever the case of its letters. Raises FileRefused."""
    part = next((part for part in archive.infolist() if part.filename.lower() == name), None)
    if part is None:
        raise FileRefused(otherwise)
    if part.file_size > LARGEST_PART_READ:
        raise FileRefused(SUSPICIOUS)
    try:
        return archive.read(part)
    except (zipfile.BadZipFile, zlib.error, ValueError, NotImplementedError, EOFError):
        raise FileRefused(otherwise) from None


def _walk(text: bytes, visit: Visit, otherwise: Flaw) -> None:
    """Visit every element as (`namespace name`, attributes). Raises FileRefused, also what `visit` raises."""
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = visit
    parser.StartDoctypeDeclHandler = _refuse_doctype
    try:
        parser.Parse(text, True)
    except expat.ExpatError:
        raise FileRefused(otherwise) from None


def _refuse_doctype(*_declaration: object) -> None:
    raise FileRefused(SUSPICIOUS)  # documents have none, and entities are declared there


KINDS = (
    Kind(
        ".docx",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        _check_docx,
    ),
    Kind(".pdf", "application/pdf", _check_pdf),
    Kind(".odt", "application/vnd.oasis.opendocument.text", _check_odt),
)
