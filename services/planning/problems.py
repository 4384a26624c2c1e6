"""How planning's refusals are answered: one table."""

from __future__ import annotations

from services.planning.plan.model import UnknownConference
from services.planning.switch import model as switch
from services.planning.tasks.model import TaskNotInForce
from shared.http.problems import ProblemType

PROBLEMS: dict[type[Exception], ProblemType] = {
    UnknownConference: ProblemType(
        404, "unknown-conference", "Không có hội nghị «{conference}»", "No conference “{conference}”"
    ),
    switch.UnknownOption: ProblemType(
        422, "unknown-option", "Kế hoạch không có phương án «{option}»", "The plan has no option “{option}”"
    ),
    switch.UnknownRevision: ProblemType(
        404, "unknown-revision", "Không có bản chuẩn bị số {revision}", "No revision {revision}"
    ),
    switch.RevisionFailed: ProblemType(
        409,
        "revision-failed",
        "Bản chuẩn bị số {revision} không lập được sơ đồ điểm cầu, không thể chọn",
        "Revision {revision} has no layout and cannot be adopted",
    ),
    switch.NothingToUndo: ProblemType(
        409, "nothing-to-undo", "Chưa có phương án trước đó để quay lại", "No earlier option to go back to"
    ),
    switch.NothingToRetry: ProblemType(
        409, "nothing-to-retry", "Bản số {revision} đã xong, không cần thử lại", "Revision {revision} is done"
    ),
    switch.StalePreview: ProblemType(
        409,
        "stale-preview",
        "Bản xem trước đã cũ: {entered_by} đã quyết định «{option_title}»",
        "The preview is stale: {entered_by} decided for “{option_title}”",
    ),
    switch.OlderPlan: ProblemType(
        409,
        "stale-preview",
        "Bản xem trước đã cũ: kế hoạch đã có phiên bản mới hơn",
        "The preview is stale: the plan has a newer version",
    ),
    switch.NothingDecided: ProblemType(
        409, "current-changed", "Chưa có phương án nào được quyết định", "No option has been decided yet"
    ),
    switch.CurrentChanged: ProblemType(
        409,
        "current-changed",
        "Phương án hiện tại đã đổi: {entered_by} đã quyết định «{option_title}»",
        "The current option has changed: {entered_by} decided for “{option_title}”",
    ),
    TaskNotInForce: ProblemType(
        404, "unknown-task", "Không có nhiệm vụ này trong phương án hiện tại", "No such task is in force"
    ),
}
