"""How planning's refusals are answered: one table."""

from __future__ import annotations

from services.planning.opening import model as opening
from services.planning.plan.model import ConferenceClosed, UnknownConference, UnknownPlanVersion
from services.planning.switch import model as switch
from services.planning.tasks.model import SettledByTest, TaskNotInForce
from shared.http.problems import ProblemType

PROBLEMS: dict[type[Exception], ProblemType] = {
    UnknownConference: ProblemType(
        404, "unknown-conference", "Không có hội nghị «{conference}»", "No conference “{conference}”"
    ),
    UnknownPlanVersion: ProblemType(
        404,
        "unknown-plan-version",
        "Kế hoạch không có phiên bản {version}",
        "The plan has no version {version}",
    ),
    ConferenceClosed: ProblemType(
        409,
        "conference-closed",
        "Hội nghị đã bế mạc, không thay đổi được nữa (Ban tổ chức có thể mở lại)",
        "The conference is closed: nothing of it is changed unless it is opened again",
    ),
    opening.NoCurrentRevision: ProblemType(
        409,
        "no-current-revision",
        "Chưa khai mạc được: chưa chọn phương án tổ chức",
        "It cannot be opened: no option has been decided",
    ),
    opening.SwitchUnsettled: ProblemType(
        409,
        "switch-unsettled",
        "Chưa khai mạc được: đang chuyển phương án (quyết định số {unsettled})",
        "It cannot be opened: revision {unsettled} is not settled yet",
    ),
    opening.StartNotFixed: ProblemType(
        409,
        "start-not-fixed",
        "Chưa khai mạc được: phương án đang áp dụng chưa ấn định giờ bắt đầu",
        "It cannot be opened: the option in force has no fixed start",
    ),
    opening.LineTestsMissing: ProblemType(
        409,
        "line-tests-missing",
        "Chưa khai mạc được: {count} điểm cầu chưa kiểm tra đường truyền đạt hoặc chưa được miễn",
        "It cannot be opened: {count} sites have no passed or waived line test",
    ),
    opening.AlreadyOpen: ProblemType(409, "already-open", "Hội nghị đã khai mạc", "It is open already"),
    opening.NotOpen: ProblemType(
        409, "not-open", "Hội nghị chưa khai mạc nên chưa bế mạc được", "Only an open conference is closed"
    ),
    opening.NotClosed: ProblemType(
        409, "not-closed", "Hội nghị chưa bế mạc", "Only a closed conference is opened again"
    ),
    switch.ConferenceOpen: ProblemType(
        409,
        "conference-open",
        "Hội nghị đang họp: chỉ chuyển phương án khi xác nhận rõ (while_open)",
        "The conference has begun: a decision now needs while_open",
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
    SettledByTest: ProblemType(
        409,
        "settled-by-test",
        "Việc này tự xong khi có kết quả kiểm tra đường truyền: "
        "hãy nhập kết quả của điểm cầu «{site}» ở trang Điểm cầu",
        "A line test is done by its result: enter it at the site “{site}” (venue, line-tests)",
    ),
    TaskNotInForce: ProblemType(
        404, "unknown-task", "Không có nhiệm vụ này trong phương án hiện tại", "No such task is in force"
    ),
}
