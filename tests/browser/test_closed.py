"""After the conference is closed its pages show everything and offer nothing to change."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from services.portal import commands
from shared.storage.database import Database
from tests.browser.conftest import PASSWORD
from tests.browser.test_portal import check_access
from tests.servers import EXAMPLE, KEY, installation

PLANNING = f"planning/v1/conferences/{KEY}"
AWARDS = f"awards/v1/conferences/{KEY}"
DOCUMENTS = f"documents/v1/conferences/{KEY}"
HOME = f"/hoi-nghi/{KEY}"
UNIT = "do-luong"
NOTICE = "Hội nghị đã bế mạc: chỉ xem."
PDF = b"%PDF-1.7\ntrailer\n<<>>\n%%EOF\n"
Take = Callable[[Page, str], None]


class Closed:
    """A running system on which the conference was prepared, opened and closed over the API."""

    def __init__(self, url: str, api: httpx.Client) -> None:
        self.url, self.api = url, api
        self.decide("online")
        self.nomination = self.post(f"{AWARDS}/nominations", **_person("Nguyễn Văn An"))["id"]
        self.post(f"{AWARDS}/nominations:approve", nominations=[self.nomination])
        self.post(f"{AWARDS}/award-decision")
        self.waiting = self.post(f"{AWARDS}/nominations", **_person("Trần Thị Bình"))["id"]
        form = {"title": "Công tác bầu cử ở miền núi", "author": "Nguyễn Văn A"}
        sent = api.post(f"{DOCUMENTS}/papers/{UNIT}", data=form, files={"file": ("bai.pdf", PDF)})
        sent.raise_for_status()
        self.decide("in_person")
        self.post(f"{PLANNING}:open")
        self.decide("online", while_open=True)
        self.until(lambda: len(self.documents("KH-1")) == 1 and len(self.documents("CTr-2")) == 1)
        self.issued, self.draft = self.documents("KH-1")[0]["id"], self.documents("CTr-2")[0]["id"]
        self.post(f"documents/v1/documents/{self.issued}:issue")
        self.close()

    def close(self) -> None:
        """And wait until every service has heard of it."""
        self.post(f"{PLANNING}:close")
        line = self.get(f"venue/v1/conferences/{KEY}/sites/{UNIT}")["id"]
        self.until(lambda: self._refuses(f"venue/v1/sites/{line}/line-tests", outcome="ok"))
        self.until(lambda: self._refuses(f"documents/v1/documents/{self.draft}:redraft"))
        self.until(lambda: self._refuses(f"{AWARDS}/nominations:approve", nominations=[str(uuid4())]))

    def decide(self, option: str, **order: Any) -> None:
        body = {"option": option, "reason": "chuẩn bị", **order}
        number = self.post(f"{PLANNING}/decisions", **body)["revision"]
        self.until(lambda: self.get(f"{PLANNING}/revisions/{number}")["state"] == "settled")

    def documents(self, key: str) -> list[dict[str, Any]]:
        required = {one["key"]: one for one in self.get(f"{DOCUMENTS}/documents")["items"]}
        return list(required[key]["documents"])

    def get(self, path: str) -> dict[str, Any]:
        return dict(self.api.get(path).raise_for_status().json())

    def post(self, path: str, **body: Any) -> dict[str, Any]:
        answer = self.api.post(path, json=body)
        assert answer.status_code < 300, f"{path}: {answer.text}"
        return dict(answer.json())

    def until(self, done: Callable[[], bool]) -> None:
        end = time.monotonic() + 180
        while not done():
            assert time.monotonic() < end, "it does not happen"
            time.sleep(0.1)

    def _refuses(self, path: str, **body: Any) -> bool:
        return "conference-closed" in self.api.post(path, json=body).text


def _person(name: str) -> dict[str, str]:
    return {"unit": "tp-vinh", "kind": "individual", "name": name, "achievement": "Xuất sắc"}


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Closed]:
    with installation(tmp_path_factory.mktemp("closed"), servers=False) as installed:
        installed.env["DIEMCAU_CLOCK_START"] = "2021-06-29T11:00+07:00"
        installed.up("--example", str(EXAMPLE))
        _add_organiser(installed.data)
        with installed.client() as api:
            yield Closed(installed.url, api)


def _add_organiser(data: Path) -> None:
    database = Database("portal", f"sqlite:///{data}/portal.sqlite")
    with database.write() as session:
        commands.create_account(
            session, username="thu", name="Lê Thị Thư", password=PASSWORD, role="organiser", unit=None
        )
    database.dispose()


@pytest.fixture
def page(browser: Browser, closed: Closed) -> Iterator[Page]:
    """The organiser's window; script errors and blocked content fail the test."""
    errors: list[str] = []
    context = browser.new_context(base_url=closed.url, locale="vi-VN")
    context.set_default_timeout(15_000)
    made = context.new_page()
    made.on("pageerror", lambda error: errors.append(str(error)))
    made.on("console", lambda said: "Content Security" in said.text and errors.append(said.text))
    made.goto("/dang-nhap")
    made.fill("#username", "thu")
    made.fill("#password", PASSWORD)
    made.click("main button")
    made.wait_for_url(f"{closed.url}/")
    yield made
    context.close()
    assert not errors


