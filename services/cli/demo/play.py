"""The reference conference, act by act, over the HTTP APIs alone: from ten days before to its closing.

Every act does what people would do and returns what it found, as figures by name. Who answers what
follows from their place in the list, so that every run is the same.
"""

from __future__ import annotations

import io
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from docx import Document as WordFile

from services.cli.demo.stage import Stage

Facts = dict[str, Any]
NAMESPACE = uuid.UUID("5d8f3f0e-6a55-5c1e-9a39-3f2f6d1f7c21")
PAGE = "500"


@dataclass(frozen=True, slots=True)
class Play:
    """The conference `key` of the example in `folder`, on a stage."""

    stage: Stage
    key: str
    folder: Path

    # the plan and the first decision
    def load(self) -> Facts:
        api = self.stage.api
        plan = api.post_plan(self.folder / "plan.yaml")
        self.stage.settle()
        report = api.import_delegates(self.key, self.folder / "delegates.csv")
        self.stage.settle()
        return {"plan version": plan["version"], "delegates": report["created"]}

    def preview(self, option: str) -> Facts:
        """What a decision for `option` would change; nothing has changed for anybody."""
        made = self.stage.api.post(self._at("planning", "revisions"), {"option": option})
        self.stage.settle()
        return _counts(self.stage.api.get(self._at("planning", f"revisions/{made['revision']}")))

    def decide(self, option: str, reason: str) -> Facts:
        order = {"option": option, "reason": reason}
        made = self.stage.api.post(self._at("planning", "decisions"), order)
        self.stage.settle()
        revision = self.stage.api.get(self._at("planning", f"revisions/{made['revision']}"))
        return {"revision": revision["revision"], "state": revision["state"], **_counts(revision)}

    # paper
    def issue_documents(self, *types: str) -> Facts:
        """The records clerk issues the drafts of these types; their numbers by subject."""
        found = {}
        for document in self._drafts(types):
            issued = self.stage.api.post(f"documents/v1/documents/{document['id']}:issue")
            found[f"{issued['type']}: {issued['subject']}"] = issued["code"]
        self.stage.settle()
        return found

    def render_letters(self) -> Facts:
        """The personal invitations, one PDF for the printer."""
        made = self.stage.api.post(self._at("documents", "invitation-letters:render"))
        self.stage.settle()
        batches = self.stage.api.get(self._at("documents", "invitation-letters"))["items"]
        batch = next(one for one in batches if one["id"] == made["batch"])
        pages = next((file["pages"] for file in batch["files"] if file["format"] == "pdf"), 0)
        return {"letters": batch["letters"], "pages": pages, "state": batch["state"]}

    def submit_papers(self, first: int, last: int) -> Facts:
        """The units asked from number `first` up to `last` send their paper."""
        rows = self.stage.api.get(self._at("documents", "papers"))["items"]
        for row in rows[first:last]:
            title = f"Kinh nghiệm phối hợp trong công tác bầu cử của {row['unit_name']}"
            form = {"title": title, "author": f"Ban Thường trực {row['unit_name']}"}
            path = self._at("documents", f"papers/{row['unit']}")
            self.stage.api.send_file(path, "tham-luan.docx", _paper(title), **form)
        self.stage.settle()
        return _tally(self.stage.api.get(self._at("documents", "papers"))["items"], "state")

    # honours
    def nominate(self) -> Facts:
        content = (self.folder / "nominations.csv").read_bytes()
        report = self.stage.api.send_file(
            self._at("awards", "nominations:import"), "nominations.csv", content
        )
        proposed = [one["id"] for one in self._all("awards", "nominations")]
        approved = self.stage.api.post(self._at("awards", "nominations:approve"), {"nominations": proposed})
        return {"nominated": report["created"], "approved": approved["approved"]}

    def honour(self) -> Facts:
        """The council decides; the awardees are given places of their groups."""
        order = {"reason": "Theo đề nghị của các đơn vị"}
        decided = self.stage.api.post(self._at("awards", "award-decision"), order)
        self.stage.settle()
        jobs = self.stage.api.get(self._at("registration", "jobs?kind=fill_awardees"))["items"]
        return {"recipients": decided["total"], "seated by": jobs[0]["state"]}

    def render_certificates(self) -> Facts:
        self.stage.api.post(self._at("awards", "certificates:render"))
        self.stage.settle()
        newest = self.stage.api.get(self._at("awards", "certificates"))["items"][0]
        return {"certificates": newest["total"], "decision": newest["number"], "draft": newest["draft"]}

    # guests
    def issue_invitations(self) -> Facts:
        api, path = self.stage.api, self._at("registration", "invitations:issue")
        totals = api.post(path, {"issuer": "all"})
        api.post(
            self._at("registration", "invitations:withdraw"), {"issuer": "all", "reason": "Đổi hình thức"}
        )
        self.stage.settle()
        invitations = api.get(self._at("registration", "invitations?issuer=all"))
        messages = api.get(self._at("registration", "messages"))["counts"]
        states = {state: count["routes"] for state, count in invitations["counts"].items()}
        return {"ordered": totals["routes"], **states, "messages sent": messages["sent"]}

    def answer(self) -> Facts:
        """Most accept, every tenth declines, every fortieth sends somebody else."""
        for number, delegate in enumerate(self._seated(), start=1):
            link = self.stage.api.post(f"registration/v1/delegates/{delegate['id']}/rsvp-link")
            token = link["url"].rpartition("/")[2]
            self.stage.api.post(f"registration/v1/rsvp/{token}", _answer(number))
        self.stage.settle()
        return self.headcount()

    def headcount(self) -> Facts:
        totals = self.stage.api.get(self._at("registration", "headcounts"))["totals"]
        names = ("seats", "named", "accepted", "waiting", "declined", "unanswered", "checked_in", "reported")
        return {name: totals[name] for name in names}

    def report_headcounts(self) -> Facts:
        """Each bridge reports what it expects; one of them counts two fewer."""
        lines = self.stage.api.get(self._at("registration", "headcounts"))["items"]
        for number, line in enumerate(line for line in lines if line["unit"]):
            path = self._at("registration", f"headcounts/{line['site']}:report")
            self.stage.api.post(path, {"count": max(0, line["expected"] - (2 if number == 3 else 0))})
        after = self.stage.api.get(self._at("registration", "headcounts"))["items"]
        return {"differences": {one["site"]: one["difference"] for one in after if one["difference"]}}

    def check_in(self, share: int) -> Facts:
        """Out of ten who are expected at each site, `share` are there."""
        expected = [one for one in self._seated() if one["answer"] not in ("declined", "waiting")]
        came = [one for number, one in enumerate(expected) if number % 10 < share]
        outcomes: list[Facts] = []
        for chunk in _chunks(came, 500):
            items = [{"id": str(uuid.uuid5(NAMESPACE, one["id"])), "place": one["id"]} for one in chunk]
            outcomes += self.stage.api.post(self._at("registration", "check-ins"), {"items": items})["items"]
        self.stage.settle()
        return _tally(outcomes, "outcome")

    # lines, opening, closing
    def test_lines(self) -> Facts:
        """All bridges are tested: one fails, one has its reason not to be."""
        for number, site in enumerate(self._to_test()):
            if number == 1:
                order = {"reason": "Dự chung tại điểm cầu huyện bên cạnh nếu mất đường truyền"}
                self.stage.api.post(f"venue/v1/sites/{site['id']}/line-tests:waive", order)
                continue
            outcome = "failed" if number == 0 else "ok"
            self.stage.api.post(f"venue/v1/sites/{site['id']}/line-tests", {"outcome": outcome})
        self.stage.settle()
        return _tally(self._board(), "line_test")

    def test_again(self) -> Facts:
        """The lines that failed are mended and tested again."""
        for site in self._board():
            if site["line_test"] == "failed":
                order = {"outcome": "ok", "note": "Đã thay bộ chuyển đổi quang điện"}
                self.stage.api.post(f"venue/v1/sites/{site['id']}/line-tests", order)
        self.stage.settle()
        return _tally(self._board(), "line_test")

    def opening(self) -> Facts:
        """What is missing for the opening."""
        found = self.stage.api.get(self._at("planning", "opening"))
        return {"state": found["state"], "missing": found["missing"], "untested": found["untested_count"]}

    def open(self) -> Facts:
        self.stage.api.post(f"planning/v1/conferences/{self.key}:open")
        self.stage.settle()
        return self.opening()

    def close(self) -> Facts:
        self.stage.api.post(f"planning/v1/conferences/{self.key}:close")
        self.stage.settle()
        return self.opening()

    def tasks(self) -> Facts:
        """Tasks in force, and what was reminded of."""
        tasks = self._all("planning", "tasks")
        reminders = self._all("planning", "reminders")
        overdue = sum(task["overdue"] for task in tasks)
        return {**_tally(tasks, "state"), "overdue": overdue, "reminders": _tally(reminders, "state")}

    def finish_tasks(self) -> Facts:
        """The departments tick off what is due by now and is theirs to tick off."""
        for task in self._all("planning", "tasks"):
            if task["overdue"] and not task["duty"]:
                self.stage.api.amend(self._at("planning", f"tasks/{task['id']}"), {"state": "done"})
        return self.tasks()

    def ceremony(self) -> Facts:
        """Awards handed over, at how many sites, and those deferred."""
        found = self.stage.api.get(self._at("awards", "ceremony"))
        sites = sum(site["count"] > 0 for site in found["sites"])
        return {"handed over": found["total"], "sites": sites, "deferred": found["deferred_total"]}

    def _at(self, service: str, path: str) -> str:
        return f"{service}/v1/conferences/{self.key}/{path}"

    def _all(self, service: str, path: str) -> list[Facts]:
        """A list to its end, page by page."""
        items: list[Facts] = []
        cursor = ""
        while True:
            page = self.stage.api.get(self._at(service, f"{path}?limit={PAGE}&cursor={cursor}"))
            items += page["items"]
            cursor = page.get("next") or page.get("next_cursor") or ""
            if not cursor:
                return items

    def _seated(self) -> list[Facts]:
        return [one for one in self._all("registration", "delegates") if one["status"] == "placed"]

    def _drafts(self, types: tuple[str, ...]) -> list[Facts]:
        required = self.stage.api.get(self._at("documents", "documents"))["items"]
        documents = [document for one in required if one["in_force"] for document in one["documents"]]
        drafts = [document for document in documents if document["status"] == "draft"]
        return [draft for wanted in types for draft in drafts if draft["type"] == wanted]

    def _board(self) -> list[Facts]:
        items: list[Facts] = self.stage.api.get(self._at("venue", "board"))["items"]
        return items

    def _to_test(self) -> list[Facts]:
        return [site for site in self._board() if site["line_test"] != "not_required"]


