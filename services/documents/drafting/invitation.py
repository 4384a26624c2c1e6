"""GM: the general invitation; the personal ones are made from the places (services/documents/invitations)."""

from __future__ import annotations

from services.documents.drafting.facts import Facts
from services.documents.drafting.frame import conference_name, contact_text, dash, framed, time_and_place
from services.documents.drafting.wording import listed
from services.documents.plan.model import Requirement
from services.documents.typesetting.model import Block, Document, Kv, Para


def compose_invitation(facts: Facts, wanted: Requirement) -> Document:
    """Kính mời, tới dự, chủ trì, thời gian, địa điểm, ghi chú."""
    invited = [group.name for group in facts.option.guests if group.invited_by == "organiser"]
    body: list[Block] = [
        Para(f"{facts.issuer} trân trọng kính mời:"),
        *(dash(text) for text in listed(invited)),
        Para(f"Tới dự {conference_name(facts)}."),
        Kv("Chủ trì", facts.issuer),
        *time_and_place(facts),
        *_notes(facts),
    ]
    return framed(facts, wanted, body)


def _notes(facts: Facts) -> list[Block]:
    notes: list[Block] = []
    if any(group.invited_by != "organiser" for group in facts.option.guests):
        notes.append(Para("Thành phần tại các điểm cầu do địa phương nơi đặt điểm cầu phát hành giấy mời."))
    notes.append(
        Para(f"Đề nghị xác nhận tham dự với {contact_text(facts)}. Rất mong được đón tiếp các đồng chí.")
    )
    return notes
