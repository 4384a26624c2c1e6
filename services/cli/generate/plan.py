"""The plan of a made-up national conference, as a tree of the format diemcau.plan/1."""

from __future__ import annotations

from typing import Any

from services.cli.generate.shape import AWARDEES, BRIDGE_GROUPS, HUB_GROUPS, OF_PROVINCES, ORGANISER, Shape
from services.cli.generate.units import units

OFFICE, LAW, PUBLICITY = "van-phong", "dan-chu-phap-luat", "to-chuc-tuyen-giao"
_DEPARTMENTS = {LAW: "Ban Dân chủ - Pháp luật", PUBLICITY: "Ban Tuyên giáo", OFFICE: "Văn phòng"}
_ADDRESS = "Số 01, đường Ví Dụ"


def plan_tree(shape: Shape, key: str) -> dict[str, Any]:
    """Both options seat the communes' guests, so a switch either way moves nearly everybody."""
    return {
        "format": "diemcau.plan/1",
        "conference": _conference(shape, key),
        "units": _units(shape),
        "programme": [
            {"order": 1, "minutes": 15, "title": "Ổn định tổ chức, giới thiệu đại biểu"},
            {"order": 2, "minutes": 60, "title": "Báo cáo tổng kết"},
            {"order": 3, "minutes": 75, "title": "Tham luận"},
            {"order": 4, "minutes": 30, "title": "Khen thưởng"},
            {"order": 5, "minutes": 20, "title": "Kết luận và bế mạc"},
        ],
        "options": [_online(shape), _in_person(shape)],
        "tasks": _TASKS,
        "papers": {"due": {"days_before": 3}, "from": ["province"], "to": ORGANISER},
        "documents": _DOCUMENTS,
        "awards": _awards(shape),
    }


def _conference(shape: Shape, key: str) -> dict[str, Any]:
    return {
        "key": key,
        "title": f"Hội nghị toàn quốc tổng kết công tác bầu cử tại {shape.sites} điểm cầu",
        "short_title": "Hội nghị toàn quốc",
        "organiser": ORGANISER,
        "decided_by": "Ban Thường trực",
        "timezone": "Asia/Ho_Chi_Minh",
        "window": {"from": "2021-06-28", "to": "2021-06-30"},
        "starts_at": "2021-06-29T08:00",
        "ends_at": "2021-06-29T11:30",
        "purposes": ["Đánh giá kết quả, bài học và kiến nghị", "Biểu dương, khen thưởng"],
        "signer": {"authority": "TM. BAN THƯỜNG TRỰC", "position": "PHÓ CHỦ TỊCH", "name": "Nguyễn Văn A"},
        "contact": {"name": "Trần Thị B", "position": "Chuyên viên", "unit": LAW, "phone": "0900000000"},
        "recipients": ["Ban Thường trực", "Ủy ban MTTQ Việt Nam các tỉnh, thành phố"],
        "archive": "Lưu: VT",
    }


def _units(shape: Shape) -> list[dict[str, Any]]:
    own = [{"key": ORGANISER, "name": "Ủy ban Trung ương MTTQ Việt Nam", "level": "central"}]
    for key, name in _DEPARTMENTS.items():
        own.append({"key": key, "name": name, "level": "department", "parent": ORGANISER})
    return own + [unit._asdict() for unit in units(shape, ORGANISER)]


def _online(shape: Shape) -> dict[str, Any]:
    hub = {"name": "Điểm cầu Trung ương", "room": "Hội trường tầng 3", "address": _ADDRESS, "capacity": 500}
    bridges = {
        "level": "commune",
        "room": "Hội trường UBND xã",
        "capacity": sum(shape.bridge_seats.values()) + 2,
    }
    bridge = {"at": "bridge", "invited_by": "bridge_unit"}
    return {
        "key": "online",
        "label": "Phương án 1",
        "title": f"Hội nghị trực tuyến đến {shape.communes} điểm cầu cấp xã",
        "venue": "online_bridge",
        "settings": {"hub": hub, "bridges": bridges, "line_test": {"days_before": 1, "at": "15:00"}},
        "groups": [*_organisers("hub"), *_of_communes(shape.bridge_seats, bridge)],
    }


