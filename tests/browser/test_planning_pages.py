"""Home, conference, programme, tasks, parked events, jobs: in a browser, on a system of their own."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import httpx
import pytest
from marshmallow import fields
from playwright.sync_api import Browser, Page, expect

from services.portal import commands
from shared.bus.outbox import emit
from shared.contracts.event import Event
from shared.contracts.venue import LineTestedV1
from shared.jobs.queue import enqueue
from shared.storage.database import Database
from tests.browser.conftest import PASSWORD
from tests.browser.test_portal import check_access
from tests.servers import EXAMPLE, KEY, Installation, installation

BASE = f"planning/v1/conferences/{KEY}"
HOME = f"/hoi-nghi/{KEY}"
NOW = "2021-06-28T16:00+07:00"
DAY = date(2021, 6, 29)
WAIT = 180_000
PEOPLE = {
    "thu": ("Lê Thị Thư", "organiser", None),
    "vinh": ("Hồ Thị Vinh", "district", "tp-vinh"),
    "may": ("Đỗ Văn Máy", "technician", None),
}
Open = Callable[..., Page]
Take = Callable[[Page, str], None]


class LineTestedV9(Event):
    """What a newer release of venue might say: planning does not know this version and parks it."""

    event_type = "diemcau.venue.line.tested.v9"

    conference = fields.Str(required=True)
    site = fields.Str(required=True)


@dataclass(frozen=True)
class Own:
    """A running system that no other test uses."""

    installed: Installation
    api: httpx.Client

    def get(self, path: str) -> Any:
        answer = self.api.get(path)
        answer.raise_for_status()
        return answer.json()

    def decide(self, option: str, **order: Any) -> None:
        body = {"option": option, "reason": "chuẩn bị", **order}
        made = self.api.post(f"{BASE}/decisions", json=body)
        made.raise_for_status()
        path = f"{BASE}/revisions/{made.json()['revision']}"
        self.until(lambda: self.get(path)["state"] == "settled")

    def says(self, service: str, contract: type[Event], key: str, **data: Any) -> None:
        database = Database(service, f"sqlite:///{self.installed.data}/{service}.sqlite")
        with database.write() as session:
            emit(session, contract, {"conference": KEY, **data}, key=key)
        database.dispose()

    def until(self, done: Callable[[], bool]) -> None:
        end = time.monotonic() + 180
        while not done():
            assert time.monotonic() < end, "it does not happen"
            time.sleep(0.1)


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Own]:
    with installation(tmp_path_factory.mktemp("planning"), servers=False) as installed:
        installed.env["DIEMCAU_CLOCK_START"] = NOW
        installed.up("--example", str(EXAMPLE))
        database = Database("portal", f"sqlite:///{installed.data}/portal.sqlite")
        with database.write() as session:
            for username, (name, role, unit) in PEOPLE.items():
                commands.create_account(
                    session, username=username, name=name, password=PASSWORD, role=role, unit=unit
                )
        database.dispose()
        with installed.client() as api:
            made = Own(installed, api)
            made.decide("online")
            yield made


@pytest.fixture
def visit(browser: Browser, own: Own) -> Iterator[Open]:
    """A window of somebody signed in; script errors and blocked content fail the test."""
    contexts, errors = [], []

    def opened(username: str = "thu", *, script: bool = True, width: int = 1366) -> Page:
        context = browser.new_context(
            base_url=own.installed.url,
            locale="vi-VN",
            java_script_enabled=script,
            viewport={"width": width, "height": 800},
        )
        context.set_default_timeout(15_000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda said: "Content Security" in said.text and errors.append(said.text))
        page.goto("/dang-nhap")
        page.fill("#username", username)
        page.fill("#password", PASSWORD)
        page.click("main button")
        page.wait_for_url(f"{own.installed.url}/")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert not errors


def test_home_tells_what_is_due_and_missing(visit: Open, picture: Take) -> None:
    page = visit()
    card = page.locator(".conference-card")
    expect(card).to_contain_text("21 điểm cầu chưa kiểm tra đường truyền đạt")
    expect(card.locator(".todo .status.bad").first).to_contain_text("Quá hạn")
    expect(card).to_contain_text("Trong 24 giờ qua")
    check_access(page, "trang-dau-viec", picture)


def test_home_of_a_district_shows_its_own_tasks_only(visit: Open) -> None:
    page = visit("vinh")
    due = page.locator(".conference-card ul.todo").last
    expect(due).to_contain_text("Thành phố Vinh")
    expect(due).not_to_contain_text("Văn phòng")


def test_task_is_marked_and_reopened_with_who_and_when(visit: Open) -> None:
    page = visit()
    page.goto(f"{HOME}/nhiem-vu?don-vi=van-phong")
    row = page.locator(".task-list li", has_text="In ấn tài liệu")
    row.locator("button").click()
    expect(row).to_contain_text("Đánh dấu: Lê Thị Thư")
    row.locator("button").click()
    expect(row.locator(".status")).not_to_contain_text("Đã xong")


def test_task_that_somebody_else_changed_is_shown_as_it_is_now(visit: Open, picture: Take) -> None:
    mine, other = visit(), visit()
    for page in (mine, other):
        page.goto(f"{HOME}/nhiem-vu?don-vi=phong-trao")
    title = "Đón tiếp, phát tài liệu cho đại biểu"
    other.locator(".task-list li", has_text=title).locator("button").click()
    mine.locator(".task-list li", has_text=title).locator("button").click()
    summary = mine.locator(".error-summary")
    expect(summary).to_be_focused()
    expect(summary).to_contain_text("vừa được Lê Thị Thư đổi thành đã xong")
    check_access(mine, "nhiem-vu-xung-dot", picture)


def test_tasks_are_found_without_marks_and_taken_out_as_excel(visit: Open) -> None:
    page = visit()
    page.goto(f"{HOME}/nhiem-vu")
    page.fill("#q", "do luong")
    page.select_option("#trang-thai", "open")
    page.click("text=Lọc >> nth=0")
    expect(page.locator(".task-group h2")).to_have_text(["Huyện Đô Lương"])
    answer = page.request.get(page.get_attribute("text=Tải Excel", "href") or "")
    assert answer.status == 200
    assert answer.body()[:2] == b"PK"


def test_unit_that_helps_is_told_so(visit: Open) -> None:
    page = visit()
    page.goto(f"{HOME}/nhiem-vu?don-vi=van-phong")
    expect(page.locator(".task-list li", has_text="Kinh phí, nội dung ma két")).to_contain_text("phối hợp")


def test_line_test_has_no_button_but_a_way_to_its_result(visit: Open, own: Own) -> None:
    page = visit()
    page.goto(f"{HOME}/nhiem-vu?don-vi=nam-dan")
    row = page.locator(".task-list li", has_text="Kiểm tra đường truyền")
    expect(row.locator("form")).to_have_count(0)
    expect(row.locator("a")).to_contain_text("Nhập kết quả")
    own.says("venue", LineTestedV1, "nam-dan", site="nam-dan", day=DAY, outcome="ok")
    own.until(lambda: own.get(f"{BASE}/opening")["untested_count"] == 20)
    page.reload()
    expect(row).to_contain_text("Tự ghi nhận")


def test_facts_are_amended_and_wait_for_the_next_decision(visit: Open, own: Own, picture: Take) -> None:
    page = visit()
    page.goto(f"{HOME}/sua")
    page.fill("#starts_at", "2021-07-15T08:00")
    page.click("text=Lưu phiên bản mới")
    summary = page.locator(".error-summary")
    expect(summary).to_be_focused()
    expect(summary.locator("a").first).to_have_attribute("href", "#starts_at")
    check_access(page, "hoi-nghi-sua-loi", picture)
    page.fill("#starts_at", "2021-06-29T08:30")
    page.click("text=Lưu phiên bản mới")
    expect(page.locator(".notice.warn")).to_contain_text("chưa áp dụng")
    picture(page, "hoi-nghi-cho-ap-dung-1366")
    page.goto("/")
    expect(page.locator(".conference-card")).to_contain_text("chưa áp dụng (đang theo phiên bản")
    own.decide("online")
    page.goto(HOME)
    expect(page.locator(".notice.warn")).to_have_count(0)


def test_amendment_of_an_older_version_keeps_the_typed_text(visit: Open, own: Own, picture: Take) -> None:
    page = visit()
    page.goto(f"{HOME}/sua")
    etag = own.api.get(BASE).headers["ETag"]
    changed = own.api.patch(BASE, json={"decided_by": "Thường trực Ủy ban"}, headers={"If-Match": etag})
    changed.raise_for_status()
    page.fill("#short_title", "Tổng kết bầu cử")
    page.click("text=Lưu phiên bản mới")
    expect(page.locator(".error-summary")).to_contain_text("Nội dung đã gõ được giữ lại")
    assert page.input_value("#short_title") == "Tổng kết bầu cử"
    expect(page.locator("dl.facts")).to_contain_text("Thường trực Ủy ban")
    check_access(page, "hoi-nghi-sua-xung-dot", picture)
    page.click("text=Lưu phiên bản mới")
    expect(page.locator(".notice.ok")).to_contain_text("Đã lưu kế hoạch phiên bản")
    assert own.get(BASE)["decided_by"] == "Thường trực Ủy ban"


def test_programme_is_amended_without_javascript(visit: Open) -> None:
    page = visit(script=False)
    page.goto(f"{HOME}/chuong-trinh/sua")
    page.fill("#minutes-1", "mười")
    page.click("text=Lưu chương trình")
    expect(page.locator(".error-summary")).to_contain_text("Dòng 2: Số phút phải là số")
    page.fill("#minutes-1", "20")
    page.fill("#title-6", "")
    page.fill("#minutes-7", "15")
    page.fill("#title-7", "Chụp ảnh lưu niệm")
    page.click("text=Lưu chương trình")
    rows = page.locator(".programme-table tbody tr")
    expect(rows).to_have_count(7)
    expect(rows.nth(6)).to_contain_text("Chụp ảnh lưu niệm")
    expect(rows.nth(1)).to_contain_text("20 phút")


def test_undo_shows_what_it_changes_before_it_is_decided(visit: Open, own: Own) -> None:
    own.decide("in_person")
    page = visit()
    page.goto(f"{HOME}/phuong-an")
    page.click("text=Xem trước hoàn tác về Phương án 1")
    page.wait_for_selector(".compare", timeout=WAIT)
    expect(page.locator("#h-preview")).to_contain_text("Nếu hoàn tác về Phương án 1")
    row = page.locator(".compare-row", has_text="Nhiệm vụ")
    expect(row.locator(".after strong").first).to_contain_text("nhiệm vụ")
    expect(row.locator(".change")).to_contain_text("mở thêm")
    page.fill("#reason", "Dịch bệnh trở lại")
    page.click(".decide .actions button:not(.plain)")
    expect(page.locator("h1")).to_have_text("Đã chuyển xong 5/5", timeout=WAIT)
    page.goto(f"{HOME}/phuong-an")
    expect(page.locator(".log li").first).to_contain_text("Hoàn tác về")


def test_progress_offers_to_ask_again_only_when_it_takes_long(visit: Open) -> None:
    page = visit()
    page.goto(f"{HOME}/phuong-an")
    page.check("input[name=option][value=online]")
    page.click("main >> text=Xem trước >> nth=0")
    page.wait_for_selector(".compare", timeout=WAIT)
    page.fill("#reason", "Giữ phương án")
    page.click(".decide .actions button:not(.plain)")
    expect(page.locator("text=Gửi lại cho phần còn chờ")).to_have_count(0)
    expect(page.locator("h1")).to_have_text("Đã chuyển xong 5/5", timeout=WAIT)


def test_parked_event_is_explained_and_tried_again(visit: Open, own: Own, picture: Take) -> None:
    page = visit()
    page.goto("/he-thong/thu-loi")
    expect(page.locator("main")).to_contain_text("Không có thông điệp nào bị giữ lại")
    own.says("venue", LineTestedV9, "cua-lo", site="cua-lo")
    own.until(lambda: own.get("planning/v1/parked")["total"] == 1)
    page.goto("/")
    page.click("text=1 thông điệp chưa xử lý được")
    check_access(page, "thu-loi", picture)
    page.click("tbody th a")
    expect(page.locator("main")).to_contain_text("UnknownVersion")
    check_access(page, "thu-loi-chi-tiet", picture)
    page.click("text=Xử lý lại >> nth=-1")
    expect(page.locator(".error-summary")).to_contain_text("Vẫn chưa xử lý được")


def test_job_is_cancelled_and_done_again(visit: Open, own: Own, picture: Take) -> None:
    database = Database("venue", f"sqlite:///{own.installed.data}/venue.sqlite")
    with database.write() as session:
        enqueue(session, "kind_of_another_release", {}, conference=KEY)
    database.dispose()
    page = visit()
    page.goto("/he-thong/viec-nen")
    row = page.locator("tbody tr", has_text="kind_of_another_release")
    check_access(page, "viec-nen", picture)
    page.set_viewport_size({"width": 1366, "height": 800})
    row.locator("button").click()
    expect(page.locator(".notice.ok")).to_contain_text("Đã hủy việc")
    row.locator("button").click()
    expect(row.locator(".status")).to_contain_text("Chờ làm")


@pytest.mark.parametrize("path", ["/he-thong/thu-loi", "/he-thong/viec-nen"])
def test_system_pages_are_for_the_organiser(visit: Open, path: str) -> None:
    page = visit("may")
    answer = page.goto(path)
    assert answer
    assert answer.status == 403


PAGES = {
    "hoi-nghi-truoc": HOME,
    "hoi-nghi-sua": f"{HOME}/sua",
    "chuong-trinh": f"{HOME}/chuong-trinh",
    "chuong-trinh-sua": f"{HOME}/chuong-trinh/sua",
    "nhiem-vu-loc": f"{HOME}/nhiem-vu?don-vi=van-phong",
    "nhiem-vu-trong": f"{HOME}/nhiem-vu?q=khong-co-viec-nay",
}


@pytest.mark.parametrize("name", PAGES)
def test_page_is_accessible(name: str, visit: Open, picture: Take) -> None:
    page = visit()
    answer = page.goto(PAGES[name])
    assert answer
    assert answer.status == 200
    check_access(page, name, picture)


def test_conference_is_opened_closed_and_opened_again(visit: Open, own: Own, picture: Take) -> None:
    page = visit()
    page.goto(HOME)
    expect(page.locator("#h-opening")).to_be_visible()
    expect(page.locator("a", has_text="Khai mạc hội nghị")).to_have_count(0)
    for one in own.get(f"{BASE}/opening")["untested"]:
        own.says("venue", LineTestedV1, one["site"], site=one["site"], day=DAY, outcome="waived")
    own.until(lambda: not own.get(f"{BASE}/opening")["missing"])
    page.reload()
    page.click("a:has-text('Khai mạc hội nghị')")
    expect(page.locator(".notice.warn")).to_contain_text("Hôm nay là thứ Hai, 28/06/2021")
    expect(page.locator("section", has_text="Việc còn mở")).to_contain_text("giấy mời cần phát hành")
    check_access(page, "khai-mac", picture)
    page.click("button:has-text('Khai mạc hội nghị')")
    expect(page.locator(".notice.ok")).to_contain_text("Hội nghị đã khai mạc")
    page.goto(f"{HOME}/phuong-an")
    page.check("input[name=option][value=online]")
    page.click("main >> text=Xem trước >> nth=0")
    page.wait_for_selector(".compare", timeout=WAIT)
    page.fill("#reason", "Đổi lúc đang họp")
    page.click(".decide .actions button:not(.plain)")
    expect(page.locator(".error-summary")).to_contain_text("Hội nghị đang họp")
    check_access(page, "xem-truoc-dang-hop", picture)
    page.goto(HOME)
    page.click("a:has-text('Bế mạc hội nghị')")
    check_access(page, "be-mac", picture)
    page.fill("#reason", "Xong mọi nội dung")
    page.click("button:has-text('Bế mạc hội nghị')")
    expect(page.locator(".notice.ok")).to_contain_text("Hội nghị đã bế mạc")
    expect(page.locator("text=Sửa thông tin")).to_have_count(0)
    check_access(page, "hoi-nghi-da-be-mac", picture)
    page.goto(f"{HOME}/nhiem-vu")
    expect(page.locator(".task-list button")).to_have_count(0)
    page.goto(HOME)
    page.click("button:has-text('Mở lại hội nghị')")
    expect(page.locator(".error-summary")).to_contain_text("Hãy ghi lý do mở lại hội nghị")
    page.fill("#reason", "Bổ sung biên bản")
    page.click("button:has-text('Mở lại hội nghị')")
    expect(page.locator(".notice.ok")).to_contain_text("Hội nghị đã được mở lại")
