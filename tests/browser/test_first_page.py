"""The first page: what each role finds on top of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import System
from tests.browser.test_documents import adopt
from tests.browser.test_portal import check_access

Open = Callable[..., Page]
Take = Callable[[Page, str], None]


def test_door_clerk_finds_the_door_and_no_tasks_of_others(open_page: Open, system: System) -> None:
    adopt(system, "online")
    page = open_page("tiep")
    page.goto("/")
    expect(page.locator(".conference-card .todo")).to_have_count(0)
    page.click(".conference-card .button:text-is('Điểm danh')")
    expect(page.locator("h1")).to_have_text("Điểm danh")


def test_clerk_finds_the_drafts_that_wait_for_a_number(open_page: Open, system: System) -> None:
    adopt(system, "online")
    page = open_page("van")
    page.goto("/")
    expect(page.locator("h3").first).to_contain_text("Bản thảo chờ ban hành")
    page.click(".first-steps a >> nth=0")
    expect(page.locator("main")).to_contain_text("Ban hành")


def test_district_finds_its_site_its_paper_and_its_headcount(open_page: Open, system: System) -> None:
    adopt(system, "online")
    page = open_page("vinh")
    page.goto("/")
    steps = page.locator(".first-steps")
    expect(steps).to_contain_text("Điểm cầu: ")
    expect(steps).to_contain_text("Tham luận")
    expect(steps).to_contain_text("Báo số lượng đại biểu")


def test_heading_and_tab_title_agree(open_page: Open) -> None:
    page = open_page()
    page.goto("/")
    expect(page.locator("h1")).to_have_text("Việc hôm nay")
    expect(page).to_have_title("Việc hôm nay – Điểm Cầu")


@pytest.mark.parametrize("person", ["tiep", "van", "vinh"])
def test_first_page_of_a_role_is_accessible(
    person: str, open_page: Open, system: System, picture: Take
) -> None:
    adopt(system, "online")
    page = open_page(person)
    page.goto("/")
    check_access(page, f"trang-dau-{person}", picture)
