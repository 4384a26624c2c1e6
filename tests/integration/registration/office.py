"""Registration at work for the tests of invitations and messages: two options, jobs run, letters received."""

from __future__ import annotations

import copy
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import text

from services.registration import app as registration
from shared.http.peers import Peers
from shared.jobs.worker import Worker
from tests.mailbox import Mailbox

SENDER = "Ban tổ chức <moi@hoi-nghi.example.org>"


def with_inviters(tree: dict[str, Any]) -> dict[str, Any]:
    """The small plan, where online the districts invite their own delegates."""
    made = copy.deepcopy(tree)
    for group in made["options"][0]["groups"]:
        group["invited_by"] = "bridge_unit" if group["at"] == "bridge" else "organiser"
    return made


@dataclass(frozen=True)
class Office:
    """The desk of a conference with its post."""

    desk: Any
    mailbox: Mailbox

    def work(self, url: str | None = None) -> None:
        """Run all jobs that are due; with the mail server at `url` instead of ours."""
        worker = self.worker(url)
        while worker.run_next():
            pass

    def worker(self, url: str | None = None) -> Worker:
        told = by_mail(self.desk.told, url) if url else self.desk.told
        settings, database = told.settings, self.desk.database
        return registration.worker(settings, database, Peers.of("registration", settings))

    def list(self, *, unit_of: str | None = None, **query: Any) -> dict[str, Any]:
        given = {"issuer": "" if unit_of else "all", "limit": 500, **query}
        return dict(self.desk.get(self.desk.of("invitations"), query_string=given, unit=unit_of))

    def states(self, **query: Any) -> dict[tuple[str, str], str]:
        return {(item["group"], item["unit"]): item["state"] for item in self.list(**query)["items"]}

    def order(self, verb: str, *, unit_of: str | None = None, **body: Any) -> Any:
        given = {"issuer": "bridge_unit" if unit_of else "all"} | body
        return self.desk.call("POST", self.desk.of(f"invitations:{verb}"), json=given, unit=unit_of)

    def issue(self, **body: Any) -> dict[str, Any]:
        return self._done("issue", body)

    def withdraw(self, **body: Any) -> dict[str, Any]:
        return self._done("withdraw", {"reason": "Đổi phương án", **body})

    def _done(self, verb: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = self.order(verb, **body)
        assert answer.status_code in (200, 202), answer.text
        self.work()
        return dict(answer.json)

    def messages(self, **query: Any) -> list[dict[str, Any]]:
        return list(self.desk.get(self.desk.of("messages"), query_string={"limit": 500, **query})["items"])

    def counts(self) -> dict[str, int]:
        return dict(self.desk.get(self.desk.of("messages"))["counts"])

    def name(self, group: str, unit: str | None, name: str, email: str | None = "auto") -> dict[str, Any]:
        address = f"{name.split()[-1].lower()}@dai-bieu.example.org" if email == "auto" else email
        return dict(self.desk.name(group, unit, name, email=address))

    def hurry(self) -> None:
        """The wait before the next try is over."""
        self._execute("update messages set next_try_at = '2000-01-01 00:00:00+00:00' where state = 'queued'")

    def worker_died(self) -> None:
        """The lease of whoever ran a job is over."""
        self._execute("update jobs set lease_until = '2000-01-01 00:00:00+00:00' where state = 'running'")

    def revise(self, message: str, **values: Any) -> None:
        sets = ", ".join(f"{name} = :{name}" for name in values)
        with self.desk.database.write() as session:
            id = UUID(message)
            key = id.hex if self.desk.database.is_sqlite else str(id)
            session.execute(text(f"update messages set {sets} where id = :id"), {**values, "id": key})

    def events(self, kind: str) -> list[dict[str, Any]]:
        """What was told of invitations, in order: the data of `issued` or `withdrawn`."""
        with self.desk.database.read() as session:
            rows = session.execute(
                text("select envelope from outbox where type = :type order by seq"),
                {"type": f"diemcau.registration.invitation.{kind}.v1"},
            ).scalars()
            return [orjson.loads(bytes(row))["data"] for row in rows]

    def _execute(self, statement: str) -> None:
        with self.desk.database.write() as session:
            session.execute(text(statement))


def by_mail(told: Any, url: str) -> Any:
    """The same registration, writing to people over SMTP."""
    settings = replace(told.settings, notifier="email", notifier_settings={"url": url, "sender": SENDER})
    return replace(told, settings=settings)
