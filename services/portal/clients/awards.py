"""Awards: quotas, nominations, decision, certificates, ceremony."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

import httpx

from services.portal.clients.api import Api, Json, json_of
from services.portal.model import Upload


@dataclass(frozen=True, slots=True)
class Awards:
    """One method per call."""

    api: Api

    def quotas(self, key: str) -> list[Json]:
        return self.api.items(f"/conferences/{key}/quotas")

    def nominations(self, key: str, **filters: str) -> Json:
        return self.api.get(f"/conferences/{key}/nominations", **filters)

    def nomination(self, id: str) -> tuple[Json, str]:
        """The nomination and its ETag."""
        return self.api.get_tagged(f"/nominations/{id}")

    def propose(self, key: str, nomination: Json, once: str) -> Json:
        return self.api.post(f"/conferences/{key}/nominations", nomination, once)

    def change_nomination(self, id: str, changes: Json, etag: str) -> Json:
        return self.api.patch(f"/nominations/{id}", changes, etag)

    def judge(self, id: str, verb: str, etag: str, body: Json | None = None) -> Json:
        """`verb`: withdraw, approve or reject, of what was seen under `etag`."""
        headers = {"If-Match": etag, "Idempotency-Key": str(uuid.uuid4())}
        return json_of(self.api.send("POST", f"/nominations/{id}:{verb}", json=body or {}, headers=headers))

    def approve(self, key: str, ids: Sequence[str]) -> int:
        body = {"nominations": list(ids)}
        return int(self.api.post(f"/conferences/{key}/nominations:approve", body)["approved"])

    def import_nominations(self, key: str, upload: Upload, *, dry_run: bool) -> Json:
        return self.api.import_table(f"/conferences/{key}/nominations:import", upload, dry_run=dry_run)

    def decide(self, key: str, reason: str, once: str, *, dry_run: bool = False) -> Json:
        body = {"reason": reason or None, "dry_run": dry_run}
        return self.api.post(f"/conferences/{key}/award-decision", body, once)

    def decisions(self, key: str) -> list[Json]:
        return self.api.items(f"/conferences/{key}/award-decisions")

    def recipients(self, key: str, unit: str = "") -> Json:
        return self.api.get(f"/conferences/{key}/recipients", unit=unit)

    def ceremony(self, key: str, site: str = "") -> Json:
        return self.api.get(f"/conferences/{key}/ceremony", site=site)

    def choice(self, key: str, option: str) -> tuple[Json, str]:
        """Whom the council puts first, and the ETag."""
        return self.api.get_tagged(f"/conferences/{key}/options/{option}/presentation-choice")

    def choose(self, key: str, option: str, ids: Sequence[str], etag: str) -> Json:
        path = f"/conferences/{key}/options/{option}/presentation-choice"
        return self._put(path, {"recipients": list(ids)}, etag)

    def design(self, key: str) -> tuple[Json, str]:
        """How certificates look, and the ETag."""
        return self.api.get_tagged(f"/conferences/{key}/certificate-design")

    def set_design(self, key: str, design: Json, etag: str) -> Json:
        return self._put(f"/conferences/{key}/certificate-design", design, etag)

    def render(self, key: str, once: str, ids: Sequence[str] | None = None) -> Json:
        body = {"recipients": None if ids is None else list(ids)}
        return self.api.post(f"/conferences/{key}/certificates:render", body, once)

    def certificates(self, key: str) -> list[Json]:
        return self.api.items(f"/conferences/{key}/certificates")

    def stop(self, job: str, verb: str) -> Json:
        """`verb`: cancel or retry."""
        return self.api.post(f"/jobs/{job}:{verb}", {})

    def download(self, path: str, filters: Mapping[str, str] | None = None) -> httpx.Response:
        """An open stream: read it with `stream_of`."""
        return self.api.stream(path, **{k: v for k, v in (filters or {}).items() if v})

    def verify(self, code: str) -> Json:
        return self.api.get(f"/verify/{quote(code, safe='')}")

    def _put(self, path: str, body: Json, etag: str) -> Json:
        return json_of(self.api.send("PUT", path, json=body, headers={"If-Match": etag}))
