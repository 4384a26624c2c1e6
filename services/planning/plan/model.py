"""A whole plan as frozen values, and the pure rules that follow from it alone."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Any, Protocol, TypeAlias
from zoneinfo import ZoneInfo

from diemcau.plan import Group, Unit

Tree: TypeAlias = "dict[str, Tree] | list[Tree] | str | int | float | bool | None"

END_OF_WORKING_DAY = time(17, 0)
_with_offset = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2})(:[0-9]{2})?(?:Z|[+-][0-9]{2}:[0-9]{2})"
).fullmatch


class UnknownConference(Exception):
    """There is no conference of this key."""

    def __init__(self, conference: str) -> None:
        super().__init__(conference)
        self.conference = conference


class UnknownPlanVersion(Exception):
    """The conference has no such plan version."""

    def __init__(self, version: int) -> None:
        super().__init__(version)
        self.version = version


class ConferenceClosed(Exception):
    """The conference is over: nothing of it is changed, unless it is opened again."""


class Phase(StrEnum):
    """A conference's life: planned → open → closed; closed → open again, with a reason."""

    PLANNED = "planned"
    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class LegalBasis:
    """A document that the plan rests on (căn cứ)."""

    symbol: str
    date: date
    issuer: str
    about: str


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signs, e.g. authority `TM. BAN THƯỜNG TRỰC`, position `PHÓ CHỦ TỊCH`."""

    authority: str
    position: str
    name: str


@dataclass(frozen=True, slots=True)
class Contact:
    """The officer who receives headcounts; `unit` is a unit key."""

    name: str
    position: str | None = None
    unit: str | None = None
    phone: str | None = None


@dataclass(frozen=True, slots=True)
class ConferenceFacts:
    """What, by whom and when. `starts_at`, `ends_at`: naive local times in `timezone`, None while open."""

    key: str
    title: str
    short_title: str
    organiser: str
    decided_by: str | None
    timezone: str
    window_from: date
    window_to: date
    starts_at: datetime | None
    ends_at: datetime | None
    legal_bases: tuple[LegalBasis, ...] = ()
    purposes: tuple[str, ...] = ()
    signer: Signer | None = None
    contact: Contact | None = None
    recipients: tuple[str, ...] = ()
    archive: str | None = None

    @property
    def day(self) -> date:
        """The local day of the conference; provisional (first day of the window) while the start is open."""
        return self.starts_at.date() if self.starts_at else self.window_from


@dataclass(frozen=True, slots=True)
class ProgrammeItem:
    """One point of the programme; `minutes` long."""

    order: int
    minutes: int
    title: str


@dataclass(frozen=True, slots=True)
class TimedItem:
    """A point of the programme and when it is: `after` minutes from the start; aware moments, None while
    the start is open."""

    order: int
    minutes: int
    title: str
    after: int
    starts_at: datetime | None
    ends_at: datetime | None


@dataclass(frozen=True, slots=True)
class Option:
    """One complete way to hold the conference. `venue` names its plugin; `settings` are as posted."""

    key: str
    label: str
    title: str
    venue: str
    settings: dict[str, Any] = field(hash=False)
    groups: tuple[Group, ...]


@dataclass(frozen=True, slots=True)
class Due:
    """So many calendar days before the conference; without `at`, by the end of the working day."""

    days_before: int
    at: time | None = None


@dataclass(frozen=True, slots=True)
class TaskTemplate:
    """A task of one `unit` or of every unit of the level `per`. `only`: option keys, empty = all."""

    key: str
    unit: str | None
    per: str | None
    with_units: tuple[str, ...]
    title: str
    due: Due
    only: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Task:
    """One unit's task; (`key`, `unit`) is unique within a plan."""

    key: str
    unit: str
    title: str
    with_units: tuple[str, ...]
    due: Due
    only: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Papers:
    """Papers (tham luận) asked of `sources` (levels, `press` or unit keys), to be sent to the unit `to`."""

    due: Due
    sources: tuple[str, ...]
    to: str


@dataclass(frozen=True, slots=True)
class DocumentTemplate:
    """A document to produce, one in all or one `per` invitation or unit of a level. `to`: unit keys."""

    type: str
    subject: str
    drafted_by: str
    per: str | None
    to: tuple[str, ...]
    only: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Quota:
    """How many may be honoured."""

    collectives: int
    individuals: int


@dataclass(frozen=True, slots=True)
class UnitQuota:
    """How many may be honoured in each unit of `level`."""

    level: str
    collectives: int
    individuals: int


@dataclass(frozen=True, slots=True)
class Quotas:
    """The allocation of awards (phân bổ khen thưởng)."""

    province: Quota | None = None
    per_unit: UnitQuota | None = None


@dataclass(frozen=True, slots=True)
class AwardsPlan:
    """The award campaign whose certificates the conference presents."""

    campaign: str
    title: str
    legal_bases: tuple[LegalBasis, ...]
    quotas: Quotas


