"""`diemcau republish` on the real system: a service that lost what it knew of the others has it again."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import Select, func, or_, select

from services import system as house
from services.__main__ import main as diemcau
from shared.bus.parked import list_parked
from shared.bus.republish import republish
from shared.bus.tables import inbox, outbox
from shared.config import Settings, load_settings
from shared.jobs.queue import ACTIVE
from shared.jobs.tables import jobs
from tests.contract.reference_day import UNIT, ReferenceDay
from tests.convergence.office import Office, Refused
from tests.convergence.views import View, current_view, differences
from tests.servers import EXAMPLE, KEY, ROOT, Installation, installation

PATIENCE = 240.0
_APPLIED = select(inbox.c.event_id)
_ACTIVE_JOBS = select(jobs.c.id).where(jobs.c.state.in_(ACTIVE))


def eventually(condition: Callable[[], object], missing: Callable[[], object] = str) -> None:
    """Return once `condition` holds; fails the test, with what is `missing`, if it never does."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, missing() or "it never came true"
        time.sleep(0.2)


class Day:
    """A conference on which something of everything has happened."""

    def __init__(self, installed: Installation, office: Office, system: house.System) -> None:
        self.installed, self.office, self.system = installed, office, system
        self._forgotten: dict[tuple[str, str], int] = {}

    def play(self) -> None:
        """Nominate, honour, invite, answer, test, and switch there and back; a site's room is another one."""
        ReferenceDay(self.office.http, self.system.settings).prepare()
        site = self.office.get("venue", "sites")["items"][1]
        self.office.amend(f"venue/v1/sites/{site['id']}", {"room": "Phòng họp tầng 2", "capacity": 12})
        self._answer()
        self._issue_award_decision()
        for option in ("in_person", "online"):
            self._decide(option)

    def view(self) -> View:
        """What holds, with the numbers that services know from each other."""
        award = self.office.get("awards", "recipients")["decision"]
        paper = {name: award[name] for name in ("document", "symbol", "issued_on")}
        return {**current_view(self.office), "award paper": paper}

    def differs(self, before: View) -> list[str]:
        """Where the view is another one than before; a service that knows too little refuses to answer."""
        try:
            return list(differences(before, self.view()))
        except (Refused, AssertionError) as refusal:
            return [str(refusal)]

    def forget(self, service: str) -> None:
        for source in house.MODULES:
            [self._forgotten[service, source]] = self._look(source, select(func.max(outbox.c.seq)))
        with self.system.databases[service].write() as session:
            house.MODULES[service].forget_others(session, service)

    def republish(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "services", "republish", *arguments]
        return subprocess.run(
            command, cwd=ROOT, env=self.installed.env, capture_output=True, text=True, timeout=PATIENCE
        )

    def tell_again(self, service: str) -> None:
        for owner in house.MODULES:
            if owner != service:
                for kind in house.retellings(self.system, owner, service):
                    steps = republish(self.system.databases[owner], kind, service)
                    assert [step.problems for step in steps if step.problems] == []

    def is_at_rest(self) -> bool:
        """Whether every event has taken effect, or was found known, and every job is done."""
        return not self._active_jobs() and self._all_delivered() and not self._active_jobs()

    def _active_jobs(self) -> bool:
        return any(self._look(name, _ACTIVE_JOBS) for name in house.MODULES if name != "planning")

    def _all_delivered(self) -> bool:
        return all(
            set(self._look(source, self._sent_to(name, source))) <= set(self._look(name, _APPLIED))
            for name in house.MODULES
            for source in house.MODULES
            if source != name
        )

    def _sent_to(self, name: str, source: str) -> Select[tuple[Any]]:
        """What has come from the source since the service forgot what it was told."""
        types = list(self.system.consumers[name].event_types)
        mine = or_(outbox.c.recipient.is_(None), outbox.c.recipient == name)
        since = outbox.c.seq > self._forgotten.get((name, source), 0)
        return select(outbox.c.id).where(outbox.c.type.in_(types), mine, since)

    def _look(self, name: str, query: Select[tuple[Any]]) -> list[Any]:
        with self.system.databases[name].read() as session:
            return list(session.execute(query).scalars())

    def parked(self) -> list[Any]:
        found = []
        for name in house.MODULES:
            with self.system.databases[name].read() as session:
                found += list_parked(session)
        return found

    def _decide(self, option: str) -> None:
        number = self.office.post("planning", "decisions", {"option": option, "reason": "đổi"})["revision"]
        eventually(lambda: self.office.get("planning", f"revisions/{number}")["state"] == "settled")

    def _answer(self) -> None:
        place = self.office.delegates(unit=UNIT)[0]["id"]
        link = self.office.call("POST", f"registration/v1/delegates/{place}/rsvp-link")["url"]
        token = link.rpartition("/")[2]
        self.office.call("POST", f"registration/v1/rsvp/{token}", json={"answer": "accepted"})

    def _issue_award_decision(self) -> None:
        needs = self.office.get("documents", "documents")["items"]
        [draft] = [one for need in needs if need["key"] == "QĐ-11" for one in need["documents"]]
        self.office.call("POST", f"documents/v1/documents/{draft['id']}:issue", json={})
        eventually(lambda: self.office.get("awards", "recipients")["decision"]["symbol"])


