"""Make a paper set: what was issued as it is, drafts as they stand, the rest as it would be drafted."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping

from services.documents.drafting.composing import compose
from services.documents.drafting.facts import Facts
from services.documents.drafting.jobs import gather
from services.documents.plan.model import Requirement, in_force
from services.documents.plan.queries import PlanInForce, list_requirements, plan_of, seats_by_group
from services.documents.register.model import DRAFT, ISSUED, is_outdated
from services.documents.register.queries import list_current, list_files, truth_of
from services.documents.sets.model import file_name
from services.documents.typesetting.reading import read_document, write_document
from services.documents.typesetting.rendering import render
from shared.jobs.worker import JobFailed, Run
from shared.revisions.following import UnknownRevision, current_revision, get_prepared
from shared.typesetting.typst import TypesettingFailed


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the set is made of: the plan of its revision, and the documents that there are."""

    plan: PlanInForce
    facts: Facts
    required: tuple[Requirement, ...]
    present: dict[str, RowMapping]


def compose_set(run: Run) -> dict[str, Any]:
    """A ZIP with a Word file and a PDF of each document; `file` in the result is its SHA-256."""
    wanted = _look(run)
    listed: list[dict[str, Any]] = []
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for position, one in enumerate(wanted.required, start=1):
            run.progress(position - 1, len(wanted.required))
            name = file_name(position, one.type, one.subject)
            row = wanted.present.get(one.key)
            for suffix, content in _files(run, wanted, one, row).items():
                archive.writestr(f"{name}.{suffix}", content)
            listed.append({"name": name, "type": one.type, "subject": one.subject, "state": _state(row)})
    run.progress(len(listed), len(listed))
    return {"file": run.context.files.put(packed.getvalue()), "documents": listed}


def _look(run: Run) -> Wanted:
    key, number = run.job.conference, run.job.payload["revision"]
    with run.read() as session:
        try:
            revision = get_prepared(session, key, number)
        except UnknownRevision:
            raise JobFailed(f"Không có bản chuẩn bị {number}", f"There is no revision {number}") from None
        plan = plan_of(session, revision)
        is_current = current_revision(session, key) == number
        seats = seats_by_group(session, revision.layout_id)
        required = in_force(list_requirements(session, key, plan.version), plan.option)
        present = _present(list_current(session, key), plan, with_drafts=is_current)
    return Wanted(plan, gather(run, plan, seats), required, present)


def _present(rows: list[RowMapping], plan: PlanInForce, *, with_drafts: bool) -> dict[str, RowMapping]:
    """By requirement: what was issued and still tells the truth, else the draft of the current revision."""
    truth = truth_of(plan)
    usable = {
        row["requirement"]: row for row in rows if row["status"] == ISSUED and not is_outdated(row, truth)
    }
    drafts = {row["requirement"]: row for row in rows if with_drafts and row["status"] == DRAFT}
    return {**drafts, **usable}


def _files(run: Run, wanted: Wanted, one: Requirement, row: RowMapping | None) -> dict[str, bytes]:
    if kept := _kept(run, row):
        return kept
    content = row["content"] if row is not None else write_document(compose(wanted.facts, one))
    try:
        rendered = render(read_document(content))
    except TypesettingFailed as failed:
        raise JobFailed(f"Không dàn trang được: {one.subject}", f"Typesetting failed: {failed}") from None
    return {"docx": rendered.docx, "pdf": rendered.pdf}


def _kept(run: Run, row: RowMapping | None) -> dict[str, bytes]:
    """The stored files of an issued document: those that were issued, not others like them."""
    if row is None:
        return {}
    with run.read() as session:
        files = list_files(session, UUID(str(row["id"])), row["version"])
    return {file.format: run.context.files.path(file.sha256).read_bytes() for file in files}


def _state(row: RowMapping | None) -> str:
    return str(row["status"]) if row is not None else "composed"
