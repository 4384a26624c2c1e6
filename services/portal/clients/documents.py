"""Documents: official documents, personal invitations, papers."""

from __future__ import annotations

from dataclasses import dataclass

import httpx

from services.portal.clients.api import Api, Json, json_of
from services.portal.model import Upload


@dataclass(frozen=True, slots=True)
class Documents:
    """One method per call."""

    api: Api

    def required(self, key: str) -> Json:
        """Documents that the option needs, each with its draft and what was issued; and the revision."""
        return self.api.get(f"/conferences/{key}/documents")

    def document(self, id: str) -> tuple[Json, str]:
        """The document with its content, and its ETag."""
        return self.api.get_tagged(f"/documents/{id}")

    def change_document(self, id: str, changes: Json, etag: str) -> Json:
        return self.api.patch(f"/documents/{id}", changes, etag)

    def issue_document(self, id: str, order: Json, etag: str, once: str) -> Json:
        headers = {"If-Match": etag, "Idempotency-Key": once}
        return json_of(self.api.send("POST", f"/documents/{id}:issue", json=order, headers=headers))

    def act_on_document(self, id: str, act: str, once: str, **body: str) -> Json:
        """`act`: supersede, recall, redraft or render."""
        return self.api.post(f"/documents/{id}:{act}", body, once)

    def document_file(self, id: str, name: str) -> httpx.Response:
        """`name`: ".pdf", ".docx" or "/preview.pdf"; an open stream."""
        return self.api.stream(f"/documents/{id}{name}")

    def register(self, key: str) -> list[Json]:
        return self.api.items(f"/conferences/{key}/register")

    def register_sheet(self, key: str) -> httpx.Response:
        """The outgoing register as a workbook, an open stream."""
        return self.api.stream(f"/conferences/{key}/register.xlsx")

    def letters(self, key: str) -> Json:
        """Batches of personal invitations, the newest first."""
        return self.api.get(f"/conferences/{key}/invitation-letters")

    def make_letters(self, key: str, wanted: Json, once: str) -> Json:
        return self.api.post(f"/conferences/{key}/invitation-letters:render", wanted, once)

    def letters_file(self, key: str, batch: str, format: str) -> httpx.Response:
        """An open stream; `format` is pdf or zip."""
        return self.api.stream(f"/conferences/{key}/invitation-letters/{batch}.{format}")

    def papers(self, key: str, **filters: str) -> Json:
        return self.api.get(f"/conferences/{key}/papers", **filters)

    def paper(self, key: str, unit: str) -> Json:
        """A unit's paper with all its versions; `etag` is for `order_paper`."""
        return self.api.get(f"/conferences/{key}/papers/{unit}")

    def send_paper(self, key: str, unit: str, upload: Upload, *, title: str, author: str) -> Json:
        form = {"title": title, "author": author}
        return self.api.upload(f"/conferences/{key}/papers/{unit}", upload, form=form)

    def withdraw_paper(self, version: str, reason: str) -> Json:
        return self.api.post(f"/papers/{version}:withdraw", {"reason": reason})

    def order_paper(self, key: str, unit: str, speaking: int | None, etag: str) -> Json:
        path = f"/conferences/{key}/papers/{unit}"
        return self.api.patch(path, {"speaking": speaking}, f'"{etag}"')

    def paper_file(self, version: str) -> httpx.Response:
        """An open stream: read it with `stream_of`."""
        return self.api.stream(f"/papers/{version}/file")

    def paper_list(self, key: str, **filters: str) -> httpx.Response:
        """The list as a workbook, an open stream."""
        return self.api.stream(f"/conferences/{key}/papers.xlsx", **filters)
