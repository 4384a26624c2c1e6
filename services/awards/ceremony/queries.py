"""Who is presented where and in which order under a revision, and who is deferred."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import RowMapping

from services.awards.ceremony.model import Turn, announcement, turns_of
from services.awards.decision.queries import annex_of, current_decision, line
from services.awards.quotas.queries import Plan
from services.awards.switch.model import Placement
from services.awards.switch.queries import placement_of, site_names
from shared.revisions.following import Revision
from shared.storage.session import Session


@dataclass(frozen=True, slots=True)
class Ceremony:
    """`counts` by site, in the order of the layout, and `deferred_total` tell of everybody asked for."""

    turns: list[Turn]
    deferred: list[RowMapping]
    names: dict[str, str]
    counts: dict[str, int]
    deferred_total: int

    @property
    def sites(self) -> list[dict[str, Any]]:
        return [
            {"site": site, "site_name": self.names[site], "count": count}
            for site, count in self.counts.items()
        ]


NOTHING = Ceremony([], [], {}, {}, 0)


def ceremony_of(session: Session, revision: Revision, *, site: str = "", unit: str | None = None) -> Ceremony:
    """Narrowed to a site, which leaves the deferred out, or to a unit. Numbers are always the site's own.

    Nothing before it is decided who is honoured.
    """
    decision = current_decision(session, revision.conference)
    if decision is None:
        return NOTHING
    placement = placement_of(session, revision)
    told = site_names(session, revision.layout_id)
    mine = {key: sites for key, sites in placement.items() if unit in (None, key[0])}
    counts = Counter(one for sites in mine.values() for one in sites if one is not None)
    deferred_total = sum(one is None for sites in mine.values() for one in sites)
    names = {key: told.get(key, key) for key in [*told, *counts] if key in counts}
    shown = [key for key in names if site in ("", key)]
    rows = annex_of(session, decision.id, _units_at(placement, shown, unit) if site or unit else None)
    by_site: dict[str | None, list[RowMapping]] = {}
    for row, place in _placed(rows, placement):
        by_site.setdefault(place, []).append(row)
    turns = [turn for key in shown for turn in turns_of(key, by_site.get(key, ()))]
    return Ceremony(
        [turn for turn in turns if unit in (None, turn.row["unit"])],
        [] if site else [row for row in by_site.get(None, []) if unit in (None, row["unit"])],
        names,
        {key: counts[key] for key in names},
        deferred_total,
    )


def turn_line(turn: Turn, plan: Plan, names: dict[str, str]) -> dict[str, Any]:
    place = {"site": turn.site, "site_name": names.get(turn.site, turn.site)}
    told = {"number": turn.number, "set": turn.set_number, "announcement": announcement(turn.row)}
    return {**line(turn.row, plan), **place, **told}


def _units_at(placement: Placement, sites: Collection[str], unit: str | None) -> list[str]:
    """Units whose recipients share these sites: the numbers of a site run through all of them."""
    wanted = set(sites)
    found = dict.fromkeys(key[0] for key, places in placement.items() if not wanted.isdisjoint(places))
    return list(found if unit is None else {**found, unit: None})


def _placed(rows: Collection[RowMapping], placement: Placement) -> Iterator[tuple[RowMapping, str | None]]:
    """Each line of the annex with its site; a unit's lines of a kind are its slots, in their order."""
    seen: Counter[tuple[str, str]] = Counter()
    for row in rows:
        key = row["unit"], row["kind"]
        yield row, placement[key][seen[key]]
        seen[key] += 1
