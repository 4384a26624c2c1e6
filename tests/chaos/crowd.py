"""People at work over HTTP, with a diary of what the system promised them.

Whoever gets no answer, or a server error, does not know what became of the act and does it again under
the same Idempotency-Key until there is an answer. What was answered with 2xx must hold for ever.
"""

from __future__ import annotations

import itertools
import random
import re
import threading
import time
import uuid
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.chaos.processes import Processes
from tests.servers import EXAMPLE, KEY

PLANNING = f"planning/v1/conferences/{KEY}"
REGISTRATION = f"registration/v1/conferences/{KEY}"
PATIENCE = 300.0
OPEN_GROUP, ROOM_FOR_ALL = "tinh-uy", 20_000
TASK = "so-luong-dai-bieu-tinh"


@dataclass
class Diary:
    """What was promised; `figures` tells how much was tried."""

    named: dict[str, str] = field(default_factory=dict)  # name: place
    answers: Counter[str] = field(default_factory=Counter)  # answers given, by place
    notes: dict[tuple[str, str], str] = field(default_factory=dict)  # (place, site): the newest note
    check_ins: dict[str, str] = field(default_factory=dict)  # item: place
    rooms: dict[str, str] = field(default_factory=dict)  # site: the newest room
    changes: Counter[str] = field(default_factory=Counter)  # changes, by site
    task: str = "open"  # the newest state of the task `TASK`
    decisions: dict[str, int] = field(default_factory=dict)  # reason: revision
    figures: Counter[str] = field(default_factory=Counter)


class Person:
    """Asks until there is an answer, each time at another door if there are several."""

    def __init__(self, processes: Processes, diary: Diary) -> None:
        self._doors = deque(processes.client(web) for web in processes.webs)
        self._diary = diary

    @property
    def http(self) -> httpx.Client:
        return self._doors[0]

    def get(self, path: str, **query: Any) -> Any:
        return self.ask("GET", path, params=query).json()

    def post(self, path: str, body: Any = None) -> httpx.Response:
        return self.ask("POST", path, json=body or {}, headers={"Idempotency-Key": str(uuid.uuid4())})

    def amend(self, path: str, changes: dict[str, Any]) -> httpx.Response:
        """Nobody else changes it: a 412 after an act of unknown outcome says that it was done."""
        while True:
            etag = self.ask("GET", path).headers["ETag"]
            answer = self.ask("PATCH", path, json=changes, headers={"If-Match": etag})
            if answer.status_code != 412:
                return answer
            found = self.ask("GET", path)
            if all(found.json()[name] == value for name, value in changes.items()):
                return found

    def ask(self, method: str, path: str, **given: Any) -> httpx.Response:
        """The definite answer: 2xx, or a conflict with what others did."""
        deadline = time.monotonic() + PATIENCE
        while True:
            answer = self._try(method, path, given)
            if answer is not None and (answer.is_success or answer.status_code in (409, 412)):
                return answer
            assert answer is None or answer.status_code >= 500, f"{method} {path}: {answer.text}"
            assert time.monotonic() < deadline, f"{method} {path}: {answer and answer.text}"
            self._diary.figures["asked again"] += 1
            self._doors.rotate()
            time.sleep(0.1)

    def _try(self, method: str, path: str, given: dict[str, Any]) -> httpx.Response | None:
        try:
            return self.http.request(method, path, **given)
        except httpx.TransportError:
            return None


Act = Callable[[Person], str]


