"""Pages for what went wrong, in the same look as all others."""

from __future__ import annotations

from flask import Flask, g, render_template, request
from werkzeug.exceptions import HTTPException

from services.portal.clients import ApiProblem, ServiceDown
from services.portal.words import SERVICES

Page = tuple[str, int]

TEXTS = {
    400: ("Yêu cầu chưa đúng", "Trình duyệt gửi lên một yêu cầu mà hệ thống không đọc được."),
    403: (
        "Không có quyền",
        "Tài khoản của đồng chí không được dùng trang này. Nếu cần, hãy liên hệ Ban tổ chức.",
    ),
    404: ("Không tìm thấy trang", "Địa chỉ này không có, hoặc nội dung đã được chuyển đi."),
    405: ("Không dùng được cách này", "Hãy quay lại và làm lại từ biểu mẫu trên trang."),
    413: ("Tệp quá lớn", "Tệp gửi lên không được quá 20 MB."),
    500: ("Hệ thống gặp lỗi", "Lỗi đã được ghi lại. Hãy thử lại sau ít phút."),
}
EXPIRED = (
    "Biểu mẫu đã hết hạn",
    "Trang được mở quá lâu hoặc đã đăng xuất. Hãy quay lại, tải lại trang rồi gửi lại.",
)


def install(app: Flask) -> None:
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(ApiProblem, _problem)
    app.register_error_handler(ServiceDown, _down)
    app.register_error_handler(500, lambda _error: _page(500, *TEXTS[500]))


def _http(error: HTTPException) -> Page:
    code = error.code or 500
    if error.description == "form-expired":
        return _page(400, *EXPIRED)
    return _page(code, *TEXTS.get(code, (f"Lỗi {code}", "Không thực hiện được yêu cầu này.")))


def _problem(problem: ApiProblem) -> Page:
    """A refusal that no page has answered itself."""
    if problem.status in (403, 404):
        return _page(problem.status, *TEXTS[problem.status])
    if problem.status >= 500 and problem.status != 503:
        return _page(502, f"Phần «{SERVICES[problem.service]}» gặp lỗi", TEXTS[500][1])
    status = problem.status if problem.status in (400, 409, 410, 422, 503) else 502
    detail = "; ".join(str(one.get("message", "")) for one in problem.errors)
    return _page(
        status, problem.title, detail or f"Dịch vụ «{SERVICES[problem.service]}» từ chối yêu cầu này."
    )


def _down(error: ServiceDown) -> Page:
    name = SERVICES.get(error.service, error.service)
    text = (
        f"Dịch vụ «{name}» đang không trả lời. Không có dữ liệu nào bị mất; các phần khác vẫn dùng được. "
        "Hãy thử lại sau ít phút."
    )
    return _page(503, f"Tạm thời chưa dùng được phần {name.lower()}", text)


def _page(status: int, title: str, text: str) -> Page:
    retry = request.path if status == 503 and request.method == "GET" else None
    page = render_template(
        "error.html", status=status, title=title, text=text, retry=retry, correlation=g.get("correlation")
    )
    return page, status
