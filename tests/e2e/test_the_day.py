"""The reference conference from ten days before to its closing, on real processes of both back ends.

The system is stopped and started again on each day; letters go to a real SMTP server; the form flips two
days before. What is expected is the same on SQLite and on PostgreSQL with RabbitMQ.
"""

from __future__ import annotations

import subprocess
import time
import unicodedata
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from services.cli.api import Api
from services.cli.demo.play import Play
from services.system import MODULES
from tests.mailbox import Mailbox, serve, url_of
from tests.servers import EXAMPLE, KEY, Installation

PATIENCE = 240.0
PAUSE = 0.3


class RunningStage:
    """Processes of their own. `settle` waits until nothing is under way, seen three times in a row."""

    def __init__(self, installed: Installation) -> None:
        self.installed = installed

    @property
    def api(self) -> Api:
        return Api(self.installed.client())

    def go_to(self, moment: datetime) -> None:
        self.installed.move_to(moment)
        self.settle()

    def settle(self) -> None:
        deadline, quiet = time.monotonic() + PATIENCE, 0
        while quiet < 3:
            busy = list(self._busy())
            assert time.monotonic() < deadline, f"still under way: {busy}"
            quiet = 0 if busy else quiet + 1
            time.sleep(PAUSE)

    def _busy(self) -> Iterator[str]:
        with self.installed.client() as http:
            for name in MODULES:
                ready = http.get(f"{name}/health/ready").json()
                assert ready["parked_events"] == 0, f"{name}: {ready}"
                if ready.get("outbox_unpublished"):
                    yield f"events of {name}"
            for name in ("registration", "documents", "awards", "venue"):
                for state in ("queued", "running"):
                    jobs = http.get(f"{name}/v1/jobs", params={"state": state}).json()["items"]
                    yield from (f"{state}: {name} {job['kind']} {job['problem']}" for job in jobs)
            for one in http.get("planning/v1/conferences").json()["items"]:
                if one["selected_revision"] != one["current_revision"]:
                    yield "a switch"


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


@pytest.fixture
def play(installed: Installation, mailbox: Mailbox) -> Iterator[Play]:
    controller = serve(mailbox)
    installed.env |= {
        "DIEMCAU_SMTP_URL": url_of(controller),
        "DIEMCAU_MAIL_FROM": "Ban tổ chức <ban-to-chuc@tinh.example.org>",
    }
    yield Play(RunningStage(installed), KEY, EXAMPLE)
    controller.stop()


def at(moment: str) -> datetime:
    return datetime.fromisoformat(f"{moment}+07:00")


@pytest.mark.timeout(1_200)
def test_the_conference_is_held(play: Play, mailbox: Mailbox, tmp_path: Path) -> None:
    plan_in_the_hall(play)
    honour(play)
    invite_to_the_hall(play, mailbox)
    collect_papers(play)
    switch_to_online(play, mailbox)
    print_papers(play, tmp_path)
    prove_the_lines(play)
    hold(play)


def plan_in_the_hall(play: Play) -> None:
    play.stage.go_to(at("2021-06-19T09:00"))
    assert play.load()["delegates"] == 442
    decided = play.decide("in_person", "Dịch bệnh đã được kiểm soát")
    assert decided["state"] == "settled"
    assert (decided["places"], decided["overruns"], decided["presentations_deferred"]) == (106, 1, 116)
    assert list(play.issue_documents("KH").values()) == ["01/KH-MTTQ-BTT"]


def honour(play: Play) -> None:
    assert play.nominate() == {"nominated": 146, "approved": 146}
    assert play.honour() == {"recipients": 146, "seated by": "done"}
    assert play.issue_documents("QĐ", "HD", "CTr")["QĐ: Tặng bằng khen"] == "01/QĐ-MTTQ-BTT"
    assert play.ceremony() == {"handed over": 30, "sites": 1, "deferred": 116}


def invite_to_the_hall(play: Play, mailbox: Mailbox) -> None:
    assert list(play.issue_documents("GM").values()) == ["01/GM-MTTQ-BTT"]
    issued = play.issue_invitations()
    assert (issued["ordered"], issued["issued"], issued["to_issue"]) == (31, 31, 0)
    assert issued["messages sent"] == len(mailbox.letters) > 0
    answered = play.answer()
    assert answered["declined"] > 0
    answers = ("accepted", "waiting", "declined", "unanswered")
    assert sum(answered[name] for name in answers) == answered["named"]


