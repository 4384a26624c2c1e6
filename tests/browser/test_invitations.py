"""Issuing, replacing and following invitations in the portal, with a real mail server behind it."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

from services.portal import commands
from shared.storage.database import Database
from tests.mailbox import Mailbox, serve, url_of
from tests.servers import EXAMPLE, KEY, installation

HOME = f"/hoi-nghi/{KEY}"
PLANNING = f"planning/v1/conferences/{KEY}"
PASSWORD = "hoa ban trắng bảy cánh"
PEOPLE = (
    ("thu", "Lê Thị Thư", "organiser", None),
    ("vinh", "Hồ Thị Vinh", "district", "tp-vinh"),
    ("may", "Đỗ Văn Máy", "technician", None),
)
WAIT = 180_000


@dataclass
class Post:
    """A running system whose letters go to `mailbox`."""

    url: str
    api: httpx.Client
    mailbox: Mailbox
    cookies: dict[str, list[dict[str, object]]] = field(default_factory=dict)

    def decide(self, option: str) -> None:
        made = self.api.post(f"{PLANNING}/decisions", json={"option": option, "reason": "chuẩn bị"})
        made.raise_for_status()
        path = f"{PLANNING}/revisions/{made.json()['revision']}"
        self.until(lambda: self.api.get(path).json()["state"] == "settled")

    def order(self, verb: str, **body: str) -> None:
        path = f"registration/v1/conferences/{KEY}/invitations:{verb}"
        self.api.post(path, json={"issuer": "all", **body}).raise_for_status()
        self.until(self.is_quiet)

    def is_quiet(self) -> bool:
        jobs = self.api.get(f"registration/v1/conferences/{KEY}/jobs").json()["items"]
        counts = self.api.get(f"registration/v1/conferences/{KEY}/messages").json()["counts"]
        is_working = any(job["state"] in ("queued", "running") for job in jobs)
        return not is_working and counts["queued"] + counts["sending"] == 0

    def until(self, holds: Callable[[], bool]) -> None:
        end = time.monotonic() + WAIT / 1000
        while not holds():
            assert time.monotonic() < end
            time.sleep(0.1)


@pytest.fixture(scope="module")
def post(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Post]:
    mailbox = Mailbox()
    server = serve(mailbox)
    with installation(tmp_path_factory.mktemp("post"), servers=False) as installed:
        installed.env["DIEMCAU_SMTP_URL"] = url_of(server)
        installed.env["DIEMCAU_MAIL_FROM"] = "Ban tổ chức <moi@hoi-nghi.example.org>"
        installed.up("--example", str(EXAMPLE))
        _add_people(installed.data)
        with installed.client() as api:
            yield Post(installed.url, api, mailbox)
    server.stop()


def _add_people(data: Path) -> None:
    database = Database("portal", f"sqlite:///{data}/portal.sqlite")
    with database.write() as session:
        for username, name, role, unit in PEOPLE:
            commands.create_account(
                session, username=username, name=name, password=PASSWORD, role=role, unit=unit
            )
    database.dispose()


@pytest.fixture
def enter(browser: Browser, post: Post) -> Iterator[Callable[..., Page]]:
    """A window of somebody signed in; script errors fail the test."""
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    def opened(username: str = "thu", *, script: bool = True, width: int = 1366) -> Page:
        context = browser.new_context(
            base_url=post.url,
            locale="vi-VN",
            java_script_enabled=script,
            viewport={"width": width, "height": 800},
        )
        context.set_default_timeout(20_000)
        contexts.append(context)
        page = context.new_page()
        if username in post.cookies:
            context.add_cookies(post.cookies[username])  # type: ignore[arg-type]
        else:
            page.goto("/dang-nhap")
            page.fill("#username", username)
            page.fill("#password", PASSWORD)
            page.click("main button")
            page.wait_for_url(f"{post.url}/")
            post.cookies[username] = [dict(cookie) for cookie in context.cookies()]
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda said: "Content Security" in said.text and errors.append(said.text))
        return page

    yield opened
    for context in contexts:
        context.close()
    assert not errors


def chip(page: Page, word: str) -> int:
    text = page.locator(".chips li", has_text=word).locator("strong").inner_text()
    return int(text.replace(".", ""))


# The tests of this file go on with the same conference, in this order.


def test_nothing_can_be_issued_before_the_first_decision(enter: Callable[..., Page], post: Post) -> None:
    page = enter()
    page.goto(f"{HOME}/giay-moi")
    expect(page.locator(".empty h2")).to_have_text("Chưa có giấy mời nào")
    expect(page.locator("text=Phát hành")).to_have_count(0)
    page.goto(f"{HOME}/giay-moi/phat-hanh")
    expect(page.locator(".error-summary")).to_contain_text("Chưa quyết định phương án")


def test_open_start_leads_to_where_it_is_fixed(enter: Callable[..., Page], post: Post) -> None:
    conference = post.api.get(PLANNING)
    etag, start = conference.headers.get("ETag", ""), conference.json()["starts_at"]
    headers = {"If-Match": etag} if etag else {}
    post.api.patch(PLANNING, json={"starts_at": None}, headers=headers).raise_for_status()
    post.decide("online")
    page = enter()
    page.goto(f"{HOME}/giay-moi")
    expect(page.locator(".notice.warn")).to_contain_text("Chưa ấn định thời gian")
    page.goto(f"{HOME}/giay-moi/phat-hanh")
    expect(page.locator(".error-summary")).to_be_focused()
    page.click(".error-summary a")
    page.wait_for_url(f"**{HOME}/sua")
    headers = {"If-Match": post.api.get(PLANNING).headers.get("ETag", "")} if etag else {}
    post.api.patch(PLANNING, json={"starts_at": start[:16]}, headers=headers).raise_for_status()
    post.decide("online")


def test_issuing_shows_its_totals_first_and_then_how_far_it_is(
    enter: Callable[..., Page], post: Post
) -> None:
    listed = post.api.get(f"registration/v1/conferences/{KEY}/delegates?group=tinh-uy").json()["items"]
    post.mailbox.replies[listed[0]["email"]] = ["550 5.1.1 no such mailbox"]
    page = enter()
    page.goto(f"{HOME}/giay-moi")
    assert (chip(page, "chưa phát hành"), chip(page, "đã phát hành")) == (10, 0)
    page.click("text=Phát hành, thay thế (10)")
    totals = page.locator(".totals")
    expect(totals).to_contain_text("10 giấy mời")
    count = re.search(r"cho (\d+) người, kèm", totals.inner_text())
    assert count is not None
    assert post.mailbox.letters == []
    page.click("button:has-text('Phát hành 10 giấy mời')")
    expect(page.locator("#tien-do")).to_contain_text("Không còn việc nào đang chạy", timeout=WAIT)
    expect(page.locator("#tien-do")).to_contain_text(f"/{count[1]}")
    expect(page.locator("#tien-do")).to_contain_text("1 lỗi")
    assert len(post.mailbox.letters) == int(count[1]) - 1
    page.click("text=Danh sách giấy mời")
    assert (chip(page, "chưa phát hành"), chip(page, "đã phát hành")) == (0, 10)
    expect(page.locator("tr", has_text="Thường trực Tỉnh ủy").first).to_contain_text("1 lỗi")


def test_failed_letter_is_sent_again_with_a_reason(enter: Callable[..., Page], post: Post) -> None:
    post.mailbox.replies.clear()
    page = enter()
    page.goto(f"{HOME}/thu-gui?trang-thai=failed")
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.locator("tbody tr")).to_contain_text("no such mailbox")
    page.click("main summary:has-text('Gửi lại')")
    page.click("main details button")
    expect(page.locator(".error-summary")).to_be_focused()
    page.click(".error-summary a")
    page.keyboard.type("Đã sửa hộp thư")
    page.click("main details button")
    expect(page.locator(".notice.ok")).to_contain_text("đang được gửi lại")
    post.until(post.is_quiet)
    page.goto(f"{HOME}/thu-gui")
    assert (chip(page, "lỗi"), chip(page, "chờ gửi")) == (0, 0)


def test_switch_shows_clearly_what_is_to_replace(enter: Callable[..., Page], post: Post) -> None:
    post.decide("in_person")
    page = enter()
    page.goto(f"{HOME}/giay-moi")
    expect(page.locator(".notice.warn")).to_contain_text("10 giấy cần thay thế")
    page.click(".chips a:has-text('cần thay thế')")
    expect(page.locator("tbody tr")).to_have_count(10)
    expect(page.locator("tbody tr").first).to_contain_text("Giấy cũ: Điểm cầu tỉnh")


def test_option_that_changes_during_the_look_is_told_before_anything_is_done(
    enter: Callable[..., Page], post: Post
) -> None:
    page = enter()
    page.goto(f"{HOME}/giay-moi/phat-hanh")
    post.decide("online")
    sent = len(post.mailbox.letters)
    post.decide("in_person")
    page.click("form .actions button")
    expect(page.locator(".error-summary")).to_be_focused()
    expect(page.locator(".error-summary")).to_contain_text("Phương án vừa đổi")
    post.until(post.is_quiet)
    assert len(post.mailbox.letters) == sent


def test_withdrawing_needs_a_reason_and_works_without_script(enter: Callable[..., Page], post: Post) -> None:
    post.decide("online")
    post.order("issue", group="lanh-dao-huyen")
    post.decide("in_person")
    page = enter(script=False)
    page.goto(f"{HOME}/giay-moi?ben-moi=bridge_unit")
    assert chip(page, "cần thu hồi") == 21
    page.click("text=Thu hồi (21)")
    page.click("form .actions button")
    expect(page.locator(".error-summary")).to_contain_text("Hãy ghi lý do thu hồi")
    page.fill("#reason", "Chuyển sang họp trực tiếp")
    page.click("form .actions button")
    expect(page.locator("h1")).to_have_text("Thu hồi giấy mời")
    post.until(post.is_quiet)
    page.goto(f"{HOME}/giay-moi?ben-moi=bridge_unit")
    assert chip(page, "cần thu hồi") == 0
    page.goto(f"{HOME}/giay-moi/lanh-dao-huyen/tp-vinh")
    expect(page.locator(".log")).to_contain_text("Lý do: Chuyển sang họp trực tiếp")


def test_contact_of_a_district_issues_its_own(enter: Callable[..., Page], post: Post) -> None:
    post.decide("online")
    page = enter("vinh")
    page.goto(f"{HOME}/giay-moi")
    expect(page.locator("tbody tr")).to_have_count(6)
    expect(page.locator("#ben-moi")).to_have_count(0)
    page.click(".title-row a:has-text('Phát hành')")
    expect(page.locator(".totals")).to_contain_text("6 giấy mời")


def test_list_goes_to_excel_and_to_those_who_must_be_called(enter: Callable[..., Page], post: Post) -> None:
    page = enter()
    page.goto(f"{HOME}/giay-moi")
    with page.expect_download() as found:
        page.click("text=Tải Excel")
    assert found.value.suggested_filename == f"giay-moi-{KEY}.xlsx"
    page.click("text=Đưa tay, gọi điện")
    expect(page.locator("h1")).to_have_text("Cần đưa tay, gọi điện")


def test_technician_has_no_menu_of_invitations(enter: Callable[..., Page]) -> None:
    page = enter("may")
    page.goto(f"{HOME}/diem-cau")
    expect(page.locator("nav a", has_text="Giấy mời")).to_have_count(0)


@pytest.mark.parametrize("width", [1366, 360])
def test_pages_are_accessible_and_fit(
    enter: Callable[..., Page], post: Post, picture: Callable[[Page, str], None], width: int
) -> None:
    page = enter(width=width)
    job = post.api.get(f"registration/v1/conferences/{KEY}/jobs?kind=issue_invitations").json()["items"][0][
        "id"
    ]
    pages = {
        "giay-moi": "/giay-moi?ben-moi=all",
        "giay-moi-phat-hanh": "/giay-moi/phat-hanh?ben-moi=all",
        "giay-moi-thu-hoi": "/giay-moi/thu-hoi?ben-moi=all",
        "giay-moi-tien-do": f"/giay-moi/phat-hanh/{job}",
        "giay-moi-mot": "/giay-moi/tinh-uy/mttq-nghe-an",
        "giay-moi-dua-tay": "/giay-moi/dua-tay?ben-moi=all",
        "thu-gui": "/thu-gui",
    }
    for name, path in pages.items():
        page.goto(HOME + path)
        found = Axe().run(page).response["violations"]
        assert found == [], (name, [(one["id"], one["nodes"][0]["html"]) for one in found])
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
        small = page.evaluate(SMALL_TARGETS)
        assert small == [], (name, small)
        picture(page, f"{name}-{width}")


SMALL_TARGETS = """() => {
  const targets = "a.button, button, a.chip, select, input:not([type=hidden])";
  return [...document.querySelectorAll("main :is(" + targets + ")")]
    .filter(one => one.offsetParent && one.getBoundingClientRect().height < 43.5)
    .map(one => one.outerHTML.slice(0, 120));
}"""
