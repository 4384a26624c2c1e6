"""What drafts are composed from: the plan, its current option, the sites and the award's recipients. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from services.documents.drafting.profiles import Profile, profile_of
from services.documents.typesetting.model import Sign

Tree = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Basis:
    symbol: str
    day: date
    issuer: str
    about: str


@dataclass(frozen=True, slots=True)
class Contact:
    """The officer who receives headcounts; blank where the plan is silent."""

    name: str
    position: str
    unit: str
    phone: str


@dataclass(frozen=True, slots=True)
class Guests:
    """A group of the current option; `seats`: its places over all sites, `each`: for one inviting unit."""

    name: str
    at: str
    invited_by: str
    each: int
    seats: int


@dataclass(frozen=True, slots=True)
class Place:
    """A site of the current layout with its places; `tier` of its unit, such as "cấp huyện"."""

    name: str
    kind: str
    unit: str
    room: str
    address: str
    seats: int
    tier: str = ""

    @property
    def where(self) -> str:
        """ "Hội trường tầng 3, Số 02, đường …" """
        return ", ".join(filter(None, (self.room, self.address)))


@dataclass(frozen=True, slots=True)
class Item:
    minutes: int
    title: str


@dataclass(frozen=True, slots=True)
class Job:
    """A task of one unit, or of the units of a level together."""

    unit: str
    title: str
    partners: tuple[str, ...]
    due: date


@dataclass(frozen=True, slots=True)
class Quota:
    """Awards that a unit may receive."""

    unit: str
    collectives: int
    individuals: int


@dataclass(frozen=True, slots=True)
class Recipient:
    """One line of the annex; `kind` is collective or individual."""

    name: str
    kind: str
    position: str
    unit: str
    achievement: str


@dataclass(frozen=True, slots=True)
class Award:
    """The campaign; `recipients` in annex order as of `decision`, None before the first one."""

    campaign: str
    title: str
    bases: tuple[Basis, ...]
    quotas: tuple[Quota, ...]
    decision: UUID | None
    recipients: tuple[Recipient, ...]

    @property
    def decided(self) -> bool:
        return self.decision is not None


@dataclass(frozen=True, slots=True)
class Option:
    """The option in force; `line_test`: the local moment at which the lines are tried, if they are."""

    key: str
    title: str
    guests: tuple[Guests, ...]
    line_test: datetime | None


@dataclass(frozen=True, slots=True)
class Facts:
    """All of it. Times are local and naive; `starts_at` None while the start is open."""

    title: str
    short_title: str
    organiser_key: str
    organiser: str
    parent: str
    decided_by: str
    profile: Profile
    starts_at: datetime | None
    ends_at: datetime | None
    window: tuple[date, date]
    bases: tuple[Basis, ...]
    purposes: tuple[str, ...]
    signer: Sign
    contact: Contact | None
    recipients: tuple[str, ...]
    archive: str
    units: Mapping[str, str]
    option: Option
    places: tuple[Place, ...]
    programme: tuple[Item, ...]
    tasks: tuple[Job, ...]
    papers: tuple[tuple[str, ...], date] | None
    award: Award | None

    @property
    def day(self) -> date:
        """The local day; provisional while the start is open."""
        return self.starts_at.date() if self.starts_at else self.window[0]

    @property
    def issuer(self) -> str:
        """Who speaks in the documents: "Ban Thường trực Ủy ban MTTQ Việt Nam tỉnh Nghệ An"."""
        return f"{self.profile.body} {self.organiser}".strip()

    @property
    def seats(self) -> int:
        return sum(group.seats for group in self.option.guests)

    @property
    def bridges(self) -> tuple[Place, ...]:
        return tuple(place for place in self.places if place.kind == "bridge")

    @property
    def centre(self) -> Place | None:
        """Where the conference is held: the hub or the hall."""
        return next((place for place in self.places if place.kind != "bridge"), None)


def read_facts(
    tree: Tree,
    option: str,
    sites: Sequence[Tree],
    seats: Mapping[str, int],
    award: Tree | None,
) -> Facts:
    """From the plan's tree, venue's sites, places by group, and awards' answer (None: there is none yet)."""
    facts, units = tree["conference"], {unit["key"]: unit for unit in tree["units"]}
    organiser = units[facts["organiser"]]
    profile = profile_of(organiser["name"])
    names = {key: unit["name"] for key, unit in units.items()}
    start, end = _moment(facts.get("starts_at")), _moment(facts.get("ends_at"))
    window = (_date(facts["window"]["from"]), _date(facts["window"]["to"]))
    day = start.date() if start else window[0]
    chosen = next(one for one in tree["options"] if one["key"] == option)
    return Facts(
        title=facts["title"],
        short_title=facts.get("short_title") or facts["title"],
        organiser_key=organiser["key"],
        organiser=organiser["name"],
        parent=names.get(organiser.get("parent") or "", ""),
        decided_by=facts.get("decided_by") or "",
        profile=profile,
        starts_at=start,
        ends_at=end,
        window=window,
        bases=_bases(facts.get("legal_bases")),
        purposes=tuple(facts.get("purposes") or ()),
        signer=_signer(facts.get("signer")),
        contact=_contact(facts.get("contact"), names),
        recipients=tuple(facts.get("recipients") or ()),
        archive=facts.get("archive") or "Lưu: VT",
        units=names,
        option=_option(chosen, seats, day),
        places=tuple(_place(site, units, profile) for site in sites),
        programme=_programme(tree),
        tasks=_tasks(tree, option, names, profile, day),
        papers=_papers(tree.get("papers"), names, profile, day),
        award=_award(tree, units, day, award),
    )


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text).replace(tzinfo=None) if text else None


