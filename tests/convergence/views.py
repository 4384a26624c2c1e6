"""The current view of every service, over HTTP: what the promise of DESIGN §3 is about.

Left out is history, which only grows: ids, numbers, versions and revisions, who did something when, issued
papers, sent messages, closed duties, reminders, what came from a unit that is not asked any more. Of the
places those in force are compared: one that the current revision does not have is vacant, named or withdrawn
without any effect.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from tests.convergence.office import Item, Office

View = dict[str, Any]

_DELEGATE = ("group", "unit", "ordinal", "name", "position", "phone", "email", "site", "status", "answer")
_HEADCOUNT = ("site", "site_name", "unit", "seats", "capacity", "named", "accepted", "waiting", "declined")
_COUNTED = ("unanswered", "expected", "checked_in", "reported", "difference")
_SITE = ("key", "name", "kind", "unit", "room", "address", "capacity", "seats", "over")
_TASK = ("key", "target", "unit", "title", "with", "due_at", "provisional", "state", "settled_by", "duty")
_ROUTE = ("group", "group_name", "unit", "unit_name", "site", "site_name", "places", "named")
_REQUIRED = ("key", "type", "subject", "drafted_by", "to", "per", "in_force")
_ANSWERED = ("accepted", "waiting", "declined", "unanswered", "expected", "difference")
_ASKED = {"waiting": "accepted"}
_PAPER = ("unit", "state", "title", "speaking")


def current_view(office: Office) -> View:
    """Every service's part by name; each part is a list of plain items, or a mapping."""
    return {
        "sites": [_cut(item, _SITE) for item in office.get("venue", "sites")["items"]],
        "lines": _lines(office),
        "tasks": [_cut(item, _TASK) for item in office.every("planning", "tasks")],
        "programme": _programme(office),
        "opening": _cut(office.get("planning", "opening"), ("state", "missing", "untested_count")),
        "delegates": list(_delegates(office)),
        "headcounts": [
            _cut(item, (*_HEADCOUNT, *_COUNTED)) for item in office.get("registration", "headcounts")["items"]
        ],
        "routes": list(_routes(office)),
        "presentations": office.get("awards", "presentations")["items"],
        "recipients": _recipients(office),
        "ceremony": _ceremony(office),
        "documents": list(_documents(office)),
        "papers": [
            _cut(item, _PAPER) for item in office.get("documents", "papers")["items"] if item["asked"]
        ],
    }


def comparable(office: Office, unsaid: Collection[str]) -> View:
    """What the promise compares: `unsaid` are persons whose answers it does not."""
    return without_answers(without_turns(current_view(office)), unsaid)


def invitations(office: Office) -> list[Item]:
    """What was issued, withdrawn or is to be: history, but there and back leaves it alone."""
    names = ("group", "unit", "site", "state", "places", "sequence")
    return [_cut(item, names) for item in office.every("registration", "invitations?issuer=all")]


def without_turns(view: View) -> View:
    """The same, as if everybody who waits for a seat had one.

    Who asked first got the seat and keeps it, whatever the capacity became since: that is history.
    """
    delegates = [one | {"answer": _ASKED.get(one["answer"], one["answer"])} for one in view["delegates"]]
    return view | {"delegates": delegates, "headcounts": [_all_seated(one) for one in view["headcounts"]]}


def _all_seated(line: Item) -> Item:
    seated = line | {name: line[name] + line["waiting"] for name in ("accepted", "expected")} | {"waiting": 0}
    if line["difference"] is not None:
        seated["difference"] = line["difference"] - line["waiting"]
    return seated


def without_answers(view: View, names: Collection[str]) -> View:
    """The same without what these persons answered, and without the figures that count their answers."""
    unsaid = [one for one in view["delegates"] if one["name"] in names]
    sites = {one["site"] for one in unsaid if one["site"]}
    delegates = [one | {"answer": "?"} if one in unsaid else one for one in view["delegates"]]
    headcounts = [
        {name: line[name] for name in line if line["site"] not in sites or name not in _ANSWERED}
        for line in view["headcounts"]
    ]
    return view | {"delegates": delegates, "headcounts": headcounts}


def differences(one: Any, other: Any, at: str = "") -> Iterator[str]:
    """Where two views differ, one line each."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        for name in sorted({*one, *other}):
            yield from differences(one.get(name), other.get(name), f"{at}/{name}")
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for number, (mine, theirs) in enumerate(zip(one, other, strict=True)):
            yield from differences(mine, theirs, f"{at}/{number}")
    elif one != other:
        yield f"{at}: {one!r} ≠ {other!r}"


def _cut(item: Mapping[str, Any], names: Iterable[str]) -> Item:
    return {name: item[name] for name in names}


def _lines(office: Office) -> View:
    board = office.get("venue", "board")
    lines = {item["key"]: _cut(item, ("line_test", "due_at")) for item in board["items"]}
    return {"option": board["option"], "starts_at": board["starts_at"], "sites": lines}


def _programme(office: Office) -> View:
    facts = office.get("planning")
    return _cut(facts, ("current_option", "state"))


def _delegates(office: Office) -> Iterator[Item]:
    found = [one for one in office.delegates() if one["status"] in ("placed", "elsewhere")]
    for item in sorted(found, key=lambda one: (one["group"], one["unit"], one["ordinal"])):
        yield {**_cut(item, _DELEGATE), "checked_in": item["checked_in_at"] is not None}


def _routes(office: Office) -> Iterator[Item]:
    """What is to be invited, whether or not it has been."""
    for item in office.every("registration", "invitations?issuer=all"):
        if item["site"] is not None:
            yield _cut(item, _ROUTE)


def _recipients(office: Office) -> list[Item]:
    return [_cut(item, ("unit", "kind", "name")) for item in office.get("awards", "recipients")["items"]]


def _ceremony(office: Office) -> View:
    found = office.get("awards", "ceremony")
    sites = [_cut(site, ("site", "count")) for site in found["sites"]]
    return {"sites": sites, "total": found["total"], "deferred": found["deferred_total"]}


def _documents(office: Office) -> Iterator[Item]:
    """What the option asks for, with the draft's text as far as nobody edited it."""
    for required in office.get("documents", "documents")["items"]:
        if not required["in_force"]:
            continue
        drafts = [one for one in required["documents"] if one["status"] == "draft"]
        texts = [office.call("GET", f"documents/v1/documents/{one['id']}") for one in drafts]
        yield {
            **_cut(required, _REQUIRED),
            "drafts": [_cut(text, ("subject", "outdated", "holds", "content")) for text in texts],
        }
