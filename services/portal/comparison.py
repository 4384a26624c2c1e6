"""The preview as a table: what holds now, what would hold after the switch. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from services.portal.formatting import number_vi

Json = dict[str, Any]
Counts = Mapping[str, int]
NO_CHANGE = "Không thay đổi"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the preview: totals `now` and `after`, and what the switch changes between them.

    `tone`: "" no change, "warn" change, "bad" heavy; `alarm`: red words.
    """

    key: str
    title: str
    now: str
    after: str
    tone: str
    changes: int
    change: str = ""
    alarm: str = ""


def counts_of(revision: Json | None) -> dict[str, int]:
    """All counts of a revision in one; their names are distinct."""
    merged: dict[str, int] = {}
    for service in (revision or {}).get("services", {}).values():
        merged |= service.get("counts") or {}
    return merged


def compare(after: Counts, now: Counts | None, changes: Mapping[str, Json]) -> list[Row]:
    """`now`: counts of the base revision, None before the first decision.

    `changes`: what each service says would change, by service.
    """
    documents, planning = changes["documents"], changes["planning"]
    routes, issued = documents["totals"], f"{number_vi(documents['documents_issued'])} đã ban hành"
    invitations = changes["registration"]["invitations"]
    live = sum(invitations[state] for state in ("issued", "to_replace", "to_withdraw"))
    return [
        _sites(changes["venue"], after, now),
        _delegates(after, now),
        _seats(after, now, changes["venue"]["overruns"]),
        _counted(
            "invitations",
            "Giấy mời",
            f"{number_vi(live)} đã phát hành" if live else "Chưa phát hành",
            f"{number_vi(routes['after'])} giấy mời",
            invitations,
            INVITATIONS,
        ),
        _awards(after, now),
        _counted(
            "tasks",
            "Nhiệm vụ",
            f"{number_vi(planning['before'])} nhiệm vụ",
            f"{number_vi(planning['after'])} nhiệm vụ",
            after,
            TASKS,
        ),
        _counted("documents", "Văn bản", issued, issued, after, DOCUMENTS),
    ]


INVITATIONS = {
    "to_issue": "cần phát hành",
    "to_replace": "cần thay thế",
    "to_withdraw": "cần thu hồi",
}
TASKS = {"tasks_opened": "mở thêm", "tasks_closed": "dừng"}
DOCUMENTS = {"documents_to_replace": "lập lại"}
SITES = {"sites_opened": "mở thêm", "sites_closed": "đóng"}
PLACES = {"places_added": "thêm", "places_moved": "chuyển nơi", "places_withdrawn": "rút"}
AWARDS = {"presentations_moved": "chuyển nơi trao", "presentations_deferred": "hoãn trao"}


def sites_text(kinds: Counts) -> str:
    """`1 hội trường`, `22 điểm cầu`, or both."""
    halls = kinds.get("hall", 0)
    bridges = sum(kinds.values()) - halls
    parts = [f"{number_vi(halls)} hội trường"] if halls else []
    parts += [f"{number_vi(bridges)} điểm cầu"] if bridges else []
    return ", ".join(parts) or "Không có"


def _sites(venue: Json, after: Counts, now: Counts | None) -> Row:
    opened, closed = after.get("sites_opened", 0), after.get("sites_closed", 0)
    tone = "bad" if closed else "warn" if opened else ""
    held = sites_text(venue["kinds_before"]) if now else "Chưa chọn phương án"
    kinds = sites_text(venue["kinds_after"])
    change = _change(after, SITES) if now else ""
    return Row("sites", "Điểm cầu, hội trường", held, kinds, tone, opened + closed, change)


def _delegates(after: Counts, now: Counts | None) -> Row:
    added, moved, withdrawn = (after.get(name, 0) for name in PLACES)
    tone = "bad" if withdrawn else "warn" if added or moved else ""
    held, total = _people(now) if now else "Chưa có", added + moved + withdrawn
    change = _change(after, PLACES) if now else ""
    return Row("delegates", "Thành phần dự", held, _people(after), tone, total, change)


def _seats(after: Counts, now: Counts | None, overruns: list[Json]) -> Row:
    over = sum(int(site["over"]) for site in overruns)
    alarm = f"Vượt {number_vi(over)} chỗ" if over else ""
    changed = now is None or _seat_text(after) != _seat_text(now)
    tone = "bad" if over else "warn" if changed else ""
    held = _seat_text(now) if now else "—"
    return Row("seats", "Chỗ ngồi", held, _seat_text(after), tone, len(overruns), alarm=alarm)


