"""Official documents in the portal: read, edit, issue, replace, recall, the register, personal letters."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import System
from tests.servers import KEY

Open = Callable[..., Page]
Take = Callable[[Page, str], None]
PAGES = f"/hoi-nghi/{KEY}/van-ban"
API = "documents/v1"
WAIT = 180_000


def documents(system: System, key: str) -> list[dict[str, Any]]:
    items = system.api.get(f"{API}/conferences/{KEY}/documents").json()["items"]
    return [one for item in items if item["key"] == key for one in item["documents"]]


def until_drafted(system: System) -> None:
    """Wait until no drafting is under way."""
    end = time.monotonic() + 180
    path = f"{API}/conferences/{KEY}/jobs?kind=draft_documents"
    while {job["state"] for job in system.api.get(path).json()["items"]} & {"queued", "running"}:
        assert time.monotonic() < end, "the drafts are not made"
        time.sleep(0.1)


def adopt(system: System, option: str) -> None:
    """Put the conference on the option, unless it is there, and wait for its drafts."""
    if system.api.get(f"planning/v1/conferences/{KEY}").json()["current_option"] != option:
        system.decide(option)
    until_drafted(system)


def draft_of(system: System, key: str) -> str:
    """A draft that no person has touched, of a requirement that nothing is issued for."""
    for one in documents(system, key):
        if one["status"] == "issued":
            recalled = system.api.post(f"{API}/documents/{one['id']}:recall", json={"reason": "Làm lại"})
            assert recalled.status_code == 200, recalled.text
    until_drafted(system)
    [draft] = [one for one in documents(system, key) if one["status"] == "draft"]
    assert system.api.post(f"{API}/documents/{draft['id']}:redraft", json={}).status_code == 202
    until_drafted(system)
    return str(draft["id"])


def issue(system: System, key: str) -> str:
    id = draft_of(system, key)
    issued = system.api.post(f"{API}/documents/{id}:issue", json={})
    assert issued.status_code == 200, issued.text
    return id


def issue_in(page: Page) -> None:
    """Press the button, after saying that what is not filled in was seen."""
    unfilled = page.locator("#unfilled")
    if unfilled.count():
        unfilled.check()
    page.click("text=Cấp số và ban hành")


def test_list_shows_every_required_document(open_page: Open, system: System) -> None:
    adopt(system, "online")
    page = open_page()
    page.goto(PAGES)
    expect(page.locator(".list tbody tr")).to_have_count(11)
    expect(page.locator(".list")).to_contain_text("Đề nghị kết nối trực tuyến")
    expect(page.locator(".list")).to_contain_text("chưa quyết định khen thưởng")


def test_document_reads_as_on_paper(open_page: Open, system: System, picture: Take) -> None:
    adopt(system, "online")
    id = draft_of(system, "KH-1")
    page = open_page()
    page.goto(f"{PAGES}/{id}")
    expect(page.locator(".sheet")).to_contain_text("21 điểm cầu cấp huyện")
    expect(page.locator(".sheet")).to_contain_text("Số: ……/KH-MTTQ-BTT")
    picture(page, "van-ban-1366")


def test_edited_draft_keeps_what_was_written(open_page: Open, system: System) -> None:
    adopt(system, "online")
    id = draft_of(system, "HD-6")
    page = open_page()
    page.goto(f"{PAGES}/{id}/sua")
    body = page.input_value("#body")
    page.fill("#body", body + "\n\n# IV. LƯU Ý\n\n- Mỗi bài không quá 5 trang.")
    page.click("button:text-is('Lưu bản thảo')")
    expect(page.locator(".notice.ok")).to_contain_text("Đã lưu bản thảo")
    expect(page.locator(".sheet-heading").last).to_have_text("IV. LƯU Ý")
    expect(page.locator(".lead .tag")).to_have_text("đã sửa")


def test_saving_without_a_change_keeps_the_text(open_page: Open, system: System) -> None:
    adopt(system, "online")
    id = draft_of(system, "KH-1")
    before = system.api.get(f"{API}/documents/{id}").json()["content"]
    page = open_page(script=False)
    page.goto(f"{PAGES}/{id}/sua")
    page.click("button:text-is('Lưu bản thảo')")
    expect(page.locator(".notice.ok")).to_contain_text("Đã lưu bản thảo")
    assert system.api.get(f"{API}/documents/{id}").json()["content"] == before


def test_draft_without_a_subject_is_refused_at_the_field(open_page: Open, system: System) -> None:
    adopt(system, "online")
    page = open_page()
    page.goto(f"{PAGES}/{draft_of(system, 'HD-6')}/sua")
    page.fill("#subject", "")
    page.fill("#body", "Nội dung vừa gõ")
    page.click("button:text-is('Lưu bản thảo')")
    expect(page.locator(".error-summary")).to_be_focused()
    expect(page.locator("#subject")).to_have_attribute("aria-invalid", "true")
    assert page.input_value("#body") == "Nội dung vừa gõ"


def test_unknown_table_in_the_text_is_named_by_its_line(open_page: Open, system: System) -> None:
    adopt(system, "online")
    page = open_page()
    page.goto(f"{PAGES}/{draft_of(system, 'HD-6')}/sua")
    page.fill("#body", "Đoạn một\n[bảng 99]")
    page.click("button:text-is('Lưu bản thảo')")
    expect(page.locator(".error-summary")).to_contain_text("Dòng 2")


def test_conflict_keeps_what_was_typed(open_page: Open, system: System, picture: Take) -> None:
    adopt(system, "online")
    id = draft_of(system, "HD-6")
    mine, other = open_page(), open_page("hai")
    for page in (mine, other):
        page.goto(f"{PAGES}/{id}/sua")
    other.fill("#subject", "Người khác đặt tên")
    other.click("button:text-is('Lưu bản thảo')")
    expect(other.locator(".notice.ok")).to_be_visible()
    mine.fill("#subject", "Tên của tôi")
    mine.click("button:text-is('Lưu bản thảo')")
    expect(mine.locator(".error-summary")).to_contain_text("Trần Văn Hải")
    assert mine.input_value("#subject") == "Tên của tôi"
    picture(mine, "van-ban-xung-dot-1366")
    mine.click("button:text-is('Lưu bản thảo')")
    expect(mine.locator("h1")).to_contain_text("Tên của tôi")


def test_clerk_issues_after_a_look_and_gets_the_files(open_page: Open, system: System, picture: Take) -> None:
    adopt(system, "online")
    id = draft_of(system, "CTr-2")
    page = open_page()
    page.goto(f"{PAGES}/{id}")
    page.click("text=Ban hành")
    expect(page.locator("h1")).to_have_text("Ban hành văn bản")
    picture(page, "van-ban-ban-hanh-1366")
    issue_in(page)
    expect(page.locator(".notice.ok")).to_contain_text("/CTr-MTTQ-BTT")
    expect(page.locator("text=Tải Word (.docx)")).to_be_visible(timeout=WAIT)
    with page.expect_download() as download:
        page.click("text=Tải PDF")
    assert download.value.suggested_filename.startswith("CTr-")
    page.goto(f"{PAGES}/so-van-ban-di")
    expect(page.locator(".list")).to_contain_text("CTr-MTTQ-BTT")
    with page.expect_download() as download:
        page.click("text=Tải Excel")
    assert download.value.suggested_filename.endswith(".xlsx")


def test_date_before_the_last_number_is_refused_at_the_field(open_page: Open, system: System) -> None:
    adopt(system, "online")
    issue(system, "CTr-2")
    id = draft_of(system, "CTr-2")
    page = open_page()
    page.goto(f"{PAGES}/{id}/ban-hanh")
    page.fill("#issued_on", "2021-01-02")
    issue_in(page)
    expect(page.locator(".error-summary")).to_contain_text("không được sớm hơn")
    expect(page.locator("#issued_on")).to_have_value("2021-01-02")


def test_unfilled_places_are_listed_and_need_a_tick(open_page: Open, system: System, picture: Take) -> None:
    adopt(system, "online")
    id = draft_of(system, "BC-10")
    page = open_page()
    page.goto(f"{PAGES}/{id}/ban-hanh")
    expect(page.locator("#h-gaps")).to_contain_text("chỗ chưa điền")
    expect(page.locator(".gaps")).to_contain_text("Hạn chế: …")
    assert page.input_value("#issued_on").startswith("2021-06-")  # by the conference's clock
    page.click("text=Cấp số và ban hành")
    expect(page.locator(".error-summary")).to_contain_text("còn chỗ chưa điền")
    picture(page, "van-ban-con-cho-chua-dien-1366")
    assert accessible(page) == []
    assert system.api.get(f"{API}/documents/{id}").json()["status"] == "draft"
    page.check("#unfilled")
    page.click("text=Cấp số và ban hành")
    expect(page.locator(".notice.ok")).to_contain_text("Đã ban hành")


def test_award_decision_is_held_with_a_reason(open_page: Open, system: System) -> None:
    adopt(system, "online")
    [draft] = [one for one in documents(system, "QĐ-11") if one["status"] == "draft"]
    if draft["holds"] is None:
        pytest.fail("another test has decided on the award")
    page = open_page()
    page.goto(f"{PAGES}/{draft['id']}/ban-hanh")
    issue_in(page)
    expect(page.locator(".error-summary")).to_contain_text("Chưa có danh sách khen thưởng")


def test_switch_lists_what_must_be_replaced_and_back_clears_it(
    open_page: Open, system: System, picture: Take
) -> None:
    adopt(system, "online")
    id = issue(system, "KH-1")
    adopt(system, "in_person")
    page = open_page()
    page.goto(f"{PAGES}?trang-thai=replace")
    expect(page.locator(".notice.warn")).to_contain_text("cần thay thế")
    picture(page, "van-ban-thay-the-1366")
    page.goto(f"{PAGES}/{id}")
    page.click("text=mở bản thảo thay thế")
    expect(page.locator(".sheet")).to_contain_text("Hội nghị trực tiếp tại tỉnh")
    adopt(system, "online")
    page.goto(f"{PAGES}/{id}")
    expect(page.locator(".lead .status")).to_contain_text("Đã ban hành")


def test_recall_needs_a_reason_and_shows_it(open_page: Open, system: System) -> None:
    adopt(system, "online")
    id = issue(system, "BC-10")
    page = open_page()
    page.goto(f"{PAGES}/{id}")
    page.click("text=Thu hồi văn bản")
    page.click("text=Thu hồi 0")
    expect(page.locator(".error-summary")).to_contain_text("Hãy ghi lý do thu hồi")
    page.fill("#reason", "Sai số liệu")
    page.click("text=Thu hồi 0")
    expect(page.locator(".notice.info")).to_contain_text("Sai số liệu")


def test_person_asks_for_a_replacement(open_page: Open, system: System) -> None:
    adopt(system, "online")
    id = issue(system, "BC-10")
    page = open_page()
    page.goto(f"{PAGES}/{id}")
    page.click("text=Lập bản thảo thay thế")
    expect(page.locator(".notice.ok")).to_contain_text("Đã lập bản thảo thay thế")
    expect(page.locator(".facts")).to_contain_text("Thay thế cho")


def test_unit_sees_only_what_was_issued(open_page: Open, system: System) -> None:
    adopt(system, "online")
    issue(system, "KH-1")
    draft = draft_of(system, "GM-3")
    page = open_page("vinh")
    page.goto(PAGES)
    expect(page.locator(".list")).to_contain_text("/KH-MTTQ-BTT")
    expect(page.locator(".list")).not_to_contain_text("Bản thảo")
    page.goto(f"{PAGES}/{draft}")
    expect(page.locator("h1")).to_have_text("Không tìm thấy trang")


def test_letters_are_made_and_taken_home(open_page: Open, system: System, picture: Take) -> None:
    adopt(system, "online")
    page = open_page()
    page.goto(f"{PAGES}/giay-moi-theo-nguoi")
    page.select_option("#group", "tinh-uy")
    page.click("main button")
    expect(page.locator(".list tbody tr").first).to_contain_text("Đã xong", timeout=WAIT)
    picture(page, "giay-moi-theo-nguoi-1366")
    with page.expect_download() as download:
        page.locator("text=PDF gộp").first.click()
    assert download.value.suggested_filename.endswith(".pdf")


def accessible(page: Page) -> list[str]:
    """What axe finds against WCAG 2.2 AA."""
    rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    found = Axe().run(page, options={"runOnly": rules}).response["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html']}" for one in found]


@pytest.mark.parametrize("width", [360, 1366])
def test_pages_have_no_barriers(open_page: Open, system: System, picture: Take, width: int) -> None:
    adopt(system, "online")
    draft = draft_of(system, "KH-1")
    page = open_page(width=width)
    paths = {
        "danh-sach": "",
        "ban-thao": f"/{draft}",
        "sua": f"/{draft}/sua",
        "ban-hanh": f"/{draft}/ban-hanh",
        "so": "/so-van-ban-di",
        "giay-moi": "/giay-moi-theo-nguoi",
    }
    for name, path in paths.items():
        page.goto(f"{PAGES}{path}")
        picture(page, f"van-ban-{name}-{width}")
        assert accessible(page) == [], name
        page.set_viewport_size({"width": 320, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth <= 320"), f"{name} overflows"
        page.set_viewport_size({"width": width, "height": 800})
