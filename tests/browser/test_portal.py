"""What people do in the portal, in a real browser on a real system."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import PASSWORD, System
from tests.servers import KEY

Open = Callable[..., Page]
Take = Callable[[Page, str], None]
HOME = f"/hoi-nghi/{KEY}"
SETTLED = re.compile("Đã (chọn|chuyển) xong 5/5")
WAIT = 180_000


def preview(page: Page, option: str) -> None:
    page.goto(f"{HOME}/phuong-an")
    page.check(f"input[name=option][value={option}]")
    page.click("text=Xem trước")
    page.wait_for_selector(".compare", timeout=WAIT)


def decide(page: Page, reason: str) -> None:
    page.fill("#reason", reason)
    page.click(".decide .actions button:not(.plain)")


def settled(page: Page) -> None:
    expect(page.locator("h1")).to_have_text(SETTLED, timeout=WAIT)
    expect(page.locator(".service-list .status.ok")).to_have_count(5)


def test_switch_there_and_back_and_undo_settle_in_all_services(open_page: Open, picture: Take) -> None:
    page = open_page()
    preview(page, "online")
    decide(page, "Dịch bệnh diễn biến phức tạp")
    settled(page)
    preview(page, "in_person")
    expect(page.locator(".compare")).to_contain_text("Vượt 6 chỗ")
    page.click(".compare .more summary >> nth=0")
    expect(page.locator(".more-body >> nth=0")).to_contain_text("Huyện Đô Lương")
    picture(page, "xem-truoc-1366")
    decide(page, "Tình hình đã an toàn")
    settled(page)
    picture(page, "da-chuyen-1366")
    page.click("text=Xem trước hoàn tác về Phương án 1")
    page.wait_for_selector(".compare", timeout=WAIT)
    decide(page, "Dịch bệnh trở lại")
    page.wait_for_url("**/tien-do")
    settled(page)
    page.goto(f"{HOME}/phuong-an")
    expect(page.locator(".lead")).to_contain_text("Hiện nay: Phương án 1")
    expect(page.locator(".log li >> nth=0")).to_contain_text("Dịch bệnh trở lại")


def test_switch_works_without_javascript(open_page: Open, system: System) -> None:
    system.decide("online")
    page = open_page(script=False)
    preview(page, "in_person")
    decide(page, "Chuyển khi không có script")
    settled(page)


def test_decision_without_a_reason_is_refused_at_the_top(
    open_page: Open, system: System, picture: Take
) -> None:
    system.decide("online")
    page = open_page()
    preview(page, "in_person")
    decide(page, "  ")
    summary = page.locator(".error-summary")
    expect(summary).to_be_focused()
    expect(summary).to_contain_text("Hãy ghi lý do")
    page.click(".error-summary a")
    expect(page.locator("#reason")).to_be_focused()
    picture(page, "thieu-ly-do-1366")


def test_stale_preview_names_the_other_decision_and_keeps_the_reason(
    open_page: Open, system: System, picture: Take
) -> None:
    system.decide("online")
    mine, other = open_page(), open_page("hai")
    preview(mine, "in_person")
    preview(other, "online")
    decide(other, "Giữ trực tuyến theo ý kiến chỉ đạo")
    settled(other)
    decide(mine, "Lý do đã gõ của tôi")
    banner = mine.locator(".error-summary")
    expect(banner).to_be_focused()
    expect(banner).to_contain_text("Trần Văn Hải")
    expect(banner).to_contain_text("Giữ trực tuyến theo ý kiến chỉ đạo")
    picture(mine, "ban-xem-truoc-cu-1366")
    mine.click("text=Tính lại bản xem trước")
    mine.wait_for_selector(".decide", timeout=WAIT)
    assert mine.input_value("#reason") == "Lý do đã gõ của tôi"


def test_stale_preview_names_the_newer_plan_rather_than_the_decision_before(
    open_page: Open, system: System
) -> None:
    system.decide("online")
    page = open_page()
    preview(page, "in_person")
    conference = f"planning/v1/conferences/{KEY}"
    etag = system.api.get(conference).headers["ETag"]
    title = system.api.get(conference).json()["title"]
    for new in (f"{title} (sửa)", title):
        answer = system.api.patch(conference, json={"title": new}, headers={"If-Match": etag})
        assert answer.status_code == 200, answer.text
        etag = answer.headers["ETag"]
    decide(page, "Theo bản đã xem")
    banner = page.locator(".error-summary")
    expect(banner).to_contain_text(f"phiên bản {system.api.get(conference).json()['plan_version']}")
    expect(banner).to_contain_text("Dòng lệnh")
    expect(banner).not_to_contain_text("đã quyết định chọn")


def test_board_shows_the_hub_first_and_filters(open_page: Open, system: System, picture: Take) -> None:
    system.decide("online")
    page = open_page()
    page.goto(f"{HOME}/diem-cau")
    rows = page.locator("#bang tbody tr")
    expect(rows).to_have_count(22)
    expect(rows.nth(0)).to_contain_text("Điểm cầu tỉnh")
    expect(page.locator("#live")).to_have_text("Trực tiếp")
    picture(page, "diem-cau-1366")
    page.fill("#q", "đô lương")
    expect(rows).to_have_count(1)


def test_board_of_the_hall_shows_the_overrun(open_page: Open, system: System) -> None:
    system.decide("in_person")
    page = open_page()
    page.goto(f"{HOME}/diem-cau")
    expect(page.locator("#bang tbody tr")).to_have_count(1)
    expect(page.locator("#bang")).to_contain_text("Vượt 6 chỗ")


def add_delegate(page: Page, name: str) -> None:
    page.goto(f"{HOME}/dai-bieu/them")
    page.select_option("#group", "btt-mttq-huyen")
    page.select_option("#unit", "do-luong")
    page.fill("#name", name)
    page.fill("#phone", "0900 000 678")
    page.click("main form button")
    expect(page.locator("h1")).to_have_text(name)


def test_delegate_is_added_found_and_answers_by_link(open_page: Open, system: System, picture: Take) -> None:
    system.decide("online")
    page = open_page()
    add_delegate(page, "Nguyễn Thị Hoà")
    page.goto(f"{HOME}/dai-bieu?q=nguyễn+thị+hòa")
    expect(page.locator("tbody tr")).to_have_count(1)
    page.click("tbody th a")
    page.click("text=Tạo đường dẫn")
    link = page.input_value("#rsvp-url")
    phone = open_page(None, width=360)
    phone.goto(link)
    expect(phone.locator("#tra-loi")).to_have_count(0)
    phone.fill("#note", "Tôi đến muộn 10 phút")
    phone.click("text=Tôi sẽ dự")
    expect(phone.locator("#tra-loi")).to_contain_text("Sẽ dự")
    expect(phone.locator("#tra-loi")).to_contain_text("Tôi đến muộn 10 phút")
    picture(phone, "tra-loi-360")
    phone.click("text=Tôi không dự được")
    expect(phone.locator("#tra-loi")).to_contain_text("Không dự được")
    page.reload()
    expect(page.locator("main")).to_contain_text("Không dự được")


def test_place_outside_the_current_option_needs_no_answer(open_page: Open, system: System) -> None:
    system.decide("online")
    path = f"registration/v1/conferences/{KEY}/delegates?group=bau-cu-huyen&limit=1"
    delegate = system.api.get(path).json()["items"][0]["id"]
    page = open_page()
    page.goto(f"{HOME}/dai-bieu/{delegate}")
    page.click("text=Tạo đường dẫn")
    link = page.input_value("#rsvp-url")
    system.decide("in_person")
    phone = open_page(None, width=360)
    phone.goto(link)
    expect(phone.locator("main .notice")).to_contain_text("Chưa cần trả lời")
    expect(phone.locator("main button")).to_have_count(0)


def test_unknown_link_is_explained(open_page: Open) -> None:
    phone = open_page(None, width=360)
    phone.goto("/tra-loi/khong-co-that")
    expect(phone.locator("h1")).to_have_text("Không tìm thấy giấy mời")


def test_import_report_names_row_and_column(open_page: Open, system: System, tmp_path: Path) -> None:
    system.decide("online")
    page = open_page()
    file = tmp_path / "danh-sach.csv"
    file.write_text("Thành phần,Đơn vị,Họ và tên\nkhong-co,tp-vinh,Nguyễn Văn Một\n", encoding="utf-8")
    page.goto(f"{HOME}/dai-bieu/nhap")
    page.set_input_files("#file", file)
    page.click("text=Kiểm tra tệp")
    expect(page.locator(".error-summary")).to_contain_text("Không dòng nào được nhập")
    expect(page.locator("tbody tr >> nth=0")).to_contain_text("khong-co")
    file.write_text("Thành phần,Đơn vị,Họ và tên\nct-xh-huyen,tp-vinh,Võ Thị Hai\n", encoding="utf-8")
    page.goto(f"{HOME}/dai-bieu/nhap")
    page.set_input_files("#file", file)
    page.click("text=Kiểm tra tệp")
    page.click("text=Nhập 1 đại biểu")
    expect(page.locator(".notice")).to_contain_text("1 thêm mới")


def test_export_is_an_excel_file(open_page: Open, system: System) -> None:
    page = open_page()
    answer = page.request.get(f"{HOME}/dai-bieu/tai-ve/delegates.xlsx")
    assert answer.status == 200
    assert answer.body()[:2] == b"PK"


def test_task_is_marked_done_and_reopened(open_page: Open) -> None:
    page = open_page()
    page.goto(f"{HOME}/nhiem-vu?don-vi=dan-chu-phap-luat")
    before = page.locator(".task-list .done").count()
    page.click(".task-list li:not(.done) button >> nth=0")
    expect(page.locator(".task-list .done")).to_have_count(before + 1)
    page.click(".task-list .done button >> nth=0")
    expect(page.locator(".task-list .done")).to_have_count(before)


@pytest.mark.parametrize(("person", "named"), [("thu", 1), ("vinh", 0)])
def test_issuing_says_beforehand_that_no_mail_is_carried(
    person: str, named: int, open_page: Open, system: System, picture: Take
) -> None:
    system.decide("online")
    page = open_page(person)
    page.goto(f"{HOME}/giay-moi/phat-hanh")
    expect(page.locator(".notice.info")).to_contain_text("chỉ được ghi nhận, chưa gửi thật")
    expect(page.locator("text=DIEMCAU_SMTP_URL")).to_have_count(named)
    check_access(page, f"giay-moi-phat-hanh-{person}", picture)


def test_failed_sign_in_says_so(open_page: Open) -> None:
    page = open_page(None)
    page.goto("/dang-nhap")
    page.fill("#username", "nguoi-la")
    page.fill("#password", "đoán mò")
    page.click("main button")
    expect(page.locator(".error-summary h2")).to_have_text("Chưa đăng nhập được")


def test_five_wrong_passwords_lock_the_name_out(open_page: Open) -> None:
    page = open_page(None)
    page.goto("/dang-nhap")
    for _ in range(5):
        page.fill("#username", "ke-la")
        page.fill("#password", "đoán mò")
        page.click("main button")
    expect(page.locator(".error-summary")).to_contain_text("Đăng nhập sai quá nhiều lần")


def test_technician_may_not_see_names(open_page: Open) -> None:
    page = open_page("may")
    answer = page.goto(f"{HOME}/dai-bieu")
    assert answer
    assert answer.status == 403
    expect(page.locator("h1")).to_have_text("Không có quyền")


def test_district_contact_cannot_switch(open_page: Open) -> None:
    page = open_page("vinh")
    page.goto(f"{HOME}/phuong-an")
    expect(page.locator("text=Xem trước")).to_have_count(0)


def test_form_without_its_token_is_refused(system: System) -> None:
    answer = httpx.post(f"{system.url}/dang-nhap", data={"username": "thu", "password": "x"})
    assert answer.status_code == 400
    assert "Biểu mẫu đã hết hạn" in answer.text


def test_sign_in_does_not_lead_to_another_site(open_page: Open, system: System) -> None:
    page = open_page(None)
    page.goto("/dang-nhap?tiep=//example.org/x")
    page.fill("#username", "may")
    page.fill("#password", PASSWORD)
    page.click("main button")
    page.wait_for_url(f"{system.url}/")


PAGES = {
    "trang-dau": "/",
    "hoi-nghi": HOME,
    "phuong-an": f"{HOME}/phuong-an",
    "diem-cau": f"{HOME}/diem-cau",
    "dai-bieu": f"{HOME}/dai-bieu",
    "them": f"{HOME}/dai-bieu/them",
    "nhap": f"{HOME}/dai-bieu/nhap",
    "so-luong": f"{HOME}/dai-bieu/so-luong",
    "nhiem-vu": f"{HOME}/nhiem-vu",
    "doi-mat-khau": "/doi-mat-khau",
    "khong-co": "/khong-co-trang-nay",
}


def check_access(page: Page, name: str, take: Take) -> None:
    """No violation of WCAG 2.2 AA that axe can see, at 360 and 1366 px; no overflow at 320 px."""
    page.wait_for_load_state()  # a link that was clicked may still be on its way
    page.set_viewport_size({"width": 320, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320, name
    for width in (360, 1366):
        page.set_viewport_size({"width": width, "height": 800})
        rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
        found = Axe().run(page, options={"runOnly": rules}).response["violations"]
        assert not found, (name, width, [(one["id"], one["nodes"][0]["html"]) for one in found])
        take(page, f"{name}-{width}")


@pytest.mark.parametrize("name", PAGES)
def test_page_is_accessible(name: str, open_page: Open, system: System, picture: Take) -> None:
    page = open_page()
    answer = page.goto(PAGES[name])
    assert answer
    assert answer.status == (404 if name == "khong-co" else 200)
    check_access(page, name, picture)


def test_preview_and_progress_are_accessible(open_page: Open, system: System, picture: Take) -> None:
    system.decide("online")
    page = open_page()
    preview(page, "in_person")
    for summary in page.query_selector_all(".more summary"):
        summary.click()
    check_access(page, "xem-truoc-mo", picture)
    decide(page, "")
    check_access(page, "xem-truoc-loi", picture)
    decide(page, "Để xem trang tiến độ")
    settled(page)
    check_access(page, "tien-do", picture)


def test_public_pages_are_accessible(open_page: Open, picture: Take) -> None:
    page = open_page(None)
    for name, path in {"dang-nhap": "/dang-nhap", "tra-loi-khong-co": "/tra-loi/khong-co-that"}.items():
        page.goto(path)
        check_access(page, name, picture)
