"""Venue: sites and their lines."""

from __future__ import annotations

from dataclasses import dataclass

from services.portal.clients.api import Api, Json
from services.portal.model import MOST_CHOICES


@dataclass(frozen=True, slots=True)
class Venue:
    """One method per call."""

    api: Api

    def board(self, key: str) -> Json:
        return self.api.get(f"/conferences/{key}/board")

    def some_sites(self, key: str) -> list[Json]:
        """As many as one may choose from, and one more if there are more."""
        return self.api.items(f"/conferences/{key}/sites", first=str(MOST_CHOICES + 1))

    def site(self, key: str, site: str) -> tuple[Json, str]:
        """The site with this key, and its ETag."""
        return self.api.get_tagged(f"/conferences/{key}/sites/{site}")

    def change_site(self, id: str, changes: Json, etag: str) -> Json:
        return self.api.patch(f"/sites/{id}", changes, etag)

    def line_tests(self, id: str) -> Json:
        """The state of a site's line and all entries, the newest first."""
        return self.api.get(f"/sites/{id}/line-tests")

    def add_test(self, id: str, outcome: str, note: str, once: str) -> Json:
        return self.api.post(f"/sites/{id}/line-tests", {"outcome": outcome, "note": note}, once)

    def probe(self, id: str, once: str) -> str:
        """The job that connects to the site's terminal."""
        return str(self.api.post(f"/sites/{id}/line-tests", {"probe": True}, once)["job"])

    def waive(self, id: str, reason: str, once: str) -> Json:
        return self.api.post(f"/sites/{id}/line-tests:waive", {"reason": reason}, once)

    def unwaive(self, id: str, reason: str, once: str) -> Json:
        return self.api.post(f"/sites/{id}/line-tests:unwaive", {"reason": reason}, once)

    def job(self, id: str) -> Json:
        return self.api.get(f"/jobs/{id}")
