"""The live figures of a view, as the page's script fills them in: by row, then by slot."""

from __future__ import annotations

from typing import Any

from services.portal.board.model import Area, Figures, Site, View
from services.portal.formatting import in_zone

Slots = dict[str, Any]


def told(view: View) -> dict[str, Any]:
    """`rows`: slots by row key (`site:…`, `area:…`, "" the whole); `shape`: see View."""
    zone = view.reading.zone
    rows = {f"site:{site.key}": _of_site(site, zone) for site in (*view.sites, *view.mine)}
    rows |= {f"area:{area.key}": _of_area(area) for area in view.areas}
    attention = [
        {
            "key": site.key,
            "name": site.name,
            "unit": site.unit,
            "state": site.line_test,
            "text": why(site, zone),
        }
        for site in view.attention
    ]
    return {
        "shape": view.shape,
        "rows": {**rows, "": _of_figures(view.figures)},
        "attention": attention,
        "unlisted": view.unlisted,
        "counts_known": view.reading.counts_known,
    }


def why(site: Site, zone: str) -> str:
    """Why a site needs attention."""
    if site.line_test != "failed":
        return "Chưa thử, quá hạn"
    when = f" khi thử lúc {in_zone(site.tested_at, zone):%H:%M, %d/%m/%Y}" if site.tested_at else ""
    return f"Mất kết nối{when}"


def _of_site(site: Site, zone: str) -> Slots:
    tested = in_zone(site.tested_at, zone) if site.tested_at else None
    return {
        "status": site.line_test,
        "late": site.late,
        "bad": site.line_test == "failed" or site.over,
        "tested": f"{tested:%H:%M}" if tested else None,
        "tested_day": f"{tested:%d/%m/%Y}" if tested else "",
        "named": site.named,
        "accepted": site.accepted,
        "checked_in": site.checked_in,
    }


def _of_area(area: Area) -> Slots:
    return {**_of_figures(area.figures), "status": area.figures.worst, "bad": area.figures.worst == "failed"}


def _of_figures(figures: Figures) -> Slots:
    return {
        **figures.states,
        "late": figures.late,
        "named": figures.named,
        "accepted": figures.accepted,
        "checked_in": figures.checked_in,
    }
