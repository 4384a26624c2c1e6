"""Planning: conferences, options, decisions, tasks."""

from __future__ import annotations

from dataclasses import dataclass

import httpx

from services.portal.clients.api import Api, Json, json_of


@dataclass(frozen=True, slots=True)
class Planning:
    """One method per call."""

    api: Api

    def conferences(self) -> list[Json]:
        return self.api.items("/conferences")

    def conference(self, key: str) -> Json:
        return self.api.get(f"/conferences/{key}")

    def conference_tagged(self, key: str) -> tuple[Json, str]:
        """The conference and its ETag."""
        return self.api.get_tagged(f"/conferences/{key}")

    def amend(self, key: str, changes: Json, etag: str) -> Json:
        return self.api.patch(f"/conferences/{key}", changes, etag)

    def opening(self, key: str) -> Json:
        return self.api.get(f"/conferences/{key}/opening")

    def act(self, key: str, act: str, reason: str, once: str) -> Json:
        """`act`: open, close or reopen."""
        return self.api.post(f"/conferences/{key}:{act}", {"reason": reason}, once)

    def programme(self, key: str, version: str = "") -> tuple[Json, str]:
        """The programme with its times, and the plan's ETag."""
        params = {"version": version} if version else {}
        response = self.api.send("GET", f"/conferences/{key}/programme", params=params)
        return json_of(response), response.headers.get("ETag", "")

    def reminders(self, key: str, **filters: str) -> Json:
        return self.api.get(f"/conferences/{key}/reminders", **filters)

    def units(self, key: str) -> list[Json]:
        """With level and parent; of a whole country it takes a second."""
        return self.api.items(f"/conferences/{key}/units")

    def unit_names(self, key: str) -> list[Json]:
        return self.api.items(f"/conferences/{key}/unit-names")

    def propose(self, key: str, option: str, once: str) -> int:
        return int(self.api.post(f"/conferences/{key}/revisions", {"option": option}, once)["revision"])

    def revision(self, key: str, number: int) -> Json:
        return self.api.get(f"/conferences/{key}/revisions/{number}")

    def retry(self, key: str, number: int) -> Json:
        return self.api.post(f"/conferences/{key}/revisions/{number}:retry", {})

    def decide(self, key: str, decision: Json, once: str) -> int:
        return int(self.api.post(f"/conferences/{key}/decisions", decision, once)["revision"])

    def undo(self, key: str, decision: Json, once: str) -> int:
        return int(self.api.post(f"/conferences/{key}/decisions:undo", decision, once)["revision"])

    def decisions(self, key: str) -> list[Json]:
        return self.api.items(f"/conferences/{key}/decisions")

    def tasks(self, key: str, **filters: str) -> Json:
        return self.api.get(f"/conferences/{key}/tasks", **filters)

    def task(self, key: str, id: str) -> Json:
        return self.api.get(f"/conferences/{key}/tasks/{id}")

    def set_task(self, key: str, id: str, state: str, note: str, etag: str) -> Json:
        body = {"state": state, "note": note}
        return self.api.patch(f"/conferences/{key}/tasks/{id}", body, f'"{etag}"')

    def tasks_workbook(self, key: str, **filters: str) -> httpx.Response:
        """An open stream."""
        return self.api.stream(f"/conferences/{key}/tasks.xlsx", **filters)
