"""Make the letters of a batch: a hundred at a time, each hundred kept as soon as it is made.

A run that is killed goes on where it was: a chunk whose words, template and engine have not changed is not
typeset again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID
from zipfile import ZipFile

from sqlalchemy import RowMapping, select

from services.documents.drafting.facts import read_facts
from services.documents.invitations.commands import finish_batch, note_chunk, note_facts
from services.documents.invitations.model import MOST_LETTERS, Letter, Named, Route, chunks_of, letters_of
from services.documents.invitations.queries import find_general, list_chunks, list_routes
from services.documents.invitations.tables import invitation_batches
from services.documents.invitations.wording import Sources, draw_code, order_routes, word_letters
from services.documents.register.model import code_of
from services.documents.typesetting.rendering import TEMPLATES
from shared.archives import pack
from shared.jobs.worker import JobFailed, Run
from shared.revisions.following import Revision, find_revision
from shared.storage.files import FileStore
from shared.typesetting.pdf import merge, page_count
from shared.typesetting.typst import ENGINE, TypesettingFailed, Typst, typst_version

TEMPLATE = "invitation.typ"

Words = dict[str, Any]


def render_invitations(run: Run) -> dict[str, Any]:
    """Letters of a batch as one PDF and as a ZIP of single ones; skips the chunks that are there."""
    id = UUID(run.job.payload["batch"])
    batch, revision, routes = _wanted(run, id)
    letters, sources = _gather(run, batch, revision, routes)
    number = code_of(sources.general.number, sources.general.symbol) if sources.general is not None else None
    with run.write() as session:
        note_facts(session, id, len(letters), number, provisional=sources.facts.starts_at is None)
    try:
        made = _make_chunks(run, id, letters, sources)
    except TypesettingFailed as failed:
        raise JobFailed("Không dàn trang được giấy mời", f"Typesetting failed: {failed}") from None
    _join(run, id, letters)
    return {"letters": len(letters), "chunks_made": made}


def _wanted(run: Run, id: UUID) -> tuple[RowMapping, Revision, list[Route]]:
    with run.read() as session:
        query = select(invitation_batches).where(invitation_batches.c.id == id)
        batch = session.execute(query).mappings().one()
        revision = find_revision(session, batch["conference"], batch["revision"])
        assert revision is not None  # it was prepared when the letters were asked for
        return batch, revision, list_routes(session, revision.layout_id, batch["group"], batch["unit"])


def _gather(
    run: Run, batch: RowMapping, revision: Revision, routes: list[Route]
) -> tuple[list[Letter], Sources]:
    """Ask planning for the plan, venue for the sites, registration for the persons. Raises JobFailed."""
    _refuse_too_many(len(routes))  # a route gives a letter at least
    peers, key = run.context.peers, batch["conference"]
    tree = peers.get("planning", f"/conferences/{key}/plan", version=revision.plan_version)
    sites = peers.get("venue", f"/conferences/{key}/sites", revision=revision.number)["items"]
    option = next(one for one in tree["options"] if one["key"] == revision.option)
    with run.read() as session:
        general = find_general(session, revision)
    sources = Sources(
        read_facts(tree, revision.option, sites, {}, None),
        general,
        {group["key"]: group for group in option["groups"]},
        {unit["key"]: unit for unit in tree["units"]},
        {site["key"]: site for site in sites},
    )
    letters = list(letters_of(order_routes(routes, sources), _persons(run, batch)))
    _refuse_too_many(len(letters))
    return letters, sources


def _persons(run: Run, batch: RowMapping) -> dict[tuple[str, str], list[Named]]:
    """Named places by group and unit, in order."""
    wanted = {"revision": batch["revision"], "group": batch["group"] or None, "unit": batch["unit"] or None}
    found: dict[tuple[str, str], list[Named]] = {}
    path = f"/conferences/{batch['conference']}/placements"
    for count, place in enumerate(run.context.peers.lines("registration", path, **wanted)):
        _refuse_too_many(count)
        code, position = place.get("check_in_code") or "", place["position"] or ""
        person = Named(place["ordinal"], place["name"], position, code)
        found.setdefault((place["group"], place["unit"]), []).append(person)
    return found


def _refuse_too_many(letters: int) -> None:
    if letters > MOST_LETTERS:
        raise JobFailed(
            f"Có hơn {MOST_LETTERS} giấy mời: hãy tạo theo từng đơn vị hoặc từng thành phần",
            f"There are more than {MOST_LETTERS} letters: make them by unit or by group",
        )


def _make_chunks(run: Run, batch: UUID, letters: Sequence[Letter], sources: Sources) -> int:
    """How many chunks had to be typeset. Raises Cancelled between two of them, TypesettingFailed."""
    with run.read() as session:
        there = list_chunks(session, batch)
    making, made, done = _making(), 0, 0
    with Typst() as typst:
        for position, chunk in enumerate(chunks_of(letters)):
            words = word_letters(chunk, sources)
            digest = hashlib.sha256((making + json.dumps(words)).encode()).hexdigest()
            if position not in there or there[position]["digest"] != digest:
                _make_chunk(run, typst, batch, position, digest, chunk, words)
                made += 1
            done += len(chunk)
            run.progress(done, len(letters))
    return made


def _making() -> str:
    """What besides its words makes a letter look as it does."""
    templates = (TEMPLATES / name for name in (TEMPLATE, "page.typ"))
    return typst_version() + "".join(template.read_text() for template in templates)


def _make_chunk(
    run: Run,
    typst: Typst,
    batch: UUID,
    position: int,
    digest: str,
    chunk: Sequence[Letter],
    words: list[Words],
) -> None:
    drawn = [word | {"code": draw_code(word["code"])} for word in words]
    singles = (
        (f"{letter.key}.pdf", _typeset(typst, [word])) for letter, word in zip(chunk, drawn, strict=True)
    )
    store: FileStore = run.context.files
    values = {
        "letters": len(chunk),
        "digest": digest,
        "pdf": store.put(_typeset(typst, drawn)),
        "singles": store.put(pack(singles)),
        "made_at": run.now(),
    }
    with run.write() as session:
        note_chunk(session, batch, position, values)


def _typeset(typst: Typst, words: list[Words]) -> bytes:
    return typst.compile(TEMPLATES, {"title": words[0]["title"], "letters": words}, TEMPLATE)


def _join(run: Run, batch: UUID, letters: Sequence[Letter]) -> None:
    """One PDF and one ZIP of all chunks."""
    with run.read() as session:
        there = list_chunks(session, batch)
    count = len(chunks_of(letters))
    store: FileStore = run.context.files
    pdf = merge(store.path(there[at]["pdf"]).read_bytes() for at in range(count))
    pages = page_count(pdf)
    files = [
        _kept(store, "pdf", pdf, pages),
        _kept(store, "zip", pack(_singles(store.path(there[at]["singles"]) for at in range(count))), pages),
    ]
    with run.write() as session:
        finish_batch(session, batch, count, files, now=run.now())


def _singles(parts: Iterator[Path]) -> Iterator[tuple[str, bytes]]:
    for path in parts:
        with ZipFile(path) as part:
            yield from ((name, part.read(name)) for name in part.namelist())


def _kept(store: FileStore, format: str, content: bytes, pages: int) -> dict[str, Any]:
    return {
        "format": format,
        "sha256": store.put(content),
        "size": len(content),
        "pages": pages,
        "engine": ENGINE,
        "engine_version": typst_version(),
    }
