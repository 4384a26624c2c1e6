"""A participant's half of prepare and adopt: answer proposals, move one pointer, say so.

Facts come in any order. Each is noted, then `advance` does what has become possible: a revision is
prepared once its proposal, its layout, its base's layout and its plan version are known; the pointer
moves to the newest selected revision that is prepared, never back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import RowMapping, Select, select

from shared.bus.outbox import emit
from shared.contracts.revision import RevisionAnswer
from shared.http.problems import ProblemType
from shared.revisions.tables import layouts, pointers, revisions
from shared.storage.session import Session
from shared.storage.upsert import dialect_of, insert_into

Counts = dict[str, int]


@dataclass(frozen=True, slots=True)
class Revision:
    """A proposed revision; `base_layout_id` is None before the first decision."""

    conference: str
    number: int
    option: str
    plan_version: int
    base: int | None
    layout_id: int | None
    base_layout_id: int | None
    base_option: str | None
    base_plan_version: int | None
    selected: bool
    settled: bool
    counts: Counts | None


@dataclass(frozen=True, slots=True)
class Participant:
    """A service's part in a switch.

    `is_ready` tells whether the facts that `prepare` needs are there; `prepare` works out the counts
    of the preview; `settle` does what belongs to the moment of adoption and gives the counts that
    hold then.
    """

    service: str
    prepared: type[RevisionAnswer]
    settled: type[RevisionAnswer]
    is_ready: Callable[[Session, Revision], bool]
    prepare: Callable[[Session, Revision], Counts]
    settle: Callable[[Session, Revision], Counts]


class UnknownRevision(Exception):
    """No such revision here, or (`revision` empty) no current one."""

    def __init__(self, revision: int | None) -> None:
        super().__init__(revision)
        self.revision = revision or ""


UNKNOWN_REVISION = ProblemType(
    404,
    "unknown-revision",
    "Hội nghị này không có bản chuẩn bị {revision}",
    "This conference has no prepared revision {revision}",
)


def prepared_counts(_session: Session, revision: Revision) -> Counts:
    """`settle` of a participant whose counts depend on nothing but plan and layouts."""
    return dict(revision.counts or {})


def note_proposed(session: Session, data: Mapping[str, Any], part: Participant) -> None:
    """Remember a proposal. One that comes again (a retry) is answered again."""
    fields = {name: data[name] for name in ("option", "plan_version", "base")}
    _upsert(session, data["conference"], data["revision"], fields)
    answer_again(session, data["conference"], data["revision"], part)


def note_layout(session: Session, conference: str, number: int, digest: str) -> tuple[int, bool]:
    """The layout's id, and whether it is new here: equal layouts are stored once.

    A layout that no revision refers to was forgotten: it is new again, and keeps its id.
    """
    same = select(layouts.c.id).where(layouts.c.conference == conference, layouts.c.digest == digest)
    layout_id = session.execute(same).scalar_one_or_none()
    referring = select(revisions.c.number).where(revisions.c.layout_id == layout_id).limit(1)
    is_new = layout_id is None or session.execute(referring).first() is None
    if layout_id is None:
        insert = layouts.insert().values(conference=conference, digest=digest).returning(layouts.c.id)
        layout_id = session.execute(insert).scalar_one()
    _upsert(session, conference, number, {"layout_id": layout_id})
    return layout_id, is_new


def note_selected(session: Session, data: Mapping[str, Any]) -> None:
    _upsert(session, data["conference"], data["revision"], {"selected": True})


def advance(session: Session, conference: str, part: Participant) -> None:
    """Prepare every revision that can be, then move the pointer if it can move."""
    for revision in _unprepared(session, conference):
        if _layouts_known(revision) and part.is_ready(session, revision):
            _prepare(session, revision, part)
    target = _newest_adoptable(session, conference)
    if target is not None:
        _settle(session, target, part)


def get_revision(session: Session, conference: str, number: int) -> Revision:
    """Raises NoResultFound for a revision that this service was not told of."""
    query = _revisions().where(revisions.c.conference == conference, revisions.c.number == number)
    return _revision(session.execute(query).mappings().one())


def find_revision(session: Session, conference: str, number: int | None) -> Revision | None:
    """The numbered revision, or the current one; None when it is not prepared here."""
    wanted = number if number is not None else current_revision(session, conference)
    query = _revisions().where(revisions.c.conference == conference, revisions.c.number == wanted)
    row = session.execute(query).mappings().one_or_none()
    return _revision(row) if row is not None and row["counts"] is not None else None


def get_prepared(session: Session, conference: str, number: int | None) -> Revision:
    """The numbered revision, or the current one. Raises UnknownRevision while it is not prepared here."""
    revision = find_revision(session, conference, number)
    if revision is None:
        raise UnknownRevision(number)
    return revision


def current_revision(session: Session, conference: str) -> int | None:
    """The pointer: read it once per request and carry the number through every query."""
    query = select(pointers.c.revision).where(pointers.c.conference == conference)
    return session.execute(query).scalar_one_or_none()


def list_answered(session: Session) -> list[tuple[str, int]]:
    """The revisions that this service has prepared: conference and number."""
    query = select(revisions.c.conference, revisions.c.number).where(revisions.c.counts.is_not(None))
    return [(row.conference, row.number) for row in session.execute(query.order_by(*revisions.primary_key))]


def answer_again(session: Session, conference: str, number: int, part: Participant) -> None:
    """Tell once more that a revision is prepared here, and settled if it is."""
    revision = get_revision(session, conference, number)
    if revision.counts is None:
        return
    _answer(session, part.service, part.prepared, revision, revision.counts)
    if revision.settled:
        _answer(session, part.service, part.settled, revision, revision.counts)


def _prepare(session: Session, revision: Revision, part: Participant) -> None:
    counts = part.prepare(session, revision)
    _upsert(session, revision.conference, revision.number, {"counts": counts})
    _answer(session, part.service, part.prepared, revision, counts)


def _settle(session: Session, revision: Revision, part: Participant) -> None:
    counts = part.settle(session, revision)
    _upsert(session, revision.conference, revision.number, {"settled": True, "counts": counts})
    _move_pointer(session, revision)
    _answer(session, part.service, part.settled, revision, counts)


def _answer(
    session: Session, service: str, contract: type[RevisionAnswer], revision: Revision, counts: Counts
) -> None:
    assert set(counts) == set(contract.count_keys), f"{service} must count exactly {contract.count_keys}"
    data = {
        "conference": revision.conference,
        "revision": revision.number,
        "service": service,
        "outcome": "ok",
        "counts": counts,
    }
    emit(session, contract, data, key=revision.conference, subject=f"{revision.conference}/{revision.number}")


def _layouts_known(revision: Revision) -> bool:
    return revision.layout_id is not None and (revision.base is None or revision.base_layout_id is not None)


def _unprepared(session: Session, conference: str) -> list[Revision]:
    waiting = _revisions().where(
        revisions.c.conference == conference, revisions.c.option.is_not(None), _not_prepared()
    )
    return [_revision(row) for row in session.execute(waiting.order_by(revisions.c.number)).mappings()]


def _not_prepared() -> Any:
    return revisions.c.counts.is_(None)


def _newest_adoptable(session: Session, conference: str) -> Revision | None:
    query = (
        _revisions()
        .where(
            revisions.c.conference == conference,
            revisions.c.selected,
            revisions.c.counts.is_not(None),
            revisions.c.number > (current_revision(session, conference) or 0),
        )
        .order_by(revisions.c.number.desc())
        .limit(1)
    )
    row = session.execute(query).mappings().one_or_none()
    return None if row is None else _revision(row)


def _revisions() -> Select[Any]:
    base = revisions.alias("base")
    joined = revisions.outerjoin(
        base, (base.c.conference == revisions.c.conference) & (base.c.number == revisions.c.base)
    )
    return select(
        revisions,
        base.c.layout_id.label("base_layout_id"),
        base.c.option.label("base_option"),
        base.c.plan_version.label("base_plan_version"),
    ).select_from(joined)


def _revision(row: RowMapping) -> Revision:
    return Revision(**row)


def _upsert(session: Session, conference: str, number: int, values: Mapping[str, Any]) -> None:
    insert = insert_into(dialect_of(session), revisions).values(
        conference=conference, number=number, **values
    )
    session.execute(insert.on_conflict_do_update(index_elements=["conference", "number"], set_=dict(values)))


def _move_pointer(session: Session, revision: Revision) -> None:
    values = {"revision": revision.number}
    insert = insert_into(dialect_of(session), pointers).values(conference=revision.conference, **values)
    session.execute(insert.on_conflict_do_update(index_elements=["conference"], set_=values))
