"""HD: how the units asked prepare their papers (tham luận)."""

from __future__ import annotations

from services.documents.drafting.facts import Facts
from services.documents.drafting.frame import (
    bases_of,
    conference_name,
    contact_text,
    dash,
    framed,
    when,
)
from services.documents.drafting.wording import UNKNOWN, day_text, joined, listed, lower_first
from services.documents.plan.model import Requirement
from services.documents.typesetting.model import Block, Clause, Document, Heading, Para


def compose_guidance(facts: Facts, wanted: Requirement) -> Document:
    asked, due = facts.papers or ((), None)
    body: list[Block] = [
        Para(
            f"Để chuẩn bị {conference_name(facts)}, {facts.issuer} hướng dẫn "
            f"{lower_first(wanted.subject)} như sau:"
        ),
        Heading(1, "I", "ĐƠN VỊ CHUẨN BỊ"),
        Para(f"{joined(asked) or UNKNOWN}."),
        Heading(1, "II", "NỘI DUNG"),
        *(dash(text) for text in listed(facts.purposes or (UNKNOWN,))),
        Clause("1", f"Kết quả nổi bật, cách làm hay tại đơn vị: {UNKNOWN}"),
        Clause("2", f"Khó khăn, hạn chế, nguyên nhân và bài học kinh nghiệm: {UNKNOWN}"),
        Clause("3", f"Đề xuất, kiến nghị: {UNKNOWN}"),
        Heading(1, "III", "THỜI HẠN, NƠI NHẬN"),
        Clause("1", f"Hội nghị: {when(facts)}."),
        Clause("2", f"Gửi tham luận chậm nhất {day_text(due) if due else UNKNOWN}."),
        Clause("3", f"Nơi nhận: {facts.organiser}; đầu mối: {contact_text(facts)}."),
        Para("Đề nghị các đơn vị chuẩn bị và gửi tham luận đúng thời hạn."),
    ]
    return framed(facts, wanted, body, legal_bases=bases_of(facts.bases))
