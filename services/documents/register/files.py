"""The files of documents: made once per version by a job, then kept."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, select

from services.documents.register.commands import RENDER_DOCUMENT
from services.documents.register.model import NotRendered
from services.documents.register.queries import find_file, get_document, list_files
from services.documents.register.tables import rendered_files
from services.documents.typesetting.reading import read_document
from services.documents.typesetting.rendering import Rendered, render
from shared.jobs.queue import ACTIVE
from shared.jobs.tables import jobs
from shared.jobs.worker import JobFailed, Run
from shared.storage.files import FileStore
from shared.storage.session import Session
from shared.storage.upsert import dialect_of, insert_into
from shared.typesetting.typst import TypesettingFailed


def rendered_file(session: Session, files: FileStore, document: RowMapping, format: str) -> Path:
    """The stored file of the present version. Raises NotRendered."""
    found = find_file(session, document["id"], document["version"], format)
    if found is None:
        job = last_job(session, document)
        raise NotRendered(job["id"] if job is not None and job["state"] in ACTIVE else None)
    return files.path(found.sha256)


def render_document(run: Run) -> Mapping[str, Any]:
    """Both files of the version that was asked for; there already, or outrun by a newer one: nothing."""
    id, version = UUID(run.job.payload["document"]), run.job.payload["version"]
    with run.read() as session:
        row = get_document(session, id)
        done = list_files(session, id, version)
    if row["version"] != version or len(done) == 2:
        return {"made": 0}
    try:
        rendered = render(read_document(row["content"]))
    except TypesettingFailed as failed:
        raise JobFailed("Không dàn trang được văn bản này", f"Typesetting failed: {failed}") from None
    store: FileStore = run.context.files
    kept = {"docx": store.put(rendered.docx), "pdf": store.put(rendered.pdf)}
    with run.write() as session:
        _note_files(session, id, version, kept, rendered, run.now())
    return {"made": 2, "engine": rendered.engine}


def _note_files(
    session: Session, id: UUID, version: int, kept: Mapping[str, str], rendered: Rendered, now: datetime
) -> None:
    rows = [
        {
            "document": id,
            "version": version,
            "format": format,
            "sha256": sha256,
            "engine": rendered.engine,
            "engine_version": rendered.engine_version,
            "made_at": now,
        }
        for format, sha256 in kept.items()
    ]
    session.execute(insert_into(dialect_of(session), rendered_files).on_conflict_do_nothing(), rows)


def last_job(session: Session, document: RowMapping) -> RowMapping | None:
    """The newest job that makes the files of the present version: its id and state."""
    once = f"{document['id']}/{document['version']}"
    query = select(jobs.c.id, jobs.c.state).where(jobs.c.kind == RENDER_DOCUMENT, jobs.c.once == once)
    newest = query.order_by(jobs.c.created_at.desc()).limit(1)
    return session.execute(newest).mappings().one_or_none()
