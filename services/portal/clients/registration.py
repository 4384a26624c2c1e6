"""Registration: delegates, answers, headcounts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import httpx

from services.portal.clients.api import Api, Json, json_of
from services.portal.model import Upload


@dataclass(frozen=True, slots=True)
class Registration:
    """One method per call."""

    api: Api

    def delegates(self, key: str, **filters: str) -> Json:
        return self.api.get(f"/conferences/{key}/delegates", **filters)

    def delegate(self, id: str) -> tuple[Json, str]:
        """The delegate and its ETag."""
        return self.api.get_tagged(f"/delegates/{id}")

    def add_delegate(self, key: str, delegate: Json, once: str) -> Json:
        return self.api.post(f"/conferences/{key}/delegates", delegate, once)

    def change_delegate(self, id: str, changes: Json, etag: str) -> Json:
        return self.api.patch(f"/delegates/{id}", changes, etag)

    def import_delegates(self, key: str, upload: Upload, *, dry_run: bool) -> Json:
        return self.api.import_table(f"/conferences/{key}/delegates:import", upload, dry_run=dry_run)

    def invitations(self, key: str, **filters: str) -> Json:
        return self.api.get(f"/conferences/{key}/invitations", **filters)

    def invitation_of(self, key: str, group: str, unit: str) -> Json:
        """One route's invitation, its persons and its history."""
        return self.api.get(f"/conferences/{key}/invitations/{group}/{unit}")

    def by_hand(self, key: str, **filters: str) -> Json:
        return self.api.get(f"/conferences/{key}/invitations/by-hand", **filters)

    def order_invitations(self, key: str, verb: str, order: Json, once: str = "") -> Json:
        """`verb`: issue or withdraw; totals, and the job that does it unless it is a dry run."""
        return self.api.post(f"/conferences/{key}/invitations:{verb}", order, once)

    def messages(self, key: str, **filters: str) -> Json:
        return self.api.get(f"/conferences/{key}/messages", **filters)

    def resend_message(self, id: str, reason: str, once: str) -> Json:
        return self.api.post(f"/messages/{id}:resend", {"reason": reason}, once)

    def cancel_message(self, id: str, once: str) -> Json:
        return self.api.post(f"/messages/{id}:cancel", {}, once)

    def job(self, id: str) -> Json:
        return self.api.get(f"/jobs/{id}")

    def headcounts(self, key: str) -> Json:
        return self.api.get(f"/conferences/{key}/headcounts")

    def rsvp_link(self, id: str, once: str) -> Json:
        return self.api.post(f"/delegates/{id}/rsvp-link", {}, once)

    def invitation(self, token: str) -> Json:
        return self.api.get(f"/rsvp/{token}")

    def answer(self, token: str, answer: str, note: str) -> Json:
        return self.api.post(f"/rsvp/{token}", {"answer": answer, "note": note})

    def send_somebody(self, token: str, substitute: Json, note: str, once: str) -> Json:
        """By the delegate's own link: `link` in the answer is the substitute's."""
        body = {"answer": "substituted", "substitute": substitute, "note": note}
        return self.api.post(f"/rsvp/{token}", body, once)

    def invitation_badge(self, token: str) -> bytes:
        return self.api.send("GET", f"/rsvp/{token}/badge.svg").content

    def badge(self, id: str) -> bytes:
        return self.api.send("GET", f"/delegates/{id}/badge.svg").content

    def substitute(self, id: str, substitute: Json, etag: str) -> Json:
        headers = {"If-Match": etag}
        path = f"/delegates/{id}/substitutes"
        return json_of(self.api.send("POST", path, json=substitute, headers=headers))

    def remove_delegate(self, id: str) -> None:
        self.api.delete(f"/delegates/{id}")

    def revoke_links(self, id: str) -> None:
        self.api.delete(f"/delegates/{id}/rsvp-link")

    def seat_elsewhere(self, id: str, option: str, site: str | None) -> Json:
        body = {"option": option, "site": site}
        return json_of(self.api.send("PUT", f"/delegates/{id}/override", json=body))

    def check_in(self, key: str, item: Json) -> Json:
        """What became of one scan."""
        return dict(self.api.post(f"/conferences/{key}/check-ins", {"items": [item]})["items"][0])

    def undo_check_in(self, key: str, place: str, reason: str) -> Json:
        return self.api.post(f"/conferences/{key}/check-ins:undo", {"place": place, "reason": reason})

    def present(self, key: str, site: str) -> Json:
        """How many came of how many, and who came last."""
        return self.api.get(f"/conferences/{key}/check-ins", site=site)

    def report_headcount(self, key: str, site: str, count: int, note: str, once: str) -> Json:
        body = {"count": count, "note": note}
        return self.api.post(f"/conferences/{key}/headcounts/{site}:report", body, once)

    def download(self, key: str, name: str, filters: Mapping[str, str]) -> httpx.Response:
        """An open stream: read it with `stream_of`."""
        return self.api.stream(f"/conferences/{key}/{name}", **filters)