def _awards(after: Counts, now: Counts | None) -> Row:
    moved, deferred = (after.get(name, 0) for name in AWARDS)
    was_deferred = (now or {}).get("presentations_deferred", 0)
    tone = "bad" if deferred > was_deferred else "warn" if moved else ""
    held, total = _award_text(now) if now else "Chưa có", _award_text(after)
    change = _change(after, {"presentations_moved": AWARDS["presentations_moved"]}) if now else ""
    return Row("awards", "Khen thưởng", held, total, tone, moved + deferred, change)


def _counted(key: str, title: str, now: str, total: str, after: Counts, names: Mapping[str, str]) -> Row:
    changes = sum(after.get(name, 0) for name in names)
    return Row(key, title, now, total, "warn" if changes else "", changes, _change(after, names))


def _change(after: Counts, names: Mapping[str, str]) -> str:
    """`63 mở thêm · 1 dừng`."""
    found = [f"{number_vi(after[name])} {word}" for name, word in names.items() if after.get(name)]
    return " · ".join(found) or NO_CHANGE


def _award_text(counts: Counts) -> str:
    deferred = counts.get("presentations_deferred", 0)
    text = f"{number_vi(_presented(counts))} suất trao tại hội nghị"
    return f"{text} · {number_vi(deferred)} hoãn" if deferred else text


def _people(counts: Counts) -> str:
    places, named = counts.get("places", 0), counts.get("named", 0)
    return f"{number_vi(places)} chỗ mời" + (f" · {number_vi(named)} chỗ đã có tên" if named else "")


def _seat_text(counts: Counts) -> str:
    return f"{number_vi(counts.get('places', 0))} / {number_vi(counts.get('capacity', 0))} chỗ"


def _presented(counts: Counts | None) -> int:
    return (counts or {}).get("presentations_kept", 0) + (counts or {}).get("presentations_moved", 0)


def irrevocable(invitations: Counts) -> str:
    """What cannot be taken back, as one sentence; "" when everything can."""
    marked = invitations["to_replace"] + invitations["to_withdraw"]
    if not marked:
        return ""
    return (
        f"{number_vi(marked)} giấy mời đã phát hành sẽ được đánh dấu «thay thế» hoặc «thu hồi»; "
        "giấy đã trao tay không rút lại được."
    )


def by_group(groups: Iterable[Json]) -> list[Json]:
    """Registration's sums by group with where from and to in words; one site keeps its name."""
    return [
        {
            **group,
            "from": _places(group["from_sites"], group["from_site_name"]),
            "to": _places(group["sites"], group["site_name"]),
        }
        for group in groups
    ]


def _places(count: int, name: str | None) -> str:
    if not count:
        return "—"
    return name or "—" if count == 1 else f"{number_vi(count)} nơi"


def invitations_by_group(items: Iterable[Json], order: list[str]) -> dict[str, list[Json]]:
    """By change: each group once, in the plan's order, with its units and seats together."""
    found: dict[str, dict[str, Json]] = {}
    for item in items:
        groups = found.setdefault(item["change"], {})
        row = groups.setdefault(item["group"], {"group": item["group"], "units": [], "seats": 0})
        row["units"].append(item["unit"])
        row["seats"] += int(item["seats"])
    rank = {group: place for place, group in enumerate(order)}
    return {
        change: sorted(groups.values(), key=lambda row: rank.get(row["group"], len(rank)))
        for change, groups in found.items()
    }


def tasks_by_title(tasks: Iterable[Json]) -> list[Json]:
    """A task that many units have stands once; its title may end with the unit's name."""
    found: dict[tuple[str, str], Json] = {}
    for task in tasks:
        unit = task["unit_name"] or task["unit"]
        title = task["title"].removesuffix(unit).strip()
        row = found.setdefault((title, str(task["due_at"])), {"due_at": task["due_at"], "units": []})
        row["title"] = title if row["units"] else task["title"]
        row["units"].append(unit)
    return list(found.values())


def task_lines(lines: Iterable[Json]) -> list[Json]:
    """Lines of planning as the page words them: a title of many units' ends with none of their names."""
    found = []
    for line in lines:
        unit, title = line["unit_name"] or line["unit"], line["title"]
        many = line["units"] > 1
        told = title.removesuffix(unit).strip() if many else title
        found.append({"title": told, "units": line["units"], "unit": unit, "due_at": line["due_at"]})
    return found


def awards_by_unit(items: Iterable[Json]) -> list[Json]:
    """Only what changes: a unit once per change, with the number of each kind."""
    found: dict[tuple[str, str], Json] = {}
    for item in items:
        if item["change"] == "kept":
            continue
        row = found.setdefault((str(item["unit"]), item["change"]), {**item, "kinds": {}, "count": 0})
        row["kinds"][item["kind"]] = row["kinds"].get(item["kind"], 0) + int(item["count"])
        row["count"] += int(item["count"])
    return list(found.values())
