"""The words that the pages use for states: word, symbol and tone always go together."""

from __future__ import annotations

from typing import NamedTuple


class Status(NamedTuple):
    tone: str  # ok | info | warn | bad | none: the colour, never alone
    symbol: str
    word: str


SERVICES = {
    "planning": "Kế hoạch, nhiệm vụ",
    "venue": "Điểm cầu, hội trường",
    "registration": "Đại biểu, chỗ ngồi",
    "documents": "Văn bản, giấy mời",
    "awards": "Khen thưởng",
    "portal": "Trang điều hành",
}

LINE_TESTS = {
    "failed": Status("bad", "✕", "Mất kết nối"),
    "not_tested": Status("warn", "○", "Chưa thử"),
    "ok": Status("ok", "✓", "Thông suốt"),
    "not_required": Status("none", "–", "Không cần thử"),
}

PLACE_STATES = {
    "placed": Status("ok", "✓", "Có chỗ"),
    "elsewhere": Status("info", "→", "Dự ở suất khác"),
    "withdrawn": Status("none", "–", "Ngoài phương án"),
    "unplaced": Status("warn", "!", "Chưa xếp chỗ"),
}

ANSWERS = {
    "accepted": Status("ok", "✓", "Sẽ dự"),
    "declined": Status("warn", "✕", "Không dự được"),
    None: Status("none", "○", "Chưa trả lời"),
}

REVISION_STATES = {
    "preparing": Status("info", "…", "Đang tính"),
    "prepared": Status("none", "○", "Bản xem trước"),
    "deciding": Status("info", "…", "Đang chuyển"),
    "settling": Status("info", "…", "Đang chuyển"),
    "settled": Status("ok", "✓", "Đã chuyển xong"),
    "superseded": Status("none", "–", "Đã có quyết định mới hơn"),
    "failed": Status("bad", "✕", "Không chuyển được"),
}

SERVICE_STATES = {
    "waiting": Status("info", "…", "đang chờ"),
    "prepared": Status("info", "…", "đã tính, chờ chuyển"),
    "settled": Status("ok", "✓", "đã chuyển"),
    "failed": Status("bad", "✕", "lỗi"),
}

PLACE_CHOICES = [(state, status.word) for state, status in PLACE_STATES.items()]
ANSWER_CHOICES = [(answer, ANSWERS[answer].word) for answer in ("accepted", "declined")]
ANSWER_CHOICES += [("none", ANSWERS[None].word)]

TASK_STATES = {
    "open": Status("info", "…", "Đang làm"),
    "overdue": Status("bad", "!", "Quá hạn"),
    "done": Status("ok", "✓", "Đã xong"),
}

CHANGES = {"kept": "giữ nguyên", "moved": "chuyển nơi trao", "deferred": "hoãn trao"}
INVITATION_CHANGES = {"issue": "phát hành mới", "replace": "thay thế", "withdraw": "thu hồi"}
AWARD_KINDS = {
    "collective": "tập thể",
    "collectives": "tập thể",
    "individual": "cá nhân",
    "individuals": "cá nhân",
}

COUNTS = {
    "tasks_opened": "nhiệm vụ mở thêm",
    "tasks_closed": "nhiệm vụ dừng",
    "sites_opened": "điểm mở",
    "sites_closed": "điểm đóng",
    "sites_kept": "điểm giữ nguyên",
    "capacity": "sức chứa",
    "overruns": "nơi vượt sức chứa",
    "places": "chỗ trong phương án",
    "places_added": "chỗ thêm",
    "places_moved": "chỗ chuyển",
    "places_withdrawn": "chỗ rút",
    "named": "đã có tên",
    "named_added": "người thêm",
    "named_moved": "người chuyển nơi",
    "named_withdrawn": "người rút",
    "invitations_to_issue": "giấy mời phát hành",
    "invitations_to_replace": "giấy mời thay thế",
    "invitations_to_withdraw": "giấy mời thu hồi",
    "documents_to_replace": "văn bản lập lại",
    "presentations_kept": "suất trao giữ nguyên",
    "presentations_moved": "suất trao chuyển nơi",
    "presentations_deferred": "suất trao hoãn",
}
