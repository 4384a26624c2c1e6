"""What every participant tells planning, told again: its answers, and how far its jobs are."""

from __future__ import annotations

from shared.bus.republish import Retelling
from shared.contracts.jobs import BY_SERVICE
from shared.jobs.queue import announce, announced_under, list_told
from shared.revisions.following import Participant, answer_again, list_answered
from shared.storage.session import Session


def answers_of(part: Participant) -> Retelling:
    """That revisions are prepared and settled here, with the counts that were found then."""

    def tell(session: Session, thing: tuple[str, int]) -> None:
        answer_again(session, *thing, part)

    tells = frozenset({part.prepared, part.settled})
    return Retelling(tells, list_answered, lambda thing: thing[0], tell)


def jobs_of(part: Participant) -> Retelling:
    """How many jobs of each revision are in which state."""

    def tell(session: Session, thing: tuple[str, int]) -> None:
        announce(session, *thing)

    tells = frozenset({BY_SERVICE[part.service]})
    return Retelling(tells, list_told, lambda thing: announced_under(*thing), tell)
