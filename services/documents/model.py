"""Words of official documents and what the rules say no to. Pure."""

from __future__ import annotations

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


class UnknownConference(Exception):
    def __init__(self, conference: str) -> None:
        super().__init__(conference)
        self.conference = conference
