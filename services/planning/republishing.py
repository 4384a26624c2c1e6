"""What planning tells again to a consumer that lost it, and what planning itself knows from others."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, select, update

from services.planning.opening.tables import conference_acts
from services.planning.plan.commands import announce_plan
from services.planning.plan.model import Phase
from services.planning.plan.queries import get_tree, phase_of
from services.planning.plan.reader import read_accepted
from services.planning.plan.tables import conferences, plan_versions
from services.planning.switch.progress import tell_proposed, tell_selected
from services.planning.switch.queries import get_revision, newest_selected
from services.planning.switch.tables import answers, duties, revision_jobs, revisions
from services.planning.tasks.tables import line_tests, task_states
from shared.bus.outbox import emit
from shared.bus.republish import Retelling, forget
from shared.contracts.planning import (
    ConferenceClosedV1,
    ConferenceOpenedV1,
    ConferencePlannedV1,
    OptionProposedV1,
    OptionSelectedV1,
)
from shared.storage.session import Session

Version = tuple[str, int]


def retellings(clock_offset: timedelta) -> tuple[Retelling, ...]:
    """All plan versions and revisions, the newest selection, and whether a conference is open or closed.

    Only the newest selection: to be led through the older ones would do again what they did.
    """

    def tell_phase(session: Session, conference: str) -> None:
        _tell_phase(session, conference, clock_offset)

    phase = frozenset({ConferenceOpenedV1, ConferenceClosedV1})
    return (
        Retelling(frozenset({ConferencePlannedV1}), _plan_versions, _conference_of, _tell_plan),
        Retelling(frozenset({OptionProposedV1}), _revisions, _conference_of, _tell_proposed),
        Retelling(frozenset({OptionSelectedV1}), _conferences, str, _tell_selected),
        Retelling(phase, _conferences, str, tell_phase),
    )


def forget_others(session: Session, consumer: str) -> None:
    """Forget layouts, answers, jobs and settling facts of other services; what people did here stays."""
    forget(session, consumer, (revision_jobs, line_tests))
    session.execute(update(revisions).values(layout_id=None))
    session.execute(delete(duties))  # the layouts keep their ids: the rounds of reminders name them
    gone = {"outcome": None, "counts": None, "settled_counts": None, "prepared_at": None, "settled_at": None}
    session.execute(update(answers).where(answers.c.service != "planning").values(gone))
    session.execute(delete(task_states).where(task_states.c.settled_by == "fact"))


def _conference_of(thing: Version) -> str:
    return thing[0]


def _plan_versions(session: Session) -> list[Version]:
    query = select(plan_versions.c.conference, plan_versions.c.version).order_by(*plan_versions.primary_key)
    return [(row.conference, row.version) for row in session.execute(query)]


def _revisions(session: Session) -> list[Version]:
    query = select(revisions.c.conference, revisions.c.number).order_by(*revisions.primary_key)
    return [(row.conference, row.number) for row in session.execute(query)]


def _conferences(session: Session) -> list[str]:
    return list(session.execute(select(conferences.c.key).order_by(conferences.c.key)).scalars())


def _tell_plan(session: Session, thing: Version) -> None:
    announce_plan(session, read_accepted(get_tree(session, *thing)), thing[1])


def _tell_proposed(session: Session, thing: Version) -> None:
    tell_proposed(session, get_revision(session, *thing))


def _tell_selected(session: Session, conference: str) -> None:
    newest = newest_selected(session, conference)
    if newest is not None:
        tell_selected(session, newest)


def _tell_phase(session: Session, conference: str, clock_offset: timedelta) -> None:
    """Events bear real time; the conference may live on a shifted clock."""
    phase = phase_of(session, conference)
    if phase is Phase.PLANNED:
        return
    acts = select(conference_acts.c.at).where(conference_acts.c.conference == conference)
    last = session.execute(acts.order_by(conference_acts.c.number.desc()).limit(1)).scalar_one()
    contract = ConferenceClosedV1 if phase is Phase.CLOSED else ConferenceOpenedV1
    emit(session, contract, {"conference": conference}, key=conference, time=last - clock_offset)