@pytest.fixture(scope="module", params=["embedded", "servers"])
def day(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Day]:
    folder = tmp_path_factory.mktemp(f"rebuilt-{request.param}")
    with installation(folder, servers=request.param == "servers") as installed:
        installed.up("--example", str(EXAMPLE))
        with installed.client() as http, opened(installed) as system:
            made = Day(installed, Office(http, KEY), system)
            made.play()
            yield made


@contextmanager
def opened(installed: Installation) -> Iterator[house.System]:
    """The installation's databases, for a look past its front door."""
    system = house.open_system(settings_of(installed))
    yield system
    system.close()


def settings_of(installed: Installation) -> Settings:
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("DIEMCAU_")]:
            patch.delenv(name)
        for name, value in installed.env.items():
            if name.startswith("DIEMCAU_"):
                patch.setenv(name, value)
        return load_settings()


@pytest.mark.parametrize("service", list(house.MODULES))
def test_service_that_forgot_the_others_is_told_again(day: Day, service: str) -> None:
    eventually(day.is_at_rest)
    before = day.view()
    day.forget(service)
    assert day.differs(before), "it knows as much as before"
    done = day.republish("--to", service)
    assert done.returncode == 0, done.stderr
    eventually(lambda: not day.differs(before) or day.parked(), lambda: day.differs(before))
    assert day.parked() == []
    assert day.differs(before) == []


def test_telling_healthy_services_again_changes_nothing(day: Day) -> None:
    eventually(day.is_at_rest)
    before, sent = day.view(), outbox_sizes(day)
    for service in house.MODULES:
        day.tell_again(service)
    assert all(outbox_sizes(day)[name] > count for name, count in sent.items())
    eventually(lambda: day.is_at_rest() or day.parked())
    assert day.parked() == []
    assert day.differs(before) == []


@pytest.mark.parametrize("wrong", [["--to", "portal"], ["--to", "venue", "--from", "venue"], []])
def test_who_is_told_and_who_tells_must_exist(
    wrong: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DIEMCAU_DATA", str(tmp_path))
    assert CliRunner().invoke(diemcau, ["republish", *wrong]).exit_code == 2


def test_every_fact_that_somebody_keeps_can_be_told_again(day: Day) -> None:
    """But that an option could not be laid out: planning keeps it, and `:retry` asks anew."""
    told = {
        contract.event_type
        for module in house.MODULES.values()
        for kind in module.retellings(day.system.settings)
        for contract in kind.tells
    }
    kept = {kind for consumer in day.system.consumers.values() for kind in consumer.event_types}
    assert kept - told == {"diemcau.venue.layout.failed.v1"}
    assert told - kept == set()


def outbox_sizes(day: Day) -> dict[str, int]:
    sizes = {}
    for name in house.MODULES:
        with day.system.databases[name].read() as session:
            sizes[name] = session.execute(select(func.count()).select_from(outbox)).scalar_one()
    return sizes
