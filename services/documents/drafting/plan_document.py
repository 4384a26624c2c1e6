"""KH: the plan of the conference, with the layout of the option in force."""

from __future__ import annotations

from collections.abc import Iterator

from services.documents.drafting.facts import Facts, Guests
from services.documents.drafting.frame import (
    bases_of,
    conference_name,
    contact_text,
    dash,
    framed,
    when,
    where,
)
from services.documents.drafting.programme import timetable
from services.documents.drafting.wording import (
    UNKNOWN,
    clock_text,
    figure,
    joined,
    listed,
    lower_first,
    short_day,
)
from services.documents.plan.model import Requirement
from services.documents.typesetting.model import Block, Clause, Document, Heading, Para


def compose_plan(facts: Facts, wanted: Requirement) -> Document:
    """Căn cứ, mục đích, thời gian – địa điểm – hình thức, thành phần, chương trình, tổ chức thực hiện."""
    body: list[Block] = [
        Para(f"{facts.issuer} xây dựng kế hoạch tổ chức {conference_name(facts)}, cụ thể như sau:"),
        *_purposes(facts),
        *_form(facts),
        *_guests(facts),
        Heading(1, "IV", "CHƯƠNG TRÌNH HỘI NGHỊ"),
        *timetable(facts),
        *_work(facts),
        Para(_closing(facts)),
    ]
    return framed(facts, wanted, body, legal_bases=bases_of(facts.bases))


def _purposes(facts: Facts) -> Iterator[Block]:
    yield Heading(1, "I", "MỤC ĐÍCH, YÊU CẦU")
    for number, text in enumerate(facts.purposes or (UNKNOWN,), start=1):
        yield Clause(str(number), text.rstrip(" .;") + ("" if text == UNKNOWN else "."))


def _form(facts: Facts) -> Iterator[Block]:
    yield Heading(1, "II", "THỜI GIAN, ĐỊA ĐIỂM, HÌNH THỨC")
    yield Clause("1", f"Thời gian: {when(facts)}.")
    yield Clause("2", f"Hình thức: {facts.option.title}.")
    if not facts.bridges:
        yield Clause("3", f"Địa điểm: {where(facts)}.")
        return
    yield Clause("3", "Địa điểm:")
    rooms = {place.where for place in facts.bridges}
    room = rooms.pop() if len(rooms) == 1 else ""
    yield dash(f"{where(facts)};")
    yield dash(
        f"{figure(len(facts.bridges))} điểm cầu {_level(facts)}".rstrip() + (f": {room}." if room else ".")
    )


def _guests(facts: Facts) -> Iterator[Block]:
    yield Heading(1, "III", "THÀNH PHẦN")
    by_place: dict[str, list[Guests]] = {}
    for group in facts.option.guests:
        by_place.setdefault(group.at, []).append(group)
    for number, (at, groups) in enumerate(by_place.items(), start=1):
        total = sum(group.seats for group in groups)
        yield Heading(2, str(number), f"{_at(facts, at)}: {figure(total)} đại biểu")
        yield from (dash(text) for text in listed([_group(group) for group in groups]))
    if len(by_place) > 1:
        yield Para(f"Tổng số: {figure(facts.seats)} đại biểu.")


def _group(group: Guests) -> str:
    if group.seats == group.each:
        return f"{group.name}: {figure(group.seats)} đại biểu"
    return f"{group.name}: {figure(group.seats)} đại biểu (mỗi đơn vị {figure(group.each)})"


def _at(facts: Facts, at: str) -> str:
    if at == "bridge":
        return f"Tại {figure(len(facts.bridges))} điểm cầu {_level(facts)}".rstrip()
    centre = facts.centre
    return f"Tại {lower_first(centre.name)}" if centre is not None else "Tại nơi tổ chức"


def _level(facts: Facts) -> str:
    """What the bridge points have in common: cấp huyện, cấp xã."""
    tiers = {place.tier for place in facts.bridges}
    return tiers.pop() if len(tiers) == 1 else ""


def _work(facts: Facts) -> Iterator[Block]:
    yield Heading(1, "V", "TỔ CHỨC THỰC HIỆN")
    by_unit: dict[str, list[str]] = {}
    for task in facts.tasks:
        partners = f", phối hợp với {joined(task.partners)}" if task.partners else ""
        due = f" (hoàn thành chậm nhất ngày {short_day(task.due)})"
        by_unit.setdefault(task.unit, []).append(f"{task.title}{partners}{due}")
    if test := facts.option.line_test:
        moment = f"{clock_text(test)} ngày {short_day(test.date())}"
        by_unit.setdefault("Kiểm tra đường truyền", []).append(
            f"Tất cả các điểm cầu kiểm tra đường truyền lúc {moment}"
        )
    for number, (unit, tasks) in enumerate(by_unit.items(), start=1):
        yield Heading(2, str(number), unit)
        yield from (dash(text) for text in listed(tasks))
    yield Para(f"Số lượng đại biểu báo về {contact_text(facts)}.")


def _closing(facts: Facts) -> str:
    return (
        f"Trên đây là Kế hoạch tổ chức {lower_first(facts.short_title)}, đề nghị các cơ quan, đơn vị "
        "phối hợp triển khai thực hiện."
    )
