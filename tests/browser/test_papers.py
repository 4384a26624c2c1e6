"""Papers in the portal: the organiser's list, a unit's own page, what is refused."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import docx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import System
from tests.servers import KEY

Open = Callable[..., Page]
Take = Callable[[Page, str], None]
PAPERS = f"/hoi-nghi/{KEY}/tham-luan"
API = f"documents/v1/conferences/{KEY}/papers"
PDF = b"%PDF-1.7\ntrailer\n<<>>\n%%EOF\n"


@pytest.fixture
def word(tmp_path: Path) -> Path:
    path = tmp_path / "Tham luận Thành phố Vinh.docx"
    path.write_bytes(_document())
    return path


def _document() -> bytes:
    file = io.BytesIO()
    document = docx.Document()
    document.add_paragraph("Công tác Mặt trận tham gia bầu cử")
    document.save(file)
    return file.getvalue()


def send(system: System, unit: str, title: str, *, speaking: int | None = None) -> None:
    form = {"title": title, "author": "Nguyễn Văn A, Phó Chủ tịch"}
    sent = system.api.post(f"{API}/{unit}", data=form, files={"file": ("bai.pdf", PDF)})
    assert sent.status_code in (200, 201), sent.text
    if sent.json()["speaking"] != speaking:
        headers = {"If-Match": sent.headers["ETag"]}
        changed = system.api.patch(f"{API}/{unit}", json={"speaking": speaking}, headers=headers)
        assert changed.status_code == 200, changed.text


def violations(page: Page) -> list[str]:
    """What axe finds against WCAG 2.2 AA."""
    rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    found = Axe().run(page, options={"runOnly": rules}).response["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html']}" for one in found]


def fits(page: Page) -> bool:
    page.set_viewport_size({"width": 320, "height": 800})
    return bool(page.evaluate("document.documentElement.scrollWidth <= 320"))


def test_district_sends_its_paper_and_sees_it_received(open_page: Open, word: Path, picture: Take) -> None:
    page = open_page("vinh", width=360)
    page.goto(PAPERS)
    expect(page.locator("h1")).to_have_text("Tham luận của Thành phố Vinh")
    picture(page, "tham-luan-don-vi-trong-360")
    page.fill("#title", "Phát huy vai trò của Mặt trận trong hiệp thương")
    page.fill("#author", "Hồ Thị Vinh, Chủ tịch")
    page.set_input_files("#file", word)
    page.click("text=Gửi tham luận >> nth=-1")
    expect(page.locator(".notice.ok")).to_contain_text("Đã nhận tham luận")
    expect(page.locator(".lead .status")).to_contain_text("Đã gửi")
    expect(page.locator("#hien-hanh ~ dl")).to_contain_text("Tham luận Thành phố Vinh.docx")
    picture(page, "tham-luan-don-vi-360")


def test_paper_is_sent_without_javascript(open_page: Open, word: Path) -> None:
    page = open_page(script=False)
    page.goto(f"{PAPERS}/don-vi/nam-dan")
    page.fill("#title", "Bài gửi không có script")
    page.fill("#author", "Trần Văn B")
    page.set_input_files("#file", word)
    page.click("#gui ~ form button")
    expect(page.locator(".notice.ok")).to_contain_text("Đã nhận tham luận")


def test_refused_file_is_named_and_the_texts_stay(open_page: Open, tmp_path: Path, picture: Take) -> None:
    fake = tmp_path / "bai.docx"
    fake.write_bytes(PDF)
    page = open_page()
    page.goto(f"{PAPERS}/don-vi/quy-hop")
    page.fill("#title", "Bài có tệp sai")
    page.set_input_files("#file", fake)
    page.fill("#author", "Lê Văn C")
    page.click("#gui ~ form button")
    summary = page.locator(".error-summary")
    expect(summary).to_be_focused()
    expect(summary).to_contain_text("Tệp không phải văn bản Word (.docx)")
    assert page.input_value("#title") == "Bài có tệp sai"
    picture(page, "tham-luan-tep-bi-tu-choi-1366")
    page.click(".error-summary a")
    expect(page.locator("#file")).to_be_focused()
    assert violations(page) == []


def test_form_that_is_not_filled_in_says_what_is_missing(open_page: Open) -> None:
    page = open_page()
    page.goto(f"{PAPERS}/don-vi/quy-hop")
    page.click("#gui ~ form button")
    for text in ("Hãy nhập tên tham luận", "Hãy nhập người trình bày", "Hãy chọn tệp tham luận"):
        expect(page.locator(".error-summary")).to_contain_text(text)


def test_organiser_sees_all_units_filters_and_takes_excel(
    open_page: Open, system: System, picture: Take
) -> None:
    send(system, "do-luong", "Công tác bầu cử ở miền núi", speaking=2)
    send(system, "con-cuong", "Vận động đồng bào dân tộc thiểu số đi bầu cử", speaking=1)
    page = open_page()
    page.goto(PAPERS)
    expect(page.locator("#trinh-bay ~ table tbody tr >> nth=0")).to_contain_text("Con Cuông")
    picture(page, "tham-luan-1366")
    page.select_option("#trang-thai", "submitted")
    page.fill("#q", "đô lương")
    page.click("text=Lọc")
    rows = page.locator("main > table tbody tr")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("Công tác bầu cử ở miền núi")
    with page.expect_download() as download:
        page.click("text=Tải Excel")
    assert download.value.suggested_filename == f"tham-luan-{KEY}.xlsx"
    with page.expect_download() as download:
        page.click("text=Tải xuống")
    assert Path(download.value.path()).read_bytes() == PDF
    page.fill("#q", "không có đơn vị nào như thế")
    page.click("text=Lọc")
    expect(page.locator("main")).to_contain_text("Không có đơn vị nào khớp bộ lọc")


def test_order_that_is_taken_is_refused_beside_the_field(open_page: Open, system: System) -> None:
    send(system, "anh-son", "Bài thứ nhất", speaking=5)
    send(system, "tan-ky", "Bài thứ hai")
    page = open_page()
    page.goto(f"{PAPERS}/don-vi/tan-ky")
    page.fill("#speaking", "5")
    page.click("text=Lưu thứ tự")
    expect(page.locator("#speaking-error")).to_contain_text("Huyện Anh Sơn")
    page.fill("#speaking", "6")
    page.click("text=Lưu thứ tự")
    expect(page.locator(".notice.ok")).to_contain_text("thứ tự 6")


def test_order_is_not_given_to_a_paper_that_changed_meanwhile(open_page: Open, system: System) -> None:
    send(system, "yen-thanh", "Bản đầu")
    page = open_page()
    page.goto(f"{PAPERS}/don-vi/yen-thanh")
    send(system, "yen-thanh", "Bản sửa")
    page.fill("#speaking", "9")
    page.click("text=Lưu thứ tự")
    expect(page.locator(".error-summary")).to_contain_text("vừa được người khác thay đổi")
    expect(page.locator("#hien-hanh ~ dl")).to_contain_text("Bản sửa")


def test_version_is_withdrawn_with_a_reason(open_page: Open, system: System, picture: Take) -> None:
    send(system, "thanh-chuong", "Bản đầu")
    send(system, "thanh-chuong", "Gửi nhầm")
    page = open_page()
    page.goto(f"{PAPERS}/don-vi/thanh-chuong")
    page.click("summary:has-text('Rút bản này') >> nth=0")
    page.click("button:has-text('Rút bản 2')")
    expect(page.locator(".error-summary")).to_contain_text("Hãy ghi lý do")
    page.fill("input[name=reason] >> nth=0", "Gửi nhầm tệp")
    page.click("button:has-text('Rút bản 2')")
    expect(page.locator("#hien-hanh ~ dl")).to_contain_text("Bản đầu")
    expect(page.locator("#cac-ban ~ ol")).to_contain_text("Gửi nhầm tệp")
    picture(page, "tham-luan-cac-ban-1366")


def test_district_cannot_open_the_paper_of_another(open_page: Open) -> None:
    page = open_page("vinh")
    answer = page.goto(f"{PAPERS}/don-vi/do-luong")
    assert answer is not None
    assert answer.status == 403


def test_technician_sees_no_papers(open_page: Open) -> None:
    page = open_page("may")
    answer = page.goto(PAPERS)
    assert answer is not None
    assert answer.status == 403
    page.goto(f"/hoi-nghi/{KEY}/diem-cau")
    expect(page.locator("nav")).not_to_contain_text("Tham luận")


@pytest.mark.parametrize("width", [360, 1366])
@pytest.mark.parametrize("path", ["", "/don-vi/do-luong", "/don-vi/ky-son", "/don-vi/van-phong"])
def test_pages_are_accessible_and_fit(
    open_page: Open, system: System, picture: Take, path: str, width: int
) -> None:
    send(system, "do-luong", "Công tác bầu cử ở miền núi", speaking=2)
    page = open_page(width=width)
    page.goto(PAPERS + path)
    assert violations(page) == []
    picture(page, f"tham-luan{path.replace('/', '-')}-{width}")
    assert fits(page)
