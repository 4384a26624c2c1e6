"""Delegate lists as files: imported, refused, imported again, exported and back."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import xlsxwriter
from python_calamine import CalamineWorkbook

HEAD = "Thành phần,Đơn vị,Thứ tự,Họ và tên,Chức vụ,Điện thoại,Email\n"


def workbook(rows: list[list[Any]]) -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    return file.getvalue()


def cells(content: bytes) -> list[list[Any]]:
    return CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()


def shown(desk: Any) -> list[dict[str, Any]]:
    return [{k: v for k, v in item.items() if k not in ("id", "person")} for item in desk.delegates()]


def flaws(answer: Any) -> list[tuple[int, str, str]]:
    assert answer.status_code == 422, answer.text
    return [(error["row"], error["column"], error["code"]) for error in answer.json["errors"]]


def test_reference_list_comes_in_before_any_decision(reference: Any, reference_list: bytes) -> None:
    report = reference.upload(reference_list).json
    assert (report["rows"], report["created"], report["applied"]) == (442, 442, True)
    assert report["errors"] == []
    assert len(reference.delegates()) == 442
    assert sum(item["special"] for item in reference.delegates()) == 8


def test_same_file_twice_changes_nothing(reference: Any, reference_list: bytes) -> None:
    reference.upload(reference_list)
    before = reference.delegates()
    again = reference.upload(reference_list).json
    assert (again["created"], again["updated"], again["unchanged"]) == (0, 0, 442)
    assert reference.delegates() == before


def test_same_file_without_ordinals_twice_changes_nothing(small: Any) -> None:
    content = "group,unit,name,phone\n" + "lanh-dao,,Nguyễn An,\n" * 2
    content += "huyen,vinh,Trần Bình,0900000678\nbao-chi,,Trần Bình,0900000678\n"
    report = small.upload(content).json
    assert (report["created"], [w["code"] for w in report["warnings"]]) == (4, ["same-name"])
    before = small.delegates()
    assert len({item["person"] for item in before}) == 3
    again = small.upload(content).json
    assert (again["created"], again["updated"], again["unchanged"]) == (0, 0, 4)
    assert small.delegates() == before


def test_every_error_is_told_and_nothing_is_written(small: Any) -> None:
    small.propose("online")
    small.propose("in_person")
    content = HEAD + (
        "lanh-dao,,1,Nguyễn An,,,\n"
        "sai,,1,Trần Bình,,,\n"
        "huyen,xa,1,Lê Cường,,12,\n"
        "huyen,,1,Phạm Dung,,,x@\n"
        ",,,,,,\n"
        "lanh-dao,,1,Hồ Em,,,\n"
        "lanh-dao,,x,,Bí thư,,\n"
        "lanh-dao,vinh,2,Vũ Giang,,,\n"
        "lanh-dao,,9,Đỗ Hà,,,\n"
        "huyen,tinh,1,Bùi Ích,,,\n"
    )
    answer = small.upload(content)
    assert flaws(answer) == [
        (3, "Thành phần", "unknown-group"),
        (4, "Điện thoại", "not-a-phone"),
        (4, "Đơn vị", "unknown-unit"),
        (5, "Email", "not-an-email"),
        (5, "Đơn vị", "missing-value"),
        (7, "Thứ tự", "duplicate-place"),
        (8, "Họ và tên", "missing-value"),
        (8, "Thứ tự", "not-an-ordinal"),
        (9, "Đơn vị", "organiser-only"),
        (10, "Thứ tự", "beyond-seats"),
        (11, "Đơn vị", "no-such-place"),
    ]
    assert answer.json["type"] == "urn:diemcau:import-refused"
    assert (answer.json["applied"], answer.json["rows"]) == (False, 9)
    assert small.delegates() == []
    vietnamese = small.upload(content, headers={"Accept-Language": "vi"})
    assert vietnamese.json["errors"][0]["message"] == "Không có thành phần này trong kế hoạch"


def test_dry_run_writes_nothing(small: Any) -> None:
    report = small.upload(HEAD + "lanh-dao,,1,Nguyễn An,,,\n", dry_run=True)
    assert (report.status_code, report.json["created"], report.json["applied"]) == (200, 1, False)
    assert small.delegates() == []


def test_more_people_than_places(small: Any) -> None:
    rows = "".join(f"bao-chi,,,Nhà báo {n},,,\n" for n in range(3))
    assert flaws(small.upload(HEAD + rows)) == [(4, "Thành phần", "no-free-place")]


def test_same_person_twice_in_a_group(small: Any) -> None:
    row = "bao-chi,,,Nguyễn An,,0900000678,\n"
    assert flaws(small.upload(HEAD + row * 2)) == [(3, "Họ và tên", "duplicate-person")]


def test_names_of_groups_and_units_and_english_headings(small: Any) -> None:
    content = "﻿Group;Unit;Ordinal;Full name;Position;Phone;Email\n"
    content += "ĐẠI BIỂU HUYỆN;thành phố vinh;2;Trần Bình;;84900000678;\nBao chi;;;Lê Cường;;;\n"
    assert small.upload(content).json["created"] == 2
    assert {(i["group"], i["unit"], i["ordinal"], i["phone"]) for i in small.delegates()} == {
        ("huyen", "vinh", 2, "+84900000678"),
        ("bao-chi", "tinh", 1, None),
    }


def test_workbook_with_numbers_for_phones(small: Any) -> None:
    rows = [["Thành phần", "Thứ tự", "Họ và tên", "Điện thoại"], ["lanh-dao", 2.0, "Nguyễn An", 900000678]]
    assert small.upload(workbook(rows)).json["created"] == 1
    assert [(i["ordinal"], i["phone"]) for i in small.delegates()] == [(2, "+84900000678")]


def test_other_name_at_an_ordinal_is_another_person(small: Any) -> None:
    small.adopt("online")
    place = small.name("lanh-dao", None, "Nguyễn An", phone="0900000678", position="Bí thư")
    small.answer(small.link(place["id"]), "accepted")
    report = small.upload(HEAD + "lanh-dao,,1,Trần Bình,,0987654321,\n").json
    assert (report["created"], report["updated"]) == (0, 1)
    (now,) = small.delegates()
    assert (now["id"], now["name"], now["answer"]) == (place["id"], "Trần Bình", None)
    assert now["person"] != place["person"]
    assert small.taken()[1, "hub"] == 0
    small.upload(HEAD + "lanh-dao,,1,Nguyễn An,Bí thư,0900000678,\n")
    assert (small.delegates()[0]["person"], small.delegates()[0]["answer"]) == (place["person"], "accepted")
    assert small.taken()[1, "hub"] == 1


def test_same_name_at_an_ordinal_is_corrected(small: Any) -> None:
    place = small.name("lanh-dao", None, "Nguyễn Hoà", phone="0900000678")
    report = small.upload(HEAD + "lanh-dao,,1,Nguyễn Hòa,Bí thư,,\n").json
    assert (report["updated"], report["unchanged"]) == (1, 0)
    (now,) = small.delegates()
    assert (now["person"], now["name"], now["position"], now["phone"]) == (
        place["person"],
        "Nguyễn Hòa",
        "Bí thư",
        None,
    )


def test_columns_that_are_absent_say_nothing(small: Any) -> None:
    small.name("lanh-dao", None, "Nguyễn An", phone="0900000678", position="Bí thư")
    report = small.upload("group,ordinal,name\nlanh-dao,1,Nguyễn An\n").json
    assert report["unchanged"] == 1
    assert small.delegates()[0]["position"] == "Bí thư"


def test_contact_imports_own_unit_only(small: Any) -> None:
    content = HEAD + "huyen,vinh,1,Trần Bình,,,\nhuyen,dien-chau,1,Lê Cường,,,\n"
    assert flaws(small.upload(content, unit="vinh")) == [(3, "Đơn vị", "not-your-unit")]


def test_files_that_are_no_tables(small: Any) -> None:
    def code(content: bytes | str) -> str:
        answer = small.upload(content)
        assert answer.status_code == 422, answer.text
        return str(answer.json["errors"][0]["code"])

    assert code(b"") == "no-file"
    assert code("a,b\n1,2\n") == "missing-column"
    assert code("group,name,name\n") == "repeated-column"
    assert code(b"PK\x03\x04 broken") == "not-readable"
    assert code(b"\xff\xfe\x00") == "not-readable"
    assert code(b"group,name\n\0") == "not-readable"
    empty = io.BytesIO()
    with zipfile.ZipFile(empty, "w") as archive:
        archive.writestr("a.txt", "x")
    assert code(empty.getvalue()) == "not-readable"
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 30_000_000)
    assert code(bomb.getvalue()) == "archive-refused"
    assert small.call("POST", small.of("delegates:import")).status_code == 422
    too_long = small.upload("group,name\nlanh-dao," + "x" * 201)
    assert flaws(too_long) == [(2, "name", "too-long")]


def test_too_large_a_file(small: Any) -> None:
    assert small.upload(b"x" * (32 * 2**20 + 1)).status_code == 413


def test_export_comes_back_unchanged(reference: Any, reference_list: bytes) -> None:
    reference.upload(reference_list)
    reference.adopt("online")
    for kind in ("xlsx", "csv"):
        answer = reference.call("GET", reference.of(f"delegates.{kind}"))
        assert answer.status_code == 200
        assert "attachment" in answer.headers["Content-Disposition"]
        again = reference.upload(answer.data).json
        assert (again["created"], again["updated"], again["unchanged"]) == (0, 0, 442), kind
        assert again["warnings"] == []


def test_export_into_an_empty_conference_gives_the_same_list(
    small: Any, new_desk: Any, tmp_path: Any
) -> None:
    small.adopt("online")
    small.name(
        "huyen", "vinh", "Trần Bình", phone="0900000678", position="- Phó Chủ tịch", email="b@example.org"
    )
    small.name("bao-chi", None, "Trần Bình", phone="0900000678")
    exported = small.call("GET", small.of("delegates.csv")).data
    assert exported.startswith(b"\xef\xbb\xbf")
    assert "'- Phó Chủ tịch" in exported.decode()
    tree = small.tree | {"conference": small.tree["conference"] | {"key": "other"}}
    other = new_desk(tree)
    other.adopt("online")
    assert other.upload(exported).json["created"] == 2
    assert shown(other) == shown(small)


def test_exports_take_the_filters(small: Any) -> None:
    small.adopt("online")
    small.name("huyen", "vinh", "Trần Bình")
    small.name("bao-chi", None, "Lê Cường")
    lines = small.call("GET", small.of("delegates.ndjson"), query_string={"site": "vinh"}).text.splitlines()
    assert [json.loads(line)["name"] for line in lines] == ["Trần Bình"]
    rows = cells(small.call("GET", small.of("delegates.xlsx"), query_string={"unit": "tinh"}).data)
    assert [row[5] for row in rows] == ["Họ và tên", "Lê Cường"]


def test_template_has_the_places_that_are_free(small: Any) -> None:
    assert len(cells(small.call("GET", small.of("delegates-template.xlsx")).data)) == 1
    small.propose("online")
    small.name("bao-chi", None, "Lê Cường", ordinal=2)
    rows = cells(small.call("GET", small.of("delegates-template.xlsx")).data)
    assert len(rows) == 1 + 4 + 1 + 6
    assert small.upload(workbook(rows)).json | {"warnings": []} == {
        "rows": 11,
        "created": 0,
        "updated": 0,
        "unchanged": 0,
        "errors": [],
        "warnings": [],
        "applied": True,
    }
    filled = [rows[0], *([*row[:5], f"Người {n}", *row[6:]] for n, row in enumerate(rows[1:]))]
    assert small.upload(workbook(filled)).json["created"] == 11
    mine = cells(small.call("GET", small.of("delegates-template.xlsx"), unit="vinh").data)
    assert len(mine) == 1


def test_error_names_the_column_that_the_value_stood_in(small: Any) -> None:
    head = "Mã thành phần,Thành phần,Mã đơn vị,Đơn vị,Họ và tên\n"
    answer = small.upload(head + "huyen,,khong-co,,Nguyễn An\n,Không có,,,Lê Bình\n")
    assert flaws(answer) == [(2, "Mã đơn vị", "unknown-unit"), (3, "Thành phần", "unknown-group")]
