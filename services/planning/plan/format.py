"""The plan format `diemcau.plan/1`: which fields there are, and what they become in the model."""

from __future__ import annotations

from datetime import date
from typing import Any

from diemcau.plan import Awardees, Group, Unit
from services.planning.plan.model import (
    AwardsPlan,
    ConferenceFacts,
    ConferencePlan,
    Contact,
    DocumentTemplate,
    Due,
    LegalBasis,
    Option,
    Papers,
    ProgrammeItem,
    Quota,
    Quotas,
    Signer,
    TaskTemplate,
    UnitQuota,
)
from services.planning.plan.shape import (
    Bool,
    Choice,
    Date,
    Field,
    Int,
    Key,
    ListOf,
    LocalDateTime,
    Opaque,
    OrganId,
    Record,
    Ref,
    Spec,
    Text,
    TimeOfDay,
    Zone,
    optional,
)

FORMAT = "diemcau.plan/1"
MANY = 1_000_000
MAX_DAYS_BEFORE = 3_650

TITLE = Field(Text(1_000))
NAME = Field(Text())
KEY = Field(Key())
UNIT_REF = Ref("unknown-unit", ("unit",))
LEVEL_REF = Ref("unknown-level", ("level",))
AWARDEES_FROM = Ref("unknown-level", ("level",), also=("press",))
PAPERS_FROM = Ref("unknown-level", ("level", "unit"), also=("press",))  # named agencies may be asked, too
DOCUMENT_PER = Ref("unknown-level", ("level",), also=("invitation",))
OPTION_REF = Ref("unknown-option", ("option",))
PLUGIN_REF = Ref("unknown-plugin", ("plugin",))


def _some(item: Spec, name: str = "") -> Field:
    """A list that may be left out, of values that differ."""
    return optional(ListOf(item, distinct=True), name, ())


def _conference(
    title: str, short_title: str | None, window: tuple[date, date], **rest: Any
) -> ConferenceFacts:
    return ConferenceFacts(
        title=title, short_title=short_title or title, window_from=window[0], window_to=window[1], **rest
    )


def _unit(valid: tuple[date | None, date | None], **rest: Any) -> Unit:
    return Unit(valid_from=valid[0], valid_to=valid[1], **rest)


def _option(label: str | None, title: str, settings: dict[str, Any] | None, **rest: Any) -> Option:
    return Option(label=label or title, title=title, settings=settings or {}, **rest)


def _plan(programme: tuple[ProgrammeItem, ...], **rest: Any) -> ConferencePlan:
    return ConferencePlan(programme=tuple(sorted(programme, key=lambda item: item.order)), **rest)


def _period(start: date | None, to: date | None) -> tuple[date | None, date | None]:
    return start, to


DUE = Record(Due, {"days_before": Field(Int(0, MAX_DAYS_BEFORE)), "at": optional(TimeOfDay)})
LEGAL_BASES = optional(
    ListOf(
        Record(
            LegalBasis,
            {"symbol": NAME, "date": Field(Date), "issuer": NAME, "about": TITLE},
        )
    ),
    default=(),
)

CONFERENCE = Record(
    _conference,
    {
        "key": KEY,
        "title": TITLE,
        "short_title": optional(Text()),
        "organiser": Field(UNIT_REF),
        "decided_by": optional(Text()),
        "timezone": Field(Zone),
        "window": Field(Record(_period, {"from": Field(Date, "start"), "to": Field(Date)})),
        "starts_at": optional(LocalDateTime),
        "ends_at": optional(LocalDateTime),
        "legal_bases": LEGAL_BASES,
        "purposes": optional(ListOf(Text(5_000)), default=()),
        "signer": optional(Record(Signer, {"authority": NAME, "position": NAME, "name": NAME})),
        "contact": optional(
            Record(
                Contact,
                {
                    "name": NAME,
                    "position": optional(Text()),
                    "unit": optional(UNIT_REF),
                    "phone": optional(Text(50)),
                },
            )
        ),
        "recipients": optional(ListOf(Text()), default=()),
        "archive": optional(Text()),
    },
)

