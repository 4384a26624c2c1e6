"""Make a batch of certificates: chunk after chunk, then one file of all and an archive of singles."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

import segno
from sqlalchemy import RowMapping

from services.awards.certificates.commands import RENDER, finish_batch, fix_facts, keep_chunk
from services.awards.certificates.model import CHUNK, certificate_of, facts_of, sheet_of
from services.awards.certificates.queries import chunks_of, files_of, get_batch, rows_of
from services.awards.decision.queries import get_decision
from services.awards.quotas.queries import Plan, current_plan
from shared.archives import pack
from shared.http.peers import PeerRefused
from shared.jobs.worker import JobFailed, JobFunction, Run
from shared.storage.files import FileStore
from shared.typesetting.pdf import merge
from shared.typesetting.typst import ENGINE, TypesettingFailed, Typst, typst_version

TEMPLATE = Path(__file__).parent / "templates" / "bang-khen"


def render_certificates(run: Run) -> Mapping[str, Any]:
    """A chunk that an earlier run stored is not made again. Raises JobFailed."""
    id = UUID(run.job.payload["batch"])
    with run.read() as session:
        batch = get_batch(session, id)
        rows, plan = rows_of(session, batch), current_plan(session, batch["conference"])
        stored = chunks_of(session, id)
    batch = _with_facts(run, batch, plan)
    sheet = sheet_of(batch["design"], batch["facts"], batch["facts"])
    chunks = [rows[start : start + CHUNK] for start in range(0, len(rows), CHUNK)]
    with Typst() as typst:
        for number, chunk in enumerate(chunks, 1):
            run.progress((number - 1) * CHUNK, len(rows))
            if number not in stored:
                _make_chunk(run, typst, id, number, _data(run, sheet, chunk, plan))
    result = _join(run, id, rows)
    run.progress(len(rows), len(rows))
    return result


JOBS: Mapping[str, JobFunction] = {RENDER: render_certificates}


def _with_facts(run: Run, batch: RowMapping, plan: Plan) -> RowMapping:
    """The batch with what stands on all its certificates, asked of planning once. Raises JobFailed."""
    if batch["facts"] is not None:
        return batch
    path = f"/conferences/{batch['conference']}/plan"
    try:
        tree = run.context.peers.get("planning", path, version=plan.version)
    except PeerRefused as error:
        raise JobFailed("Không đọc được kế hoạch của hội nghị", f"The plan cannot be read: {error}") from None
    with run.write() as session:
        paper = get_decision(session, batch["decision"]).paper_in_force
        told = {
            "number": paper.text if paper else None,
            "day": paper.issued_on.isoformat() if paper else None,
        }
        return fix_facts(session, batch["id"], {**facts_of(tree), **told}, draft=paper is None)


def _data(
    run: Run, sheet: Mapping[str, Any], rows: Sequence[RowMapping], plan: Plan
) -> list[tuple[RowMapping, dict[str, Any]]]:
    found = []
    for row in rows:
        code = run.context.codes.make(row["serial"])
        qr = _qr(f"{run.context.public_url}/xac-minh/{code}")
        one = certificate_of(row, plan.name_of(row["unit"]), code, qr)
        found.append((row, {**sheet, "certificates": [one]}))
    return found


def _make_chunk(
    run: Run, typst: Typst, batch: UUID, number: int, data: Sequence[tuple[RowMapping, dict[str, Any]]]
) -> None:
    together = {**data[0][1], "certificates": [one["certificates"][0] for _, one in data]}
    try:
        merged = run.context.files.put(typst.compile(TEMPLATE, together))
        singles = [
            (row["nomination"], row["order"], run.context.files.put(typst.compile(TEMPLATE, one)))
            for row, one in data
        ]
    except TypesettingFailed as error:
        message = error.message.splitlines()[0][:300]
        raise JobFailed("Mẫu bằng khen không dàn trang được", f"The template fails: {message}") from None
    with run.write() as session:
        keep_chunk(session, batch, number, merged, singles)


def _join(run: Run, batch: UUID, rows: Sequence[RowMapping]) -> dict[str, Any]:
    with run.read() as session:
        chunks, singles = chunks_of(session, batch), files_of(session, batch)
    files: FileStore = run.context.files
    pdf = files.put(merge(files.path(name).read_bytes() for name in chunks.values()))
    archive = files.put(pack(_named(files, rows, singles)))
    made = {"pdf": pdf, "zip": archive, "engine": ENGINE, "engine_version": typst_version()}
    with run.write() as session:
        finish_batch(session, batch, **made, finished_at=run.now())
    return {"batch": str(batch), "total": len(rows), **made}


def _named(
    files: FileStore, rows: Sequence[RowMapping], singles: Mapping[UUID, str]
) -> Iterator[tuple[str, bytes]]:
    for row in rows:
        name = re.sub(r'[\\/:*?"<>|]', " ", row["name"])[:80].strip()
        yield f"{row['order']:04d} {name}.pdf", files.path(singles[row["nomination"]]).read_bytes()


def _qr(address: str) -> str:
    written = io.BytesIO()
    segno.make(address, error="m", micro=False).save(written, kind="svg", border=0, xmldecl=False, svgns=True)
    return written.getvalue().decode()
