"""QĐ: the decision that awards; its annex is the list of recipients once decided, till then the quota."""

from __future__ import annotations

from collections.abc import Sequence

from services.documents.drafting.facts import Award, Facts, Recipient
from services.documents.drafting.frame import bases_of, framed
from services.documents.drafting.skeletons import compose_skeleton
from services.documents.drafting.wording import UNKNOWN, figure, lower_first
from services.documents.plan.model import Requirement
from services.documents.typesetting.model import (
    Annex,
    Article,
    Block,
    Centre,
    Column,
    Document,
    Heading,
    Table,
)


def compose_decision(facts: Facts, wanted: Requirement) -> Document:
    award = facts.award
    if award is None:
        return compose_skeleton(facts, wanted)
    proposer = facts.units.get(wanted.drafted_by, wanted.drafted_by)
    bases = (*bases_of(award.bases), f"Theo đề nghị của {proposer}")
    body: list[Block] = [
        Centre("QUYẾT ĐỊNH:"),
        Article("1", f"Tặng {award.title} cho {_counts(award)} {_reason(award)} (có danh sách kèm theo)."),
        Article("2", f"Tiền thưởng kèm theo thực hiện theo quy định hiện hành, trích từ nguồn {UNKNOWN}"),
        Article(
            "3",
            f"Quyết định này có hiệu lực kể từ ngày ký. {_executors(facts)} và các tập thể, cá nhân "
            "có tên tại Điều 1 chịu trách nhiệm thi hành Quyết định này.",
        ),
    ]
    annex = _recipients(award) if award.decided else _quotas(award)
    recipients = ("Như Điều 3", *facts.recipients)
    return framed(
        facts,
        wanted,
        body,
        decider=facts.issuer.upper(),
        legal_bases=bases,
        annexes=(annex,),
        recipients=recipients,
    )


def _executors(facts: Facts) -> str:
    return f"Văn phòng, các ban của {facts.organiser}"


def _reason(award: Award) -> str:
    campaign = lower_first(award.campaign)
    return f"đã có {campaign.removeprefix('khen thưởng ').strip()}"


def _counts(award: Award) -> str:
    if award.decided:
        collectives = sum(one.kind == "collective" for one in award.recipients)
        individuals = len(award.recipients) - collectives
    else:
        collectives = sum(quota.collectives for quota in award.quotas)
        individuals = sum(quota.individuals for quota in award.quotas)
    return f"{figure(collectives)} tập thể và {figure(individuals)} cá nhân"


def _recipients(award: Award) -> Annex:
    collectives = [one for one in award.recipients if one.kind == "collective"]
    individuals = [one for one in award.recipients if one.kind != "collective"]
    body: list[Block] = []
    for number, title, found in (("I", "TẬP THỂ", collectives), ("II", "CÁ NHÂN", individuals)):
        if found:
            body += [Heading(1, number if collectives else "I", title), _table(found)]
    return Annex(f"DANH SÁCH TẬP THỂ, CÁ NHÂN ĐƯỢC TẶNG {award.title.upper()}", tuple(body))


def _table(found: Sequence[Recipient]) -> Table:
    columns = (
        Column("STT", 12, "center"),
        Column("Tên", 48),
        Column("Chức vụ, đơn vị", 55),
        Column("Thành tích", 50),
    )
    return Table(columns, tuple(_row(number, one) for number, one in enumerate(found, start=1)))


def _row(number: int, one: Recipient) -> tuple[str, ...]:
    post = ", ".join(filter(None, (one.position, one.unit)))
    return (str(number), one.name, post, one.achievement)


def _quotas(award: Award) -> Annex:
    columns = (
        Column("STT", 12, "center"),
        Column("Đơn vị", 93),
        Column("Tập thể", 30, "center"),
        Column("Cá nhân", 30, "center"),
    )
    rows = tuple(
        (str(number), quota.unit, figure(quota.collectives), figure(quota.individuals))
        for number, quota in enumerate(award.quotas, start=1)
    )
    total = (
        "",
        "Tổng cộng",
        figure(sum(quota.collectives for quota in award.quotas)),
        figure(sum(quota.individuals for quota in award.quotas)),
    )
    return Annex("PHÂN BỔ KHEN THƯỞNG (dự kiến, chờ quyết định xét chọn)", (Table(columns, rows, total),))
