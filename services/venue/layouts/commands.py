"""Store what planning tells, and lay options out."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import insert, select

from diemcau.layout import Layout
from diemcau.venue import VenuePlugin
from services.venue.layouts.model import (
    LayoutChanged,
    LayoutFailed,
    Tables,
    lay_out,
    layout_digest,
    layout_tables,
    planned_option,
    seats_by_site,
)
from services.venue.layouts.queries import digest_of, get_plan
from services.venue.layouts.tables import layout_sites, plans, site_id, sites
from shared.bus.outbox import emit
from shared.bus.pages import Batch, emit_pages
from shared.contracts.venue import LayoutFailedV1, LayoutPreparedV1
from shared.revisions.following import Revision, get_revision, note_layout
from shared.revisions.tables import revisions
from shared.storage.bulk import analyze, load_rows
from shared.storage.session import Session
from shared.storage.upsert import dialect_of, insert_into

Plugins = Mapping[str, VenuePlugin]
LINE_TEST = "line-test"  # key of the duty


def store_plan(session: Session, batch: Batch) -> None:
    """Keep a plan version as it was told."""
    start = batch.head["starts_at"]
    head = {
        "conference": batch.conference,
        "organiser": batch.head["organiser"],
        "timezone": batch.head["timezone"],
        "starts_at": start.isoformat() if start else None,
        "window_from": batch.head["window_from"].isoformat(),
    }
    records = {name: list(batch.tables[name].records()) for name in ("units", "options", "groups")}
    row = {"conference": batch.conference, "version": batch.head["plan_version"]}
    session.execute(insert(plans).values(**row, head=head, records=records))


def lay_out_revision(session: Session, plugins: Plugins, conference: str, number: int) -> None:
    """Run the plugin of a proposed revision and tell its layout, or why there is none.

    Does nothing while the plan version is not here yet, or when the layout is there already.
    """
    revision = get_revision(session, conference, number)
    plan = get_plan(session, conference, revision.plan_version)
    if plan is None or revision.layout_id is not None:
        return
    try:
        layout = lay_out(planned_option(plan.head, plan.records, revision.option), plugins)
    except LayoutFailed as failure:
        _tell_failure(session, revision, failure)
        return
    _store_and_tell(session, revision, layout)


def lay_out_waiting(session: Session, plugins: Plugins, conference: str, plan_version: int) -> None:
    """Lay out the revisions that came before their plan version did."""
    waiting = select(revisions.c.number).where(
        revisions.c.conference == conference,
        revisions.c.plan_version == plan_version,
        revisions.c.layout_id.is_(None),
    )
    for number in session.execute(waiting.order_by(revisions.c.number)).scalars().all():
        lay_out_revision(session, plugins, conference, number)


def tell_layout_again(session: Session, plugins: Plugins, conference: str, number: int) -> None:
    """Lay a revision out once more and tell it as before. Raises LayoutFailed, LayoutChanged."""
    revision = get_revision(session, conference, number)
    plan = get_plan(session, conference, revision.plan_version)
    assert plan is not None, "a layout is made from a stored plan"
    option = planned_option(plan.head, plan.records, revision.option)
    tables = layout_tables(lay_out(option, plugins))
    digest = layout_digest(tables)
    if digest != digest_of(session, revision.layout_id):
        raise LayoutChanged(conference, number)
    _tell(session, revision, digest, tables)


def _store_and_tell(session: Session, revision: Revision, layout: Layout) -> None:
    tables = layout_tables(layout)
    digest = layout_digest(tables)
    layout_id, is_new = note_layout(session, revision.conference, revision.number, digest)
    if is_new:
        _store_sites(session, layout_id, layout)
        _know_sites(session, revision.conference, layout)
    _tell(session, revision, digest, tables)


_SITE_FACTS = ("key", "name", "kind", "unit", "room", "address", "capacity")
_SITE_COLUMNS = (
    "layout_id", "position", *_SITE_FACTS, "seats", "line_test", "test_days_before", "test_at",
)  # fmt: skip


def _store_sites(session: Session, layout_id: int, layout: Layout) -> None:
    seats = seats_by_site(layout)
    tests = {duty.site: duty for duty in layout.duties if duty.key == LINE_TEST}
    rows = []
    for position, site in enumerate(layout.sites):
        test = tests.get(site.key)
        asked = (True, test.days_before, test.at) if test is not None else (False, None, None)
        facts = (getattr(site, name) for name in _SITE_FACTS)
        rows.append((layout_id, position, *facts, seats[site.key], *asked))
    load_rows(session, layout_sites, _SITE_COLUMNS, rows)
    analyze(session, layout_sites)


def _know_sites(session: Session, conference: str, layout: Layout) -> None:
    """A row for each site that no earlier layout had."""
    known = set(session.execute(select(sites.c.key).where(sites.c.conference == conference)).scalars())
    rows = [
        {"id": site_id(conference, site.key), "conference": conference, "key": site.key}
        for site in layout.sites
        if site.key not in known
    ]
    if rows:
        session.execute(insert_into(dialect_of(session), sites).on_conflict_do_nothing(), rows)


def _tell(session: Session, revision: Revision, digest: str, tables: Tables) -> None:
    name = f"{revision.conference}/{revision.number}"
    head = {"revision": revision.number, "option": revision.option, "layout": digest}
    emit_pages(
        session,
        LayoutPreparedV1,
        key=name,
        conference=revision.conference,
        batch=name,
        head=head,
        tables=tables,
    )


def _tell_failure(session: Session, revision: Revision, failure: LayoutFailed) -> None:
    where = {"conference": revision.conference, "revision": revision.number}
    data = {**where, "option": revision.option, "code": failure.code, "problem": failure.problem}
    emit(session, LayoutFailedV1, data, key=f"{revision.conference}/{revision.number}")
