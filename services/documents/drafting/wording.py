"""Days, times and lists as official documents word them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time

WEEKDAYS = ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật")
PROVISIONAL = "(sẽ có giấy mời sau)"
UNKNOWN = "…"

# The type that a symbol such as 13/TT-MTTW-BTT begins with, as a legal basis names it.
CITED = {
    "TT": "Thông tri",
    "HD": "Hướng dẫn",
    "TB": "Thông báo",
    "KH": "Kế hoạch",
    "QĐ": "Quyết định",
    "NQ": "Nghị quyết",
    "CT": "Chỉ thị",
    "QC": "Quy chế",
    "NĐ": "Nghị định",
    "CV": "Công văn",
}


def day_text(day: date) -> str:
    """ "ngày 28 tháng 6 năm 2021": days below 10 and months 1 and 2 with a zero (NĐ 30/2020)."""
    month = f"{day.month:02d}" if day.month <= 2 else str(day.month)
    return f"ngày {day.day:02d} tháng {month} năm {day.year}"


def short_day(day: date) -> str:
    return f"{day.day:02d}/{day.month:02d}/{day.year}"


def clock_text(moment: datetime | time) -> str:
    """ "08 giờ 00"."""
    return f"{moment.hour:02d} giờ {moment.minute:02d}"


def moment_text(moment: datetime) -> str:
    """ "08 giờ 00, ngày 29 tháng 6 năm 2021 (thứ Ba)"."""
    return f"{clock_text(moment)}, {day_text(moment.date())} ({WEEKDAYS[moment.weekday()]})"


def window_text(first: date, last: date) -> str:
    """A session somewhere in the window, provisional."""
    days = short_day(first) if first == last else f"từ ngày {short_day(first)} đến ngày {short_day(last)}"
    within = f"ngày {days}" if first == last else f"một buổi trong khoảng {days}"
    return f"dự kiến {within} {PROVISIONAL}"


def lower_first(text: str) -> str:
    return text[:1].lower() + text[1:]


def upper_first(text: str) -> str:
    return text[:1].upper() + text[1:]


def joined(names: Sequence[str]) -> str:
    """ "A, B và C"."""
    return " và ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))


def listed(texts: Sequence[str]) -> list[str]:
    """Items of a list: a semicolon after each, a full stop after the last."""
    return [text.rstrip(" .;") + (";" if at < len(texts) - 1 else ".") for at, text in enumerate(texts)]


def figure(number: int) -> str:
    """Counts below ten with a zero, thousands with a point: 04, 21, 1.930."""
    return f"{number:02d}" if number < 10 else f"{number:,}".replace(",", ".")


def cited(symbol: str, day: date, issuer: str, about: str) -> str:
    """ "Thông tri số 13/TT-MTTW-BTT ngày 19 tháng 01 năm 2021 của … về …"."""
    code = symbol.partition("/")[2].partition("-")[0]
    kind = CITED.get(code, "Văn bản")
    topic = f" về {lower_first(about) if not about[:2].isupper() else about}" if about else ""
    return f"Căn cứ {kind} số {symbol} {day_text(day)} của {issuer}{topic}"
