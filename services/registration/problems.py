"""How registration's refusals are answered: one table."""

from __future__ import annotations

from services.registration.answers import model as answers
from services.registration.delegates import model as delegates
from services.registration.door import model as door
from services.registration.headcounts import model as headcounts
from services.registration.invitations import model as invitations
from services.registration.messages import model as messages
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
    plan.ConferenceClosed: ProblemType(
        409, "conference-closed", "Hội nghị đã kết thúc", "The conference is over"
    ),
    plan.StartNotFixed: ProblemType(
        409,
        "start-not-fixed",
        "Chưa ấn định thời gian hội nghị nên chưa trả lời, điểm danh hay báo số lượng được",
        "The start is not fixed yet: answers, check-ins and headcounts are for a time that is known",
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
    door.NotCheckedIn: ProblemType(
        409, "not-checked-in", "Người này chưa được điểm danh", "This person is not checked in"
    ),
    delegates.SamePerson: ProblemType(
        409,
        "same-person",
        "Người đi thay chính là người đang có chỗ này",
        "This person has the place already",
    ),
    delegates.SubstituteInvited: ProblemType(
        409,
        "substitute-invited",
        "Người này đã được mời ở một chỗ khác; hãy cử người khác",
        "This person is invited to another place already: send somebody else",
    ),
    delegates.UnknownSite: ProblemType(422, "unknown-site", "Không có điểm cầu này", "There is no such site"),
    headcounts.UnknownSite: ProblemType(
        404, "unknown-site", "Phương án hiện tại không có điểm này", "The current option has no such site"
    ),
    answers.NotDecided: ProblemType(
        409, "not-decided", "Chưa quyết định phương án tổ chức", "No option has been decided on yet"
    ),
    invitations.NotInvitable: ProblemType(
        409,
        "start-not-fixed",
        "Chưa ấn định thời gian hội nghị nên chưa phát hành giấy mời được",
        "The start is not fixed yet: invitations cannot be issued",
    ),
    invitations.RevisionChanged: ProblemType(
        409,
        "revision-changed",
        "Phương án đã đổi từ lúc xem trước; bản hiện nay là số {revision}",
        "The option was changed since the preview; revision {revision} is current",
    ),
    invitations.UnknownRoute: ProblemType(
        404, "unknown-invitation", "Không có giấy mời này", "There is no such invitation"
    ),
    messages.UnknownMessage: ProblemType(
        404, "unknown-message", "Không có tin gửi này", "There is no such message"
    ),
    messages.MessageNotFailed: ProblemType(
        409, "message-not-failed", "Chỉ gửi lại tin bị lỗi", "Only a message that failed is sent again"
    ),
    messages.MessageNotQueued: ProblemType(
        409,
        "message-not-queued",
        "Tin đã gửi hoặc đã dừng, không hủy được nữa",
        "The message does not wait any more: there is nothing to cancel",
    ),
    answers.PlaceClosed: ProblemType(
        409,
        "place-closed",
        "Phương án hiện tại không có chỗ này",
        "The current option does not have this place",
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
