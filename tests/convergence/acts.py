"""Acts of people, so recorded that they can be repeated in another system.

An act names what it is about by natural keys. One that speaks of a site and a start (an answer, a check-in,
a line test …) carries them: repeated where the current option has another site or start, it is `Elsewhere`.
"""

from __future__ import annotations

import io
import uuid
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any, Protocol

from docx import Document as WordFile

from tests.convergence.office import Item, Missing, Office, Spot

NAMESPACE = uuid.UUID("a3a0b1f6-5a5e-5ac8-8df6-0f5b8f2f0c11")
PERSONS = tuple(
    (f"Nguyễn Văn {name}", f"09000000{number:02}")
    for number, name in enumerate(("An", "Bình", "Cường", "Dũng", "Giang", "Hà", "Khánh", "Lan"), start=1)
)


class Elsewhere(Exception):
    """The act belongs to a site and a start that are not the current ones here."""


class Act(Protocol):
    def play(self, office: Office) -> Act:
        """Do it, and return what was done with all its choices made. Raises Refused, Missing, Elsewhere."""


@dataclass(frozen=True)
class At:
    """The site and start that an act was for."""

    site: str
    starts_at: str


def standing(office: Office, spot: Spot) -> tuple[Item, At]:
    """The delegate and where they count now. Raises Missing, Elsewhere."""
    item, starts_at = office.delegate(spot), office.starts_at()
    if item["status"] != "placed" or starts_at is None:
        raise Elsewhere
    return item, At(item["site"], starts_at)


def require(now: At, then: At | None) -> At:
    if then is not None and now != then:
        raise Elsewhere
    return now


# --- who has which place ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Name:
    """Somebody is put on a place; without an ordinal on the next free one."""

    group: str
    unit: str
    person: int
    ordinal: int | None = None

    def play(self, office: Office) -> Name:
        name, phone = PERSONS[self.person]
        body = {"group": self.group, "unit": self.unit, "name": name, "phone": phone}
        if self.ordinal is not None:
            body["ordinal"] = self.ordinal
        made = office.post("registration", "delegates", body)
        return replace(self, ordinal=made["ordinal"])


@dataclass(frozen=True)
class Import:
    """A list is read in: the rows (group, unit, ordinal, person) are named together."""

    rows: tuple[tuple[str, str, int, int], ...]

    def play(self, office: Office) -> Import:
        lines = ["group,unit,ordinal,name,phone"]
        for group, unit, ordinal, person in self.rows:
            name, phone = PERSONS[person]
            lines.append(f"{group},{unit},{ordinal},{name},{phone}")
        file = {"file": ("delegates.csv", "\n".join(lines).encode())}
        office.call("POST", office.at("registration", "delegates:import"), files=file)
        return self

    def without(self, lines: Collection[int]) -> Import:
        """The same list without these lines of its file, of which the first has the headings."""
        return Import(tuple(row for line, row in enumerate(self.rows, start=2) if line not in lines))


@dataclass(frozen=True)
class Describe:
    """Something else is written about a person."""

    spot: Spot
    position: str

    def play(self, office: Office) -> Describe:
        item = office.person(self.spot)
        office.amend(f"registration/v1/delegates/{item['id']}", {"position": self.position})
        return self


@dataclass(frozen=True)
class Vacate:
    spot: Spot

    def play(self, office: Office) -> Vacate:
        item = office.delegate(self.spot)
        office.call("DELETE", f"registration/v1/delegates/{item['id']}")
        return self


@dataclass(frozen=True)
class Substitute:
    """The organiser sends somebody in another's stead; `at`: where the other sat then, if anywhere."""

    spot: Spot
    person: int
    at: At | None = None

    def play(self, office: Office) -> Substitute:
        name, phone = PERSONS[self.person]
        item = office.delegate(self.spot)
        try:
            _, at = standing(office, self.spot)
        except Elsewhere:
            at = None
        path = f"registration/v1/delegates/{item['id']}"
        etag = office.http.get(path).headers["ETag"]
        body = {"name": name, "phone": phone, "reason": "Bận công tác"}
        office.call("POST", f"{path}/substitutes", json=body, headers={"If-Match": etag})
        return replace(self, at=at)


@dataclass(frozen=True)
class Override:
    """Under one option a person sits at another site; None takes that back."""

    spot: Spot
    option: str
    site: str | None

    def play(self, office: Office) -> Override:
        item = office.person(self.spot)
        body = {"option": self.option, "site": self.site}
        office.call("PUT", f"registration/v1/delegates/{item['id']}/override", json=body)
        return self


