"""Dates and numbers as Vietnamese offices write them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask, g

from services.portal.model import MOST_CHOICES

ZONE = "Asia/Ho_Chi_Minh"
WEEKDAYS = ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật")


def install(app: Flask) -> None:
    app.add_template_filter(date_vi, "date")
    app.add_template_filter(time_vi, "time")
    app.add_template_filter(moment_vi, "moment")
    app.add_template_filter(day_vi, "day")
    app.add_template_filter(number_vi, "number")
    app.add_template_filter(letter_case, "sentence")
    app.add_template_filter(choices, "choices")
    app.add_template_filter(names, "names")
    app.jinja_env.globals["MOST_CHOICES"] = MOST_CHOICES


def local(value: str | datetime) -> datetime:
    """In the zone of the conference shown (`g.zone`)."""
    return in_zone(value, g.get("zone") or ZONE)


def in_zone(value: str | datetime, zone: str) -> datetime:
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    known = ZoneInfo(zone)
    return moment.replace(tzinfo=known) if moment.tzinfo is None else moment.astimezone(known)


def date_vi(value: str | datetime | None) -> str:
    """`29/06/2021`; also from a plain day `2021-06-29`."""
    return local(value).strftime("%d/%m/%Y") if value else "—"


def time_vi(value: str | datetime | None) -> str:
    return local(value).strftime("%H:%M") if value else "—"


def moment_vi(value: str | datetime | None) -> str:
    return local(value).strftime("%H:%M, %d/%m/%Y") if value else "—"


def day_vi(value: str | datetime | None) -> str:
    """`thứ Ba, 29/06/2021`."""
    return f"{WEEKDAYS[local(value).weekday()]}, {date_vi(value)}" if value else "—"


def number_vi(value: int | None) -> str:
    return "—" if value is None else f"{value:,}".replace(",", ".")


def letter_case(text: str) -> str:
    return text[:1].upper() + text[1:]


def choices(items: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """(key, name) pairs for a select."""
    return [(item["key"], item["name"]) for item in items]


def names(items: list[dict[str, Any]]) -> dict[str, str]:
    return dict(choices(items))


def clock_times(programme: list[dict[str, Any]], starts_at: str | None) -> list[dict[str, Any]]:
    """The programme's items in order with `from` and `to` (aware), None while the start is open."""
    moment = local(starts_at) if starts_at else None
    timed = []
    for item in sorted(programme, key=lambda one: int(one["order"])):
        end = moment + timedelta(minutes=int(item["minutes"])) if moment else None
        timed.append({**item, "from": moment, "to": end})
        moment = end
    return timed
