"""Awards in the portal: from a district's nomination to a certificate that anybody can check."""

from __future__ import annotations

import csv
import io
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import System
from tests.browser.test_portal import Open, Take, check_access
from tests.servers import KEY

BASE = f"awards/v1/conferences/{KEY}"
PAGES = f"/hoi-nghi/{KEY}/khen-thuong"
HEAD = ("Đơn vị", "Loại", "Tên tập thể, cá nhân", "Người đại diện nhận", "Chức vụ", "Thành tích")
UNIT = "Huyện Con Cuông"
Row = Sequence[str]


def table(rows: Sequence[Row]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([HEAD, *rows])
    return text.getvalue().encode()


def nominated(system: System, rows: Sequence[Row]) -> None:
    """Everybody in the rows is proposed and approved; repeating it changes nothing."""
    files = {"file": ("de-nghi.csv", table(rows))}
    system.api.post(f"{BASE}/nominations:import", files=files).raise_for_status()
    listed = system.api.get(f"{BASE}/nominations", params={"state": "proposed", "limit": 500}).json()
    ids = [item["id"] for item in listed["items"]]
    if ids:
        system.api.post(f"{BASE}/nominations:approve", json={"nominations": ids}).raise_for_status()


def honoured(system: System) -> None:
    """Six of a district are honoured, and eight collectives of the province."""
    rows: list[Row] = [
        (UNIT, "tập thể", f"Ban công tác Mặt trận số {n}", "Lê Thị Đại", "Trưởng ban", "Làm tốt")
        for n in (1, 2)
    ]
    rows += [(UNIT, "cá nhân", f"Vi Văn Số {n}", "", "Cán bộ", "Đã có thành tích xuất sắc") for n in range(4)]
    rows += [("", "tập thể", f"Phòng chuyên môn số {n}", "Lê Văn Đại", "", "Làm tốt") for n in range(8)]
    nominated(system, rows)
    system.api.post(f"{BASE}/award-decision", json={}).raise_for_status()


def batch(system: System) -> str:
    """Certificates of the decision that holds, made."""
    made = system.api.post(f"{BASE}/certificates:render", json={}).json()["batch"]
    end = time.monotonic() + 180
    while time.monotonic() < end:
        found = next(
            one for one in system.api.get(f"{BASE}/certificates").json()["items"] if one["id"] == made
        )
        if found["pdf_sha256"]:
            return str(made)
        time.sleep(0.2)
    raise AssertionError("the certificates are not made")


@pytest.fixture
def upload(tmp_path: Path) -> Callable[[Page, Sequence[Row]], None]:
    def send(page: Page, rows: Sequence[Row]) -> None:
        file = tmp_path / "de-nghi.csv"
        file.write_bytes(table(rows))
        page.goto(f"{PAGES}/de-nghi/nhap")
        page.set_input_files("#file", file)
        page.click("text=Kiểm tra tệp")

    return send


def test_district_proposes_within_its_own_quota(open_page: Open, picture: Take) -> None:
    page = open_page("vinh")
    page.goto(PAGES)
    expect(page.locator("tbody tr")).to_have_count(1)
    page.click("text=Thêm đề nghị")
    page.click("text=Gửi đề nghị")
    expect(page.locator(".error-summary")).to_be_focused()
    expect(page.locator(".error-summary")).to_contain_text("Hãy chọn tập thể hay cá nhân")
    check_access(page, "de-nghi-loi", picture)
    page.check("input[name=kind][value=individual]")
    page.fill("#name", "Hoàng Thị Ngân Hà")
    page.fill("#achievement", "Vận động cử tri đi bầu đạt 99,8 %")
    page.click("text=Gửi đề nghị")
    expect(page.locator("h1")).to_have_text("Hoàng Thị Ngân Hà")
    expect(page.locator(".lead")).to_contain_text("Chờ duyệt")
    expect(page.get_by_role("button", name="Duyệt", exact=True)).to_have_count(0)
    page.click("text=Rút đề nghị")
    expect(page.locator(".lead")).to_contain_text("Đã rút")


def test_beyond_the_quota_needs_a_reason_beside_its_field(open_page: Open, system: System) -> None:
    nominated(system, [("Huyện Quế Phong", "tập thể", f"Tập thể {n}", "", "", "Tốt") for n in (1, 2)])
    page = open_page()
    page.goto(f"{PAGES}/de-nghi/them?don-vi=que-phong")
    page.check("input[name=kind][value=collective]")
    page.fill("#name", "Tập thể thứ ba")
    page.fill("#achievement", "Rất tốt")
    page.click("text=Gửi đề nghị")
    page.click(".error-summary a")
    expect(page.locator("#override_reason")).to_be_focused()
    assert page.input_value("#name") == "Tập thể thứ ba"
    page.fill("#override_reason", "Đơn vị dẫn đầu")
    page.click("text=Gửi đề nghị")
    expect(page.locator("h1")).to_have_text("Tập thể thứ ba")


def test_file_with_wrong_rows_is_told_row_by_row_and_then_taken(
    open_page: Open, upload: Callable[[Page, Sequence[Row]], None], picture: Take
) -> None:
    page = open_page()
    good = ("Huyện Tân Kỳ", "cá nhân", "Bùi Thị Một", "", "Cán bộ", "Tốt")
    upload(page, [good, ("Huyện Lạ", "cá nhân", "Bùi Thị Hai", "", "", "Tốt")])
    expect(page.locator(".error-summary")).to_contain_text("1 chỗ cần sửa")
    expect(page.locator("tbody tr")).to_contain_text("Kế hoạch không có đơn vị này")
    check_access(page, "de-nghi-tep-loi", picture)
    upload(page, [good])
    page.click("text=Nhập 1 đề nghị")
    expect(page.locator(".notice.ok")).to_contain_text("1 thêm mới")


def test_council_approves_several_at_once_also_without_javascript(open_page: Open, system: System) -> None:
    rows = [("Huyện Kỳ Sơn", "cá nhân", f"Lầu Y Số {n}", "", "", "Tốt") for n in range(3)]
    system.api.post(f"{BASE}/nominations:import", files={"file": ("a.csv", table(rows))}).raise_for_status()
    page = open_page(script=False)
    page.goto(f"{PAGES}/de-nghi?don-vi=ky-son")
    expect(page.locator("input[name=nomination]:checked")).to_have_count(0)
    for row in (1, 2):
        page.check(f"input[name=nomination] >> nth={row}")
    page.click("text=Duyệt các đề nghị đã chọn")
    expect(page.locator(".notice.ok")).to_contain_text("Đã duyệt 2 đề nghị")
    expect(page.locator("tbody .status.ok")).to_have_count(2)


def test_council_ticks_all_at_once(open_page: Open, system: System) -> None:
    rows = [("Huyện Tương Dương", "cá nhân", f"Vi Thị Số {n}", "", "", "Tốt") for n in range(3)]
    system.api.post(f"{BASE}/nominations:import", files={"file": ("a.csv", table(rows))}).raise_for_status()
    page = open_page()
    page.goto(f"{PAGES}/de-nghi?don-vi=tuong-duong&trang-thai=proposed")
    page.check("[data-check-all] input")
    expect(page.locator("input[name=nomination]:checked")).to_have_count(3)
    page.uncheck("input[name=nomination] >> nth=0")
    expect(page.locator("[data-check-all] input")).not_to_be_checked()
    page.click("text=Duyệt các đề nghị đã chọn")
    expect(page.locator(".notice.ok")).to_contain_text("Đã duyệt 2 đề nghị")


def test_change_that_somebody_else_made_meanwhile_is_shown_and_typed_text_is_kept(
    open_page: Open, system: System
) -> None:
    body = {"unit": "nam-dan", "kind": "individual", "name": "Phan Văn Sửa", "achievement": "Tốt"}
    made = system.api.post(f"{BASE}/nominations", json=body).json()
    mine, other = open_page(), open_page("hai")
    for page in (mine, other):
        page.goto(f"{PAGES}/de-nghi/{made['id']}")
    other.fill("#position", "Chủ tịch")
    other.click("text=Lưu thay đổi")
    mine.fill("#position", "Phó Chủ tịch")
    mine.click("text=Lưu thay đổi")
    expect(mine.locator(".error-summary")).to_be_focused()
    expect(mine.locator(".error-summary")).to_contain_text("Phan Văn Sửa, Chủ tịch")
    assert mine.input_value("#position") == "Phó Chủ tịch"


def test_decision_is_of_the_list_that_was_shown(open_page: Open, system: System, picture: Take) -> None:
    honoured(system)
    nominated(system, [("Huyện Anh Sơn", "cá nhân", "Nguyễn Thị Mới", "", "", "Tốt")])
    page = open_page()
    page.goto(f"{PAGES}/quyet-dinh")
    page.fill("#reason", "Bổ sung theo đề nghị")
    nominated(system, [("Huyện Anh Sơn", "cá nhân", "Nguyễn Thị Sau", "", "", "Tốt")])
    page.click(".preview button")
    expect(page.locator(".error-summary")).to_be_focused()
    expect(page.locator(".error-summary")).to_contain_text("chưa quyết định gì")
    assert page.input_value("#reason") == "Bổ sung theo đề nghị"
    check_access(page, "quyet-dinh-doi", picture)
    page.click(".preview button")
    expect(page.locator(".notice.ok >> nth=0")).to_contain_text("Đã quyết định khen thưởng")
    expect(page.locator("table")).to_contain_text("Nguyễn Thị Sau")
    expect(page.locator(".log")).to_contain_text("Bổ sung theo đề nghị")


def test_ceremony_goes_by_site_and_the_council_chooses_where_seats_are_few(
    open_page: Open, system: System, picture: Take
) -> None:
    honoured(system)
    system.decide("online")
    page = open_page()
    page.goto(f"{PAGES}/trao?diem-cau=con-cuong")
    expect(page.locator(".stage")).to_have_count(1)
    expect(page.locator(".turns li")).to_have_count(6)
    expect(page.locator(".turns li >> nth=0")).to_contain_text("đại diện lên nhận: Lê Thị Đại, Trưởng ban")
    picture(page, "trao-1366")
    page.click("text=Chọn trường hợp trao trước")
    page.check("input[name=recipient] >> nth=-1")
    page.click("text=Lưu lựa chọn")
    expect(page.locator(".notice.ok")).to_contain_text("Đã chọn 1 trường hợp")


def test_certificates_are_made_and_anybody_checks_one(
    open_page: Open, system: System, tmp_path: Path
) -> None:
    honoured(system)
    page = open_page()
    page.goto(f"{PAGES}/bang-khen")
    page.click("text=In thử một tờ")
    link = page.locator(".batch-list li >> nth=0").get_by_role("link", name="Xem, in PDF")
    expect(link).to_be_visible(timeout=60_000)
    content = page.request.get(link.get_attribute("href") or "").body()
    (tmp_path / "one.pdf").write_bytes(content)
    text = subprocess.run(
        ["pdftotext", tmp_path / "one.pdf", "-"], capture_output=True, check=True
    ).stdout.decode()
    assert "Phòng chuyên môn số 0" in text
    code = text.split("Mã xác minh:")[1].split()[0]
    stranger = open_page(None, width=360)
    stranger.goto("/xac-minh")
    stranger.fill("#ma", code.lower())
    stranger.get_by_role("button", name="Xác minh").click()
    expect(stranger.locator(".facts")).to_contain_text("Phòng chuyên môn số 0")
    expect(stranger.locator(".notice")).to_contain_text("quyết định chưa có số")


def test_code_of_nobody_is_told_so(open_page: Open, picture: Take) -> None:
    page = open_page(None)
    answer = page.goto("/xac-minh/ABCD-EFGH-JKMN-PQRS")
    assert answer
    assert answer.status == 404
    expect(page.locator(".error-summary")).to_be_focused()
    check_access(page, "xac-minh-sai", picture)


def test_new_design_is_kept_and_a_wrong_picture_is_refused(
    open_page: Open, tmp_path: Path, picture: Take
) -> None:
    page = open_page()
    page.goto(f"{PAGES}/bang-khen")
    (tmp_path / "nen.txt").write_text("không phải ảnh")
    page.set_input_files("#background", tmp_path / "nen.txt")
    page.click("text=Lưu mẫu")
    expect(page.locator(".error-summary")).to_contain_text("Cần ảnh PNG hoặc JPEG")
    check_access(page, "bang-khen-mau-loi", picture)
    page.select_option("#paper", "a3")
    page.click("text=Lưu mẫu")
    expect(page.locator(".notice.ok")).to_contain_text("Đã lưu mẫu")
    expect(page.locator("#paper")).to_have_value("a3")


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("khen-thuong", ""),
        ("de-nghi", "/de-nghi"),
        ("de-nghi-them", "/de-nghi/them"),
        ("de-nghi-nhap", "/de-nghi/nhap"),
        ("quyet-dinh", "/quyet-dinh"),
        ("trao", "/trao"),
        ("trao-chon", "/trao/chon"),
        ("bang-khen", "/bang-khen"),
    ],
)
def test_page_is_accessible(name: str, path: str, open_page: Open, system: System, picture: Take) -> None:
    honoured(system)
    system.decide("online")
    if name == "bang-khen":
        batch(system)
    page = open_page()
    answer = page.goto(f"{PAGES}{path}")
    assert answer
    assert answer.status == 200
    check_access(page, name, picture)


def test_districts_pages_are_accessible(open_page: Open, picture: Take) -> None:
    page = open_page("vinh")
    for name, path in (
        ("huyen-khen-thuong", ""),
        ("huyen-de-nghi", "/de-nghi"),
        ("huyen-quyet-dinh", "/quyet-dinh"),
    ):
        page.goto(f"{PAGES}{path}")
        check_access(page, name, picture)
    answer = page.goto(f"{PAGES}/bang-khen")
    assert answer
    assert answer.status == 403
