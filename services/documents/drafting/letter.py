"""CV: the letter that asks for the lines to the bridge points."""

from __future__ import annotations

from collections.abc import Iterator

from services.documents.drafting.facts import Facts
from services.documents.drafting.frame import conference_name, contact_text, framed, when, where
from services.documents.drafting.wording import (
    UNKNOWN,
    clock_text,
    day_text,
    figure,
    joined,
    listed,
    lower_first,
    upper_first,
)
from services.documents.plan.model import Requirement
from services.documents.typesetting.model import Annex, Block, Clause, Column, Document, Para, Table

MOST_LISTED = 2_000  # rows of the annex; a longer list goes as a file of its own


def compose_letter(facts: Facts, wanted: Requirement) -> Document:
    """What is asked of the `to` units, with the bridge points and the line test; else an honest skeleton."""
    asked = tuple(facts.units.get(key, key) for key in wanted.to)
    body: list[Block] = [Para(_occasion(facts))]
    body += list(_request(facts, asked)) if facts.bridges else [Para(f"{wanted.subject}: {UNKNOWN}")]
    body += [
        Para(f"Đầu mối phối hợp: {contact_text(facts)}."),
        Para("Rất mong nhận được sự quan tâm, phối hợp của quý cơ quan."),
    ]
    annexes = (_annex(facts),) if is_listed(facts) else ()
    return framed(facts, wanted, body, addressees=asked, annexes=annexes)


def _occasion(facts: Facts) -> str:
    return (
        f"{facts.issuer} tổ chức {conference_name(facts)}; hình thức: {lower_first(facts.option.title)}. "
        f"Thời gian: {when(facts)}. Điểm cầu trung tâm: {where(facts)}."
    )


def _request(facts: Facts, asked: tuple[str, ...]) -> Iterator[Block]:
    yield Para(
        f"Để hội nghị đạt kết quả, {facts.issuer} trân trọng đề nghị {joined(asked) or UNKNOWN} quan tâm, "
        "phối hợp:"
    )
    bridges = figure(len(facts.bridges))
    enclosed = " (có danh sách kèm theo)" if is_listed(facts) else ""
    asks = [f"Kết nối đường truyền trực tuyến từ điểm cầu trung tâm đến {bridges} điểm cầu{enclosed}"]
    if test := facts.option.line_test:
        moment = f"{clock_text(test)}, {day_text(test.date())}"
        asks.append(f"Kiểm tra đường truyền đến tất cả các điểm cầu lúc {moment}")
    asks.append("Cử cán bộ kỹ thuật trực trước giờ khai mạc ít nhất 60 phút và trong suốt thời gian hội nghị")
    yield from (Clause(str(number), upper_first(text)) for number, text in enumerate(listed(asks), start=1))


def is_listed(facts: Facts) -> bool:
    return 0 < len(facts.bridges) <= MOST_LISTED


def _annex(facts: Facts) -> Annex:
    columns = (
        Column("STT", 12, "center"),
        Column("Điểm cầu", 53),
        Column("Phòng họp, địa chỉ", 75),
        Column("Số đại biểu", 25, "center"),
    )
    rows = tuple(
        (str(number), place.name, place.where or UNKNOWN, figure(place.seats))
        for number, place in enumerate(facts.bridges, start=1)
    )
    total = ("", "Tổng cộng", "", figure(sum(place.seats for place in facts.bridges)))
    return Annex("DANH SÁCH ĐIỂM CẦU", (Table(columns, rows, total),))
