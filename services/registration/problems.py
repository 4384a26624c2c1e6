"""How registration's refusals are answered: one table."""

from __future__ import annotations

from services.registration.answers import model as answers
from services.registration.delegates import model as delegates
from services.registration.people import model as people
from services.registration.plan import model as plan
from shared.http.problems import ProblemType

PROBLEMS: dict[type[Exception], ProblemType] = {
    plan.UnknownConference: ProblemType(
        404, "unknown-conference", "Không có hội nghị «{conference}»", "No conference “{conference}”"
    ),
    plan.UnknownRevision: ProblemType(
        404, "unknown-revision", "Bản số {revision} chưa được chuẩn bị", "Revision {revision} is not prepared"
    ),
    people.UnknownDelegate: ProblemType(
        404, "unknown-delegate", "Không có đại biểu này", "There is no such delegate"
    ),
    delegates.PlaceTaken: ProblemType(
        409, "place-taken", "Chỗ này đã có người", "Somebody has this place already"
    ),
    delegates.NoFreePlace: ProblemType(
        409, "no-free-place", "Thành phần này đã hết chỗ", "The group has no free place left"
    ),
    delegates.UnknownSite: ProblemType(422, "unknown-site", "Không có điểm cầu này", "There is no such site"),
    answers.NotDecided: ProblemType(
        409, "not-decided", "Chưa quyết định phương án tổ chức", "No option has been decided on yet"
    ),
    answers.PlaceClosed: ProblemType(
        409,
        "place-closed",
        "Phương án hiện tại không có chỗ này",
        "The current option does not have this place",
    ),
    answers.SiteFull: ProblemType(
        409,
        "site-full",
        "{site_name} đã đủ {capacity} người nhận lời",
        "{site_name} is full: {capacity} have accepted",
    ),
    answers.LinkUnknown: ProblemType(
        404, "link-unknown", "Liên kết không đúng", "The link is not one of ours"
    ),
    answers.LinkExpired: ProblemType(
        410, "link-expired", "Liên kết đã hết hiệu lực", "The link is not valid any more"
    ),
    answers.SwitchInProgress: ProblemType(
        503, "switch-in-progress", "Đang đổi phương án, hãy thử lại", "The option is being changed: try again"
    ),
}
