"""Registration's background work, by kind."""

from __future__ import annotations

from services.registration.answers.waiting import TELL
from services.registration.honours.jobs import fill_awardees
from services.registration.invitations import work
from services.registration.invitations.letters import composers
from services.registration.messages import letting_in
from services.registration.messages.commands import SEND
from services.registration.messages.sending import send_due
from shared.jobs.worker import JobFunction, Run


def issue_invitations(run: Run) -> dict[str, int]:
    return work.issue_invitations(run, run.context.outgoing.plugin.name)


def withdraw_invitations(run: Run) -> dict[str, int]:
    return work.withdraw_invitations(run, run.context.outgoing.plugin.name)


def send_messages(run: Run) -> dict[str, int]:
    return send_due(run, run.context.outgoing, composers(run.context.links))


def tell_let_in(run: Run) -> dict[str, int]:
    return letting_in.tell_let_in(run, run.context.outgoing.plugin.name)


JOBS: dict[str, JobFunction] = {
    work.ISSUE: issue_invitations,
    work.WITHDRAW: withdraw_invitations,
    SEND: send_messages,
    TELL: tell_let_in,
    "fill_awardees": fill_awardees,
}
