"""The reference conference with something of everything in it, so that every path has ids that exist."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

import httpx

from services.awards.certificates.model import Codes
from services.system import MODULES
from shared.config import Settings
from tests.servers import EXAMPLE, KEY

Known = Mapping[str, Sequence[Any]]
PDF = b"%PDF-1.7\ntrailer\n<<>>\n%%EOF\n"
PATIENCE = 60.0
UNIT = "do-luong"
RENDERED = 2  # certificates made


class ReferenceDay:
    """Fills a running installation by its HTTP API and remembers what it may be asked for."""

    def __init__(self, api: httpx.Client, settings: Settings) -> None:
        self._api = api
        self._codes = Codes(settings.derived_secret("certificates"))

    def prepare(self) -> None:
        """Decide, name, nominate, honour, invite, send, test: one of each at least."""
        revision = self._post("planning", "decisions", {"option": "online", "reason": "chuẩn bị"})["revision"]
        self._wait("planning", f"conferences/{KEY}/revisions/{revision}", "state", "settled")
        self._post("planning", "revisions", {"option": "in_person"})
        form = {"title": "Công tác bầu cử ở miền núi", "author": "Nguyễn Văn A"}
        self._upload("documents", f"papers/{UNIT}", ("bai.pdf", PDF), form)
        self._honour()
        self._wait_for_jobs()  # awardees have their places, drafts are made
        self._post("registration", "invitations:issue", {"unit": UNIT, "issuer": "all"})
        self._post("documents", "invitation-letters:render", {"unit": UNIT})
        [place] = self._ids("registration", "delegates", limit=1)
        self._link = self._api.post(f"registration/v1/delegates/{place}/rsvp-link").raise_for_status().json()
        self._test_line(self._items("venue", "sites")[1]["id"])
        self._wait_for_jobs()
        self._set = self._post("documents", "paper-sets", {})["job"]  # takes long; asking for it does not

    def known(self) -> Known:
        """Values that exist, by the name of a parameter or field; `service.name` where services differ."""
        nominations = self._ids("awards", "nominations", limit=20)
        sites, conference = self._items("venue", "sites"), self._get("planning", "")
        found: dict[str, Sequence[Any]] = {
            "key": [KEY],
            "number": [1, 2],
            "revision": [1, 2],
            "option": [option["key"] for option in conference["options"]],
            "group": [group["key"] for option in conference["options"] for group in option["groups"]],
            "unit": [UNIT, *(unit["key"] for unit in self._items("planning", "units"))],
            "site": [site["key"] for site in sites],
            "sites.site": [site["id"] for site in sites],
            "task": self._ids("planning", "tasks"),
            "place": self._ids("registration", "delegates"),
            "token": [self._link["url"].rpartition("/")[2]],
            "message": self._ids("registration", "messages"),
            "documents.id": [
                one["id"] for need in self._items("documents", "documents") for one in need["documents"]
            ],
            "papers.id": [row["version"] for row in self._items("documents", "papers") if row["version"]],
            "paper-sets.job": [self._set],
            "documents.batch": self._ids("documents", "invitation-letters"),
            "awards.batch": self._ids("awards", "certificates"),
            "nomination": nominations,
            "nominations": nominations,
            "recipient": self._ids("awards", "recipients")[:RENDERED],
            "code": [self._codes.make(1)],
            "recipients": self._ids("awards", "recipients"),
        }
        for service in MODULES:
            found[f"{service}.job"] = [job["id"] for job in self._jobs(service)]
        return found

    def _honour(self) -> None:
        self._upload(
            "awards", "nominations:import", ("n.csv", (EXAMPLE / "nominations.csv").read_bytes()), {}
        )
        nominations = self._ids("awards", "nominations", limit=500)
        self._post("awards", "nominations:approve", {"nominations": nominations})
        self._post("awards", "award-decision", {"reason": "theo đề nghị"})
        self._post(
            "awards", "certificates:render", {"recipients": self._ids("awards", "recipients")[:RENDERED]}
        )

    def _test_line(self, site: str) -> None:
        """By hand and by probe: the name leads nowhere, which is an outcome, too."""
        etag = self._api.get(f"venue/v1/sites/{site}").headers["ETag"]
        terminal = {"probe_address": "tram.invalid:5060"}
        self._api.patch(
            f"venue/v1/sites/{site}", json=terminal, headers={"If-Match": etag}
        ).raise_for_status()
        for result in ({"outcome": "ok"}, {"probe": True}):
            self._api.post(f"venue/v1/sites/{site}/line-tests", json=result).raise_for_status()

    def _wait_for_jobs(self) -> None:
        deadline = time.monotonic() + PATIENCE
        while unfinished := [
            job for service in MODULES for job in self._jobs(service) if job["state"] in ("queued", "running")
        ]:
            assert time.monotonic() < deadline, unfinished
            time.sleep(0.1)

    def _wait(self, service: str, path: str, name: str, value: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while self._api.get(f"{service}/v1/{path}").raise_for_status().json()[name] != value:
            assert time.monotonic() < deadline, f"{path} is never {value}"
            time.sleep(0.05)

    def _jobs(self, service: str) -> list[dict[str, Any]]:
        answer = self._api.get(f"{service}/v1/jobs")
        return list(answer.json()["items"]) if answer.status_code == 200 else []

    def _ids(self, service: str, path: str, **query: Any) -> list[str]:
        return [item["id"] for item in self._items(service, path, **query)]

    def _items(self, service: str, path: str, **query: Any) -> list[dict[str, Any]]:
        return list(self._get(service, path, **query)["items"])

    def _get(self, service: str, path: str, **query: Any) -> dict[str, Any]:
        answer = self._api.get(f"{service}/v1/conferences/{KEY}/{path}".rstrip("/"), params=query)
        return dict(answer.raise_for_status().json())

    def _post(self, service: str, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        answer = self._api.post(f"{service}/v1/conferences/{KEY}/{path}", json=body)
        assert answer.status_code < 300, f"{path}: {answer.text}"
        return dict(answer.json())

    def _upload(self, service: str, path: str, file: tuple[str, bytes], form: Mapping[str, str]) -> None:
        url = f"{service}/v1/conferences/{KEY}/{path}"
        answer = self._api.post(url, data=form, files={"file": file})
        assert answer.status_code < 300, f"{path}: {answer.text}"
