"""`make screens`: the pages of the reference conference as pictures for docs/pages.md.

The conference is played up to the afternoon before it, then photographed as the organiser sees it.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from services.portal import commands
from shared.storage.database import Database
from tests.servers import KEY, ROOT, Installation, free_port, settings_of

OUT = ROOT / "docs" / "screens"
PASSWORD = "hoa ban trắng bảy cánh"
CONFERENCE = f"/hoi-nghi/{KEY}"
WIDE, PHONE = 1366, 360
SHOWN = {
    "home": ("/", WIDE),
    "conference": (CONFERENCE, WIDE),
    "switch": (f"{CONFERENCE}/phuong-an", WIDE),
    "board": (f"{CONFERENCE}/diem-cau", WIDE),
    "screen": (f"{CONFERENCE}/man-hinh", WIDE),
    "delegates": (f"{CONFERENCE}/dai-bieu", WIDE),
    "invitations": (f"{CONFERENCE}/giay-moi", WIDE),
    "documents": (f"{CONFERENCE}/van-ban", WIDE),
    "papers": (f"{CONFERENCE}/tham-luan", WIDE),
    "awards": (f"{CONFERENCE}/khen-thuong/trao", WIDE),
    "tasks": (f"{CONFERENCE}/nhiem-vu", WIDE),
    "door-phone": (f"{CONFERENCE}/diem-danh", PHONE),
    "board-phone": (f"{CONFERENCE}/diem-cau", PHONE),
}


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        played = ["demo", "--until", "2021-06-28T15:40", "--keep", str(data)]
        subprocess.run([sys.executable, "-m", "services", *played], cwd=ROOT, check=True)
        _add_organiser(data)
        port = free_port()
        installed = Installation(data, settings_of(data, port), port)
        installed.up()
        try:
            with sync_playwright() as playwright:
                _photograph(
                    playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS), installed
                )
        finally:
            installed.stop()


FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


def _add_organiser(data: Path) -> None:
    database = Database("portal", f"sqlite:///{data}/portal.sqlite")
    person = {"username": "thu", "name": "Lê Thị Thư", "role": "organiser", "unit": None}
    with database.write() as session:
        commands.create_account(session, **person, password=PASSWORD)  # type: ignore[arg-type]
    database.dispose()


def _photograph(browser: Browser, installed: Installation) -> None:
    OUT.mkdir(exist_ok=True)
    page = browser.new_context(base_url=installed.url, locale="vi-VN").new_page()
    _sign_in(page)
    for name, (path, width) in SHOWN.items():
        page.set_viewport_size({"width": width, "height": 800})
        page.goto(path)
        page.screenshot(path=OUT / f"{name}.png")
    browser.close()


def _sign_in(page: Page) -> None:
    page.goto("/dang-nhap")
    page.fill("#username", "thu")
    page.fill("#password", PASSWORD)
    page.click("main button")
    page.wait_for_url("**/")


if __name__ == "__main__":
    main()
