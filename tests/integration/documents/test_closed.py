"""After the conference is closed its documents and papers are only read; files of them are still made."""

from __future__ import annotations

import httpx
import pytest

from tests.house import KEY
from tests.integration.documents.desk import BASE, Desk

UNIT = "do-luong"
PAPERS = f"{BASE}/conferences/{KEY}/papers/{UNIT}"
PDF = b"%PDF-1.7\ntrailer\n<<>>\n%%EOF\n"


def send(desk: Desk, title: str) -> httpx.Response:
    form = {"title": title, "author": "Nguyễn Văn A"}
    return desk.http.post(PAPERS, data=form, files={"file": ("bai.pdf", PDF)})


def choose(desk: Desk, order: int) -> httpx.Response:
    etag = desk.http.get(PAPERS).headers["ETag"]
    return desk.http.patch(PAPERS, json={"speaking": order}, headers={"If-Match": etag})


@pytest.fixture
def closed(desk: Desk) -> Desk:
    """One document is issued, one paper is there."""
    desk.house.open()
    desk.issue("KH-1")
    assert send(desk, "Bài thứ nhất").status_code == 201
    desk.house.pump()
    desk.house.act("close")
    return desk


def writes(desk: Desk) -> dict[str, httpx.Response]:
    issued, draft = desk.one("KH-1", "issued"), desk.one("CTr-2", "draft")
    version = desk.http.get(PAPERS).json()["version"]
    return {
        "edit": desk.patch(draft["id"], draft["version"], subject="Chương trình khác"),
        "redraft": desk.act(draft["id"], "redraft"),
        "issue": desk.act(draft["id"], "issue"),
        "supersede": desk.act(issued["id"], "supersede"),
        "recall": desk.act(issued["id"], "recall", reason="Sai thành phần"),
        "order": choose(desk, 1),
        "send": send(desk, "Bài thứ hai"),
        "withdraw": desk.http.post(f"{BASE}/papers/{version}:withdraw", json={"reason": "Nhầm tệp"}),
    }


def test_after_closing_every_write_is_refused(closed: Desk) -> None:
    before = closed.items(), closed.http.get(PAPERS).json()
    refused = writes(closed)
    closed.house.pump()
    assert {name: one.status_code for name, one in refused.items()} == dict.fromkeys(refused, 409)
    assert {one.json()["type"] for one in refused.values()} == {"urn:diemcau:conference-closed"}
    assert (closed.items(), closed.http.get(PAPERS).json()) == before


def test_after_closing_files_and_letters_are_still_made(closed: Desk) -> None:
    draft = closed.one("CTr-2", "draft")
    assert closed.act(draft["id"], "render").status_code == 202
    assert closed.http.post(f"{BASE}/conferences/{KEY}/paper-sets", json={}).status_code == 202
    letters = f"{BASE}/conferences/{KEY}/invitation-letters:render"
    assert closed.http.post(letters, json={"unit": UNIT}).status_code == 202


def test_reopening_allows_writing_again(closed: Desk) -> None:
    closed.house.act("reopen", "Bổ sung biên bản")
    assert {name: one.status_code for name, one in writes(closed).items()} == {
        "edit": 200,
        "redraft": 202,
        "issue": 200,
        "supersede": 200,
        "recall": 200,
        "order": 200,
        "send": 201,
        "withdraw": 200,
    }
