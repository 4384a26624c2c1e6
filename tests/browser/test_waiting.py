"""A full site on the delegate's phone and on the organiser's lists."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.conftest import System
from tests.browser.test_portal import HOME, check_access
from tests.servers import KEY

Open = Callable[..., Page]
Take = Callable[[Page, str], None]
REGISTRATION = f"registration/v1/conferences/{KEY}"
SITE = "tp-vinh"


def fill_site(system: System, seats: int) -> list[str]:
    """The links of the site's delegates after so many of them took all its seats."""
    system.decide("online")
    sites = system.api.get(f"venue/v1/conferences/{KEY}/sites").json()["items"]
    url = f"venue/v1/sites/{next(site['id'] for site in sites if site['key'] == SITE)}"
    headers = {"If-Match": system.api.get(url).headers["ETag"]}
    assert system.api.patch(url, json={"capacity": seats}, headers=headers).status_code == 200
    end = time.monotonic() + 180
    while next(one["capacity"] for one in headcounts(system) if one["site"] == SITE) != seats:
        assert time.monotonic() < end, "the capacity does not arrive"
        time.sleep(0.1)
    items = system.api.get(f"{REGISTRATION}/delegates", params={"site": SITE, "limit": 10}).json()["items"]
    links = [system.api.post(f"registration/v1/delegates/{item['id']}/rsvp-link") for item in items]
    tokens = [str(link.json()["url"]).rpartition("/")[2] for link in links]
    assert [answer(system, token, "accepted") for token in tokens[:seats]] == ["accepted"] * seats
    return tokens


def headcounts(system: System) -> list[dict[str, Any]]:
    return list(system.api.get(f"{REGISTRATION}/headcounts").json()["items"])


def answer(system: System, token: str, said: str) -> str:
    return str(system.api.post(f"registration/v1/rsvp/{token}", json={"answer": said}).json()["answer"])


def test_full_site_on_a_phone(open_page: Open, system: System, picture: Take) -> None:
    tokens = fill_site(system, 2)
    assert answer(system, tokens[2], "accepted") == "waiting"
    phone = open_page(None, width=360)
    phone.goto(f"/tra-loi/{tokens[3]}")
    phone.click("text=Tôi sẽ dự")
    notice = phone.locator("#tra-loi")
    expect(notice).to_contain_text("Đã hết chỗ – đồng chí ở vị trí thứ 2 trong danh sách chờ")
    expect(phone.locator(".badge")).to_have_count(0)
    expect(phone.locator("#accept")).to_have_count(0)
    check_access(phone, "danh-sach-cho", picture)
    _look_at_lists(open_page(), picture)
    phone.click("text=Rời danh sách chờ")
    expect(notice).to_contain_text("Không dự được")
    phone.click("text=Tôi sẽ dự")
    expect(notice).to_contain_text("vị trí thứ 2")
    assert [answer(system, token, "declined") for token in tokens[:2]] == ["declined"] * 2
    phone.reload()
    expect(notice).to_contain_text("Sẽ dự")
    expect(phone.locator(".badge img")).to_be_visible()


def _look_at_lists(page: Page, picture: Take) -> None:
    page.goto(f"{HOME}/dai-bieu?tra-loi=waiting")
    expect(page.locator("tbody tr")).to_have_count(2)
    expect(page.locator("tbody")).to_contain_text("thứ 1")
    check_access(page, "dai-bieu-cho-cho", picture)
    page.click("tbody th a >> nth=0")
    expect(page.locator("main")).to_contain_text("trong danh sách chờ")
    page.goto(f"{HOME}/dai-bieu/so-luong")
    expect(page.locator("thead")).to_contain_text("Danh sách chờ")
    expect(page.locator("tfoot [data-label='Danh sách chờ']")).to_have_text("2")
    check_access(page, "so-luong-cho-cho", picture)
