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
    "waived": Status("info", "◇", "Miễn thử"),
    "ok": Status("ok", "✓", "Thông suốt"),
    "not_required": Status("none", "–", "Không cần thử"),
}

LINE_TEST_ENTRIES = {
    "failed": Status("bad", "✕", "Không thông"),
    "ok": Status("ok", "✓", "Thông suốt"),
    "waived": Status("info", "◇", "Cho miễn thử"),
    "cleared": Status("none", "○", "Bỏ miễn thử"),
}
TEST_METHODS = {"person": "người thử", "probe": "thử tự động"}

PLACE_STATES = {
    "placed": Status("ok", "✓", "Có chỗ"),
    "elsewhere": Status("info", "→", "Dự ở suất khác"),
    "withdrawn": Status("none", "–", "Ngoài phương án"),
    "unplaced": Status("warn", "!", "Chưa xếp chỗ"),
}

ANSWERS = {
    "accepted": Status("ok", "✓", "Sẽ dự"),
    "waiting": Status("info", "…", "Danh sách chờ"),
    "declined": Status("warn", "✕", "Không dự được"),
    None: Status("none", "○", "Chưa trả lời"),
}

REVISION_STATES = {
    "preparing": Status("info", "…", "Đang tính"),
    "prepared": Status("none", "○", "Bản xem trước"),
    "deciding": Status("info", "…", "Đang áp dụng"),
    "settling": Status("info", "…", "Đang áp dụng"),
    "settled": Status("ok", "✓", "Đã áp dụng"),
    "superseded": Status("none", "–", "Đã có quyết định mới hơn"),
    "failed": Status("bad", "✕", "Không áp dụng được"),
}

SERVICE_STATES = {
    "waiting": Status("info", "…", "đang chờ"),
    "prepared": Status("info", "…", "đã tính, chờ áp dụng"),
    "settled": Status("ok", "✓", "đã áp dụng"),
    "failed": Status("bad", "✕", "lỗi"),
    "dropped": Status("none", "–", "không thực hiện"),
}

PLACE_CHOICES = [(state, status.word) for state, status in PLACE_STATES.items()]
ANSWER_CHOICES = [(answer, ANSWERS[answer].word) for answer in ("accepted", "waiting", "declined")]
ANSWER_CHOICES += [("unanswered", ANSWERS[None].word)]
PRESENCE_CHOICES = [("yes", "Đã điểm danh"), ("no", "Chưa điểm danh")]

TASK_STATES = {
    "open": Status("none", "○", "Chưa xong"),
    "overdue": Status("bad", "!", "Quá hạn"),
    "done": Status("ok", "✓", "Đã xong"),
}

SETTLED_BY = {"fact": "tự ghi nhận", "person": "đánh dấu"}

MISSED = "Đến lúc phải nhắc thì hệ thống không chạy, hoặc việc giao sau lúc đó: không nhắc bù"
REMINDER_STATES = {
    "sent": Status("info", "✓", "Đã nhắc"),
    "missed": Status("warn", "!", "Chưa nhắc kịp"),
}

PHASES = {
    "planned": Status("info", "…", "Đang chuẩn bị"),
    "open": Status("ok", "●", "Đang họp"),
    "closed": Status("none", "■", "Đã bế mạc"),
}

ACTS = {"opened": "Khai mạc", "closed": "Bế mạc", "reopened": "Mở lại"}

JOB_STATES = {
    "queued": Status("info", "…", "Chờ làm"),
    "running": Status("info", "▶", "Đang làm"),
    "done": Status("ok", "✓", "Đã xong"),
    "failed": Status("bad", "✕", "Lỗi"),
    "cancelled": Status("none", "–", "Đã hủy"),
}

JOB_KINDS: dict[str, str] = {
    "issue_invitations": "Phát hành giấy mời",
    "withdraw_invitations": "Thu hồi giấy mời",
    "send_messages": "Gửi thư",
    "tell_let_in": "Báo người vừa có chỗ",
    "fill_awardees": "Đưa người được khen vào danh sách",
    "probe_line": "Thử đường truyền tự động",
    "draft_documents": "Lập dự thảo văn bản",
    "render_document": "Tạo tệp văn bản",
    "render_invitations": "In giấy mời hàng loạt",
    "compose_set": "Lập bộ văn bản của hội nghị",
    "render_certificates": "In bằng khen",
}

PARKED_STATES = {
    "failed": Status("bad", "✕", "Lỗi"),
    "waiting": Status("warn", "…", "Chờ sau thông điệp lỗi"),
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
    "named": "chỗ đã có tên",
    "named_added": "chỗ có tên thêm",
    "named_moved": "chỗ có tên chuyển nơi",
    "named_withdrawn": "chỗ có tên rút",
    "invitations_to_issue": "giấy mời phát hành",
    "invitations_to_replace": "giấy mời thay thế",
    "invitations_to_withdraw": "giấy mời thu hồi",
    "documents_to_replace": "văn bản lập lại",
    "presentations_kept": "suất trao giữ nguyên",
    "presentations_moved": "suất trao chuyển nơi",
    "presentations_deferred": "suất trao hoãn",
}
