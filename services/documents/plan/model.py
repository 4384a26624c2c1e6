"""What the plan asks of documents. Pure."""

from __future__ import annotations

from dataclasses import dataclass

# Document types (NĐ 30/2020, Appendix III) and the conference's own papers; organisers may use others.
TYPE_NAMES = {
    "KH": "Kế hoạch",
    "CTr": "Chương trình",
    "GM": "Giấy mời",
    "HD": "Hướng dẫn",
    "BC": "Báo cáo",
    "QĐ": "Quyết định",
    "CV": "Công văn",
    "TTr": "Tờ trình",
    "TB": "Thông báo",
    "BB": "Biên bản",
    "BAI": "Bài phát biểu",
    "MAKET": "Ma két",
    "DT": "Dự toán",
}

# Speeches, the backdrop and the estimate are papers of the conference without a number.
UNNUMBERED = frozenset({"BAI", "MAKET", "DT"})


class UnknownConference(Exception):
    def __init__(self, conference: str) -> None:
        super().__init__(conference)
        self.conference = conference


@dataclass(frozen=True, slots=True)
class Requirement:
    """A document that the plan asks for; `only` is empty where every option needs it."""

    key: str
    type: str
    subject: str
    drafted_by: str
    to: tuple[str, ...]
    only: tuple[str, ...]
    per: str | None


def type_name(code: str) -> str:
    return TYPE_NAMES.get(code, code)


def in_force(requirements: tuple[Requirement, ...], option: str | None) -> tuple[Requirement, ...]:
    """Those that the option needs; what every option needs, before the first decision."""
    return tuple(one for one in requirements if not one.only or option in one.only)
