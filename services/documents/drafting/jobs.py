"""Draft what the revision in force needs: the one place where documents asks the other services."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.documents.drafting.commands import Drafting, bring_in_line
from services.documents.drafting.facts import Facts, read_facts
from services.documents.plan.queries import PlanInForce, get_plan, seats_by_group
from shared.http.peers import PeerRefused
from shared.jobs.worker import Run


def draft_documents(run: Run) -> dict[str, Any]:
    """Drafts for the current revision. When a newer one was adopted meanwhile, its own job does it."""
    key = run.job.conference
    with run.read() as session:
        plan = get_plan(session, key)
        seats = seats_by_group(session, plan.revision.layout_id if plan.revision else None)
    if plan.revision is None:
        return {"outrun": True}
    facts = gather(run, plan, seats)
    with run.write() as session:
        now = get_plan(session, key)
        if now.revision is None or now.revision.number != plan.revision.number:
            return {"outrun": True}
        return bring_in_line(session, Drafting(plan, facts, run.now()))


def gather(run: Run, plan: PlanInForce, seats: Mapping[str, int]) -> Facts:
    """Ask planning for the plan, venue for the sites and awards for the recipients."""
    assert plan.revision is not None
    peers, key = run.context.peers, plan.conference
    tree = peers.get("planning", f"/conferences/{key}/plan", version=plan.version)
    sites = peers.get("venue", f"/conferences/{key}/sites", revision=plan.revision.number)
    return read_facts(tree, plan.revision.option, sites["items"], seats, _award(run, key))


def _award(run: Run, key: str) -> dict[str, Any] | None:
    try:
        answer: dict[str, Any] = run.context.peers.get("awards", f"/conferences/{key}/recipients")
    except PeerRefused as refused:
        if refused.status == 404:  # no campaign in this conference
            return None
        raise
    return answer
