"""Which rows are whom: pure, so that an import can be tried without writing anything."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from uuid_utils.compat import uuid7

from services.registration.delegates.model import (
    DUPLICATE_PERSON,
    DUPLICATE_PLACE,
    NO_FREE_PLACE,
    OTHER_FACTS,
    SAME_NAME,
    Changes,
    Draft,
    Existing,
    Held,
    Seated,
)
from services.registration.people.model import Facts
from shared.names import search_key
from shared.sheets.imports import RowFlaw

Identity = tuple[str, str]
"""Phone and name without marks: equal ones are one person, in whatever group."""


def identity(facts: Facts) -> Identity | None:
    """None without a phone: then nothing tells two persons of one name apart."""
    return (facts.phone, search_key(facts.name)) if facts.phone else None


class Matching:
    """Matches drafts with what is there. `errors` and `warnings` name rows; `changes` is the outcome."""

    def __init__(self, existing: Existing, people: Mapping[Identity, tuple[UUID, Facts]]) -> None:
        self.changes = Changes()
        self.errors: list[RowFlaw] = []
        self.warnings: list[RowFlaw] = []
        self._existing = existing
        self._people = dict(people)
        self._settled: dict[UUID, Facts] = {}
        self._claimed: dict[tuple[int, int], set[int]] = defaultdict(set)
        self._names: dict[tuple[int, int], set[str]] = defaultdict(set)
        self._phones: dict[tuple[int, int], set[Identity]] = defaultdict(set)

    def match(self, drafts: Sequence[Draft]) -> None:
        """Places with an ordinal first, then rows that find themselves again, then the next free ones."""
        self._check_doubles(drafts)
        open_drafts = [draft for draft in drafts if not self._claim_ordinal(draft)]
        known = {draft.number: self._find_again(draft) for draft in open_drafts}
        for draft in drafts:
            self._settle(draft, draft.seat.ordinal or known[draft.number] or self._next_free(draft))

    def _check_doubles(self, drafts: Iterable[Draft]) -> None:
        for draft in drafts:
            row, who, name = draft.seat.row, identity(draft.facts), search_key(draft.facts.name)
            if who is not None and who in self._phones[row]:
                self.errors.append(RowFlaw(draft.number, "name", DUPLICATE_PERSON, draft.facts.name))
            elif who is None and name in self._names[row]:
                self.warnings.append(RowFlaw(draft.number, "name", SAME_NAME, draft.facts.name))
            if who is not None:
                self._phones[row].add(who)
            self._names[row].add(name)

    def _claim_ordinal(self, draft: Draft) -> bool:
        ordinal = draft.seat.ordinal
        if ordinal is None:
            return False
        if ordinal in self._claimed[draft.seat.row]:
            self.errors.append(RowFlaw(draft.number, "ordinal", DUPLICATE_PLACE, ordinal))
        self._claimed[draft.seat.row].add(ordinal)
        return True

    def _find_again(self, draft: Draft) -> int | None:
        """The place of the same group and unit that has this name and phone already."""
        claimed = self._claimed[draft.seat.row]
        for ordinal, held in sorted(self._held(draft).items()):
            if ordinal not in claimed and held.facts is not None and _is_again(draft, held.facts):
                claimed.add(ordinal)
                return ordinal
        return None

    def _next_free(self, draft: Draft) -> int | None:
        claimed, held = self._claimed[draft.seat.row], self._held(draft)
        for ordinal in range(1, draft.seat.most + 1):
            if ordinal not in claimed and (ordinal not in held or held[ordinal].person is None):
                claimed.add(ordinal)
                return ordinal
        self.errors.append(RowFlaw(draft.number, "group", NO_FREE_PLACE, draft.seat.group))
        return None

    def _settle(self, draft: Draft, ordinal: int | None) -> None:
        if ordinal is None:
            return
        held = self._held(draft).get(ordinal)
        if held is None or held.person is None or held.facts is None:
            self.changes.created += 1
            self._seat(draft, ordinal, held, self._person(draft))
        elif held.facts.is_same_person(draft.facts):
            changed = self._update(draft, held.person, held.facts)
            self.changes.updated += changed
            self.changes.unchanged += not changed
        else:
            self.changes.updated += 1
            self.changes.leaving.add(held.person)
            self._seat(draft, ordinal, held, self._person(draft))

    def _seat(self, draft: Draft, ordinal: int, held: Held | None, person: UUID) -> None:
        place = held.place if held is not None else uuid7()
        facts = self._settled[person]
        self.changes.seated.append(Seated(place, draft.seat, ordinal, person, facts, held is None))

    def _person(self, draft: Draft) -> UUID:
        """The known person of this name and phone, or a new one."""
        who = identity(draft.facts)
        known = self._people.get(who) if who is not None else None
        if known is not None and identity(self._settled.get(known[0], draft.facts)) == who:
            self._update(draft, *known)
            return known[0]
        person = uuid7()
        self.changes.new_people[person] = self._settled[person] = draft.facts
        if who is not None:
            self._people[who] = (person, draft.facts)
        return person

    def _update(self, draft: Draft, person: UUID, facts: Facts) -> bool:
        """Whether the person's facts change. The first row about a person stands."""
        wanted = replace(facts, **{name: getattr(draft.facts, name) for name in draft.given})
        settled = self._settled.setdefault(person, wanted)
        if settled != wanted:
            self.warnings.append(RowFlaw(draft.number, "name", OTHER_FACTS, draft.facts.name))
            return False
        if wanted == facts or person in self.changes.new_people:
            return False
        self.changes.changed_people[person] = wanted
        return True

    def _held(self, draft: Draft) -> Mapping[int, Held]:
        return self._existing.get(draft.seat.row, {})


def _is_again(draft: Draft, facts: Facts) -> bool:
    same_name = search_key(draft.facts.name) == search_key(facts.name)
    return same_name and ("phone" not in draft.given or draft.facts.phone == facts.phone)
