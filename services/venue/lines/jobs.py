"""Background work on lines: the probe of a site's terminal."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from services.venue.lines.commands import record_test
from services.venue.lines.model import NoProbeAddress, NotDecided, NotRequired, Result
from services.venue.lines.probe import AddressRefused, Unreachable, reach
from services.venue.lines.queries import find_probe
from services.venue.sites.addresses import FORBIDDEN, Guard, read_address
from services.venue.sites.queries import get_site, hold_site
from shared.contact import BadValue
from shared.jobs.worker import JobFailed, JobFunction, Run
from shared.revisions.closing import CONFERENCE_CLOSED, ConferenceIsClosed


def probe_line(run: Run) -> dict[str, Any]:
    """Connect to the site's address and add what came of it. A rerun finds its entry and adds none."""
    site = UUID(run.job.payload["site"])
    with run.read() as session:
        written = find_probe(session, run.job.id)
        address = get_site(session, site).probe_address
    if written is not None:
        return {"outcome": written.outcome, "note": written.note, "measured": written.measured}
    try:
        result = _probe(address, run.context.probe_guard)
        with run.write() as session:
            row = hold_site(session, site)
            record_test(session, row, result, by=run.job.payload["by"], now=run.now(), job=run.job.id)
    except (AddressRefused, BadValue):
        raise JobFailed(FORBIDDEN.vi, FORBIDDEN.en) from None
    except NoProbeAddress:
        raise JobFailed("Địa chỉ thử đã bị xóa", "The address to probe was taken away") from None
    except (NotDecided, NotRequired):
        vi, en = "Phương án hiện nay không cần thử điểm cầu này", "The current option needs no test here"
        raise JobFailed(vi, en) from None
    except ConferenceIsClosed:
        raise JobFailed(CONFERENCE_CLOSED.vi, CONFERENCE_CLOSED.en) from None
    return {"outcome": result.outcome, "note": result.note, "measured": result.measured}


def _probe(address: str | None, guard: Guard) -> Result:
    """Raises NoProbeAddress, AddressRefused, BadValue."""
    if address is None:
        raise NoProbeAddress
    try:
        reached = reach(read_address(address, guard), guard)
    except Unreachable as error:
        return Result("failed", "probe", str(error), {"to": address})
    return Result("ok", "probe", "", {"ms": reached.ms, "to": address, "address": reached.address})


JOBS: dict[str, JobFunction] = {"probe_line": probe_line}
