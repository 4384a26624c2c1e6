"""An official document as data: parts, blocks, and the words that NĐ 30/2020, Appendix I, fixes. Pure.

Text is one line each: NFC, no control characters (`reading.py` sees to it). Agency and signer are stored as
written in running text; the layout puts them in capitals. `number` and `day` stay None until the issue.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import TypeAlias

TEXT_WIDTH = 165  # mm between the margins of A4: 210 - 30 - 15
LETTER = "CV"  # công văn: the only type without a type line
ALIGNMENTS = ("left", "center", "right", "justify")
URGENCIES = ("", "KHẨN", "THƯỢNG KHẨN", "HỎA TỐC")
SECRECIES = ("", "MẬT", "TỐI MẬT", "TUYỆT MẬT")


@dataclass(frozen=True, slots=True)
class Profile:
    """What a kind of organ puts at the top right."""

    title: str
    motto: str


# Mặt trận applies the decree together with rules of its own, so it is a profile of its own.
PROFILES = MappingProxyType(
    {
        "nd30": Profile("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc"),
        "mttq": Profile("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc"),
    }
)


@dataclass(frozen=True, slots=True)
class Agency:
    """Top left: superior organs, then who issues (bold, with a rule). `full_name`: in running text."""

    name: str
    parent_lines: tuple[str, ...] = ()
    full_name: str = ""


@dataclass(frozen=True, slots=True)
class Sign:
    """`authority` such as "TM. BAN THƯỜNG TRỰC", `position` such as "PHÓ CHỦ TỊCH"; blank where unknown."""

    authority: str = ""
    position: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading: level 1 "I. MỤC ĐÍCH" (bold), 2 "1. Yêu cầu" (bold), 3 "1.1. …" (bold italic)."""

    level: int
    no: str
    text: str


@dataclass(frozen=True, slots=True)
class Article:
    """ "Điều <no>." in bold, then its text."""

    no: str
    text: str


@dataclass(frozen=True, slots=True)
class Para:
    text: str


@dataclass(frozen=True, slots=True)
class Clause:
    """Khoản: "<no>. text"."""

    no: str
    text: str


@dataclass(frozen=True, slots=True)
class Point:
    """Điểm: "<letter>) text"; with a blank letter a dash item "- text"."""

    letter: str
    text: str


@dataclass(frozen=True, slots=True)
class Kv:
    """A label with what it says: "Thời gian: 08 giờ 00 …"."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Centre:
    """A bold centred line, such as "QUYẾT ĐỊNH:"."""

    text: str


@dataclass(frozen=True, slots=True)
class Column:
    title: str
    width_mm: int
    align: str = "left"


@dataclass(frozen=True, slots=True)
class Table:
    """Columns of together at most 165 mm; a row has one cell for each; `total_row` is bold, or absent."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    total_row: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """One item of a programme: `time` such as "08:00 - 08:15", who is in charge if known."""

    time: str
    text: str
    by: str = ""


@dataclass(frozen=True, slots=True)
class Schedule:
    """A programme; the column of who is in charge stands only where somebody is named."""

    entries: tuple[Entry, ...]


Block: TypeAlias = Heading | Article | Para | Clause | Point | Kv | Centre | Table | Schedule


@dataclass(frozen=True, slots=True)
class Annex:
    """Phụ lục on pages of its own; numbered I, II … where there are several."""

    title: str
    body: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """One document. `symbol` as in "KH-MTTQ-BTT"; `number` and `day` None until issued, `year` shows.

    `decider`: the authority line over the legal bases of a decision. `addressees`: "Kính gửi". `recipients`:
    "Nơi nhận" without dash and stop, `archive_line` its last, such as "Lưu: VT, Ban DC-PL".
    """

    profile: str
    type_code: str
    type_name: str
    agency: Agency
    symbol: str
    place: str
    year: int
    subject: str
    body: tuple[Block, ...]
    sign: Sign
    number: int | None = None
    day: date | None = None
    decider: str = ""
    legal_bases: tuple[str, ...] = ()
    addressees: tuple[str, ...] = ()
    recipients: tuple[str, ...] = ()
    archive_line: str = "Lưu: VT"
    urgency: str = ""
    secrecy: str = ""
    annexes: tuple[Annex, ...] = ()

    @property
    def is_letter(self) -> bool:
        """Công văn: no type line, "V/v" under the number, "Kính gửi" over the body."""
        return self.type_code == LETTER


def number_text(number: int | None, symbol: str) -> str:
    """ "Số: 05/KH-MTTQ-BTT"; room to write by hand while there is no number."""
    written = f"{number:02d}" if number is not None else BLANK_NUMBER
    return f"Số: {written}/{symbol}"


BLANK_NUMBER = "\N{NO-BREAK SPACE}" * 6


def date_text(place: str, day: date | None, year: int) -> str:
    """ "Nghệ An, ngày 05 tháng 02 năm 2021": days below 10 and months 1 and 2 with a zero."""
    return f"{place}, {day_text(day, year)}" if place else day_text(day, year)


def day_text(day: date | None, year: int) -> str:
    """ "ngày 05 tháng 02 năm 2021", dots for what the records clerk still has to fill."""
    if day is None:
        return f"ngày … tháng … năm {year}"
    month = f"{day.month:02d}" if day.month <= 2 else str(day.month)
    return f"ngày {day.day:02d} tháng {month} năm {day.year}"


def subject_line(document: Document) -> str:
    """The letter's "V/v …" that stands under the number; other types have their subject under the type."""
    return f"V/v {document.subject[:1].lower()}{document.subject[1:]}" if document.is_letter else ""


def recipient_lines(document: Document) -> tuple[str, ...]:
    """ "- …;" for each, the archive last with a full stop; a letter starts with those above."""
    named = [line.strip().rstrip(";.") for line in document.recipients]
    if document.addressees and "Như trên" not in named:
        named.insert(0, "Như trên")
    archive = document.archive_line.strip().rstrip(";.")
    return (*(f"- {line};" for line in named), *((f"- {archive}.",) if archive else ()))


def legal_base_lines(document: Document) -> tuple[str, ...]:
    """Each closes with a semicolon, the last with a full stop."""
    lines = [line.strip().rstrip(";.,") for line in document.legal_bases]
    return tuple(line + (";" if at < len(lines) - 1 else ".") for at, line in enumerate(lines))


def closed(text: str) -> str:
    """The last words of a document, with "./." after them (NĐ 30/2020, Appendix I, II.6)."""
    return f"{text.rstrip().removesuffix('./.').rstrip('.;')}./."


_ROMAN = ("", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX")


def roman(number: int) -> str:
    """1 to 99 in Roman numerals."""
    tens = ("", "X", "XX", "XXX", "XL", "L", "LX", "LXX", "LXXX", "XC")[number // 10]
    return tens + _ROMAN[number % 10]


def annex_names(document: Document) -> tuple[str, ...]:
    """ "Phụ lục", or "Phụ lục I", "Phụ lục II" …"""
    count = len(document.annexes)
    return ("Phụ lục",) if count == 1 else tuple(f"Phụ lục {roman(at + 1)}" for at in range(count))


def annex_reference(document: Document) -> str:
    """ "(Kèm theo Quyết định số 05/QĐ-MTTQ-BTT ngày … của …)"."""
    written = f"{document.number:02d}" if document.number is not None else "…"
    agency = document.agency.full_name or document.agency.name
    day = day_text(document.day, document.year)
    kind = document.type_name[:1].upper() + document.type_name[1:].lower()
    return f"(Kèm theo {kind} số {written}/{document.symbol} {day} của {agency})"
