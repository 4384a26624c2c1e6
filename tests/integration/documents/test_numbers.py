"""Ten clerks at once: ten consecutive numbers, on both back ends."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert
from uuid_utils.compat import uuid7

from services.documents import app as documents_app
from services.documents.plan.tables import plans
from services.documents.register.tables import documents
from services.documents.typesetting.model import Agency, Document, Para, Sign
from services.documents.typesetting.reading import write_document
from shared.config import Settings
from shared.storage.database import Database

CLERKS = 10
CONTENT = Document(
    profile="mttq",
    type_code="KH",
    type_name="Kế hoạch",
    agency=Agency("Ban Thường trực"),
    symbol="KH-MTTQ-BTT",
    place="Nghệ An",
    year=2021,
    subject="Tổ chức hội nghị",
    body=(Para("Nội dung"),),
    sign=Sign(),
)


def test_ten_at_once_get_ten_consecutive_numbers(database: Database, settings: Settings) -> None:
    drafts = _store_drafts(database)
    app = documents_app.create_app(settings, database)

    def issue(draft: UUID) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {settings.api_key}"}
        path = f"/api/documents/v1/documents/{draft}:issue"
        answer = app.test_client().post(path, json={}, headers=headers)
        assert answer.status_code == 200, answer.text
        return dict(answer.json or {})

    with ThreadPoolExecutor(CLERKS) as clerks:
        issued = list(clerks.map(issue, drafts))
    assert sorted(one["number"] for one in issued) == list(range(1, CLERKS + 1))


def _store_drafts(database: Database) -> list[UUID]:
    now = datetime.now(UTC)
    plan = {
        "conference": "hoi-nghi",
        "version": 1,
        "unit_names": {},
        "organiser": "mttq",
        "timezone": "Asia/Ho_Chi_Minh",
        "starts_at": "2021-06-29T08:00:00",
        "told": "",
    }
    rows = [
        {
            "id": uuid7(),
            "conference": "hoi-nghi",
            "requirement": f"KH-{number}",
            "type": "KH",
            "subject": CONTENT.subject,
            "drafted_by": "ban",
            "content": write_document(CONTENT),
            "status": "draft",
            "edited": False,
            "cause": "plan",
            "plan_version": 1,
            "revision": 1,
            "organ": "mttq",
            "series": "type",
            "symbol": CONTENT.symbol,
            "version": 1,
            "created_at": now,
            "changed_at": now,
            "changed_by": "Người thử",
        }
        for number in range(CLERKS)
    ]
    with database.write() as session:
        session.execute(insert(plans).values(plan))
        session.execute(insert(documents), rows)
    return [row["id"] for row in rows]
