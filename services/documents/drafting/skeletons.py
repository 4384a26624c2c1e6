"""Reports, speeches, the estimate, the backdrop and what else is asked for: headings from the plan, and
dots where a person has to write. A draft never makes up what nobody has decided."""

from __future__ import annotations

from collections.abc import Iterator

from services.documents.drafting.facts import Facts
from services.documents.drafting.frame import bases_of, conference_name, framed, time_and_place, when
from services.documents.drafting.wording import UNKNOWN, figure, short_day
from services.documents.plan.model import Requirement
from services.documents.typesetting.model import (
    Block,
    Centre,
    Clause,
    Column,
    Document,
    Heading,
    Para,
    Table,
)


def compose_report(facts: Facts, wanted: Requirement) -> Document:
    """BC: the questions that the purposes of the conference ask."""
    body: list[Block] = [
        Para(f"{facts.issuer} báo cáo tại {conference_name(facts)} như sau:"),
        Heading(1, "I", "CÔNG TÁC LÃNH ĐẠO, CHỈ ĐẠO, TRIỂN KHAI"),
        Para(UNKNOWN),
        Heading(1, "II", "KẾT QUẢ ĐẠT ĐƯỢC"),
        Para(UNKNOWN),
        Heading(1, "III", "HẠN CHẾ, NGUYÊN NHÂN, BÀI HỌC KINH NGHIỆM"),
        Clause("1", f"Hạn chế: {UNKNOWN}"),
        Clause("2", f"Nguyên nhân: {UNKNOWN}"),
        Clause("3", f"Bài học kinh nghiệm: {UNKNOWN}"),
        Heading(1, "IV", "NHIỆM VỤ, GIẢI PHÁP, KIẾN NGHỊ"),
        Para(UNKNOWN),
    ]
    return framed(facts, wanted, body, legal_bases=bases_of(facts.bases))


def compose_speech(facts: Facts, wanted: Requirement) -> Document:
    """BAI: an address; its points are for the speaker."""
    body: list[Block] = [
        Para("Kính thưa các đồng chí lãnh đạo, các vị đại biểu!"),
        Para(f"Hôm nay, {facts.issuer} tổ chức {conference_name(facts)}."),
        *(Para(f"{purpose.rstrip(' .;')}: {UNKNOWN}") for purpose in facts.purposes),
        Para(UNKNOWN),
        Para("Xin trân trọng cảm ơn!"),
    ]
    return framed(facts, wanted, body, recipients=(), archive_line="")


def compose_backdrop(facts: Facts, wanted: Requirement) -> Document:
    """MAKET: the words on the backdrop."""
    day = short_day(facts.starts_at.date()) if facts.starts_at else UNKNOWN
    body: list[Block] = [
        Para("Nội dung trên ma két:"),
        Centre(facts.organiser.upper()),
        Centre(facts.title.upper()),
        Centre(f"Ngày {day}"),
        *time_and_place(facts),
    ]
    return framed(facts, wanted, body, recipients=(), archive_line="")


def compose_estimate(facts: Facts, wanted: Requirement) -> Document:
    """DT: what has to be paid for, in the numbers of the option; the amounts are for the accountant."""
    columns = (
        Column("STT", 12, "center"),
        Column("Nội dung", 73),
        Column("Số lượng", 25, "center"),
        Column("Đơn giá", 25, "right"),
        Column("Thành tiền", 30, "right"),
    )
    rows = tuple(
        (str(number), what, amount, UNKNOWN, UNKNOWN)
        for number, (what, amount) in enumerate(_costs(facts), 1)
    )
    body: list[Block] = [
        Para(f"Dự toán kinh phí tổ chức {conference_name(facts)}; thời gian: {when(facts)}."),
        Table(columns, rows, ("", "Tổng cộng", "", "", UNKNOWN)),
    ]
    return framed(facts, wanted, body)


def _costs(facts: Facts) -> Iterator[tuple[str, str]]:
    yield "Trang trí hội trường, ma két", figure(len(facts.places))
    yield "In ấn tài liệu (bộ)", figure(facts.seats)
    yield "Nước uống đại biểu (người)", figure(facts.seats)
    if facts.bridges:
        yield "Đường truyền, kỹ thuật trực tuyến (điểm)", figure(len(facts.places))
    if facts.award is not None:
        collectives = sum(quota.collectives for quota in facts.award.quotas)
        individuals = sum(quota.individuals for quota in facts.award.quotas)
        yield "Tiền thưởng tập thể", figure(collectives)
        yield "Tiền thưởng cá nhân", figure(individuals)


def compose_skeleton(facts: Facts, wanted: Requirement) -> Document:
    """Any other type: what it is about, and room to write."""
    addressees = tuple(facts.units.get(key, key) for key in wanted.to)
    body: list[Block] = [Para(f"{wanted.subject} ({conference_name(facts)}):"), Para(UNKNOWN)]
    return framed(facts, wanted, body, addressees=addressees, legal_bases=bases_of(facts.bases))
