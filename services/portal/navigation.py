"""The menu of a conference, in the order in which it is worked through."""

from __future__ import annotations

from typing import NamedTuple


class Section(NamedTuple):
    """`name`: what a page passes as `section`; `scope`: who sees it."""

    name: str
    endpoint: str
    text: str
    scope: str


SECTIONS = (
    Section("switch", "switch.choose", "Phương án", "plan:read"),
    Section("board", "board.show", "Điểm cầu", "plan:read"),
    Section("delegates", "delegates.show", "Đại biểu", "names:read"),
    Section("invitations", "invitations.show", "Giấy mời", "names:read"),
    Section("documents", "documents.show", "Văn bản", "plan:read"),
    Section("papers", "papers.show", "Tham luận", "names:read"),
    Section("awards", "awards.show", "Khen thưởng", "plan:read"),
    Section("tasks", "tasks.show", "Nhiệm vụ", "plan:read"),
    Section("programme", "programme.show", "Chương trình", "plan:read"),
    Section("door", "door.show", "Điểm danh", "door:write"),
)
