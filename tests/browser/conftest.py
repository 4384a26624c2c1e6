"""A whole system in one process with its own data, a browser, and people signed in."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from services.portal import commands
from shared.storage.database import Database
from tests.servers import EXAMPLE, KEY, ROOT, installation

expect.set_options(timeout=60_000)  # a busy machine decides no test

SCREENSHOTS = ROOT / "var" / "screenshots"
CONFERENCE = f"planning/v1/conferences/{KEY}"
PASSWORD = "hoa ban trắng bảy cánh"
PEOPLE = {
    "thu": ("Lê Thị Thư", "organiser", None),
    "hai": ("Trần Văn Hải", "organiser", None),
    "may": ("Đỗ Văn Máy", "technician", None),
    "van": ("Phan Thị Văn", "clerk", None),
    "tiep": ("Bùi Văn Tiếp", "door", None),
    "vinh": ("Hồ Thị Vinh", "district", "tp-vinh"),
}


@dataclass(frozen=True)
class System:
    """A running `diemcau up` with the example loaded; one for each file of tests."""

    url: str
    api: httpx.Client

    def decide(self, option: str) -> None:
        """Put the conference on `option` and wait until all services follow."""
        made = self.api.post(f"{CONFERENCE}/decisions", json={"option": option, "reason": "chuẩn bị"})
        made.raise_for_status()
        path = f"{CONFERENCE}/revisions/{made.json()['revision']}"
        end = time.monotonic() + 180
        while self.api.get(path).json()["state"] != "settled":
            assert time.monotonic() < end, "it does not settle"
            time.sleep(0.05)


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    with installation(tmp_path_factory.mktemp("diemcau"), servers=False) as installed:
        installed.up("--example", str(EXAMPLE))
        add_people(installed.data)
        with installed.client() as api:
            yield System(installed.url, api)


def add_people(data: Path) -> None:
    database = Database("portal", f"sqlite:///{data}/portal.sqlite")
    with database.write() as session:
        for username, (name, role, unit) in PEOPLE.items():
            commands.create_account(
                session, username=username, name=name, password=PASSWORD, role=role, unit=unit
            )
    database.dispose()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path="/usr/bin/chromium",
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def cookies(browser: Browser, system: System) -> Callable[[str], list[dict[str, object]]]:
    """The session cookies of somebody, signed in once."""
    kept: dict[str, list[dict[str, object]]] = {}

    def of(username: str) -> list[dict[str, object]]:
        if username not in kept:
            context = browser.new_context()
            page = context.new_page()
            page.goto(f"{system.url}/dang-nhap")
            page.fill("#username", username)
            page.fill("#password", PASSWORD)
            page.click("main button")
            page.wait_for_url(f"{system.url}/")
            kept[username] = [dict(cookie) for cookie in context.cookies()]
            context.close()
        return kept[username]

    return of


@pytest.fixture
def open_page(
    browser: Browser, system: System, cookies: Callable[[str], list[dict[str, object]]]
) -> Iterator[Callable[..., Page]]:
    """A new window: of somebody signed in, or of a stranger; script errors fail the test."""
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    def opened(username: str | None = "thu", *, script: bool = True, width: int = 1366) -> Page:
        context = browser.new_context(
            base_url=system.url,
            locale="vi-VN",
            java_script_enabled=script,
            viewport={"width": width, "height": 800},
        )
        if username:
            context.add_cookies(cookies(username))  # type: ignore[arg-type]
        context.set_default_timeout(60_000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda said: "Content Security" in said.text and errors.append(said.text))
        return page

    yield opened
    for context in contexts:
        context.close()
    assert not errors


@pytest.fixture
def picture() -> Callable[[Page, str], None]:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)

    def take(page: Page, name: str) -> None:
        page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True)

    return take