UNIT = Record(
    _unit,
    {
        "key": Field(Key(defines="unit")),
        "name": NAME,
        "level": Field(Key(defines="level")),
        "parent": optional(UNIT_REF),
        "organ_id": optional(OrganId),
        "valid": optional(
            Record(_period, {"from": optional(Date, "start"), "to": optional(Date)}), default=(None, None)
        ),
        "predecessors": _some(Key()),  # not references: units that ended long ago need not be listed
        "was": _some(Key()),
    },
)

GROUP = Record(
    Group,
    {
        "key": KEY,
        "name": TITLE,
        "at": Field(Key()),
        "invited_by": Field(Choice(("organiser", "bridge_unit"))),
        "seats": Field(Int(1, MANY)),
        "rank": Field(Int(0, MANY)),
        "per": optional(LEVEL_REF),
        "press": optional(Bool(), default=False),
        "awardees": optional(
            Record(
                Awardees,
                {
                    "from": Field(ListOf(AWARDEES_FROM, at_least=1, distinct=True), "sources"),
                    "kinds": optional(
                        ListOf(Choice(("collective", "individual")), at_least=1, distinct=True),
                        default=("collective", "individual"),
                    ),
                },
            )
        ),
        "was": _some(Key()),
    },
)

OPTION = Record(
    _option,
    {
        "key": Field(Key(defines="option")),
        "label": optional(Text()),
        "title": TITLE,
        "venue": Field(PLUGIN_REF),
        "settings": optional(Opaque()),
        "groups": Field(ListOf(GROUP)),
    },
)

TASK = Record(
    TaskTemplate,
    {
        "key": KEY,
        "unit": optional(UNIT_REF),
        "per": optional(LEVEL_REF),
        "with": _some(UNIT_REF, "with_units"),
        "title": TITLE,
        "due": Field(DUE),
        "only": _some(OPTION_REF),
    },
)

PAPERS = Record(
    Papers,
    {
        "due": Field(DUE),
        "from": Field(ListOf(PAPERS_FROM, at_least=1, distinct=True), "sources"),
        "to": Field(UNIT_REF),
    },
)

DOCUMENT = Record(
    DocumentTemplate,
    {
        "type": Field(Text(20)),
        "subject": TITLE,
        "drafted_by": Field(UNIT_REF),
        "per": optional(DOCUMENT_PER),
        "to": _some(UNIT_REF),
        "only": _some(OPTION_REF),
    },
)

COUNTS = {"collectives": Field(Int(0, MANY)), "individuals": Field(Int(0, MANY))}
QUOTAS = Record(
    Quotas,
    {
        "province": optional(Record(Quota, COUNTS)),
        "per_unit": optional(Record(UnitQuota, {"level": Field(LEVEL_REF), **COUNTS})),
    },
)
AWARDS = Record(
    AwardsPlan,
    {
        "campaign": TITLE,
        "title": TITLE,
        "legal_bases": LEGAL_BASES,
        "quotas": optional(QUOTAS, default=Quotas()),
    },
)

PLAN = Record(
    _plan,
    {
        "format": Field(Choice((FORMAT,))),
        "conference": Field(CONFERENCE),
        "units": Field(ListOf(UNIT, defines=("unit", "level"))),
        "programme": optional(
            ListOf(
                Record(
                    ProgrammeItem,
                    {"order": Field(Int(0, MANY)), "minutes": Field(Int(0, 1_440)), "title": TITLE},
                )
            ),
            default=(),
        ),
        "options": Field(ListOf(OPTION, defines=("option",), at_least=1, too_few="missing-option")),
        "tasks": optional(ListOf(TASK), default=()),
        "papers": optional(PAPERS),
        "documents": optional(ListOf(DOCUMENT), default=()),
        "awards": optional(AWARDS),
    },
)