PAGES = {
    "diem-cau": f"{HOME}/diem-cau/{UNIT}",
    "ban-thao": f"{HOME}/van-ban/{{draft}}",
    "van-ban-da-ban-hanh": f"{HOME}/van-ban/{{issued}}",
    "sua-ban-thao": f"{HOME}/van-ban/{{draft}}/sua",
    "ban-hanh": f"{HOME}/van-ban/{{draft}}/ban-hanh",
    "tham-luan": f"{HOME}/tham-luan/don-vi/{UNIT}",
    "chi-tieu": f"{HOME}/khen-thuong",
    "de-nghi": f"{HOME}/khen-thuong/de-nghi",
    "mot-de-nghi": f"{HOME}/khen-thuong/de-nghi/{{waiting}}",
    "them-de-nghi": f"{HOME}/khen-thuong/de-nghi/them",
    "quyet-dinh": f"{HOME}/khen-thuong/quyet-dinh",
    "chon-trao": f"{HOME}/khen-thuong/trao/chon",
}
LOOKED_AT = ("diem-cau", "ban-thao", "mot-de-nghi", "chon-trao")
STILL_OFFERED = ("/dang-xuat", "/tao-tep")
"""Forms that change nothing of the conference: sign out, and have the files of a document made."""


def visit(page: Page, name: str, closed: Closed) -> None:
    answer = page.goto(PAGES[name].format(**vars(closed)))
    assert answer
    assert answer.status == 200


@pytest.mark.parametrize("name", PAGES)
def test_page_says_so_once_and_offers_nothing_to_change(name: str, page: Page, closed: Closed) -> None:
    visit(page, name, closed)
    expect(page.get_by_text(NOTICE)).to_have_count(1)
    forms = page.locator("form[method=post]").all()
    offered = [form for form in forms if form.locator("button:not([disabled])").count()]
    actions = [form.get_attribute("action") or "" for form in offered]
    assert [action for action in actions if not action.endswith(STILL_OFFERED)] == []


@pytest.mark.parametrize("name", LOOKED_AT)
def test_page_of_a_closed_conference_is_accessible(
    name: str, page: Page, closed: Closed, picture: Take
) -> None:
    visit(page, name, closed)
    check_access(page, f"{name}-be-mac", picture)


@pytest.mark.parametrize(
    "name", ["diem-cau", "van-ban", "tham-luan", "khen-thuong/trao", "khen-thuong/bang-khen"]
)
def test_list_says_that_it_is_only_read(name: str, page: Page, closed: Closed) -> None:
    page.goto(f"{HOME}/{name}")
    expect(page.get_by_text(NOTICE)).to_have_count(1)


def test_form_that_was_open_before_says_why_it_is_refused(page: Page, closed: Closed) -> None:
    closed.post(f"{PLANNING}:reopen", reason="Bổ sung biên bản")
    closed.until(lambda: not closed._refuses(f"{AWARDS}/nominations:approve", nominations=[str(uuid4())]))
    visit(page, "them-de-nghi", closed)
    expect(page.get_by_text(NOTICE)).to_have_count(0)
    page.fill("#name", "Lê Văn Cảnh")
    page.fill("#achievement", "Xuất sắc")
    page.check("input[name=kind][value=individual]")
    closed.close()
    page.click("button:has-text('Gửi đề nghị')")
    expect(page.locator(".error-summary")).to_contain_text("Hội nghị đã bế mạc, không thay đổi được nữa")
