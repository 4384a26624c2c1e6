"""Invitations as rows of a workbook."""

from __future__ import annotations

from typing import Any

from shared.contact import national

LISTED = (
    "Mã thành phần",
    "Thành phần",
    "Mã đơn vị",
    "Đơn vị",
    "Điểm cầu",
    "Tình trạng",
    "Bên mời",
    "Giấy mời số",
    "Số chỗ",
    "Có tên",
    "Sẽ dự",
    "Không dự",
    "Chưa trả lời",
    "Đã gửi",
    "Gửi lỗi",
    "Chưa gửi",
)
LISTED_WIDTHS = (20, 45, 20, 35, 35, 14, 20, 10, 8, 8, 8, 9, 12, 8, 8, 9)

BY_HAND = ("Thành phần", "Đơn vị", "Họ và tên", "Chức vụ", "Điện thoại", "Trả lời")
BY_HAND_WIDTHS = (45, 35, 28, 40, 14, 12)

_STATE = {
    "to_issue": "Chưa phát hành",
    "issued": "Đã phát hành",
    "to_replace": "Cần thay thế",
    "to_withdraw": "Cần thu hồi",
}
_ISSUER = {"organiser": "Cơ quan tổ chức", "bridge_unit": "Điểm cầu"}
_ANSWER = {"accepted": "Sẽ dự", "waiting": "Danh sách chờ", "declined": "Không dự", None: ""}


def listed_row(item: dict[str, Any]) -> tuple[Any, ...]:
    """An invitation in the columns of LISTED."""
    return (
        item["group"],
        item["group_name"],
        item["unit"],
        item["unit_name"],
        item["site_name"] or (item["was"] or {}).get("site_name") or "",
        _STATE[item["state"]],
        _ISSUER[item["issuer"]],
        item["sequence"] or "",
        *(item[name] for name in ("places", "named", "accepted", "declined", "unanswered")),
        *(item[name] for name in ("sent", "failed", "unsent")),
    )


def by_hand_row(item: dict[str, Any]) -> tuple[Any, ...]:
    """A person in the columns of BY_HAND; the phone as it is dialled."""
    return (
        item["group_name"],
        item["unit_name"],
        item["name"],
        item["position"] or "",
        national(item["phone"]),
        _ANSWER.get(item["answer"], ""),
    )
