"""Write down who is at a site, and what differs from the layout."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Row, update

from services.venue.layouts.tables import sites
from shared.bus.outbox import emit
from shared.contracts.venue import SiteChangedV1
from shared.revisions.closing import require_not_closed
from shared.storage.session import Session

TOLD = ("room", "address", "capacity")


def change_site(
    session: Session, site: Row[Any], changes: Mapping[str, Any], *, by: str, now: datetime
) -> None:
    """Write `changes` (by column) to a site that the caller holds; others hear of what concerns them.

    Raises ConferenceIsClosed.
    """
    require_not_closed(session, site.conference)
    before = {name: _before(site, name) for name in changes}
    if before == changes:
        return
    values = {**changes, "version": site.version + 1, "changed_at": now, "changed_by": by}
    session.execute(update(sites).where(sites.c.id == site.id).values(**values))
    if any(name in changes and before[name] != changes[name] for name in TOLD):
        told = {name: changes.get(name, _before(site, name)) for name in TOLD}
        tell_site(session, site, told)


def tell_site(session: Session, site: Row[Any], told: Mapping[str, Any]) -> None:
    """`told`: what people set at the site in place of the layout's values, by the names of TOLD."""
    data = {"conference": site.conference, "site": site.key, **told}
    emit(session, SiteChangedV1, data, key=str(site.id))


def _before(site: Row[Any], column: str) -> Any:
    return site._mapping[f"set_{column}" if column in TOLD else column]
