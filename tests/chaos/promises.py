"""What people were promised, held against what the databases and the mailbox show at rest."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from sqlalchemy import func, or_, select

from services.planning.switch.tables import decisions, revisions
from services.planning.tasks.tables import task_states
from services.registration.answers.tables import answers
from services.registration.door.tables import check_ins
from services.registration.messages.tables import messages
from services.registration.people.tables import people
from services.venue.layouts.tables import sites
from shared.bus.tables import outbox
from shared.contracts.registration import DelegateCheckedInV1, DelegateNamedV1, DelegateRespondedV1
from shared.contracts.venue import SiteChangedV1
from shared.jobs.tables import jobs
from shared.revisions.tables import pointers
from tests.chaos.books import Books
from tests.chaos.crowd import TASK, Diary
from tests.mailbox import Mailbox

PARTICIPANTS = ("venue", "registration", "documents", "awards")
UNDONE = or_(
    jobs.c.state.in_(("queued", "running")),
    jobs.c.problem_en.like("It did not work in%"),
    jobs.c.problem_en.like("Its process ended%"),
)
"""Jobs under way and those given up. One that found, and says, that it may not be done has ended."""

_ID = re.compile(r"<([0-9a-f-]{36})@")


def broken(books: Books, diary: Diary, mailbox: Mailbox) -> list[str]:
    """Every promise that does not hold."""
    checks = (_names, _answers, _check_ins, _sites, _tasks, _decisions)
    found = [fault for check in checks for fault in check(books, diary)]
    return [*found, *_pointers(books), *_jobs(books), *_letters(books, mailbox)]


def _names(books: Books, diary: Diary) -> Iterator[str]:
    rows = books.rows("registration", select(people.c.name, func.count()).group_by(people.c.name))
    there = {row[0]: row[1] for row in rows}
    told = _told(books, "registration", DelegateNamedV1.event_type)
    for name, place in diary.named.items():
        if there.get(name) != 1 or told[place] != 1:
            yield f"{name} was named once: {there.get(name)} persons, told {told[place]} times"


def _answers(books: Books, diary: Diary) -> Iterator[str]:
    notes = {row.note for row in books.rows("registration", select(answers.c.note))}
    yield from (f"the answer “{note}” is gone" for note in diary.notes.values() if note not in notes)
    told = _told(books, "registration", DelegateRespondedV1.event_type)
    for place, given in diary.answers.items():
        if told[place] != given:
            yield f"{given} answers for {place}, told {told[place]} times"


def _check_ins(books: Books, diary: Diary) -> Iterator[str]:
    items = Counter(str(row.item) for row in books.rows("registration", select(check_ins.c.item)))
    yield from (f"check-in {item}: {items[item]} times" for item in diary.check_ins if items[item] != 1)
    told = _told(books, "registration", DelegateCheckedInV1.event_type)
    for place, times in Counter(diary.check_ins.values()).items():
        if told[place] != times:
            yield f"{times} check-ins at {place}, told {told[place]} times"


def _sites(books: Books, diary: Diary) -> Iterator[str]:
    rooms = {str(row.id): row.room for row in books.rows("venue", select(sites.c.id, sites.c.room))}
    told = _told(books, "venue", SiteChangedV1.event_type)
    for site, room in diary.rooms.items():
        if rooms[site] != room or told[site] != diary.changes[site]:
            yield f"{site} is {room}: {rooms[site]}, {diary.changes[site]} changes told {told[site]} times"


def _tasks(books: Books, diary: Diary) -> Iterator[str]:
    marked = {row.key: row.state for row in books.rows("planning", select(task_states))}
    if marked.get(TASK, "open") != diary.task:
        yield f"{TASK} was marked {diary.task}: {marked}"


def _decisions(books: Books, diary: Diary) -> Iterator[str]:
    """Each stands once, and each decided revision is settled or superseded."""
    rows = books.rows("planning", select(decisions.c.reason, decisions.c.revision))
    times = Counter(row.reason for row in rows)
    yield from (
        f"decision “{reason}”: {times[reason]} times" for reason in diary.decisions if times[reason] != 1
    )
    query = select(revisions.c.number, revisions.c.state)
    states = {row.number: row.state for row in books.rows("planning", query)}
    for row in rows:
        if states[row.revision] not in ("settled", "superseded"):
            yield f"revision {row.revision} is {states[row.revision]}"


def _pointers(books: Books) -> Iterator[str]:
    """All services stand at the newest settled revision."""
    settled = select(func.max(revisions.c.number)).where(revisions.c.state == "settled")
    [[newest]] = books.rows("planning", settled)
    for service in PARTICIPANTS:
        [[pointer]] = books.rows(service, select(pointers.c.revision))
        if pointer != newest:
            yield f"{service} stands at {pointer}, the newest is {newest}"


def _jobs(books: Books) -> Iterator[str]:
    for service in PARTICIPANTS:
        for row in books.rows(service, select(jobs).where(UNDONE)):
            yield f"{service}: {row.kind} is {row.state}: {row.problem_en}"


def _letters(books: Books, mailbox: Mailbox) -> Iterator[str]:
    """A message that was sent arrived once; of one with an unknown outcome nobody says that it was sent."""
    arrived = Counter(_ID.findall(letter["Message-ID"])[0] for letter in mailbox.letters)
    rows = books.rows("registration", select(messages.c.id, messages.c.state, messages.c.problem))
    states = {str(row.id): row for row in rows}
    yield from (f"message {message} arrived {n} times" for message, n in arrived.items() if n > 1)
    for message, row in states.items():
        unknown = row.state == "failed" and row.problem == "outcome-unknown"
        if not unknown and arrived[message] != (row.state == "sent"):
            yield f"message {message} is {row.state} ({row.problem}), arrived {arrived[message]} times"
    yield from (f"nobody knows of the message {message}" for message in arrived if message not in states)


def _told(books: Books, service: str, event_type: str) -> Counter[str]:
    """How often a fact was emitted, by ordering key."""
    rows = books.rows(service, select(outbox.c.ordering_key).where(outbox.c.type == event_type))
    return Counter(row.ordering_key for row in rows)