# --- what guests say and do -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Answer:
    """By the personal link."""

    spot: Spot
    answer: str
    at: At | None = None

    def play(self, office: Office) -> Answer:
        item, now = standing(office, self.spot)
        at = require(now, self.at)
        link = office.call("POST", f"registration/v1/delegates/{item['id']}/rsvp-link")
        token = link["url"].rpartition("/")[2]
        office.call("POST", f"registration/v1/rsvp/{token}", json={"answer": self.answer})
        return replace(self, at=at)


@dataclass(frozen=True)
class CheckIn:
    spot: Spot
    at: At | None = None

    def play(self, office: Office) -> CheckIn:
        item, now = standing(office, self.spot)
        at = require(now, self.at)
        scan = {"id": str(uuid.uuid4()), "place": item["id"]}
        [result] = office.post("registration", "check-ins", {"items": [scan]})["items"]
        assert result["outcome"] in ("checked_in", "duplicate"), result
        return replace(self, at=at)


@dataclass(frozen=True)
class CheckOut:
    """A check-in is taken back."""

    spot: Spot
    at: At | None = None

    def play(self, office: Office) -> CheckOut:
        item, now = standing(office, self.spot)
        at = require(now, self.at)
        office.post("registration", "check-ins:undo", {"place": item["id"], "reason": "Nhầm người"})
        return replace(self, at=at)


@dataclass(frozen=True)
class Report:
    """A site reports its headcount."""

    site: str
    count: int
    starts_at: str | None = None

    def play(self, office: Office) -> Report:
        starts_at = office.starts_at()
        if starts_at is None or (self.starts_at is not None and starts_at != self.starts_at):
            raise Elsewhere
        office.post("registration", f"headcounts/{self.site}:report", {"count": self.count})
        return replace(self, starts_at=starts_at)


# --- sites, tasks, papers ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class SetSite:
    """What people set at a site in place of the layout's values."""

    site: str
    values: tuple[tuple[str, Any], ...]

    def play(self, office: Office) -> SetSite:
        found = office.get("venue", f"sites/{self.site}")
        office.amend(f"venue/v1/sites/{found['id']}", dict(self.values))
        return self


@dataclass(frozen=True)
class TestLine:
    """A person tests a site's line, or waives the test."""

    __test__ = False

    site: str
    outcome: str
    day: str | None = None

    def play(self, office: Office) -> TestLine:
        board = office.get("venue", "board")
        day = (board["starts_at"] or "open")[:10]
        if self.day is not None and day != self.day:
            raise Elsewhere
        site = next((one for one in board["items"] if one["key"] == self.site), None)
        if site is None:
            raise Elsewhere
        path = f"venue/v1/sites/{site['id']}/line-tests"
        if self.outcome == "waived":
            office.call("POST", f"{path}:waive", json={"reason": "Đã kiểm tra hôm trước"})
        elif self.outcome == "unwaived":
            office.call("POST", f"{path}:unwaive", json={})
        else:
            office.call("POST", path, json={"outcome": self.outcome})
        return replace(self, day=day)


@dataclass(frozen=True)
class MarkTask:
    key: str
    target: str
    state: str

    def play(self, office: Office) -> MarkTask:
        for task in office.every("planning", "tasks"):
            if (task["key"], task["target"]) == (self.key, self.target):
                office.amend(office.at("planning", f"tasks/{task['id']}"), {"state": self.state})
                return self
        raise Missing(self)


@dataclass(frozen=True)
class SubmitPaper:
    unit: str
    title: str

    def play(self, office: Office) -> SubmitPaper:
        document, file = WordFile(), io.BytesIO()
        document.add_heading(self.title)
        document.save(file)
        form = {"title": self.title, "author": "Ban Thường trực"}
        path = office.at("documents", f"papers/{self.unit}")
        office.call("POST", path, data=form, files={"file": ("tham-luan.docx", file.getvalue())})
        return self


# --- honours ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Nominate:
    """A unit proposes somebody, and the council approves at once."""

    unit: str
    kind: str
    name: str

    def play(self, office: Office) -> Nominate:
        body = {"unit": self.unit, "kind": self.kind, "name": self.name, "achievement": "Có thành tích"}
        made = office.post("awards", "nominations", body)
        office.post("awards", "nominations:approve", {"nominations": [made["id"]]})
        return self


@dataclass(frozen=True)
class Drop:
    """A nomination is taken back."""

    unit: str
    name: str

    def play(self, office: Office) -> Drop:
        for item in office.every("awards", f"nominations?unit={self.unit}"):
            if item["name"] == self.name and item["state"] in ("proposed", "approved"):
                office.call("POST", f"awards/v1/nominations/{item['id']}:withdraw", json={})
                return self
        raise Missing(self)


@dataclass(frozen=True)
class Honour:
    """The council decides for all that is approved."""

    def play(self, office: Office) -> Honour:
        office.post("awards", "award-decision", {"reason": "Theo đề nghị của các đơn vị"})
        return self
