"""The records clerk's desk: what the tests of documents do, over HTTP."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx

from shared.http.tokens import sign
from tests.house import KEY, House

BASE = "documents/v1"


class Desk:
    """Documents of the reference conference, found by their requirement ("KH-1")."""

    def __init__(self, house: House) -> None:
        self.house, self.http = house, house.http

    def adopt(self, option: str) -> int:
        answer = self.house.decide(option=option)
        assert answer.status_code == 202, answer.text
        self.house.pump()
        return int(answer.json()["revision"])

    def items(self) -> dict[str, dict[str, Any]]:
        listed = self.house.get(f"{BASE}/conferences/{KEY}/documents")["items"]
        return {item["key"]: item for item in listed}

    def documents(self, key: str) -> list[dict[str, Any]]:
        return list(self.items()[key]["documents"]) if key in self.items() else []

    def one(self, key: str, status: str) -> dict[str, Any]:
        """The only document of a requirement in a status, with its content."""
        [found] = [one for one in self.documents(key) if one["status"] == status]
        return self.detail(found["id"])

    def detail(self, id: str) -> dict[str, Any]:
        return self.house.get(f"{BASE}/documents/{id}")

    def act(self, id: str, verb: str, **body: Any) -> httpx.Response:
        return self.http.post(f"{BASE}/documents/{id}:{verb}", json=body)

    def issue(self, key: str, **order: Any) -> dict[str, Any]:
        answer = self.act(self.one(key, "draft")["id"], "issue", **order)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def edit(self, key: str, **changes: Any) -> dict[str, Any]:
        draft = self.one(key, "draft")
        answer = self.patch(draft["id"], draft["version"], **changes)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def patch(self, id: str, version: int, **changes: Any) -> httpx.Response:
        return self.http.patch(f"{BASE}/documents/{id}", json=changes, headers={"If-Match": f'"{version}"'})

    def amend_plan(self, **changes: Any) -> None:
        """Another plan version; it takes effect with the next decision."""
        path = f"planning/v1/conferences/{KEY}"
        etag = self.http.get(path).headers["ETag"]
        answer = self.http.patch(path, json=changes, headers={"If-Match": etag})
        assert answer.status_code == 200, answer.text
        self.house.pump()

    def move(self, site: str, **changes: Any) -> None:
        """Another room or address of a site."""
        found = self.house.http.get(f"venue/v1/conferences/{KEY}/sites/{site}")
        path, seen = f"venue/v1/sites/{found.json()['id']}", {"If-Match": found.headers["ETag"]}
        answer = self.http.patch(path, json=changes, headers=seen)
        assert answer.status_code == 200, answer.text
        self.house.pump()

    def as_actor(self, *scopes: str, unit: str | None = None) -> dict[str, str]:
        """Headers of somebody with these rights."""
        key = self.house.system.settings.signing_key
        token = sign(key, "account:test", scopes, name="Người thử", unit=unit, lifetime=timedelta(minutes=5))
        return {"Authorization": f"Bearer {token}"}


def statuses(items: dict[str, dict[str, Any]]) -> dict[str, list[str]]:
    """Requirement → statuses of its documents."""
    return {key: [one["status"] for one in item["documents"]] for key, item in items.items()}
