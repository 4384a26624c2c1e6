"""Sites in the portal: from the board to one site, its contacts, its line test, and back."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import System
from tests.browser.test_portal import check_access
from tests.servers import KEY

Open = Callable[..., Page]
Take = Callable[[Page, str], None]
BOARD = f"/hoi-nghi/{KEY}/diem-cau"


@pytest.fixture
def online(system: System) -> System:
    system.decide("online")
    return system


def result(page: Page, outcome: str, note: str = "") -> None:
    page.check(f"input[name=outcome][value={outcome}]")
    page.fill("#test_note", note)
    page.click("text=Ghi kết quả >> nth=-1")


def edit(page: Page, **typed: str) -> None:
    if not page.locator("#contact_name").is_visible():
        page.click("text=Sửa thông tin >> nth=0")
    for name, value in typed.items():
        page.fill(f"#{name}", value)
    page.click("button:has-text('Lưu thay đổi')")


def test_failed_test_needs_attention_until_it_is_ok(open_page: Open, online: System, picture: Take) -> None:
    page = open_page("may")
    page.goto(BOARD)
    page.click("#bang tbody th a:has-text('Huyện Đô Lương')")
    expect(page.locator("h1")).to_contain_text("Huyện Đô Lương")
    expect(page.locator("#duong-truyen .status >> nth=0")).to_contain_text("Chưa thử")
    result(page, "failed", "Mất tiếng hai phút")
    expect(page.locator("#duong-truyen .status >> nth=0")).to_contain_text("Mất kết nối")
    page.goto(BOARD)
    expect(page.locator(".attention")).to_contain_text("Huyện Đô Lương")
    picture(page, "diem-cau-can-xu-ly-1366")
    page.click(".attention a:has-text('Huyện Đô Lương')")
    result(page, "ok")
    expect(page.locator(".log li")).to_have_count(2)
    expect(page.locator(".log")).to_contain_text("Mất tiếng hai phút")
    page.goto(BOARD)
    expect(page.locator("#bang")).not_to_contain_text("Mất kết nối khi thử")
    expect(page.locator("#bang tbody tr:has-text('Huyện Đô Lương')")).to_contain_text("Thông suốt")


def test_result_must_be_chosen(open_page: Open, online: System) -> None:
    page = open_page()
    page.goto(f"{BOARD}/yen-thanh")
    page.fill("#test_note", "Hình rõ")
    page.click("text=Ghi kết quả >> nth=-1")
    expect(page.locator(".error-summary")).to_be_focused()
    expect(page.locator(".error-summary")).to_contain_text("Hãy chọn kết quả thử")
    expect(page.locator("#test_note")).to_have_value("Hình rõ")


def test_contact_and_override_are_saved(open_page: Open, online: System) -> None:
    page = open_page()
    page.goto(f"{BOARD}/nam-dan")
    edit(page, contact_name="Nguyễn Văn Thử", contact_phone="0900 000 678", room="Phòng 2", capacity="5")
    expect(page.locator(".notice.ok")).to_contain_text("Đã lưu")
    expect(page.locator(".facts >> nth=0")).to_contain_text("+84900000678")
    expect(page.locator(".facts >> nth=0")).to_contain_text("Theo bố trí: 40")
    page.goto(BOARD)
    expect(page.locator("#bang tbody tr:has-text('Huyện Nam Đàn')")).to_contain_text("Phòng 2")
    expect(page.locator("#bang tbody tr:has-text('Huyện Nam Đàn')")).to_contain_text("Vượt")


def test_wrong_phone_is_named_and_what_was_typed_stays(
    open_page: Open, online: System, picture: Take
) -> None:
    page = open_page()
    page.goto(f"{BOARD}/dien-chau")
    edit(page, contact_name="Nguyễn Văn Thử", contact_phone="12")
    expect(page.locator(".error-summary")).to_be_focused()
    page.click(".error-summary a")
    expect(page.locator("#contact_phone")).to_be_focused()
    expect(page.locator("#contact_name")).to_have_value("Nguyễn Văn Thử")
    check_access(page, "diem-cau-loi", picture)


def test_second_of_two_changes_is_told_who_was_first(open_page: Open, online: System, picture: Take) -> None:
    mine, other = open_page(), open_page("hai")
    for page in (mine, other):
        page.goto(f"{BOARD}/anh-son")
    edit(other, contact_name="Lê Văn Trước", room="Phòng khách")
    edit(mine, contact_name="Phạm Thị Sau")
    banner = mine.locator(".error-summary")
    expect(banner).to_be_focused()
    expect(banner).to_contain_text("Trần Văn Hải vừa sửa")
    expect(banner).to_contain_text("Lê Văn Trước")
    expect(mine.locator("#contact_name")).to_have_value("Phạm Thị Sau")
    check_access(mine, "diem-cau-xung-dot", picture)
    mine.click("button:has-text('Lưu thay đổi')")
    expect(mine.locator(".facts >> nth=0")).to_contain_text("Phạm Thị Sau")


def test_waiver_needs_a_reason_and_can_be_taken_back(open_page: Open, online: System) -> None:
    page = open_page()
    page.goto(f"{BOARD}/con-cuong")
    page.click("button:has-text('Cho miễn thử')")
    expect(page.locator(".error-summary")).to_contain_text("Hãy ghi lý do cho miễn thử")
    page.fill("#reason", "Đã thử tại hội nghị tuần trước")
    page.click("button:has-text('Cho miễn thử')")
    expect(page.locator("#duong-truyen .status >> nth=0")).to_contain_text("Miễn thử")
    expect(page.locator("#duong-truyen .facts")).to_contain_text("Đã thử tại hội nghị tuần trước")
    page.click("button:has-text('Bỏ miễn thử')")
    expect(page.locator("#duong-truyen .status >> nth=0")).to_contain_text("Chưa thử")


@pytest.mark.parametrize("script", [True, False])
def test_probe_says_what_came_of_it(open_page: Open, online: System, script: bool) -> None:
    page = open_page("may", script=script)
    page.goto(f"{BOARD}/que-phong")
    edit(page, probe_address="khong-co.invalid:5060")
    page.click("button:has-text('Thử kết nối')")
    expect(page.locator("#duong-truyen .notice")).to_contain_text(
        "Không tìm được địa chỉ của máy khong-co.invalid", timeout=20_000
    )
    expect(page.locator("#duong-truyen .status >> nth=0")).to_contain_text("Mất kết nối")


def test_district_contact_finds_their_own_site_on_the_board(open_page: Open, online: System) -> None:
    page = open_page("vinh")
    page.goto(BOARD)
    expect(page.locator("#bang tbody th a")).to_have_count(1)
    page.click("section:has-text('Điểm cầu của đơn vị mình') a")
    expect(page.locator("h1")).to_contain_text("Thành phố Vinh")
    expect(page.locator("button:has-text('Cho miễn thử')")).to_have_count(0)
    result(page, "ok")
    expect(page.locator("#duong-truyen .facts")).to_contain_text("Hồ Thị Vinh")
    answer = page.goto(f"{BOARD}/ky-son")
    assert answer
    assert answer.status == 403


def test_unknown_site_is_explained(open_page: Open, online: System) -> None:
    page = open_page()
    answer = page.goto(f"{BOARD}/khong-co")
    assert answer
    assert answer.status == 404


def test_site_outside_the_current_option_keeps_what_is_known(open_page: Open, online: System) -> None:
    page = open_page()
    page.goto(f"{BOARD}/quy-hop")
    edit(page, contact_name="Vi Thị Giữ")
    online.decide("in_person")
    page.goto(f"{BOARD}/quy-hop")
    expect(page.locator(".notice.info")).to_contain_text("Phương án hiện nay không có điểm cầu này")
    expect(page.locator(".facts >> nth=0")).to_contain_text("Vi Thị Giữ")


def test_site_page_is_accessible(open_page: Open, online: System, picture: Take) -> None:
    page = open_page()
    page.goto(f"{BOARD}/thanh-chuong")
    edit(
        page,
        contact_name="Nguyễn Thị Hoà Bình",
        contact_phone="0900 000 678",
        contact_email="hoa.binh@example.vn",
        technician_name="Lê Văn Kỹ",
        room="Phòng họp tầng 2 trụ sở UBND huyện",
        probe_address="cau-thanh-chuong.example.vn:5060",
        note="Vào bằng cổng sau.\nCó máy phát điện.",
    )
    result(page, "failed", "Mất tiếng")
    result(page, "ok")
    check_access(page, "mot-diem-cau", picture)
    page.click("text=Sửa thông tin >> nth=0")
    check_access(page, "mot-diem-cau-sua", picture)
    page.goto(f"{BOARD}/hub")
    check_access(page, "diem-cau-trung-tam", picture)
