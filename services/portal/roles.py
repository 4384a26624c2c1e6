"""Who may do what: each role and the scopes that its tokens carry."""

from __future__ import annotations

from dataclasses import dataclass

from shared.scopes import SCOPES


@dataclass(frozen=True, slots=True)
class Role:
    """`bound`: the account belongs to one unit, and its token is limited to that unit."""

    title: str
    scopes: tuple[str, ...]
    bound: bool = False


ROLES: dict[str, Role] = {
    "organiser": Role("Ban tổ chức", SCOPES),
    "clerk": Role("Văn thư", ("plan:read", "names:read", "documents:write", "documents:issue")),
    "department": Role(
        "Ban, phòng chuyên môn", ("plan:read", "names:read", "tasks:write", "documents:write", "papers:write")
    ),
    "district": Role(
        "Đầu mối địa phương",
        (
            "plan:read",
            "sites:write",
            "names:read",
            "names:write",
            "papers:write",
            "awards:nominate",
            "tasks:write",
        ),
        bound=True,
    ),
    "technician": Role("Kỹ thuật", ("plan:read", "sites:write")),
    "door": Role("Đón tiếp", ("plan:read", "names:read", "door:write")),
    "auditor": Role("Kiểm tra", ("plan:read", "names:read")),
}
