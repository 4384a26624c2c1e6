"""What venue tells again to a consumer that lost it, and what venue itself knows from others."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from services.venue.consumers import PARTICIPANT
from services.venue.layouts.commands import Plugins, tell_layout_again
from services.venue.layouts.model import LayoutChanged, LayoutFailed
from services.venue.layouts.tables import layout_sites, plans, sites
from services.venue.lines.commands import tell_standing
from services.venue.lines.model import Start
from services.venue.lines.tables import line_tests
from services.venue.sites.commands import TOLD, tell_site
from shared.bus.republish import CannotRetell, Retelling, forget
from shared.contracts.venue import LayoutPreparedV1, LineTestedV1, SiteChangedV1
from shared.revisions.retelling import answers_of, jobs_of
from shared.revisions.tables import closings, pointers, revisions
from shared.storage.session import Session

Numbered = tuple[str, int]
Tested = tuple[UUID, str]


def retellings(plugins: Plugins) -> tuple[Retelling, ...]:
    """The layouts of all revisions, what people set at sites, the line tests that stand, the answers.

    That an option could not be laid out is not kept here: planning keeps it, and `:retry` asks anew.
    """

    def tell_layout(session: Session, thing: Numbered) -> None:
        try:
            tell_layout_again(session, plugins, *thing)
        except (LayoutChanged, LayoutFailed) as problem:
            raise CannotRetell(str(problem)) from problem

    return (
        Retelling(frozenset({LayoutPreparedV1}), _laid_out, _revision_key, tell_layout),
        Retelling(frozenset({SiteChangedV1}), _changed_sites, str, _tell_site),
        Retelling(frozenset({LineTestedV1}), _tested, lambda thing: str(thing[0]), _tell_test),
        answers_of(PARTICIPANT),
        jobs_of(PARTICIPANT),
    )


def forget_others(session: Session, consumer: str) -> None:
    """Forget plans and revisions, and the layouts made of them; what people set and tested at sites stays."""
    forget(session, consumer, (plans, layout_sites, pointers, closings, revisions))


def _revision_key(thing: Numbered) -> str:
    return f"{thing[0]}/{thing[1]}"


def _laid_out(session: Session) -> list[Numbered]:
    query = select(revisions.c.conference, revisions.c.number).where(revisions.c.layout_id.is_not(None))
    return [(row.conference, row.number) for row in session.execute(query.order_by(*revisions.primary_key))]


def _changed_sites(session: Session) -> list[UUID]:
    # A value that was taken back is told, too: the consumer may know the one before.
    return list(session.execute(select(sites.c.id).where(sites.c.version > 1).order_by(sites.c.id)).scalars())


def _tested(session: Session) -> list[Tested]:
    query = select(line_tests.c.site_id, line_tests.c.day).distinct()
    ordered = query.order_by(line_tests.c.site_id, line_tests.c.day)
    return [(row.site_id, row.day) for row in session.execute(ordered)]


def _tell_site(session: Session, site: UUID) -> None:
    row = session.execute(select(sites).where(sites.c.id == site)).one()
    tell_site(session, row, {name: row._mapping[name] for name in TOLD})


def _tell_test(session: Session, thing: Tested) -> None:
    site, day = thing
    row = session.execute(select(sites).where(sites.c.id == site)).one()
    moment = datetime.fromisoformat(day) if day else None
    tell_standing(session, row, Start(moment, None, "UTC"))
