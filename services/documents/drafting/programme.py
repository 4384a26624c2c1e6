"""CTr: the programme, with times once the start is fixed."""

from __future__ import annotations

from datetime import timedelta

from services.documents.drafting.facts import Facts
from services.documents.drafting.frame import framed, time_and_place
from services.documents.drafting.wording import UNKNOWN
from services.documents.plan.model import Requirement
from services.documents.typesetting.model import Block, Centre, Document, Entry, Para, Schedule


def compose_programme(facts: Facts, wanted: Requirement) -> Document:
    title = facts.title[:1].upper() + facts.title[1:]
    body = [Centre(title), *time_and_place(facts), *timetable(facts)]
    return framed(facts, wanted, body)


def timetable(facts: Facts) -> list[Block]:
    """Clock times from the start; how long each item takes while the start is open."""
    if not facts.programme:
        return [Para(f"Chương trình: {UNKNOWN}")]
    moment, entries = facts.starts_at, []
    for item in facts.programme:
        if moment is None:
            entries.append(Entry(f"{item.minutes} phút", item.title))
            continue
        end = moment + timedelta(minutes=item.minutes)
        entries.append(Entry(f"{moment:%H:%M} - {end:%H:%M}", item.title))
        moment = end
    return [Schedule(tuple(entries))]
