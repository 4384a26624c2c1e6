"""Waiting until an installation has done everything that it was told to."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import uuid4

from kombu import Connection
from sqlalchemy import func, select

from services.planning.switch.tables import decisions, revisions
from services.registration.messages.tables import messages
from shared.bus.envelope import Envelope
from shared.contracts.planning import ConferenceOpenedV1
from shared.jobs.tables import jobs
from tests.chaos.books import Books
from tests.chaos.crowd import Person
from tests.chaos.listener import NAME as AUDIT
from tests.chaos.listener import heard
from tests.chaos.processes import Processes
from tests.chaos.promises import PARTICIPANTS, UNDONE

PATIENCE = 240.0


def come_to_rest(processes: Processes, books: Books, person: Person) -> dict[str, int]:
    """Everything runs again; wait until nothing is under way and the listener has heard all.

    What an operator does by hand is done here, and counted: parked events are replayed and failed jobs
    run again. What is still missing after `PATIENCE` is for the audit to say.
    """
    for web in processes.webs:
        processes.await_web(web)
    by_hand = {"replayed": 0, "jobs run again": 0}
    deadline = time.monotonic() + PATIENCE
    while busy := list(_busy(processes, books)):
        by_hand["replayed"] += _replay(person)
        by_hand["jobs run again"] += _run_again(books, person)
        if time.monotonic() > deadline:
            print(f"still under way: {busy}\n{processes.log()}")
            break
        time.sleep(0.2)
    drain(processes, books)
    return by_hand


def drain(processes: Processes, books: Books) -> None:
    """Wait until all that was said is with the broker and the listener has heard it.

    The last word to the listener is a word of ours, put behind all others in its queue.
    """
    deadline = time.monotonic() + PATIENCE
    if processes.servers is None:
        while books.listener_is_behind():
            assert time.monotonic() < deadline, f"the listener does not come after:\n{processes.log()}"
            time.sleep(0.1)
        return
    while books.unpublished():
        assert time.monotonic() < deadline, f"events are not published:\n{processes.log()}"
        time.sleep(0.1)
    last = _last_word(processes)
    while not books.count(AUDIT, heard.c.event_id == last):
        assert time.monotonic() < deadline, f"the listener does not come after:\n{processes.log()}"
        time.sleep(0.1)


def _last_word(processes: Processes) -> object:
    assert processes.servers is not None
    now, event = datetime.now(UTC), uuid4()
    version, kind = int(now.timestamp() * 1_000_000), ConferenceOpenedV1.event_type
    word = Envelope(event, kind, AUDIT, AUDIT, now, AUDIT, version, event, None, {"conference": "x"})
    with Connection(processes.servers.rabbit.url) as connection:
        queue = processes.queue(AUDIT)
        connection.Producer().publish(word.to_bytes(), routing_key=queue, type=kind, delivery_mode=2)
    return event


def _busy(processes: Processes, books: Books) -> Iterator[str]:
    yield from (f"{role} is down" for role in processes.revive())
    if processes.servers is not None and (count := books.unpublished()):
        yield f"{count} events unpublished"
    yield from books.missed()[:3]
    yield from (f"parked {one}" for one in books.parked())
    for service in PARTICIPANTS:
        if count := books.count(service, UNDONE):
            yield f"{count} jobs of {service}"
    due = (messages.c.state == "queued") & (messages.c.next_try_at <= datetime.now(UTC))
    if count := books.count("registration", due | (messages.c.state == "sending")):
        yield f"{count} messages"
    unsettled = select(func.count()).select_from(decisions.join(revisions, _SAME)).where(_UNSETTLED)
    [[count]] = books.rows("planning", unsettled)
    if count:
        yield f"{count} decisions"


_SAME = (decisions.c.conference == revisions.c.conference) & (decisions.c.revision == revisions.c.number)
_UNSETTLED = revisions.c.state.not_in(("settled", "superseded"))


def _replay(person: Person) -> int:
    """Events parked because a process died with them too often."""
    count = 0
    for service in ("planning", *PARTICIPANTS):
        parked = person.get(f"{service}/v1/parked")["items"]
        if parked:
            answer = person.ask("POST", f"{service}/v1/parked/{parked[0]['id']}:replay")
            count += answer.json()["replayed"]
    return count


def _run_again(books: Books, person: Person) -> int:
    """Jobs given up because a process died with them too often."""
    count = 0
    for service in PARTICIPANTS:
        given_up = (jobs.c.state == "failed") & UNDONE
        for row in books.rows(service, select(jobs.c.id).where(given_up)):
            person.post(f"{service}/v1/jobs/{row.id}:retry")
            count += 1
    return count