def _counts(revision: Facts) -> Facts:
    parts = revision["services"].values()
    return {name: count for part in parts for name, count in (part["counts"] or {}).items() if count}


def _answer(number: int) -> Facts:
    if number % 40 == 0:
        substitute = {
            "name": f"Nguyễn Thế Thay {_LETTERS[number // 40 % len(_LETTERS)]}",
            "position": "Phó Ban",
        }
        return {"answer": "substituted", "substitute": substitute, "note": "Bận công tác"}
    if number % 10 == 0:
        return {"answer": "declined", "note": "Bận công tác"}
    return {"answer": "accepted"}


_LETTERS = [
    "An",
    "Bình",
    "Cường",
    "Dũng",
    "Giang",
    "Hà",
    "Khánh",
    "Lan",
    "Minh",
    "Nam",
    "Phong",
    "Quang",
    "Sơn",
    "Tùng",
]


def _paper(title: str) -> bytes:
    document, file = WordFile(), io.BytesIO()
    document.add_heading(title)
    document.add_paragraph("Kết quả, cách làm và kiến nghị.")
    document.save(file)
    return file.getvalue()


def _tally(items: list[Facts], name: str) -> Facts:
    found: Facts = {}
    for item in items:
        found[item[name]] = found.get(item[name], 0) + 1
    return found


def _chunks(items: list[Facts], size: int) -> Iterator[list[Facts]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]
