"""The live board in a real browser: what happens elsewhere appears by itself, and old figures say so."""

from __future__ import annotations

import contextlib
import re
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from playwright.sync_api import Browser, Page, expect

from services.cli.running import SEATS
from tests.browser.conftest import PASSWORD, System, add_people
from tests.browser.test_portal import check_access
from tests.servers import EXAMPLE, KEY, PATIENCE, installation

Open = Callable[..., Page]
Take = Callable[[Page, str], None]
BOARD = f"/hoi-nghi/{KEY}/diem-cau"
SCREEN = f"/hoi-nghi/{KEY}/man-hinh"
STREAM = f"/truc-tiep/{KEY}"
EVENTS = {"Accept": "text/event-stream"}
STALE = re.compile(r"số liệu có thể đã cũ từ \d\d:\d\d:\d\d")


@pytest.fixture(scope="module")
def online(system: System) -> System:
    system.decide("online")
    return system


@pytest.fixture(scope="module")
def guests(online: System) -> Iterator[Any]:
    """Somebody to check in, again and again another one."""
    return iter(_placements(online.api))


def _placements(api: httpx.Client) -> list[dict[str, Any]]:
    lines = api.get(f"registration/v1/conferences/{KEY}/placements").text.splitlines()
    return [one for one in map(orjson.loads, lines) if one["person"] and one["site"]]


def _check_in(api: httpx.Client, guest: dict[str, Any]) -> None:
    item = {"id": str(uuid.uuid4()), "person": guest["person"]}
    made = api.post(f"registration/v1/conferences/{KEY}/check-ins", json={"items": [item]})
    assert made.json()["items"][0]["outcome"] == "checked_in", made.text


def _site(api: httpx.Client, key: str) -> dict[str, Any]:
    return dict(api.get(f"venue/v1/conferences/{KEY}/sites/{key}").json())


def _test_line(api: httpx.Client, key: str, outcome: str, note: str = "") -> None:
    body = {"outcome": outcome, "note": note}
    made = api.post(f"venue/v1/sites/{_site(api, key)['id']}/line-tests", json=body)
    assert made.status_code == 201, made.text


def _signed_in(url: str, username: str) -> httpx.Client:
    http = httpx.Client(base_url=url, timeout=60)
    token = re.search(r'name="csrf" value="([^"]+)"', http.get("/dang-nhap").text)
    assert token
    typed = {"username": username, "password": PASSWORD, "csrf": token[1]}
    assert http.post("/dang-nhap", data=typed).status_code == 302
    return http


def _live(page: Page, path: str = BOARD) -> None:
    page.goto(path)
    expect(page.locator("#live")).to_have_text("Trực tiếp")
    page.evaluate("window.kept = true")


def test_check_in_appears_on_the_open_board(open_page: Open, online: System, guests: Any) -> None:
    page, guest = open_page("may"), next(guests)
    _live(page)
    came = page.locator(f"tr[data-row='site:{guest['site']}'] [data-slot=checked_in]")
    before, total = int(came.inner_text()), int(page.locator(".arrived strong").inner_text())
    _check_in(online.api, guest)
    expect(came).to_have_text(str(before + 1))
    expect(page.locator(".arrived strong")).to_have_text(str(total + 1))
    assert page.evaluate("window.kept")


def test_failed_line_changes_its_row_and_is_listed(open_page: Open, online: System, picture: Take) -> None:
    page, screen = open_page("may"), open_page()
    _live(page)
    _live(screen, SCREEN)
    row = page.locator("tr[data-row='site:nghi-loc']")
    tile = screen.locator("li[data-row='site:nghi-loc']")
    places = screen.locator(".tile strong").all_inner_texts()
    expect(row).to_contain_text("Chưa thử")
    _test_line(online.api, "nghi-loc", "failed")
    expect(row).to_contain_text("Mất kết nối")
    expect(page.locator(".attention a")).to_have_text("Huyện Nghi Lộc")
    expect(page.locator("#tin-moi")).to_contain_text("Huyện Nghi Lộc: Mất kết nối")
    expect(tile).to_have_attribute("data-state", "failed")
    expect(screen.locator(".attention")).to_contain_text("Huyện Nghi Lộc")
    picture(screen, "man-hinh-mat-ket-noi-1366")
    _test_line(online.api, "nghi-loc", "ok")
    expect(row).to_contain_text("Thông suốt")
    expect(page.locator(".attention")).to_be_hidden()
    expect(tile).to_have_attribute("data-state", "ok")
    assert screen.locator(".tile strong").all_inner_texts() == places
    assert page.evaluate("window.kept")
    assert screen.evaluate("window.kept")


def test_filter_is_followed_as_well(open_page: Open, online: System) -> None:
    page = open_page("may")
    _live(page)
    page.fill("#q", "yên thành")
    rows = page.locator("#bang tbody tr")
    expect(rows).to_have_count(1)
    _test_line(online.api, "yen-thanh", "failed")
    expect(rows).to_contain_text("Mất kết nối")
    _test_line(online.api, "yen-thanh", "ok")
    expect(rows).to_contain_text("Thông suốt")
    expect(rows).to_have_count(1)