class Crowd:
    """Everybody who works on the conference."""

    def __init__(self, processes: Processes, seed: int) -> None:
        self.diary, self._processes = Diary(), processes
        self._chance, self._numbers = random.Random(seed), itertools.count(1)
        self._links: dict[str, str] = {}
        self._units: list[str] = []
        self._sites: list[str] = []
        self._task = ""
        self._errors: list[BaseException] = []
        self.me = self._person()

    # before the day
    def load(self) -> None:
        """The reference plan with room for all, its delegates, a decision, and links to answer by."""
        self._import()
        self.decide(self.me)
        self.await_settled()
        path = f"{REGISTRATION}/delegates"
        guests = self.me.get(path, group="btt-mttq-huyen", limit=500)["items"]
        for one in [guest for guest in guests if guest["ordinal"] <= 2]:  # who have a place in both options
            link = self.me.post(f"registration/v1/delegates/{one['id']}/rsvp-link").json()
            self._links[one["id"]] = link["url"].rpartition("/")[2]
            self._units.append(one["unit"])
        self._sites = [site["id"] for site in self.me.get(f"venue/v1/conferences/{KEY}/sites")["items"][:5]]
        tasks = self.me.get(f"{PLANNING}/tasks")["items"]
        [self._task] = [task["id"] for task in tasks if task["key"] == TASK]

    def _import(self) -> None:
        headers = {"Content-Type": "application/yaml"}
        self.me.ask("POST", "planning/v1/plans", content=_roomy_plan().encode(), headers=headers)
        delegates = (EXAMPLE / "delegates.csv").read_bytes()
        deadline = time.monotonic() + PATIENCE
        while True:
            answer = self.me.http.post(
                f"{REGISTRATION}/delegates:import", files={"file": ("a.csv", delegates)}
            )
            if answer.status_code == 200:
                return
            assert time.monotonic() < deadline, f"registration never heard of the conference: {answer.text}"
            time.sleep(0.1)

    # the day
    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Four people who work side by side until the block ends; what they began they bring to an end."""
        leave = threading.Event()
        desks: Sequence[tuple[Sequence[Act], float]] = [
            ((self.name, self.check_in), 0.2),
            ((self.answer,), 0.1),
            ((self.furnish, self.mark), 0.5),
            ((self.decide, self.decide, self.invite), 3.0),
        ]
        threads = [threading.Thread(target=self._work, args=(*desk, leave), daemon=True) for desk in desks]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            leave.set()
            for thread in threads:
                thread.join(2 * PATIENCE)
        assert not self._errors, self._errors
        assert not any(thread.is_alive() for thread in threads), "somebody still waits for an answer"

    def work_a_little(self) -> None:
        """One act of each kind."""
        for act in (self.name, self.answer, self.check_in, self.furnish, self.mark, self.decide):
            self.do(act)

    def do(self, act: Act) -> None:
        self.diary.figures[act(self.me)] += 1

    def await_settled(self) -> None:
        deadline = time.monotonic() + PATIENCE
        path = f"{PLANNING}/revisions/{max(self.diary.decisions.values())}"
        while self.me.get(path)["state"] != "settled":
            assert time.monotonic() < deadline, f"not settled:\n{self._processes.log()}"
            time.sleep(0.1)

    # acts: each returns what it was
    def name(self, person: Person) -> str:
        name = f"Nguyễn Thử {_in_letters(next(self._numbers))}"
        answer = person.post(f"{REGISTRATION}/delegates", {"group": OPEN_GROUP, "name": name})
        if answer.status_code != 201:
            return "naming refused"
        self.diary.named[name] = answer.json()["id"]
        return "named"

    def answer(self, person: Person) -> str:
        place = self._chance.choice(list(self._links))
        note = f"Ghi chú {next(self._numbers)}"
        body = {"answer": self._chance.choice(["accepted", "declined"]), "note": note}
        answer = person.post(f"registration/v1/rsvp/{self._links[place]}", body)
        if not answer.is_success:
            return "answer refused"
        self.diary.answers[place] += 1
        self.diary.notes[place, answer.json()["site_name"]] = note
        return "answered"

    def check_in(self, person: Person) -> str:
        item, place = str(uuid.uuid4()), self._chance.choice([*self._links, *self.diary.named.values()])
        answer = person.post(f"{REGISTRATION}/check-ins", {"items": [{"id": item, "place": place}]})
        outcome = answer.json()["items"][0]["outcome"] if answer.is_success else "refused"
        if outcome == "checked_in":
            self.diary.check_ins[item] = place
        return f"check-in {outcome}"

    def furnish(self, person: Person) -> str:
        site, room = self._chance.choice(self._sites), f"Phòng {next(self._numbers)}"
        assert person.amend(f"venue/v1/sites/{site}", {"room": room}).is_success
        self.diary.rooms[site] = room
        self.diary.changes[site] += 1
        return "site changed"

    def mark(self, person: Person) -> str:
        self.diary.task = self._chance.choice(["open", "done"])
        assert person.amend(f"{PLANNING}/tasks/{self._task}", {"state": self.diary.task}).is_success
        return "task marked"

    def decide(self, person: Person) -> str:
        option = ("online", "in_person")[len(self.diary.decisions) % 2]
        reason = f"Diễn biến dịch bệnh, lần {next(self._numbers)}"
        answer = person.post(f"{PLANNING}/decisions", {"option": option, "reason": reason})
        if not answer.is_success:
            return "decision refused"
        self.diary.decisions[reason] = answer.json()["revision"]
        return "decided"

    def invite(self, person: Person) -> str:
        """One unit's guests, who are written to."""
        order = {"issuer": "all", "unit": self._chance.choice(self._units)}
        answer = person.post(f"{REGISTRATION}/invitations:issue", order)
        return "invitations ordered" if answer.status_code == 202 else "nothing to invite to"

    def _person(self) -> Person:
        return Person(self._processes, self.diary)

    def _work(self, acts: Sequence[Act], pause: float, leave: threading.Event) -> None:
        person = self._person()
        try:
            for act in itertools.cycle(acts):
                if leave.wait(pause * self._chance.uniform(0.5, 1.5)):
                    return
                self.diary.figures[act(person)] += 1
        except BaseException as error:
            self._errors.append(error)


def _roomy_plan() -> str:
    plan = (EXAMPLE / "plan.yaml").read_text().replace("capacity: 100", f"capacity: {ROOM_FOR_ALL}")
    wide = re.compile(rf"(key: {OPEN_GROUP},.*?seats:) \d+")
    return wide.sub(rf"\g<1> {ROOM_FOR_ALL // 2}", plan)


def _in_letters(number: int) -> str:
    """1 → B, 26 → BA: names have no digits."""
    letters = ""
    while number:
        number, digit = divmod(number, 26)
        letters = chr(ord("A") + digit) + letters
    return letters.capitalize()
