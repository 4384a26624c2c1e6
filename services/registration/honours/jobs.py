"""Fetch the recipients of an award decision by name, and seat them."""

from __future__ import annotations

from typing import Any

from services.registration.honours.commands import fill_awardees as fill
from services.registration.honours.model import read_recipient
from services.registration.plan.model import ConferenceClosed, UnknownConference
from shared.jobs.worker import JobFailed, Run


def fill_awardees(run: Run) -> dict[str, Any]:
    """Name awardees as the decision that holds now has them; {"decision": None} when there is none."""
    conference = run.job.conference
    listed = run.context.peers.get("awards", f"/conferences/{conference}/recipients")
    if listed["decision"] is None:
        return {"decision": None}
    annex = [read_recipient(item) for item in listed["items"]]
    try:
        with run.write() as session:
            done = fill(session, conference, annex)
    except UnknownConference:
        # The plan is on its way, and has this done once it is here.
        return {"decision": str(listed["decision"]["id"]), "waiting": "plan"}
    except ConferenceClosed:
        raise JobFailed(
            "Hội nghị đã kết thúc: không xếp lại chỗ khen thưởng",
            "The conference is over: awardees are not seated anew",
        ) from None
    return {"decision": str(listed["decision"]["id"]), **done}