def _in_person(shape: Shape) -> dict[str, Any]:
    seats = shape.bridge_seats | {AWARDEES.key: sum(shape.quota)}
    hall = {
        "name": "Trung tâm Hội nghị",
        "address": _ADDRESS,
        "capacity": 3_000,
    }  # the preview shows an overrun
    return {
        "key": "in_person",
        "label": "Phương án 2",
        "title": "Hội nghị trực tiếp",
        "venue": "in_person",
        "settings": {"hall": hall},
        "groups": [
            *_organisers("hall"),
            *_of_communes(seats, {"at": "hall", "invited_by": "organiser", "per": "commune"}),
        ],
    }


def _organisers(at: str) -> list[dict[str, Any]]:
    groups: list[dict[str, Any]] = [
        {"key": g.key, "name": g.name, "at": at, "invited_by": "organiser", "seats": g.seats, "rank": rank}
        for rank, g in enumerate((*HUB_GROUPS, OF_PROVINCES), 1)
    ]
    groups[-1]["per"] = "province"
    for group in groups:
        if group["key"] == "bao-chi":
            group["press"] = True
        if group["key"] == "khen-thuong-tw":
            group["awardees"] = {"from": ["central"]}
    return groups


def _of_communes(seats: dict[str, int], where: dict[str, str]) -> list[dict[str, Any]]:
    groups: list[dict[str, Any]] = [
        {"key": g.key, "name": g.name, "seats": seats[g.key], "rank": rank, **where}
        for rank, g in enumerate(BRIDGE_GROUPS, 11)
    ]
    groups[-1]["awardees"] = {"from": ["commune"]}
    return groups


def _awards(shape: Shape) -> dict[str, Any]:
    collectives, individuals = shape.quota
    return {
        "campaign": "Khen thưởng thành tích xuất sắc trong công tác bầu cử",
        "title": "Bằng khen của Ủy ban Trung ương MTTQ Việt Nam",
        "quotas": {
            "province": {"collectives": 4, "individuals": 6},
            "per_unit": {"level": "commune", "collectives": collectives, "individuals": individuals},
        },
    }


def _task(key: str, title: str, days_before: int, **rest: Any) -> dict[str, Any]:
    return {"key": key, "title": title, "due": {"days_before": days_before}, **rest}


_TASKS = [
    _task("ke-hoach", "Kế hoạch, chương trình, giấy mời", 7, unit=LAW),
    _task("bao-cao", "Báo cáo tổng kết", 5, unit=LAW),
    _task("tuyen-truyen", "Tuyên truyền trên trang thông tin điện tử", 3, unit=PUBLICITY),
    _task("khen-thuong", "Công tác thi đua, khen thưởng", 5, unit=PUBLICITY, **{"with": [OFFICE]}),
    _task("hau-can", "Hội trường, đón tiếp, điều kiện phục vụ", 1, unit=OFFICE),
    _task("ket-noi", "Văn bản đề nghị kết nối trực tuyến", 5, unit=OFFICE, only=["online"]),
    _task("hoi-truong-xa", "Chuẩn bị hội trường, đường truyền", 1, per="commune", only=["online"]),
    _task("moi-xa", "Mời và gửi tài liệu cho đại biểu", 3, per="commune", only=["online"]),
    _task("doan-xa", "Tổ chức đoàn đại biểu về dự hội nghị", 2, per="commune", only=["in_person"]),
    _task("so-luong-xa", "Thông báo số lượng đại biểu", 1, per="commune"),
]
_DOCUMENTS = [
    {"type": "KH", "subject": "Tổ chức hội nghị tổng kết công tác bầu cử", "drafted_by": LAW},
    {"type": "CTr", "subject": "Chương trình hội nghị", "drafted_by": LAW},
    {"type": "GM", "subject": "Dự hội nghị tổng kết công tác bầu cử", "drafted_by": LAW, "per": "invitation"},
    {"type": "HD", "subject": "Chuẩn bị tham luận", "drafted_by": LAW},
    {"type": "BC", "subject": "Tổng kết công tác bầu cử", "drafted_by": LAW},
    {"type": "CV", "subject": "Đề nghị kết nối trực tuyến", "drafted_by": OFFICE, "only": ["online"]},
    {"type": "QĐ", "subject": "Tặng bằng khen", "drafted_by": PUBLICITY},
]