def _date(text: str) -> date:
    return date.fromisoformat(text)


def _bases(given: Iterable[Tree] | None) -> tuple[Basis, ...]:
    return tuple(Basis(one["symbol"], _date(one["date"]), one["issuer"], one["about"]) for one in given or ())


def _signer(given: Tree | None) -> Sign:
    return Sign(*(given[name] for name in ("authority", "position", "name"))) if given else Sign()


def _contact(given: Tree | None, names: Mapping[str, str]) -> Contact | None:
    if not given:
        return None
    unit = names.get(given.get("unit") or "", "")
    return Contact(given["name"], given.get("position") or "", unit, given.get("phone") or "")


def _option(given: Tree, seats: Mapping[str, int], day: date) -> Option:
    groups = sorted(enumerate(given["groups"]), key=lambda at: (at[1]["rank"], at[0]))
    guests = tuple(
        Guests(g["name"], g["at"], g["invited_by"], g["seats"], seats.get(g["key"], 0)) for _, g in groups
    )
    return Option(given["key"], given["title"], guests, _line_test(given.get("settings") or {}, day))


def _line_test(settings: Tree, day: date) -> datetime | None:
    """A venue plugin that has its lines tested says so under `line_test`."""
    test = settings.get("line_test")
    if not isinstance(test, Mapping) or not {"days_before", "at"} <= set(test):
        return None
    return datetime.combine(day - timedelta(days=test["days_before"]), time.fromisoformat(test["at"]))


def _place(site: Tree, units: Mapping[str, Tree], profile: Profile) -> Place:
    unit = units.get(site.get("unit") or "", {})
    return Place(
        name=site["name"],
        kind=site["kind"],
        unit=unit.get("name", ""),
        room=site.get("room") or "",
        address=site.get("address") or "",
        seats=site["seats"],
        tier=profile.tiers.get(unit.get("level", ""), ""),
    )


def _programme(tree: Tree) -> tuple[Item, ...]:
    given = sorted(tree.get("programme") or (), key=lambda one: int(one["order"]))
    return tuple(Item(one["minutes"], one["title"]) for one in given)


def _tasks(tree: Tree, option: str, names: Mapping[str, str], profile: Profile, day: date) -> tuple[Job, ...]:
    return tuple(
        Job(
            _doer(task, names, profile),
            task["title"],
            tuple(names.get(key, key) for key in task.get("with") or ()),
            day - timedelta(days=task["due"]["days_before"]),
        )
        for task in tree.get("tasks") or ()
        if not task.get("only") or option in task["only"]
    )


def _doer(task: Tree, names: Mapping[str, str], profile: Profile) -> str:
    if task.get("unit"):
        return names.get(task["unit"], task["unit"])
    return _level_name(task["per"], profile)


def _level_name(level: str, profile: Profile) -> str:
    return profile.levels.get(level, f"Các đơn vị cấp {level}")


def _papers(
    given: Tree | None, names: Mapping[str, str], profile: Profile, day: date
) -> tuple[tuple[str, ...], date] | None:
    if not given:
        return None
    asked = tuple(
        names.get(one) or ("Các cơ quan báo chí" if one == "press" else _level_name(one, profile))
        for one in given["from"]
    )
    return asked, day - timedelta(days=given["due"]["days_before"])


def _award(tree: Tree, units: Mapping[str, Tree], day: date, decided: Tree | None) -> Award | None:
    given = tree.get("awards")
    if not given:
        return None
    answer = decided or {}
    found = answer.get("decision")
    recipients = answer.get("items") if found else ()
    return Award(
        given["campaign"],
        given["title"],
        _bases(given.get("legal_bases")),
        tuple(_quotas(given.get("quotas") or {}, tree["conference"]["organiser"], units, day)),
        UUID(found["id"]) if found else None,
        tuple(_recipient(one) for one in recipients or ()),
    )


def _recipient(one: Tree) -> Recipient:
    return Recipient(
        one["name"],
        one["kind"],
        one.get("position") or "",
        one.get("unit_name") or "",
        one.get("achievement") or "",
    )


def _quotas(given: Tree, organiser: str, units: Mapping[str, Tree], day: date) -> Iterable[Quota]:
    province, each = given.get("province"), given.get("per_unit")
    if province:
        yield Quota(units[organiser]["name"], province["collectives"], province["individuals"])
    for unit in units.values() if each else ():
        if each and unit["level"] == each["level"] and _exists(unit, day):
            yield Quota(unit["name"], each["collectives"], each["individuals"])


def _exists(unit: Tree, day: date) -> bool:
    valid = unit.get("valid") or {}
    first, last = valid.get("from"), valid.get("to")
    return (not first or _date(first) <= day) and (not last or day <= _date(last))
