"""Sending somebody, checking in, reporting headcounts: in a real browser on a real system."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import orjson
from playwright.sync_api import Page, expect

from tests.browser.conftest import System
from tests.browser.test_portal import check_access
from tests.servers import KEY

Open = Callable[..., Page]
Take = Callable[[Page, str], None]
HOME = f"/hoi-nghi/{KEY}"
DOOR = f"{HOME}/diem-danh"
DELEGATES = f"registration/v1/conferences/{KEY}/delegates"
_numbers = itertools.count(1)


def new_delegate(system: System) -> dict[str, Any]:
    """Somebody on a place that the example leaves free, with a phone of their own."""
    number = next(_numbers)
    name = f"Phan Thị Cửa {' '.join('MDCLXVI'[int(digit) % 7] for digit in str(number))}"
    body = {"group": "trung-uong", "ordinal": 2, "name": name, "phone": f"0900009{number:03d}"}
    named = system.api.get(DELEGATES, params={"group": "trung-uong", "limit": 500}).json()["items"]
    for one in named:
        if one["ordinal"] == 2:
            system.api.delete(f"registration/v1/delegates/{one['id']}")
    made = system.api.post(DELEGATES, json=body)
    assert made.status_code == 201, made.text
    return dict(made.json())


def link_of(system: System, place: str) -> str:
    return str(system.api.post(f"registration/v1/delegates/{place}/rsvp-link").json()["url"])


def code_of(system: System, person: str) -> str:
    lines = system.api.get(f"registration/v1/conferences/{KEY}/placements").text.splitlines()
    return str(next(one["check_in_code"] for one in map(orjson.loads, lines) if one["person"] == person))


def scan(page: Page, text: str) -> None:
    page.fill("#text", text)
    page.press("#text", "Enter")


def test_delegate_sends_somebody_who_answers_and_shows_the_badge(
    open_page: Open, system: System, picture: Take
) -> None:
    system.decide("online")
    delegate = new_delegate(system)
    phone = open_page(None, width=360)
    phone.goto(link_of(system, delegate["id"]))
    phone.click("text=Cử người đi thay")
    phone.click("text=Cử người này đi thay")
    expect(phone.locator(".error-summary")).to_contain_text("Hãy nhập họ và tên người đi thay")
    phone.fill("#name", "Võ Thị Thay")
    phone.fill("#phone", "12")
    phone.click("text=Cử người này đi thay")
    expect(phone.locator("#phone-error")).to_be_visible()
    check_access(phone, "di-thay-loi", picture)
    phone.fill("#phone", "0900 009 900")
    phone.click("text=Cử người này đi thay")
    expect(phone.locator("#tra-loi")).to_contain_text("Đồng chí đã cử Võ Thị Thay đi thay")
    check_access(phone, "da-cu-di-thay", picture)
    other = open_page(None, width=360)
    other.goto(phone.input_value("#rsvp-url"))
    expect(other.locator("main")).to_contain_text("Võ Thị Thay")
    other.click("text=Tôi sẽ dự")
    expect(other.locator(".badge img")).to_be_visible()
    assert other.evaluate("document.querySelector('.badge img').naturalWidth") > 0
    check_access(other, "ma-diem-danh", picture)


def test_scan_after_scan_works_good_or_bad(open_page: Open, system: System, picture: Take) -> None:
    system.decide("online")
    delegate = new_delegate(system)
    code = code_of(system, delegate["person"])
    page = open_page()
    page.goto(DOOR)
    expect(page.locator("#text")).to_be_focused()
    result = page.locator(".door-result")
    scan(page, "1" * 58)
    expect(result).to_contain_text("Không nhận ra mã")
    expect(page.locator("#text")).to_be_focused()
    check_access(page, "diem-danh-khong-ro", picture)
    scan(page, code)
    expect(result).to_contain_text("Đã điểm danh")
    expect(result).to_contain_text(delegate["name"])
    check_access(page, "diem-danh-duoc", picture)
    scan(page, code)
    expect(result).to_contain_text("Đã điểm danh từ trước")
    page.reload()
    page.select_option("#diem", "tp-vinh")
    page.click("text=Chọn")
    scan(page, code)
    expect(result).to_contain_text("Mời sang điểm khác")
    expect(result).to_contain_text("Điểm cầu tỉnh")
    check_access(page, "diem-danh-diem-khac", picture)
    page.select_option("#diem", "")
    page.click("text=Chọn")


def test_search_shows_those_of_this_door_first(open_page: Open, system: System) -> None:
    system.decide("online")
    page = open_page("tiep")
    page.goto(f"{DOOR}?diem=hung-nguyen")
    scan(page, "Nguyễn")  # over a hundred people, few of them there
    found = page.locator(".door-found button")
    expect(found).to_have_count(12)
    expect(found.first).to_contain_text("Huyện Hưng Nguyên")


def test_guest_is_found_by_name_and_taken_back(open_page: Open, system: System, picture: Take) -> None:
    system.decide("online")
    delegate = new_delegate(system)
    page = open_page(width=360)
    page.goto(DOOR)
    scan(page, delegate["phone"].replace("+84", "0"))
    button = page.locator(".door-found button")
    expect(button).to_have_count(1)
    check_access(page, "diem-danh-theo-ten", picture)
    page.set_viewport_size({"width": 360, "height": 800})
    button.click()
    expect(page.locator(".door-result")).to_contain_text(delegate["name"])
    before = page.locator(".door-count strong").inner_text()
    page.click("text=Bỏ điểm danh")
    expect(page.locator(".notice.ok")).to_contain_text("Đã bỏ điểm danh")
    assert page.locator(".door-count strong").inner_text() == str(int(before) - 1)


def test_door_works_without_javascript(open_page: Open, system: System) -> None:
    system.decide("online")
    delegate = new_delegate(system)
    page = open_page(script=False)
    page.goto(DOOR)
    scan(page, code_of(system, delegate["person"]))
    expect(page.locator(".door-result")).to_contain_text(delegate["name"])
    scan(page, "khong co ai ten nay")
    expect(page.locator("main")).to_contain_text("Không có ai khớp")


def test_scans_wait_while_the_line_is_down_and_count_once(open_page: Open, system: System) -> None:
    system.decide("online")
    delegate = new_delegate(system)
    page = open_page()
    page.goto(DOOR)
    page.route("**/diem-danh", lambda route: route.abort())
    scan(page, code_of(system, delegate["person"]))
    expect(page.locator("[data-door-waiting]")).to_contain_text("1 lượt đang chờ")
    page.unroute("**/diem-danh")
    expect(page.locator(".door-result")).to_contain_text(delegate["name"], timeout=15_000)
    expect(page.locator("[data-door-waiting]")).to_be_hidden()


def test_contact_reports_the_headcount_of_their_site(open_page: Open, system: System, picture: Take) -> None:
    system.decide("online")
    page = open_page("vinh")
    page.goto(f"{HOME}/dai-bieu/so-luong")
    page.fill("#count", "hai mươi")
    page.click("text=Gửi báo cáo")
    expect(page.locator(".error-summary")).to_contain_text("bằng chữ số")
    page.fill("#count", "20")
    page.fill("#note", "Thêm một lái xe")
    page.click("text=Gửi báo cáo")
    expect(page.locator(".notice.ok")).to_contain_text("Đã báo Thành phố Vinh: 20")
    row = page.locator("tbody tr", has_text="Thành phố Vinh")
    expect(row).to_contain_text("Thêm một lái xe")
    check_access(page, "bao-so-luong", picture)


def test_organiser_replaces_moves_and_removes(open_page: Open, system: System, picture: Take) -> None:
    system.decide("online")
    delegate = new_delegate(system)
    page = open_page()
    page.goto(f"{HOME}/dai-bieu/{delegate['id']}")
    page.click("text=Cử người khác đi thay")
    page.fill("#sub-name", "Đinh Văn Thế")
    page.fill("#sub-reason", "Đi công tác")
    page.click("button:has-text('Cử đi thay')")
    expect(page.locator("h1")).to_have_text("Đinh Văn Thế")
    expect(page.locator(".log")).to_contain_text("Đi công tác")
    page.click("text=Dự ở điểm khác")
    page.select_option("#site", "tp-vinh")
    page.click("text=Lưu nơi dự")
    expect(page.locator(".notice.ok")).to_contain_text("Thành phố Vinh")
    for summary in page.query_selector_all("details.fold summary"):
        summary.click()
    check_access(page, "dai-bieu-mot-nguoi", picture)
    page.goto(f"{HOME}/dai-bieu/{delegate['id']}")
    page.click("text=Bỏ tên khỏi chỗ này")
    page.click("button:has-text('Bỏ tên')")
    expect(page.locator(".error-summary")).to_contain_text("đánh dấu xác nhận")
    page.click("text=Bỏ tên khỏi chỗ này")
    page.check("#sure")
    page.click("button:has-text('Bỏ tên')")
    expect(page.locator(".notice.ok")).to_contain_text("chỗ này để trống")


def test_untouched_template_has_nothing_to_import(open_page: Open, system: System, tmp_path: Any) -> None:
    system.decide("online")
    page = open_page()
    template = page.request.get(f"{HOME}/dai-bieu/tai-ve/delegates-template.xlsx").body()
    file = tmp_path / "mau.xlsx"
    file.write_bytes(template)
    page.goto(f"{HOME}/dai-bieu/nhap")
    page.set_input_files("#file", file)
    page.click("text=Kiểm tra tệp")
    expect(page.locator("main")).to_contain_text("Không có gì để nhập")
    expect(page.locator("button[value=apply]")).to_have_count(0)
