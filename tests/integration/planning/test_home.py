"""The portal's first page when a service does not answer; an error of a service in Vietnamese."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest
from flask.testing import FlaskClient

from services import system as house
from services.portal import app as portal
from services.portal import commands
from tests.house import KEY, House
from tests.integration.planning.conftest import Stage, decided

PASSWORD = "hoa ban trắng bảy cánh"


class Cut(httpx.BaseTransport):
    """The network, with the ways to some services cut."""

    def __init__(self, whole: httpx.BaseTransport, services: tuple[str, ...]) -> None:
        self._whole, self._services = whole, services

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.split("/")[2] in self._services:
            raise httpx.ConnectError("cut", request=request)
        return self._whole.handle_request(request)


@pytest.fixture
def planned_house(stage: Stage) -> House:
    made = stage.at("2021-06-28T16:00")
    made.post_plan()
    made.pump()
    decided(made)
    with made.system.databases["portal"].write() as session:
        commands.create_account(
            session, username="thu", name="Lê Thị Thư", password=PASSWORD, role="organiser"
        )
    return made


def signed_in(made: House, transport: httpx.BaseTransport) -> FlaskClient:
    client = portal.create_app(made.system.settings, transport=transport).test_client()
    csrf = re.search(r'name="csrf" value="([^"]+)"', client.get("/dang-nhap").text)
    assert csrf
    form = {"csrf": csrf[1], "username": "thu", "password": PASSWORD}
    assert client.post("/dang-nhap", data=form).status_code == 302
    return client


def whole(made: House) -> Any:
    return house.inside(house.apis(made.system))


def test_home_works_while_services_are_down(planned_house: House) -> None:
    page = signed_in(planned_house, Cut(whole(planned_house), ("documents", "venue"))).get("/")
    assert page.status_code == 200
    assert "Tạm thời chưa lấy được phần: điểm cầu, hội trường, văn bản, giấy mời" in page.text
    assert "Hội nghị tổng kết công tác bầu cử" in page.text
    assert "21 điểm cầu chưa kiểm tra đường truyền đạt" in page.text


def test_home_says_so_when_planning_is_down(planned_house: House) -> None:
    page = signed_in(planned_house, Cut(whole(planned_house), ("planning",))).get("/")
    assert page.status_code == 200
    assert "Danh sách hội nghị tạm thời chưa lấy được" in page.text


def test_error_of_a_service_is_told_in_vietnamese(planned_house: House) -> None:
    with planned_house.system.databases["planning"].write() as session:
        session.connection().exec_driver_sql("alter table plan_tasks rename to gone")
    page = signed_in(planned_house, whole(planned_house)).get(f"/hoi-nghi/{KEY}/nhiem-vu")
    assert page.status_code in (502, 503)
    assert "Internal" not in page.text
    assert "Kế hoạch, nhiệm vụ" in page.text or "kế hoạch, nhiệm vụ" in page.text
