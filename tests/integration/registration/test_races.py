"""Two hundred people at once for the last ten seats, on real processes of both back ends.

Every client is a thread with a connection of its own; the system answers from its own process.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from sqlalchemy import create_engine, text

from tests.house import PLAN
from tests.servers import KEY, Installation, installation

PATIENCE = 300.0
SEATS = 10
HOLDERS = 2
"""They have a seat before the race, and send somebody during it."""

GUESTS = 200
REGISTRATION = f"registration/v1/conferences/{KEY}"


class Race:
    """The running system with a full list of guests for the hub, and what each of them holds in hand."""

    def __init__(self, installed: Installation) -> None:
        self.installed, self.http = installed, installed.client()
        plan = PLAN.read_text()
        for old, new in (
            (
                "at: hub, invited_by: organiser, seats: 2,",
                f"at: hub, invited_by: organiser, seats: {GUESTS + 20},",
            ),
            ('thành phố Vinh", capacity: 100}\n', f'thành phố Vinh", capacity: {SEATS + HOLDERS}}}\n'),
        ):
            assert plan.count(old) == 1, old
            plan = plan.replace(old, new)
        headers = {"Content-Type": "application/yaml"}
        answer = self.http.post("planning/v1/plans", content=plan.encode(), headers=headers)
        assert answer.status_code == 201, answer.text
        self.decide("online")
        self.tokens = self._invite(GUESTS + HOLDERS)

    def decide(self, option: str) -> None:
        order = {"option": option, "reason": "Thử tranh chỗ"}
        answer = self.http.post(f"planning/v1/conferences/{KEY}/decisions", json=order)
        assert answer.status_code == 202, answer.text
        number = answer.json()["revision"]
        url = f"planning/v1/conferences/{KEY}/revisions/{number}"
        self.until(lambda: self.get(url)["state"] in ("settled", "superseded"))

    def get(self, path: str, **query: Any) -> dict[str, Any]:
        answer = self.http.get(path, params=query)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def answer(self, token: str, **body: Any) -> httpx.Response:
        """By a client of its own, as from another phone; the link is all it needs.

        A machine that is too busy says so (503, nothing is changed), and is asked again.
        """
        url, deadline = f"{self.installed.url}/api/registration/v1/rsvp/{token}", time.monotonic() + PATIENCE
        while True:
            answered = httpx.post(url, json={"note": "", **body}, timeout=PATIENCE)
            if answered.status_code != 503 or time.monotonic() > deadline:
                return answered
            time.sleep(1)

    def send_and_accept(self, token: str, number: int) -> httpx.Response:
        """Somebody comes instead, and accepts by the link that is theirs."""
        somebody = {"name": f"Lê Văn Thay {number}", "phone": f"0900{number:06d}"}
        somebody["email"] = f"thay{number}@dai-bieu.example.org"
        sent = self.answer(token, answer="substituted", substitute=somebody)
        assert sent.status_code == 200, sent.text
        return self.answer(sent.json()["link"]["url"].rpartition("/")[2], answer="accepted")

    def site(self) -> dict[str, Any]:
        items = self.get(f"{REGISTRATION}/headcounts")["items"]
        return next(item for item in items if item["site"] == "hub")

    def set_capacity(self, capacity: int) -> None:
        sites = self.get(f"venue/v1/conferences/{KEY}/sites")["items"]
        url = f"venue/v1/sites/{next(site['id'] for site in sites if site['key'] == 'hub')}"
        headers = {"If-Match": self.http.get(url).headers["ETag"]}
        answer = self.http.patch(url, json={"capacity": capacity}, headers=headers)
        assert answer.status_code == 200, answer.text
        self.until(lambda: self.site()["capacity"] == capacity)

    def delegates(self, **query: Any) -> list[dict[str, Any]]:
        return list(self.get(f"{REGISTRATION}/delegates", group="tinh-uy", limit=500, **query)["items"])

    def check_order(self) -> None:
        """The counter counts the accepted; nobody waits beside a free seat; positions are 1, 2, 3…"""
        site, waiting = self.site(), self.delegates(answer="waiting")
        assert self.taken() == site["accepted"] == len(self.delegates(answer="accepted"))
        assert sorted(one["waiting"] for one in waiting) == list(range(1, len(waiting) + 1))
        assert site["waiting"] == len(waiting)
        assert site["accepted"] >= site["capacity"] or not waiting

    def taken(self) -> int:
        """The hub's counter in the current revision: that of the settled decision."""
        current = self.get(f"planning/v1/conferences/{KEY}")["current_revision"]
        counter = "select taken from site_seats s join sites k on k.id = s.site_id where k.key = 'hub'"
        [number] = self.rows(f"{counter} and revision = {int(current)}")
        return int(number)

    def events(self) -> list[dict[str, Any]]:
        """What was told of answers, in its order."""
        kind = "diemcau.registration.delegate.responded.v1"
        rows = self.rows(f"select envelope from outbox where type = '{kind}' order by seq")
        return [orjson.loads(bytes(row))["data"] for row in rows]

    def rows(self, query: str) -> list[Any]:
        url = self.installed.env.get(
            "DIEMCAU_DATABASE_URL", f"sqlite:///{self.installed.data}/{{service}}.sqlite"
        )
        engine = create_engine(url.format(service="registration"))
        with engine.connect() as connection:
            found = list(connection.execute(text(query)).scalars())
        engine.dispose()
        return found

    def until(self, done: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE
        while not done():
            assert time.monotonic() < deadline, self.installed.log()[-5_000:]
            time.sleep(0.2)

    def _invite(self, count: int) -> list[str]:
        lines = [f"tinh-uy,,{n},Nguyễn Văn Số {n},n{n}@dai-bieu.example.org" for n in range(1, count + 1)]
        content = "\n".join(["Thành phần,Đơn vị,Thứ tự,Họ và tên,Email", *lines])
        sheet = {"file": ("list.csv", content.encode(), "text/csv")}
        answer = self.http.post(f"{REGISTRATION}/delegates:import?dry_run=0", files=sheet)
        assert answer.status_code == 200, answer.text
        places = {item["ordinal"]: item["id"] for item in self.delegates()}
        links = [self.http.post(f"registration/v1/delegates/{places[n]}/rsvp-link") for n in sorted(places)]
        return [str(link.json()["url"]).rpartition("/")[2] for link in links]


@pytest.fixture(params=["embedded", "servers"])
def race(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Race]:
    with installation(tmp_path, servers=request.param == "servers") as installed:
        installed.up()
        yield Race(installed)


def at_once(acts: Sequence[Callable[[], httpx.Response]]) -> list[httpx.Response]:
    """All start together; what each of them was answered, in their order."""
    answers: list[httpx.Response | None] = [None] * len(acts)
    barrier = threading.Barrier(len(acts))

    def go(number: int) -> None:
        barrier.wait()
        answers[number] = acts[number]()

    threads = [threading.Thread(target=go, args=(number,)) for number in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [answer for answer in answers if answer is not None]


def token_of(answer: httpx.Response) -> str:
    """The link that was answered by."""
    return str(answer.request.url).rpartition("/")[2]


def test_two_hundred_at_once_for_the_last_ten_seats(race: Race) -> None:
    holders, guests = race.tokens[:HOLDERS], race.tokens[HOLDERS:]
    assert [race.answer(token, answer="accepted").status_code for token in holders] == [200] * HOLDERS
    acts = [
        *(partial(race.answer, token, answer="accepted") for token in guests[50:]),
        *(partial(race.send_and_accept, token, n) for n, token in enumerate(guests[:50])),
        *(partial(race.send_and_accept, token, 900 + n) for n, token in enumerate(holders)),
    ]
    answers = at_once(acts)
    assert Counter(answer.status_code for answer in answers) == {200: SEATS + HOLDERS, 202: GUESTS - SEATS}
    # Whoever comes instead of somebody with a seat has it, and takes none of the ten.
    assert [answer.json()["answer"] for answer in answers[-HOLDERS:]] == ["accepted"] * HOLDERS
    waiting = [answer.json() for answer in answers if answer.status_code == 202]
    assert {one["answer"] for one in waiting} == {"waiting"}
    assert sorted(one["waiting"]["position"] for one in waiting) == list(range(1, GUESTS - SEATS + 1))
    race.check_order()
    assert race.site()["accepted"] == SEATS + HOLDERS
    _five_decline_at_once(race, [token_of(answer) for answer in answers if answer.status_code == 200][:5])


def _five_decline_at_once(race: Race, giving: Sequence[str]) -> None:
    first = {one["id"] for one in race.delegates(answer="waiting") if one["waiting"] <= len(giving)}
    declined = at_once([partial(race.answer, token, answer="declined") for token in giving])
    assert [answer.status_code for answer in declined] == [200] * len(giving)
    let_in = [told["place"] for told in race.events() if told.get("via") == "waiting-list"]
    by_order = {one["id"]: one for one in race.delegates()}
    assert (len(let_in), set(let_in)) == (len(giving), first)
    assert {by_order[place]["answer"] for place in let_in} == {"accepted"}
    race.check_order()
    race.until(lambda: len(_messages(race, "sent")) == len(giving))
    assert sorted(one["name"] for one in _messages(race)) == sorted(
        by_order[place]["name"] for place in let_in
    )


def _messages(race: Race, state: str = "") -> list[dict[str, Any]]:
    return list(race.get(f"{REGISTRATION}/messages", kind="seat", state=state, limit=500)["items"])


def test_capacity_is_changed_while_people_answer(race: Race) -> None:
    answers: list[httpx.Response] = []
    tokens = race.tokens[:60]
    crowd = threading.Thread(
        target=lambda: answers.extend(
            at_once([partial(race.answer, token, answer="accepted") for token in tokens])
        )
    )
    crowd.start()
    for capacity in (4, 30, 9, 25):
        race.set_capacity(capacity)
    crowd.join()
    assert {answer.status_code for answer in answers} <= {200, 202}
    race.check_order()
    race.set_capacity(40)
    race.check_order()
    assert (race.site()["accepted"], race.site()["waiting"]) == (40, 20)
    race.set_capacity(7)
    race.check_order()
    assert (race.site()["accepted"], race.site()["waiting"]) == (40, 20)


def test_option_is_switched_while_people_answer(race: Race) -> None:
    def change_minds(token: str) -> httpx.Response:
        for answer in ("accepted", "declined"):
            race.answer(token, answer=answer)
        return race.answer(token, answer="accepted")

    answers: list[httpx.Response] = []
    tokens = race.tokens[:40]
    crowd = threading.Thread(
        target=lambda: answers.extend(at_once([partial(change_minds, token) for token in tokens]))
    )
    crowd.start()
    for option in ("online", "in_person", "online"):
        race.decide(option)
    crowd.join()
    assert {answer.status_code for answer in answers} <= {200, 202, 409}
    for token in tokens:
        assert race.answer(token, answer="accepted").status_code in (200, 202)
    race.check_order()
    assert race.site()["accepted"] == SEATS + HOLDERS
    order = {one["id"]: one["waiting"] for one in race.delegates(answer="waiting")}
    race.decide("in_person")
    race.decide("online")
    assert {one["id"]: one["waiting"] for one in race.delegates(answer="waiting")} == order
