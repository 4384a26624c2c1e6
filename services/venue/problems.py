"""How venue's refusals are answered: one table."""

from __future__ import annotations

from services.venue.lines import model as lines
from services.venue.sites import model as sites
from shared.http.problems import ProblemType
from shared.jobs.web import PROBLEMS as JOBS
from shared.revisions.closing import CONFERENCE_CLOSED, ConferenceIsClosed
from shared.revisions.following import UNKNOWN_REVISION, UnknownRevision

PROBLEMS: dict[type[Exception], ProblemType] = {
    **JOBS,
    UnknownRevision: UNKNOWN_REVISION,
    ConferenceIsClosed: CONFERENCE_CLOSED,
    sites.UnknownSite: ProblemType(404, "unknown-site", "Không có điểm cầu này", "There is no such site"),
    lines.NotDecided: ProblemType(
        409, "not-decided", "Chưa quyết định phương án tổ chức", "No option has been decided on yet"
    ),
    lines.NotRequired: ProblemType(
        409,
        "not-required",
        "Phương án hiện nay không yêu cầu thử đường truyền ở đây",
        "The current option requires no line test here",
    ),
    lines.AlreadyWaived: ProblemType(
        409, "already-waived", "{by} đã cho miễn thử rồi", "{by} has waived this test already"
    ),
    lines.NotWaived: ProblemType(
        409, "not-waived", "Điểm cầu này không được miễn thử", "This test is not waived"
    ),
    lines.NoProbeAddress: ProblemType(
        409,
        "no-probe-address",
        "Chưa có địa chỉ máy:cổng của thiết bị đầu cuối",
        "The address host:port of the terminal is not known",
    ),
}
