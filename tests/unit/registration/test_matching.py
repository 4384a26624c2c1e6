"""Which rows of a list are whom."""

from __future__ import annotations

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.registration.delegates.matching import Matching, identity
from services.registration.delegates.model import Draft, Existing, Held, Seat
from services.registration.people.model import Facts

PEOPLE = [
    Facts("Nguyễn An", None, "+84900000678"),
    Facts("Nguyễn An"),
    Facts("Trần Bình", "Bí thư", "+84987654321"),
    Facts("Trần Bình", None, "+84911111111"),
    Facts("Lê Cường", email="c@example.org"),
]


def draft(number: int, facts: Facts, ordinal: int | None = None, group: int = 1) -> Draft:
    return Draft(number, Seat(f"g{group}", group, "u", 1, ordinal, 6), facts)


def match(drafts: list[Draft], existing: Existing, people: dict[UUID, Facts]) -> Matching:
    known = {identity(facts): (person, facts) for person, facts in people.items() if facts.phone}
    matching = Matching(existing, {who: found for who, found in known.items() if who is not None})
    matching.match(drafts)
    return matching


def applied(
    matching: Matching, existing: Existing, people: dict[UUID, Facts]
) -> tuple[Existing, dict[UUID, Facts]]:
    """What is there once the changes are written."""
    after_people = {**people, **matching.changes.new_people, **matching.changes.changed_people}
    after = {row: dict(held) for row, held in existing.items()}
    for seated in matching.changes.seated:
        held = Held(seated.place, seated.ordinal, seated.person, None)
        after.setdefault(seated.seat.row, {})[seated.ordinal] = held
    named = {
        row: {
            ordinal: Held(
                held.place, ordinal, held.person, after_people[held.person] if held.person else None
            )
            for ordinal, held in places.items()
        }
        for row, places in after.items()
    }
    return named, after_people


lists = st.lists(
    st.tuples(st.sampled_from(PEOPLE), st.one_of(st.none(), st.integers(1, 6)), st.integers(1, 2)), max_size=6
)


@given(lists, lists)
def test_a_list_that_was_taken_changes_nothing_again(first: list[tuple], second: list[tuple]) -> None:
    existing, people = {}, {}
    for rows in (first, second):
        drafts = [draft(n, facts, ordinal, group) for n, (facts, ordinal, group) in enumerate(rows)]
        matching = match(drafts, existing, people)
        if matching.errors:
            continue
        existing, people = applied(matching, existing, people)
        again = match(drafts, existing, people)
        assert not again.errors
        assert again.changes.is_empty
        assert again.changes.unchanged == len(drafts) or again.warnings


def test_swapped_rows_carry_their_persons_along() -> None:
    an, binh = PEOPLE[0], PEOPLE[2]
    first = match([draft(1, an, 1), draft(2, binh, 2)], {}, {})
    existing, people = applied(first, {}, {})
    swapped = match([draft(1, an, 2), draft(2, binh, 1)], existing, people)
    assert not swapped.changes.new_people
    assert {(s.facts.name, s.ordinal) for s in swapped.changes.seated} == {("Nguyễn An", 2), ("Trần Bình", 1)}


def test_first_row_about_a_person_stands() -> None:
    facts = PEOPLE[2]
    other = Facts(facts.name, "Chủ tịch", facts.phone)
    matching = match([draft(1, facts, group=1), draft(2, other, group=2)], {}, {})
    assert [warning.row for warning in matching.warnings] == [2]
    assert [f.position for f in matching.changes.new_people.values()] == ["Bí thư"]
