"""Telling others who has which place now. Ids only."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import select
from uuid_utils.compat import uuid7

from services.registration.delegates.model import Changes
from services.registration.people.tables import places
from services.registration.plan.model import View
from services.registration.plan.tables import groups, units
from shared.bus.outbox import emit
from shared.bus.pages import emit_pages
from shared.contracts.event import PAGE_ROWS
from shared.contracts.registration import DelegateChangedV1, DelegateNamedV1, DelegatesNamedV1
from shared.storage.session import Session

_CHUNK = 500
_BIG = PAGE_ROWS

Named = dict[str, Any]
"""A place and who is on it, by the fields of DelegateNamedV1."""


def tell_namings(session: Session, view: View, changes: Changes) -> None:
    """Each place with its person; a big import's in pages."""
    named = [
        {
            "place": seated.place,
            "person": seated.person,
            "group": seated.seat.group,
            "unit": seated.seat.unit,
            "ordinal": seated.ordinal,
        }
        for seated in changes.seated
    ]
    changed = _changed_places(session, changes)
    if len(named) + len(changed) > _BIG:
        _tell_in_pages(session, view, named, changed)
        return
    told = [*((DelegateNamedV1, row) for row in named), *((DelegateChangedV1, row) for row in changed)]
    # In the order of the keys, as a door does: two never wait for each other crosswise.
    for contract, row in sorted(told, key=lambda one: str(one[1]["place"])):
        emit(session, contract, {"conference": view.conference, **row}, key=str(row["place"]))


def _tell_in_pages(session: Session, view: View, named: list[Named], changed: list[Named]) -> None:
    """One event a place would cost an import several times what naming itself costs."""
    columns = ("place", "person", "group", "unit", "ordinal")
    tables = {"named": named, "changed": changed}
    emit_pages(
        session,
        DelegatesNamedV1,
        key=f"{view.conference}/named",
        conference=view.conference,
        batch=f"{view.conference}/named/{uuid7()}",
        head={},
        tables={name: (columns, [_on_wire(row, columns) for row in rows]) for name, rows in tables.items()},
    )


def _on_wire(row: Named, columns: Iterable[str]) -> list[Any]:
    return [str(row[name]) if isinstance(row[name], UUID) else row[name] for name in columns]


def _changed_places(session: Session, changes: Changes) -> list[Named]:
    """Vacated places and those whose person has other facts now, except the newly named ones."""
    named = {seated.place for seated in changes.seated}
    query = (
        select(
            places.c.id.label("place"),
            places.c.person_id.label("person"),
            groups.c.key.label("group"),
            units.c.key.label("unit"),
            places.c.ordinal,
        )
        .join(groups, groups.c.id == places.c.group_id)
        .join(units, units.c.id == places.c.unit_id)
        .order_by(places.c.id)
    )
    found: list[Named] = []
    for column, ids in ((places.c.id, changes.vacated), (places.c.person_id, list(changes.changed_people))):
        for chunk in (ids[start : start + _CHUNK] for start in range(0, len(ids), _CHUNK)):
            rows = session.execute(query.where(column.in_(chunk))).mappings()
            found.extend(dict(row) for row in rows if row["place"] not in named)
    return found
