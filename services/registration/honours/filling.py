"""Fit recipients to the places of a line: who is there already keeps their place and moves with it. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from uuid import UUID

from uuid_utils.compat import uuid7

from services.registration.delegates.model import Changes, Held, Seat, Seated
from services.registration.honours.model import Line, Recipient
from services.registration.people.model import Facts
from shared.names import search_key


@dataclass(frozen=True, slots=True)
class Former:
    """Somebody who sent a substitute to the place: it is still theirs. `sent` is who came for them."""

    person: UUID
    name: str
    sent: UUID


@dataclass(frozen=True, slots=True)
class Move:
    place: UUID
    row: tuple[int, int]
    ordinal: int


@dataclass(slots=True)
class Filling:
    """What filling has to write. `persons` knows who is which recipient, from earlier and from now on;
    `formers` has who sent somebody to a place, the latest first."""

    persons: dict[UUID, tuple[UUID, Facts]]
    formers: Mapping[UUID, Sequence[Former]]
    changes: Changes = field(default_factory=Changes)
    moves: list[Move] = field(default_factory=list)
    gave_way: list[tuple[Line, UUID]] = field(default_factory=list)
    kept: int = 0

    def fill(self, line: Line, held: Mapping[int, Held]) -> None:
        claimed = self._claim(line, held)
        theirs = {one.place for one in claimed.values()}
        spare = [one for one in held.values() if one.place not in theirs]
        for one in spare:
            if one.person is not None:
                self.gave_way.append((line, one.person))
                self.changes.leaving.add(one.person)
        for ordinal, one in claimed.items():
            self._move(line, one, ordinal)
            self.kept += 1
        self._seat_others(line, claimed, spare)

    def _claim(self, line: Line, held: Mapping[int, Held]) -> dict[int, Held]:
        """Places of recipients who are in this line already, by the ordinal that they are to have."""
        by_person: dict[UUID, Held] = {}
        by_name: dict[str, list[Held]] = defaultdict(list)
        for _, one in sorted(held.items()):
            for person, name in self._owners(one):
                by_person.setdefault(person, one)
                by_name[search_key(name)].append(one)
        claimed: dict[int, Held] = {}
        taken: set[UUID] = set()
        wanted = list(enumerate(line.seated, 1))
        for ordinal, recipient in wanted:
            known = self.persons.get(recipient.id)
            theirs = by_person.get(known[0]) if known is not None else None
            if theirs is not None and theirs.place not in taken:
                claimed[ordinal] = theirs
                taken.add(theirs.place)
        for ordinal, recipient in wanted:
            if ordinal in claimed or recipient.id in self.persons:
                continue
            same = [one for one in by_name[search_key(recipient.facts.name)] if one.place not in taken]
            if same:
                claimed[ordinal] = same[0]
                taken.add(same[0].place)
                self._know(recipient, same[0])
        return claimed

    def _owners(self, held: Held) -> Iterable[tuple[UUID, str]]:
        """Who has the place, and whom they stand for, back to the first."""
        if held.person is None or held.facts is None:
            return
        yield held.person, held.facts.name
        now = held.person
        for former in self.formers.get(held.place, ()):
            if former.sent == now:
                yield former.person, former.name
                now = former.person

    def _know(self, recipient: Recipient, held: Held) -> None:
        """The place's person is the recipient, or somebody whom the recipient sent."""
        wanted = search_key(recipient.facts.name)
        owner = next(person for person, name in self._owners(held) if search_key(name) == wanted)
        self.persons[recipient.id] = (owner, recipient.facts)

    def _seat_others(self, line: Line, claimed: Mapping[int, Held], spare: list[Held]) -> None:
        """Who is not there yet takes a place that is left over, the one with their ordinal first."""
        free = {one.ordinal: one for one in spare}
        newcomers = [
            (ordinal, recipient) for ordinal, recipient in enumerate(line.seated, 1) if ordinal not in claimed
        ]
        at_home = {ordinal: free.pop(ordinal) for ordinal, _recipient in newcomers if ordinal in free}
        for ordinal, recipient in newcomers:
            one = at_home.get(ordinal) or (free.pop(min(free)) if free else None)
            if one is not None:
                self._move(line, one, ordinal)
            self._seat(line, ordinal, recipient, one)
        self._leave(line, list(free.values()))

    def _seat(self, line: Line, ordinal: int, recipient: Recipient, place: Held | None) -> None:
        known = self.persons.get(recipient.id)
        if known is None:
            known = (uuid7(), recipient.facts)
            self.persons[recipient.id] = known
            self.changes.new_people[known[0]] = recipient.facts
        person, facts = known
        seat = Seat(line.group, line.group_id, line.unit.key, line.unit.id, ordinal, line.most)
        id = place.place if place is not None else uuid7()
        self.changes.seated.append(Seated(id, seat, ordinal, person, facts, place is None))

    def _leave(self, line: Line, left: Sequence[Held]) -> None:
        """Places that nobody has now make room behind the others."""
        kept = {one.ordinal for one in left if one.ordinal > len(line.seated)}
        behind = (ordinal for ordinal in count(len(line.seated) + 1) if ordinal not in kept)
        for one in left:
            if one.person is not None:
                self.changes.vacated.append(one.place)
            if one.ordinal <= len(line.seated):
                self._move(line, one, next(behind))

    def _move(self, line: Line, one: Held, ordinal: int) -> None:
        if one.ordinal != ordinal:
            self.moves.append(Move(one.place, line.row, ordinal))
            if one.person is not None:
                self.changes.leaving.add(one.person)  # from an ordinal that may have had no seat, or to one
