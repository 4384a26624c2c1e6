"""Which invitation letters a revision needs: one for each named place, one for the rest of a route. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

CHUNK = 100  # letters that are typeset together
MOST_LETTERS = 10_000  # of one batch: a file that people can still open


class NothingToInvite(Exception):
    """The revision invites nobody of that group and unit."""


class UnknownBatch(Exception):
    """There is no such batch of letters, or it is not shown to this person."""


class LettersNotReady(Exception):
    """The files of the batch are not made yet."""

    def __init__(self, job: UUID) -> None:
        super().__init__(str(job))
        self.extra = {"job": str(job)}


@dataclass(frozen=True, slots=True)
class Route:
    """`seats` places of a group for an inviting unit at a site."""

    group: str
    unit: str
    site: str
    seats: int


@dataclass(frozen=True, slots=True)
class Named:
    """Who holds a place; `code` is shown at the door."""

    ordinal: int
    name: str
    position: str
    code: str


@dataclass(frozen=True, slots=True)
class Letter:
    """One letter: to a person, or (`named` None) to the unit for its `places` that nobody is named for."""

    route: Route
    named: Named | None
    places: int

    @property
    def key(self) -> str:
        """Tells the letters of a batch apart; there is no name in it."""
        which = f"{self.named.ordinal:03d}" if self.named is not None else "con-lai"
        return f"{self.route.unit}_{self.route.group}_{which}"


def letters_of(routes: Iterable[Route], named: Mapping[tuple[str, str], Sequence[Named]]) -> Iterator[Letter]:
    """Letters in the order of the routes; `named` by (group, unit), in order."""
    for route in routes:
        persons = named.get((route.group, route.unit), ())
        yield from (Letter(route, person, 1) for person in persons)
        if route.seats > len(persons):
            yield Letter(route, None, route.seats - len(persons))


def chunks_of(letters: Sequence[Letter], size: int = CHUNK) -> list[Sequence[Letter]]:
    return [letters[at : at + size] for at in range(0, len(letters), size)]
