"""The reference conference with its awards; a desk of the awards council and one of each district."""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from shared.http.tokens import sign
from shared.scopes import SCOPES
from tests.house import KEY, PLAN, House, settings_in

BASE = f"awards/v1/conferences/{KEY}"
DISTRICT = ("plan:read", "names:read", "awards:nominate")
HEAD = ("unit", "kind", "name", "representative", "position", "achievement")
PROVINCE = "mttq-nghe-an"


class Desk:
    """Calls awards' API of one house."""

    def __init__(self, house: House) -> None:
        self.house, self.http = house, house.http

    def of_unit(self, unit: str, scopes: Sequence[str] = DISTRICT) -> httpx.Client:
        """Somebody of a unit: sees and changes that unit's things only."""
        settings = self.house.system.settings
        token = sign(settings.signing_key, f"account:{unit}", scopes, name=f"Đầu mối {unit}", unit=unit)
        return self._client(token)

    def as_council(self, name: str) -> httpx.Client:
        token = sign(self.house.system.settings.signing_key, f"account:{name}", SCOPES, name=name)
        return self._client(token)

    def propose(self, name: str = "Nguyễn Văn An", **given: Any) -> httpx.Response:
        client: httpx.Client = given.pop("client", self.http)
        body = {"unit": "tp-vinh", "kind": "individual", "name": name, "achievement": "Xuất sắc", **given}
        return client.post(f"{BASE}/nominations", json=body)

    def proposed(self, name: str = "Nguyễn Văn An", **given: Any) -> dict[str, Any]:
        answer = self.propose(name, **given)
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    def judge(self, nomination: str, verb: str, **body: Any) -> httpx.Response:
        return self.http.post(f"awards/v1/nominations/{nomination}:{verb}", json=body or None)

    def approve(self, *nominations: str) -> None:
        answer = self.http.post(f"{BASE}/nominations:approve", json={"nominations": list(nominations)})
        assert answer.status_code == 200, answer.text

    def bring_in(
        self, rows: Sequence[Sequence[Any]], *, dry_run: bool = False, **given: Any
    ) -> httpx.Response:
        client: httpx.Client = given.pop("client", self.http)
        text = io.StringIO()
        csv.writer(text).writerows([HEAD, *rows])
        params = {"dry_run": "1"} if dry_run else {}
        files = {"file": ("de-nghi.csv", text.getvalue().encode())}
        return client.post(f"{BASE}/nominations:import", files=files, params=params)

    def nominate_all(self) -> None:
        """146 nominations, as many as the quotas allow, all of them approved."""
        answer = self.bring_in(everybody(self.units()))
        assert answer.status_code == 200, answer.text
        assert answer.json()["created"] == 146
        ids = [item["id"] for item in self.nominations()]
        self.approve(*ids)

    def units(self) -> list[str]:
        """The units that have a quota, in the order of the annex."""
        items = self.house.get(f"{BASE}/quotas")["items"]
        return list(dict.fromkeys(item["unit"] for item in items))

    def nominations(self, **wanted: str) -> list[dict[str, Any]]:
        params = {"limit": "500", **wanted}
        return list(self.http.get(f"{BASE}/nominations", params=params).json()["items"])

    def decide(self, **body: Any) -> dict[str, Any]:
        answer = self.http.post(f"{BASE}/award-decision", json=body)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def adopt(self, option: str) -> int:
        """Put the conference on an option; the revision."""
        answer = self.house.decide(option=option)
        assert answer.status_code == 202, answer.text
        self.house.pump()
        number = int(answer.json()["revision"])
        assert self.house.revision(number)["state"] == "settled"
        return number

    def lose_unit(self, key: str) -> None:
        """A new version of the plan has one unit less, and is put in force."""
        text = PLAN.read_text()
        kept = "\n".join(line for line in text.splitlines() if f"key: {key}," not in line)
        headers = {"Content-Type": "application/yaml"}
        answer = self.http.post("planning/v1/plans", content=kept.encode(), headers=headers)
        assert answer.status_code in (200, 201), answer.text
        self.house.pump(jobs=False)
        answer = self.house.decide(option="online")
        assert answer.status_code == 202, answer.text
        self.house.pump(jobs=False)

    def counts(self, revision: int) -> dict[str, int]:
        return dict(self.house.revision(revision)["services"]["awards"]["counts"])

    def ceremony(self, **wanted: str) -> dict[str, Any]:
        return dict(self.http.get(f"{BASE}/ceremony", params=wanted).json())

    def _client(self, token: str) -> httpx.Client:
        headers = {"Authorization": f"Bearer {token}", "Accept-Language": "en"}
        return httpx.Client(transport=self.http._transport, base_url=self.http.base_url, headers=headers)


def everybody(units: Sequence[str]) -> list[tuple[str, ...]]:
    """Rows for a file: 8 + 12 of the province, 2 + 4 of each district."""
    rows: list[tuple[str, ...]] = []
    for unit in units:
        collectives, individuals = (8, 12) if unit == PROVINCE else (2, 4)
        rows += [
            (unit, "Tập thể", f"Ban công tác số {n} {unit}", f"Lê Thị Đại {n}", "Trưởng ban", "Tốt")
            for n in range(1, collectives + 1)
        ]
        rows += [
            (unit, "Cá nhân", f"Nguyễn Văn Số {n} {unit}", "", "Cán bộ", "Xuất sắc")
            for n in range(1, individuals + 1)
        ]
    return rows


@pytest.fixture(scope="session")
def planned_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data of a house that knows the reference plan: each test gets a copy."""
    data = tmp_path_factory.mktemp("planned")
    with pytest.MonkeyPatch.context() as patch:
        made = open_house(data, patch)
        made.post_plan()
        made.pump()
        made.system.close()
    return data


@pytest.fixture
def desk(planned_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    data = tmp_path / "data"
    shutil.copytree(planned_data, data)
    made = open_house(data, monkeypatch)
    yield Desk(made)
    made.system.close()


def open_house(data: Path, patch: pytest.MonkeyPatch) -> House:
    return House(replace(settings_in(data, patch), service_url="http://house"))
