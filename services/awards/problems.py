"""How awards' refusals are answered: one table."""

from __future__ import annotations

from services.awards.certificates import model as certificates
from services.awards.decision import model as decision
from services.awards.nominations import model as nominations
from services.awards.quotas import model as quotas
from services.awards.switch import model as switch
from shared.http.problems import ProblemType
from shared.jobs.web import PROBLEMS as JOB_PROBLEMS
from shared.revisions.closing import CONFERENCE_CLOSED, ConferenceIsClosed
from shared.revisions.following import UNKNOWN_REVISION, UnknownRevision

PROBLEMS: dict[type[Exception], ProblemType] = {
    **JOB_PROBLEMS,
    UnknownRevision: UNKNOWN_REVISION,
    ConferenceIsClosed: CONFERENCE_CLOSED,
    quotas.UnknownConference: ProblemType(
        404, "unknown-conference", "Không có hội nghị «{conference}»", "No conference “{conference}”"
    ),
    nominations.UnknownNomination: ProblemType(
        404, "unknown-nomination", "Không có đề nghị này", "There is no such nomination"
    ),
    nominations.QuotaExceeded: ProblemType(
        409,
        "quota-exceeded",
        "{unit_name} đã dùng hết chỉ tiêu ({used}/{quota}); muốn thêm phải ghi lý do vượt chỉ tiêu",
        "{unit_name} has used its quota ({used}/{quota}); going beyond needs a recorded reason",
    ),
    nominations.DuplicateNomination: ProblemType(
        409,
        "duplicate-nomination",
        "Đơn vị đã đề nghị tên này rồi",
        "The unit has proposed this name already",
    ),
    nominations.NotOpen: ProblemType(
        409,
        "nomination-not-open",
        "Đề nghị này không còn sửa được ở bước này",
        "The nomination is not changed that way any more",
    ),
    decision.NothingToDecide: ProblemType(
        409, "nothing-to-decide", "Chưa có đề nghị nào được duyệt", "No nomination is approved"
    ),
    decision.NotDecided: ProblemType(
        409, "not-decided", "Chưa có quyết định khen thưởng", "It is not decided yet who is honoured"
    ),
    decision.UnitNotInPlan: ProblemType(
        409,
        "unit-not-in-plan",
        "Kế hoạch hiện nay không còn {unit_names}: bỏ đề nghị của đơn vị này khỏi danh sách chọn",
        "The plan in force does not have {unit_names}: leave that unit's nominations out",
    ),
    decision.BeyondQuota: ProblemType(
        409,
        "quota-exceeded",
        "Vượt chỉ tiêu mà chưa ghi lý do: {unit_names}",
        "Beyond the quota without a recorded reason: {unit_names}",
    ),
    switch.UnknownOption: ProblemType(
        404, "unknown-option", "Kế hoạch không có phương án này", "The plan has no such option"
    ),
    certificates.UnknownBatch: ProblemType(
        404, "unknown-batch", "Không có lần in này", "There is no such batch of certificates"
    ),
    certificates.NotRendered: ProblemType(
        409, "not-rendered", "Bằng khen chưa làm xong", "The certificates are not made yet"
    ),
    certificates.UnknownCode: ProblemType(
        404, "unknown-code", "Mã xác minh không đúng", "This is not a code of ours"
    ),
}