def test_switch_draws_the_other_option(open_page: Open, online: System) -> None:
    page, screen = open_page(), open_page()
    _live(page)
    _live(screen, SCREEN)
    online.decide("in_person")
    expect(page.locator("#bang tbody tr")).to_have_count(1)
    expect(page.locator("#bang")).to_contain_text("Vượt 6 chỗ")
    expect(screen.locator(".tile")).to_have_count(1)
    online.decide("online")
    expect(page.locator("#bang tbody tr")).to_have_count(22)
    expect(screen.locator(".tile")).to_have_count(22)
    assert page.evaluate("window.kept")


def test_board_does_not_tell_what_people_noted(online: System) -> None:
    _test_line(online.api, "anh-son", "failed", "Ghi riêng của người thử")
    for username in ("vinh", "thu"):
        http = _signed_in(online.url, username)
        shown = http.get(f"{BOARD}.json").text + http.get(BOARD).text
        assert "anh-son" in shown
        assert "Ghi riêng" not in shown
        assert "Dòng lệnh" not in shown
    _test_line(online.api, "anh-son", "ok")


def test_only_who_signed_in_may_follow(online: System) -> None:
    for path, accept in ((STREAM, "text/event-stream"), (f"{BOARD}.json", "application/json")):
        assert httpx.get(online.url + path, headers={"Accept": accept}).status_code == 401
    unknown = _signed_in(online.url, "may").get("/truc-tiep/khong-co-that", headers=EVENTS)
    assert unknown.status_code == 404


def test_more_viewers_than_seats_poll_and_starve_nobody(open_page: Open, online: System, guests: Any) -> None:
    http = _signed_in(online.url, "thu")
    with contextlib.ExitStack() as stack:
        for _ in range(SEATS):
            one = stack.enter_context(httpx.Client(base_url=online.url, cookies=http.cookies, timeout=60))
            _take_seat(one, stack)
        refused = http.get(STREAM, headers=EVENTS)
        assert refused.status_code == 503
        assert int(refused.headers["Retry-After"]) > 0
        page = open_page("may")
        page.goto(BOARD)
        expect(page.locator("#live")).to_have_text("Tự cập nhật mỗi 10 giây")
        total = int(page.locator(".arrived strong").inner_text())
        _check_in(online.api, next(guests))
        expect(page.locator(".arrived strong")).to_have_text(str(total + 1))
    with contextlib.ExitStack() as stack:
        _take_seat(http, stack)  # the seats of those who went away are free again


def _take_seat(http: httpx.Client, stack: contextlib.ExitStack) -> None:
    """Follow the board; somebody who just went away may still be thought to be there."""
    end = time.monotonic() + PATIENCE
    while True:
        answer = stack.enter_context(http.stream("GET", STREAM, headers=EVENTS))
        if answer.status_code == 200:
            return
        assert answer.status_code == 503
        assert time.monotonic() < end
        answer.close()
        time.sleep(0.5)


def test_without_a_script_the_board_is_reloaded(open_page: Open, online: System, guests: Any) -> None:
    page = open_page(script=False)
    page.goto(BOARD)
    expect(page.locator("noscript meta[http-equiv=refresh]")).to_have_attribute("content", "30")
    total = int(page.locator(".arrived strong").inner_text())
    _check_in(online.api, next(guests))
    page.reload()
    expect(page.locator(".arrived strong")).to_have_text(str(total + 1))


def test_screen_is_accessible(open_page: Open, online: System, picture: Take) -> None:
    page = open_page()
    _test_line(online.api, "con-cuong", "failed")
    _live(page, SCREEN)
    check_access(page, "man-hinh", picture)
    page.set_viewport_size({"width": 1920, "height": 1080})
    assert page.evaluate("document.documentElement.scrollHeight") <= 1080  # a screen on the wall has no mouse
    picture(page, "man-hinh-1920")
    _live(page)
    check_access(page, "diem-cau-truc-tiep", picture)
    page.set_viewport_size({"width": 1920, "height": 1080})
    picture(page, "diem-cau-truc-tiep-1920")
    _test_line(online.api, "con-cuong", "ok")


def test_stopped_server_is_told_and_afterwards_the_state_comes_again(
    browser: Browser, tmp_path: Path
) -> None:
    with installation(tmp_path, servers=False) as installed:
        installed.up("--example", str(EXAMPLE))
        add_people(installed.data)
        with installed.client() as api:
            System(installed.url, api).decide("online")
        context = browser.new_context(base_url=installed.url, locale="vi-VN")
        for name, value in _signed_in(installed.url, "may").cookies.items():
            context.add_cookies([{"name": name, "value": value, "url": installed.url}])
        page = context.new_page()
        _live(page)
        installed.stop()
        expect(page.locator("#live")).to_have_text(STALE)
        expect(page.locator("#bang tbody tr")).to_have_count(22)
        installed.up()
        with installed.client() as api:
            _test_line(api, "nghi-loc", "failed")
        expect(page.locator("tr[data-row='site:nghi-loc']")).to_contain_text("Mất kết nối")
        expect(page.locator("#live")).to_have_text("Trực tiếp")
        assert page.evaluate("window.kept")
        context.close()
