"""One conference as its staff and guests reach it: over HTTP, everything by its natural key, never by id."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

import httpx

Item = dict[str, Any]


class Refused(Exception):
    """A problem+json answer; `kind` is the last part of its type, `rows` those of a file that are wrong."""

    def __init__(self, answer: httpx.Response) -> None:
        super().__init__(f"{answer.request.method} {answer.request.url}: {answer.text[:500]}")
        assert answer.headers["Content-Type"] == "application/problem+json", answer.text
        assert 400 <= answer.status_code < 500, str(self)
        problem = answer.json()
        self.kind = str(problem["type"]).rpartition(":")[2]
        self.rows = {error["row"] for error in problem.get("errors", ()) if "row" in error}


class Missing(Exception):
    """What the act is about is not there (now)."""


@dataclass(frozen=True)
class Spot:
    """A person on a place of a group and unit: stable, whereas ids and ordinals are not."""

    group: str
    unit: str
    name: str


@dataclass(frozen=True)
class Office:
    """The conference `key` of a system."""

    http: httpx.Client
    key: str

    def call(self, method: str, path: str, **request: Any) -> Any:
        """What the service answers, None for no content. Raises Refused."""
        answer = self.http.request(method, path, **request)
        if answer.is_error:
            raise Refused(answer)
        return answer.json() if answer.content else None

    def at(self, service: str, path: str = "") -> str:
        return f"{service}/v1/conferences/{self.key}{'/' if path else ''}{path}"

    def get(self, service: str, path: str = "") -> Any:
        return self.call("GET", self.at(service, path))

    def post(self, service: str, path: str, body: Any = None) -> Any:
        return self.call("POST", self.at(service, path), json=body or {})

    def post_unless(self, kinds: Collection[str], service: str, path: str, body: Any = None) -> Any | None:
        """None when it is refused for one of these reasons. Raises Refused for any other."""
        try:
            return self.post(service, path, body)
        except Refused as refused:
            if refused.kind not in kinds:
                raise
            return None

    def every(self, service: str, path: str) -> Iterator[Item]:
        """A list to its end, page by page."""
        cursor: str | None = ""
        while cursor is not None:
            mark = "&" if "?" in path else "?"
            page = self.get(service, f"{path}{mark}limit=200" + (f"&cursor={cursor}" if cursor else ""))
            yield from page["items"]
            cursor = page.get("next_cursor") or page.get("next")

    def is_known_to(self, service: str) -> bool:
        probe = {"registration": "headcounts", "venue": "sites", "awards": "quotas", "documents": "documents"}
        return self.http.get(self.at(service, probe[service])).status_code == 200

    def delegates(self, group: str = "", unit: str = "") -> list[Item]:
        wanted = "&".join(f"{name}={key}" for name, key in (("group", group), ("unit", unit)) if key)
        return list(self.every("registration", f"delegates?{wanted}" if wanted else "delegates"))

    def delegate(self, spot: Spot) -> Item:
        """Raises Missing."""
        for item in self.delegates(spot.group, spot.unit):
            if item["name"] == spot.name:
                return item
        raise Missing(spot)

    def person(self, spot: Spot) -> Item:
        """The same person at whatever place of theirs, the named one first. Raises Missing."""
        there = [one for one in self.delegates() if one["name"] == spot.name]
        there.sort(key=lambda one: (one["group"], one["unit"]) != (spot.group, spot.unit))
        if not there:
            raise Missing(spot)
        return there[0]

    def starts_at(self) -> str | None:
        """The start that registration goes by."""
        found: str | None = self.get("registration", "invitations?limit=1")["starts_at"]
        return found

    def amend(self, path: str, changes: Item, method: str = "PATCH") -> Any:
        """Change what is at `path` as it stands now."""
        answer = self.http.get(path)
        if answer.is_error:
            raise Refused(answer)
        return self.call(method, path, json=changes, headers={"If-Match": answer.headers["ETag"]})
