"""Lists of thousands: told in pages, imported in portions, exported in one go."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import orjson
import pytest
from click import ClickException
from sqlalchemy import select

from services.cli.portions import portions
from shared.bus.pages import digest
from shared.bus.tables import outbox
from shared.contracts.registration import DelegateNamedV1, DelegatesNamedV1

ROWS = 2_400
HEADINGS = ["Thành phần", "Đơn vị", "Thứ tự", "Họ và tên", "Điện thoại"]


@pytest.fixture
def large(small: Any) -> Any:
    """The small conference with 1,500 seats for each district."""
    for option in small.tree["options"]:
        for group in option["groups"]:
            if group["key"] == "huyen":
                group["seats"] = 1_500
    small.plan()
    return small


def rows(names: str = "Nguyễn Văn") -> list[list[Any]]:
    half = ROWS // 2
    return [
        ["huyen", unit, number, f"{names} {unit} {number}", f"0900{n:06d}"]
        for n, (unit, number) in enumerate(
            (unit, k + 1) for unit in ("vinh", "dien-chau") for k in range(half)
        )
    ]


def table(lines: list[list[Any]]) -> str:
    written = io.StringIO()
    csv.writer(written).writerows([HEADINGS, *lines])
    return written.getvalue()


def events(desk: Any, event_type: str) -> list[dict[str, Any]]:
    with desk.database.read() as session:
        query = select(outbox.c.envelope).where(outbox.c.type == event_type).order_by(outbox.c.seq)
        return [orjson.loads(raw)["data"] for raw in session.execute(query).scalars()]


def test_a_big_import_is_told_in_pages_of_what_single_events_tell(large: Any) -> None:
    answer = large.upload(table(rows()))
    assert (answer.status_code, answer.json["created"]) == (200, ROWS)
    assert events(large, DelegateNamedV1.event_type) == []
    pages = events(large, DelegatesNamedV1.event_type)
    assert [(page["table"], len(page["rows"])) for page in pages] == [
        ("named", 2_000),
        ("named", ROWS - 2_000),
        ("changed", 0),
    ]
    told = [tuple(row) for page in pages for row in page["rows"]]
    tables = {
        name: (pages[0]["columns"], [row for page in pages if page["table"] == name for row in page["rows"]])
        for name in ("named", "changed")
    }
    assert {page["digest"] for page in pages} == {digest(tables)}
    assert {(group, unit, ordinal) for _, _, group, unit, ordinal in told} == {
        (group, unit, ordinal) for group, unit, ordinal, *_ in rows()
    }


def test_a_big_import_again_changes_nothing_and_other_names_change_all(large: Any) -> None:
    large.upload(table(rows()))
    again = large.upload(table(rows())).json
    assert (again["created"], again["updated"], again["unchanged"]) == (0, 0, ROWS)
    assert len(events(large, DelegatesNamedV1.event_type)) == 3
    other = large.upload(table(rows("Trần Thị"))).json
    assert (other["created"], other["updated"]) == (0, ROWS)
    assert large.get(large.of("delegates"))["total"] == ROWS


def test_one_person_on_two_places_of_different_portions_is_one(large: Any) -> None:
    """Known again by phone and name, whichever request the second row came with."""
    first = [["huyen", "vinh", 1, "Lê Văn Hai", "0900000001"]]
    second = [["lanh-dao", "", 1, "Lê Văn Hai", "0900000001"]]
    for portion in (first, second):
        assert large.upload(table(portion)).status_code == 200
    large.adopt("online")
    found = large.delegates(q="le van hai")
    assert len(found) == 2
    assert len({one["person"] for one in found}) == 1
    assert sorted(one["status"] for one in found) == ["elsewhere", "placed"]


def test_an_export_has_every_row_once_in_the_order_of_names(large: Any) -> None:
    large.upload(table(rows()))
    large.adopt("online")
    for query in ({}, {"status": "placed"}):
        answer = large.call("GET", large.of("delegates.ndjson"), query_string=query)
        lines = [orjson.loads(line) for line in answer.data.splitlines()]
        assert len({line["id"] for line in lines}) == len(lines) == ROWS
        shown = [line["id"] for line in large.delegates(**query)]
        assert [line["id"] for line in lines[: len(shown)]] == shown


def test_portions_together_are_the_list(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text(table(rows()), encoding="utf-8-sig")
    assert [portion.content for portion in portions(path)] == [path.read_bytes()]
    parts = list(portions(path, whole=0, rows=1_000))
    read = [list(csv.reader(io.StringIO(part.content.decode()))) for part in parts]
    assert [part[0] for part in read] == [HEADINGS] * 3
    assert [row for part in read for row in part[1:]] == [[str(cell) for cell in row] for row in rows()]
    assert [part.above for part in parts] == [0, 1_000, 2_000]


def test_a_large_list_that_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(table(rows()).encode("utf-16"))
    with pytest.raises(ClickException, match="UTF-8"):
        list(portions(path, whole=0))
