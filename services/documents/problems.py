"""How documents' refusals are answered: one table."""

from __future__ import annotations

from services.documents.invitations.web import PROBLEMS as INVITATIONS
from services.documents.papers.web import PROBLEMS as PAPERS
from services.documents.plan import model as plan
from services.documents.register import model as register
from services.documents.sets.web import PROBLEMS as SETS
from services.documents.typesetting.reading import DocumentInvalid
from shared.http.problems import INVALID, ProblemType
from shared.jobs.web import PROBLEMS as JOBS
from shared.revisions.closing import CONFERENCE_CLOSED, ConferenceIsClosed
from shared.revisions.following import UNKNOWN_REVISION, UnknownRevision
from shared.storage.files import FileMissing
from shared.typesetting.typst import TypesettingFailed

PROBLEMS: dict[type[Exception], ProblemType] = {
    plan.UnknownConference: ProblemType(
        404, "unknown-conference", "Không có hội nghị «{conference}»", "No conference “{conference}”"
    ),
    UnknownRevision: UNKNOWN_REVISION,
    ConferenceIsClosed: CONFERENCE_CLOSED,
    register.UnknownDocument: ProblemType(
        404, "unknown-document", "Không có văn bản này", "There is no such document"
    ),
    register.NotADraft: ProblemType(
        409,
        "not-a-draft",
        "Văn bản này không còn là bản thảo: văn bản đã ban hành chỉ được thay thế hoặc thu hồi",
        "This is not a draft: an issued document is replaced or recalled, never edited",
    ),
    register.NotIssued: ProblemType(
        409,
        "not-issued",
        "Chỉ thay thế hoặc thu hồi văn bản đang có hiệu lực",
        "Only a document in force is replaced or recalled",
    ),
    register.NotNumbered: ProblemType(
        409, "not-numbered", "{type_name} không lấy số văn bản đi", "This type of document has no number"
    ),
    register.StartNotFixed: ProblemType(
        409,
        "start-not-fixed",
        "Chưa chốt thời gian tổ chức nên chưa phát hành được giấy mời",
        "The start is not fixed: invitations cannot be issued",
    ),
    register.AwardNotDecided: ProblemType(
        409,
        "award-not-decided",
        "Chưa có danh sách khen thưởng được duyệt",
        "The award's recipients have not been decided on",
    ),
    register.DraftOutdated: ProblemType(
        409,
        "draft-outdated",
        "Bản thảo theo phương án, thời gian, địa điểm hoặc danh sách khen thưởng cũ: hãy sửa lại hoặc soạn "
        "lại rồi mới ban hành",
        "The draft tells of another option, time, place or list of recipients: edit it or have it drafted "
        "anew",
    ),
    register.DateBeforeLast: ProblemType(
        409,
        "date-before-last",
        "Số trước đó trong sổ đã ghi ngày {last}; ngày văn bản không được sớm hơn",
        "The number before it in the register bears {last}; the date must not be earlier",
    ),
    register.DateInFuture: ProblemType(
        422, "date-in-future", "Ngày văn bản không được sau hôm nay ({today})", "The date lies in the future"
    ),
    register.NotRendered: ProblemType(
        409, "not-rendered", "Tệp của bản này chưa được tạo", "The file of this version is not made yet"
    ),
    DocumentInvalid: INVALID,
    TypesettingFailed: ProblemType(
        422, "typesetting-failed", "Không dàn trang được văn bản này", "The document cannot be typeset"
    ),
    FileMissing: ProblemType(
        503, "file-missing", "Tệp đã lưu không còn trong kho", "A stored file is not in the store"
    ),
    **PAPERS,
    **INVITATIONS,
    **SETS,
    **JOBS,
}
