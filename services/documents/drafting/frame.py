"""What every document of a conference has alike: who issues it, its symbol, signer and recipients."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from services.documents.drafting.facts import Basis, Facts
from services.documents.drafting.profiles import initials, place_of
from services.documents.drafting.wording import (
    PROVISIONAL,
    UNKNOWN,
    cited,
    lower_first,
    moment_text,
    window_text,
)
from services.documents.plan.model import Requirement, type_name
from services.documents.typesetting.model import LETTER, Agency, Block, Document, Kv, Para, Point


def framed(facts: Facts, wanted: Requirement, body: Sequence[Block], **parts: Any) -> Document:
    """A document of the organiser around `body`; `parts` are further fields of it, or other ones."""
    fields = {
        "profile": facts.profile.layout,
        "type_code": wanted.type,
        "type_name": type_name(wanted.type),
        "agency": agency(facts),
        "symbol": symbol(facts, wanted),
        "place": place_of(facts.organiser),
        "year": facts.day.year,
        "subject": wanted.subject,
        "sign": facts.signer,
        "recipients": facts.recipients,
        "archive_line": archive_line(facts, wanted),
    }
    return Document(**{**fields, **parts}, body=tuple(body))


def agency(facts: Facts) -> Agency:
    """The issuing part under its organ; an organ without such a part under its parent."""
    body, organ = facts.profile.body, facts.organiser
    if body:
        return Agency(body, (organ,), facts.issuer)
    return Agency(organ, (facts.parent,) if facts.parent else (), organ)


def symbol(facts: Facts, wanted: Requirement) -> str:
    """KH-MTTQ-BTT; of a letter MTTQ-VP: the organ, then the unit that drafts it (NĐ 30/2020)."""
    organ = facts.profile.organ or initials(facts.organiser)
    if wanted.type != LETTER:
        return f"{wanted.type}-{organ}"
    unit = facts.units.get(wanted.drafted_by, wanted.drafted_by)
    return f"{facts.profile.letter_organ or organ}-{initials(unit)}"


def archive_line(facts: Facts, wanted: Requirement) -> str:
    """ "Lưu: VT, DCPL": the archive of the plan, then the drafting unit."""
    archive = facts.archive.rstrip(" .;")
    if wanted.drafted_by == facts.organiser_key:  # no department of its own
        return archive
    unit = initials(facts.units.get(wanted.drafted_by, wanted.drafted_by))
    return archive if archive.endswith(unit) else f"{archive}, {unit}"


def bases_of(bases: Sequence[Basis]) -> tuple[str, ...]:
    return tuple(cited(one.symbol, one.day, one.issuer, one.about) for one in bases)


def when(facts: Facts) -> str:
    """The start, or where it will lie."""
    return moment_text(facts.starts_at) if facts.starts_at else window_text(*facts.window)


def where(facts: Facts) -> str:
    centre = facts.centre
    if centre is None:
        return f"{UNKNOWN} {PROVISIONAL}"
    return ", ".join(filter(None, (centre.name, centre.where)))


def conference_name(facts: Facts) -> str:
    """The title inside a sentence."""
    return lower_first(facts.title)


def dash(text: str) -> Point:
    return Point("", text)


def lines(texts: Sequence[str]) -> list[Block]:
    return [Para(text) for text in texts]


def contact_text(facts: Facts) -> str:
    """ "đồng chí Trần Thị B, Chuyên viên, Ban …, điện thoại 0900000000"; dots where nobody is named."""
    contact = facts.contact
    if contact is None:
        return UNKNOWN
    phone = f"điện thoại {contact.phone}" if contact.phone else ""
    parts = (f"đồng chí {contact.name}", contact.position, contact.unit, phone)
    return ", ".join(filter(None, parts))


def time_and_place(facts: Facts) -> list[Block]:
    return [Kv("Thời gian", when(facts)), Kv("Địa điểm", where(facts))]