@dataclass(frozen=True, slots=True)
class ConferencePlan:
    """Everything that `diemcau.plan/1` says, checked; all lists in plan order, the programme by `order`."""

    format: str
    conference: ConferenceFacts
    units: tuple[Unit, ...]
    programme: tuple[ProgrammeItem, ...]
    options: tuple[Option, ...]
    tasks: tuple[TaskTemplate, ...]
    papers: Papers | None
    documents: tuple[DocumentTemplate, ...]
    awards: AwardsPlan | None

    @property
    def option_titles(self) -> dict[str, str]:
        """By key, in plan order."""
        return {option.key: option.title for option in self.options}


class Day(Protocol):
    """What deadlines are counted from: the local day of a conference."""

    @property
    def day(self) -> date: ...
    @property
    def timezone(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Start:
    """When a plan version begins; naive local times. All that deadlines need of it."""

    timezone: str
    starts_at: datetime | None
    window_from: date

    @property
    def day(self) -> date:
        return self.starts_at.date() if self.starts_at else self.window_from

    @property
    def is_provisional(self) -> bool:
        return self.starts_at is None


def start_of(tree: Mapping[str, Any]) -> Start:
    """The start in an accepted tree or its outline, without reading the rest of it."""
    facts = tree["conference"]
    starts_at = facts.get("starts_at")
    return Start(
        facts["timezone"],
        datetime.fromisoformat(starts_at) if starts_at else None,
        date.fromisoformat(facts["window"]["from"]),
    )


def local_text(text: str, timezone: str) -> str:
    """A moment with its zone's own offset ("2021-06-29T08:00:00+07:00"), as answers give it, as the local
    time that plans hold; any other text as it is."""
    found = _with_offset(text)
    if found is None:
        return text
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    if moment.utcoffset() != moment.replace(tzinfo=ZoneInfo(timezone)).utcoffset():
        return text
    minutes, seconds = found.groups(default="")
    return minutes + seconds.removesuffix(":00")


def due_at(facts: Day, due: Due) -> datetime:
    """The deadline in UTC: whole calendar days before the conference's day, counted in its own zone."""
    day = facts.day - timedelta(days=due.days_before)
    local = datetime.combine(day, due.at or END_OF_WORKING_DAY, tzinfo=ZoneInfo(facts.timezone))
    return local.astimezone(UTC)


def expand_tasks(plan: ConferencePlan) -> tuple[Task, ...]:
    """Tasks by template and unit, in plan order; `per` gives one for each unit of that level on the day."""
    by_level = _units_by_level(plan)
    return tuple(
        Task(template.key, unit, template.title, template.with_units, template.due, template.only)
        for template in plan.tasks
        for unit in ([template.unit] if template.unit else by_level.get(template.per or "", []))
    )


def _units_by_level(plan: ConferencePlan) -> dict[str, list[str]]:
    by_level: dict[str, list[str]] = {}
    for unit in plan.units:
        if unit.exists_on(plan.conference.day):
            by_level.setdefault(unit.level, []).append(unit.key)
    return by_level


def units_asked_for_papers(plan: ConferencePlan) -> Iterator[Unit]:
    """The units that exist on the day and are asked for a paper (tham luận), in plan order."""
    asked = set(plan.papers.sources) if plan.papers else set()
    return (u for u in plan.units if {u.key, u.level} & asked and u.exists_on(plan.conference.day))


def paper_tasks(plan: ConferencePlan) -> tuple[Task, ...]:
    """One task per unit that is asked for a paper (tham luận), due with the papers."""
    if plan.papers is None:
        return ()
    units = units_asked_for_papers(plan)
    # No key of a plan has a dot in it, so this one cannot meet a task of the plan itself.
    return tuple(
        Task("papers.due", u.key, "Gửi tham luận", (plan.papers.to,), plan.papers.due, ()) for u in units
    )


def timed_programme(items: Sequence[ProgrammeItem], start: Start) -> list[TimedItem]:
    """Each point with the minutes after the start at which it begins, and its moments once that is fixed."""
    zone, after, timed = ZoneInfo(start.timezone), 0, []
    for item in items:
        begins = start.starts_at and _later(start.starts_at, after, zone)
        ends = start.starts_at and _later(start.starts_at, after + item.minutes, zone)
        timed.append(TimedItem(item.order, item.minutes, item.title, after, begins, ends))
        after += item.minutes
    return timed


def _later(starts_at: datetime, minutes: int, zone: ZoneInfo) -> datetime:
    """Real minutes later, also across a change of the zone's offset."""
    moment = starts_at.replace(tzinfo=zone).astimezone(UTC) + timedelta(minutes=minutes)
    return moment.astimezone(zone)


def plan_digest(tree: Tree) -> str:
    """SHA-256 (hex) of the tree as canonical JSON: sorted keys, no blanks, UTF-8."""
    text = json.dumps(tree, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()