def collect_papers(play: Play) -> None:
    play.stage.go_to(at("2021-06-26T16:00"))
    assert play.submit_papers(0, 18) == {"submitted": 18, "awaited": 3}
    play.stage.go_to(at("2021-06-26T18:30"))
    assert play.submit_papers(18, 20) == {"submitted": 18, "late": 2, "missing": 1}


def switch_to_online(play: Play, mailbox: Mailbox) -> None:
    play.stage.go_to(at("2021-06-27T08:00"))
    before, letters = play.headcount(), len(mailbox.letters)
    preview = play.preview("online")
    decided = play.decide("online", "Dịch bệnh diễn biến phức tạp")
    assert decided["state"] == "settled"
    assert {**preview, "state": "settled", "revision": decided["revision"]} == decided
    after = play.headcount()
    assert after["named"] > before["named"], "everybody named for a bridge point is there"
    assert after["accepted"] == 0, "another place asks again"
    replaced = play.issue_documents("KH", "CTr", "GM", "CV")
    assert sorted(replaced.values()) == ["01/MTTQ-VP", "02/CTr-MTTQ-BTT", "02/GM-MTTQ-BTT", "02/KH-MTTQ-BTT"]
    issued = play.issue_invitations()
    assert (issued["issued"], issued["to_replace"], issued["to_withdraw"]) == (136, 0, 0)
    assert len(mailbox.letters) > letters
    sent = Counter(letter["Message-ID"] for letter in mailbox.letters)
    assert set(sent.values()) == {1}, "nothing twice"
    assert play.ceremony() == {"handed over": 146, "sites": 22, "deferred": 0}
    play.answer()


def print_papers(play: Play, folder: Path) -> None:
    letters = play.render_letters()
    assert letters["state"] == "done"
    batches = play.stage.api.get(f"documents/v1/conferences/{KEY}/invitation-letters")["items"]
    merged = f"documents/v1/conferences/{KEY}/invitation-letters/{batches[0]['id']}.pdf"
    text = text_of(play.stage.api.download(merged), folder / "giay-moi.pdf")
    names = {one["name"] for one in seated(play)}
    assert not {name for name in names if plain(name) not in text}
    assert "02/GM-MTTQ-BTT" in text


def prove_the_lines(play: Play) -> None:
    play.stage.go_to(at("2021-06-28T15:00"))
    assert play.opening()["missing"] == ["line-tests-missing"]
    assert play.test_lines() == {"not_required": 1, "failed": 1, "waived": 1, "ok": 19}
    assert play.opening()["untested"] == 1
    assert play.test_again() == {"not_required": 1, "waived": 1, "ok": 20}
    assert play.report_headcounts()["differences"] == {"tx-thai-hoa": -2}
    certificates = play.render_certificates()
    assert certificates == {"certificates": 146, "decision": "01/QĐ-MTTQ-BTT", "draft": False}
    assert play.finish_tasks()["overdue"] == 0


def hold(play: Play) -> None:
    play.stage.go_to(at("2021-06-29T07:30"))
    came = play.check_in(9)
    assert set(came) == {"checked_in"}
    assert play.check_in(9) == came  # sent again by the same tablet: told the same, counted once
    assert play.open()["state"] == "open"
    play.stage.go_to(at("2021-06-29T11:30"))
    assert play.close()["state"] == "closed"
    assert play.headcount()["checked_in"] == came["checked_in"]


def seated(play: Play) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    cursor: str | None = ""
    while cursor is not None:
        path = f"registration/v1/conferences/{KEY}/delegates?limit=500&cursor={cursor}"
        page = play.stage.api.get(path)
        items += page["items"]
        cursor = page["next_cursor"]
    return [one for one in items if one["status"] == "placed"]


def text_of(pdf: bytes, path: Path) -> str:
    path.write_bytes(pdf)
    printed = subprocess.run(["pdftotext", "-layout", path, "-"], check=True, capture_output=True).stdout
    text = printed.decode()
    assert unicodedata.is_normalized("NFC", text)
    return plain(text)


def plain(text: str) -> str:
    return " ".join(text.split())
