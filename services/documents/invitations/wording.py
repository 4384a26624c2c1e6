"""The words of a letter: whose it is, whom it invites, to what, when and where. Pure."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import segno

from services.documents.drafting.facts import Facts, Tree
from services.documents.drafting.frame import contact_text, framed, when
from services.documents.drafting.profiles import place_of
from services.documents.drafting.wording import figure, lower_first
from services.documents.invitations.model import Letter, Route
from services.documents.plan.model import Requirement
from services.documents.register.model import INVITATION
from services.documents.typesetting.layout import lay_out
from services.documents.typesetting.model import Agency, Document, Sign

CODE_SAYS = "Mã điểm danh"


@dataclass(frozen=True, slots=True)
class Sources:
    """What letters are worded from. `general`: the general invitation of this layout, if it is drafted or
    issued; groups, units and sites by key, as planning and venue tell them."""

    facts: Facts
    general: Document | None
    groups: Mapping[str, Tree]
    units: Mapping[str, Tree]
    sites: Mapping[str, Tree]


def order_routes(routes: Iterable[Route], sources: Sources) -> list[Route]:
    """Units as the plan lists them, and of each its groups by rank."""
    units = {key: at for at, key in enumerate(sources.units)}
    groups = {key: (group["rank"], at) for at, (key, group) in enumerate(sources.groups.items())}
    return sorted(routes, key=lambda route: (units[route.unit], groups[route.group]))


def word_letters(letters: Sequence[Letter], sources: Sources) -> list[dict[str, Any]]:
    """What the template is given for each letter; `code` is still the digits, not yet their picture."""
    frames: dict[str, dict[str, Any]] = {}
    worded = []
    for letter in letters:
        issuer = issuing_unit(letter.route, sources)
        if issuer not in frames:
            frames[issuer] = _framed(issuer, sources)
        worded.append(frames[issuer] | _words(letter, issuer, sources))
    return worded


def issuing_unit(route: Route, sources: Sources) -> str:
    """Groups `invited_by` the bridge's unit are invited by that unit, all others by the organiser."""
    by_unit = sources.groups[route.group]["invited_by"] == "bridge_unit"
    return route.unit if by_unit else sources.facts.organiser_key


def organ_of(unit: Tree, facts: Facts) -> str:
    """ "Huyện Quỳ Hợp" in a conference of the Front: "Ủy ban MTTQ Việt Nam huyện Quỳ Hợp"."""
    name = str(unit["name"])
    if any(word and word in name for word in facts.profile.names):
        return name
    organ = facts.profile.levels.get(unit["level"], "").partition(" các ")[0]
    return f"{organ} {lower_first(name)}".strip() if organ else name


def draw_code(code: str) -> str:
    """The picture (SVG) of the code that is scanned at the door; blank without one."""
    if not code:
        return ""
    drawn = io.BytesIO()
    segno.make_qr(code, error="m").save(drawn, kind="svg", border=0, xmldecl=False)
    return drawn.getvalue().decode()


def _framed(issuer: str, sources: Sources) -> dict[str, Any]:
    """Head, type and signature of all letters of one issuer."""
    document = _organisers_frame(sources)
    if issuer != sources.facts.organiser_key:
        document = _units_frame(document, sources.units[issuer], sources.facts)
    return lay_out(replace(document, body=(), annexes=(), recipients=("Như kính mời",)))


def _organisers_frame(sources: Sources) -> Document:
    """As the general invitation has it, so that number, date and signer are the same."""
    if sources.general is not None:
        return sources.general
    facts = sources.facts
    wanted = Requirement(
        "", INVITATION, f"Dự {lower_first(facts.short_title)}", facts.organiser_key, (), (), None
    )
    return framed(facts, wanted, ())


def _units_frame(document: Document, unit: Tree, facts: Facts) -> Document:
    """The unit issues its own letter: it has its own register, day and signer, all still blank."""
    organ, part = organ_of(unit, facts), facts.profile.body
    agency = Agency(part, (organ,), f"{part} {organ}") if part else Agency(organ, (), organ)
    sign = Sign(f"TM. {part}" if part else "", "", "")
    place = place_of(str(unit["name"]))
    return replace(
        document, agency=agency, sign=sign, place=place, number=None, day=None, archive_line="Lưu: VT"
    )


def _words(letter: Letter, issuer: str, sources: Sources) -> dict[str, Any]:
    facts = sources.facts
    speaker = facts.issuer if issuer == facts.organiser_key else _speaker(sources.units[issuer], facts)
    return {
        "issuer": speaker,
        **_guest(letter, sources),
        "facts": [
            {"label": "Tới dự", "text": f"{facts.title}."},
            {"label": "Chủ trì", "text": f"{facts.issuer}."},
            {"label": "Thời gian", "text": f"{when(facts)}."},
            {"label": "Địa điểm", "text": f"{_place(sources.sites[letter.route.site])}."},
        ],
        "notes": [_note(letter, issuer, facts)],
        "code": letter.named.code if letter.named is not None else "",
        "code-says": CODE_SAYS,
    }


def _speaker(unit: Tree, facts: Facts) -> str:
    return f"{facts.profile.body} {organ_of(unit, facts)}".strip()


def _guest(letter: Letter, sources: Sources) -> dict[str, Any]:
    """A person with position and unit; else the group, with how many may come."""
    group = str(sources.groups[letter.route.group]["name"])
    route, organiser = letter.route, sources.facts.organiser_key
    unit = str(sources.units[route.unit]["name"]) if route.unit != organiser else ""
    if letter.named is not None:
        return {"guest": letter.named.name, "about-guest": _lines(letter.named.position, unit)}
    return {"guest": group, "about-guest": _lines(unit, f"({figure(letter.places)} đại biểu)")}


def _lines(*texts: str) -> list[str]:
    """Those with words, no two alike: a position often names the unit."""
    kept: list[str] = []
    for text in filter(None, texts):
        if not any(text.lower() in other.lower() for other in kept):
            kept.append(text)
    return kept


def _place(site: Tree) -> str:
    name = str(site["name"])
    if site["kind"] == "bridge" and not name.lower().startswith("điểm cầu"):
        name = f"Điểm cầu {lower_first(name)}"
    return ", ".join(filter(None, (name, site.get("room"), site.get("address"))))


def _note(letter: Letter, issuer: str, facts: Facts) -> str:
    ours = issuer == facts.organiser_key
    if letter.named is None:
        whom = f" cho {contact_text(facts)}" if ours else ""
        return f"Đề nghị gửi danh sách đại biểu{whom}. Rất mong được đón tiếp các đồng chí./."
    ask = (
        f"Đề nghị xác nhận tham dự với {contact_text(facts)}. " if ours and facts.contact is not None else ""
    )
    show = "Khi đến dự, đề nghị mang theo giấy mời có mã điểm danh." if letter.named.code else ""
    return f"{ask}{show}".strip().rstrip(".") + "./." if ask or show else "Rất mong được đón tiếp đồng chí./."
