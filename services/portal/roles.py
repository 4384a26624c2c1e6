"""Who may do what: each role and the scopes that its tokens carry."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Role:
    """`bound`: the account belongs to one unit, and its token is limited to that unit."""

    title: str
    scopes: tuple[str, ...]
    bound: bool = False


ROLES: dict[str, Role] = {
    "organiser": Role(
        "Ban tổ chức",
        (
            "plan:read",
            "plan:write",
            "decide",
            "sites:write",
            "names:read",
            "names:write",
            "documents:write",
            "awards:write",
            "tasks:write",
        ),
    ),
    "department": Role("Ban, phòng chuyên môn", ("plan:read", "names:read", "tasks:write")),
    "district": Role(
        "Đầu mối địa phương", ("plan:read", "names:read", "names:write", "tasks:write"), bound=True
    ),
    "technician": Role("Kỹ thuật", ("plan:read", "sites:write")),
    "door": Role("Đón tiếp", ("plan:read", "names:read")),
    "auditor": Role("Kiểm tra", ("plan:read", "names:read")),
}
