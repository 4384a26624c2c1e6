"""Papers: who is asked, on time or late, versions, who may send, what is refused."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import docx
import httpx
import pytest
from python_calamine import CalamineWorkbook

from shared.config import load_settings
from shared.http.tokens import sign
from tests.house import KEY, House

START = "2021-06-24T09:00+07:00"  # five days before the conference, two before papers are due
DUE = "2021-06-26T10:00:00+00:00"  # 17:00 on D-3 in the conference's zone
PAPERS = f"documents/v1/conferences/{KEY}/papers"
PDF = b"%PDF-1.7\ntrailer\n<<>>\n%%EOF\n"
DISTRICT = ("plan:read", "names:read", "papers:write")


@pytest.fixture
def papers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """The reference plan on 24 June 2021."""
    monkeypatch.setenv("DIEMCAU_DATA", str(tmp_path))
    monkeypatch.setenv("DIEMCAU_CLOCK_START", START)
    for name in ("DIEMCAU_DATABASE_URL", "DIEMCAU_AMQP_URL"):
        monkeypatch.delenv(name, raising=False)
    made = House(load_settings())
    made.post_plan()
    made.pump()
    yield made
    made.system.close()


def word(text: str = "Tham luận về công tác bầu cử") -> bytes:
    file = io.BytesIO()
    document = docx.Document()
    document.add_paragraph(text)
    document.save(file)
    return file.getvalue()


def as_unit(house: House, unit: str, scopes: tuple[str, ...] = DISTRICT) -> dict[str, str]:
    token = sign(
        house.system.settings.signing_key,
        f"account:{unit}",
        scopes,
        name="Hồ Thị Vinh",
        unit=unit,
        lifetime=timedelta(hours=1),
    )
    return {"Authorization": f"Bearer {token}"}


def send(
    house: House,
    unit: str = "do-luong",
    content: bytes | None = None,
    name: str = "bai.docx",
    headers: dict[str, str] | None = None,
    **texts: str,
) -> httpx.Response:
    form = {"title": "Công tác bầu cử ở cơ sở", "author": "Nguyễn Văn A, Chủ tịch", **texts}
    files = {"file": (name, word() if content is None else content)}
    return house.http.post(f"{PAPERS}/{unit}", data=form, files=files, headers=headers)


def row_of(house: House, unit: str = "do-luong") -> dict[str, Any]:
    return next(row for row in house.get(PAPERS)["items"] if row["unit"] == unit)


def move_to(house: House, day: str) -> None:
    """The conference is held on another day: a new plan version."""
    conference = house.http.get(f"planning/v1/conferences/{KEY}")
    headers = {"If-Match": conference.headers["ETag"]}
    times = {"starts_at": f"{day}T08:00", "ends_at": f"{day}T11:30", "window": {"from": day, "to": day}}
    changed = house.http.patch(f"planning/v1/conferences/{KEY}", json=times, headers=headers)
    assert changed.status_code == 200, changed.text
    house.pump()


def decide(house: House, option: str = "online") -> None:
    assert house.decide(option=option).status_code == 202
    house.pump()


def pointers(answer: httpx.Response) -> list[tuple[str, str]]:
    return [(error["pointer"], error["code"]) for error in answer.json()["errors"]]


def test_every_district_is_asked_and_nothing_is_there_yet(papers: House) -> None:
    listed = papers.get(PAPERS)
    assert listed["due"] == DUE
    assert listed["counts"] == {"awaited": 21, "submitted": 0, "late": 0, "missing": 0}
    assert [row["unit"] for row in listed["items"]][:2] == ["tp-vinh", "tx-cua-lo"]
    assert {row["state"] for row in listed["items"]} == {"awaited"}


def test_paper_sent_in_time_is_submitted_with_its_file(papers: House) -> None:
    content = word()
    sent = send(papers, content=content, name="Báo cáo.docx")
    assert sent.status_code == 201
    row = row_of(papers)
    assert (row["state"], row["title"], row["size"], row["versions"]) == (
        "submitted", "Công tác bầu cử ở cơ sở", len(content), 1,
    )  # fmt: skip
    file = papers.http.get(f"documents/v1/papers/{row['version']}/file")
    assert file.content == content
    assert file.headers["Content-Disposition"].startswith("attachment")
    assert "UTF-8''B%C3%A1o%20c%C3%A1o.docx" in file.headers["Content-Disposition"]
    assert file.headers["X-Content-Type-Options"] == "nosniff"


def test_texts_are_kept_in_nfc(papers: House) -> None:
    decomposed = "Ba\u0301o ca\u0301o  vê\u0300 bâ\u0300u cư\u0309"
    assert send(papers, title=decomposed).json()["title"] == "Báo cáo về bầu cử"


def test_paper_after_the_deadline_is_taken_and_marked_late(papers: House) -> None:
    move_to(papers, "2021-06-25")
    sent = send(papers).json()
    assert sent["state"] == "late"
    assert sent["history"][0]["late"]
    assert row_of(papers, "nam-dan")["state"] == "missing"


def test_deadline_moves_with_the_start_and_a_late_paper_is_late_no_more(papers: House) -> None:
    move_to(papers, "2021-06-25")
    send(papers)
    move_to(papers, "2021-06-30")
    assert papers.get(PAPERS)["due"] == "2021-06-27T10:00:00+00:00"
    assert row_of(papers)["state"] == "submitted"


def test_after_a_decision_the_deadline_is_the_adopted_plan_version_s(papers: House) -> None:
    decide(papers)
    move_to(papers, "2021-06-30")
    assert papers.get(PAPERS)["due"] == DUE
    decide(papers)
    assert papers.get(PAPERS)["due"] == "2021-06-27T10:00:00+00:00"


def test_papers_are_the_same_after_a_switch_there_and_back(papers: House) -> None:
    decide(papers)
    send(papers)
    before = papers.get(PAPERS)
    for option in ("in_person", "online"):
        decide(papers, option)
    after = papers.get(PAPERS)
    assert (after["items"], after["due"]) == (before["items"], before["due"])


def test_newer_version_counts_and_the_older_one_is_kept(papers: House) -> None:
    first = send(papers).json()["version"]
    second = send(papers, content=PDF, name="bai.pdf", title="Bản sửa").json()
    assert (second["title"], second["versions"]) == ("Bản sửa", 2)
    assert [version["number"] for version in second["history"]] == [2, 1]
    assert papers.http.get(f"documents/v1/papers/{first}/file").status_code == 200


def test_very_same_paper_is_not_kept_twice(papers: House) -> None:
    content = word()
    assert send(papers, content=content).status_code == 201
    again = send(papers, content=content)
    assert again.status_code == 200
    assert again.json()["versions"] == 1


def test_withdrawn_version_gives_way_to_the_one_before(papers: House) -> None:
    send(papers, title="Bản đầu")
    second = send(papers, title="Gửi nhầm").json()["version"]
    path = f"documents/v1/papers/{second}:withdraw"
    withdrawn = papers.http.post(path, json={"reason": "Gửi nhầm tệp"})
    assert withdrawn.json()["title"] == "Bản đầu"
    assert withdrawn.json()["history"][0]["withdrawn_reason"] == "Gửi nhầm tệp"
    again = papers.http.post(path, json={"reason": "lần nữa"})
    assert (again.status_code, again.json()["type"]) == (409, "urn:diemcau:already-withdrawn")


def test_unit_whose_only_version_is_withdrawn_is_awaited_again(papers: House) -> None:
    version = send(papers).json()["version"]
    papers.http.post(f"documents/v1/papers/{version}:withdraw", json={"reason": "chờ duyệt"})
    row = row_of(papers)
    assert (row["state"], row["version"], row["versions"]) == ("awaited", None, 1)


def task_of(house: House, unit: str) -> str:
    found = house.get(f"planning/v1/conferences/{KEY}/tasks?unit={unit}")["items"]
    return next(str(task["state"]) for task in found if task["key"] == "papers.due")


def test_withdrawing_the_only_version_opens_the_units_task_again(papers: House) -> None:
    first, second = (send(papers, title=title).json()["version"] for title in ("Bản đầu", "Bản sau"))
    states = []
    for version in (second, first):
        papers.http.post(f"documents/v1/papers/{version}:withdraw", json={"reason": "chờ duyệt"})
        papers.pump()
        states.append(task_of(papers, "do-luong"))
    assert states == ["done", "open"]


def test_withdrawing_asks_for_a_reason(papers: House) -> None:
    version = send(papers).json()["version"]
    refused = papers.http.post(f"documents/v1/papers/{version}:withdraw", json={"reason": " "})
    assert refused.status_code == 422
    assert pointers(refused) == [("/reason", "invalid-value")]


def test_submission_is_told_by_ids_and_marks_the_task_done(papers: House) -> None:
    decide(papers)
    send(papers)
    papers.pump()
    tasks = papers.get(f"planning/v1/conferences/{KEY}/tasks?unit=do-luong")["items"]
    assert [task["state"] for task in tasks if task["key"] == "papers.due"] == ["done"]


def test_district_sees_and_sends_its_own_paper_only(papers: House) -> None:
    vinh = as_unit(papers, "tp-vinh")
    send(papers)
    assert send(papers, "tp-vinh", headers=vinh).status_code == 201
    listed = papers.http.get(PAPERS, headers=vinh).json()
    assert [row["unit"] for row in listed["items"]] == ["tp-vinh"]
    other = row_of(papers)["version"]
    for refused in (
        send(papers, "do-luong", headers=vinh),
        papers.http.get(f"{PAPERS}/do-luong", headers=vinh),
        papers.http.get(f"documents/v1/papers/{other}/file", headers=vinh),
        papers.http.post(f"documents/v1/papers/{other}:withdraw", json={"reason": "x"}, headers=vinh),
    ):
        assert (refused.status_code, refused.json()["type"]) == (403, "urn:diemcau:not-your-unit")


def test_sending_needs_its_scope(papers: House) -> None:
    reader = as_unit(papers, "do-luong", ("plan:read", "names:read"))
    assert send(papers, headers=reader).status_code == 403


def test_unit_that_is_not_asked_is_refused_unless_the_organiser_sends(papers: House) -> None:
    department = as_unit(papers, "phong-trao")
    refused = send(papers, "phong-trao", headers=department)
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:diemcau:not-asked")
    assert send(papers, "phong-trao").status_code == 201
    listed = papers.get(PAPERS)
    assert (listed["items"][-1]["unit"], listed["items"][-1]["asked"]) == ("phong-trao", False)
    assert sum(listed["counts"].values()) == 21


def test_unknown_unit_is_not_found(papers: House) -> None:
    assert send(papers, "khong-co").status_code == 404
    assert papers.http.get("documents/v1/conferences/khong-co/papers").status_code == 404


@pytest.mark.parametrize(
    ("name", "content", "status", "code"),
    [
        ("bai.exe", b"MZ", 422, "file-type"),
        ("bai.docx", PDF, 422, "not-a-docx"),
        ("bai.pdf", b"", 422, "no-file"),
        ("bai.pdf", PDF + bytes(33 * 2**20), 413, "file-too-large"),
    ],
)
def test_refused_file_is_named_and_changes_nothing(
    papers: House, name: str, content: bytes, status: int, code: str
) -> None:
    refused = send(papers, content=content, name=name)
    assert refused.status_code == status
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert pointers(refused) == [("/file", code)]
    assert row_of(papers)["versions"] == 0


def test_file_of_20_mb_is_taken(papers: House) -> None:
    content = b"%PDF-1.7\n" + bytes(20 * 2**20 - 20) + b"\n%%EOF"
    assert send(papers, content=content, name="bai.pdf").status_code == 201


def test_body_beyond_all_measure_is_a_413_problem(papers: House) -> None:
    refused = send(papers, content=bytes(41 * 2**20))
    assert refused.status_code == 413
    assert refused.headers["Content-Type"] == "application/problem+json"


def test_missing_texts_and_file_are_named(papers: House) -> None:
    refused = papers.http.post(f"{PAPERS}/do-luong", data={"title": " "}, files={"other": b"x"})
    assert refused.status_code == 422
    assert {pointer for pointer, _ in pointers(refused)} == {"/title", "/author", "/file", "/other"}


def test_text_in_the_place_of_the_file_is_refused(papers: House) -> None:
    form = {"title": "Bài", "author": "Nguyễn Văn A", "file": "không phải tệp"}
    refused = papers.http.post(f"{PAPERS}/do-luong", data=form)
    assert refused.status_code == 422
    assert pointers(refused) == [("/file", "invalid-value")]


def test_organiser_chooses_who_speaks_and_in_which_order(papers: House) -> None:
    for unit in ("do-luong", "nam-dan"):
        send(papers, unit)
    assert speak(papers, "do-luong", 2).json()["speaking"] == 2
    assert speak(papers, "nam-dan", 1).status_code == 200
    listed = papers.get(f"{PAPERS}?speaking=true")["items"]
    assert [row["unit"] for row in listed] == ["nam-dan", "do-luong"]
    taken = speak(papers, "do-luong", 1)
    assert (taken.status_code, taken.json()["type"]) == (409, "urn:diemcau:order-taken")
    assert speak(papers, "nam-dan", None).json()["speaking"] is None


def test_order_is_changed_only_by_who_has_read_the_newest_state(papers: House) -> None:
    send(papers)
    etag = papers.http.get(f"{PAPERS}/do-luong").headers["ETag"]
    send(papers, title="Bản sửa")
    stale = papers.http.patch(f"{PAPERS}/do-luong", json={"speaking": 1}, headers={"If-Match": etag})
    assert stale.status_code == 412
    assert papers.http.patch(f"{PAPERS}/do-luong", json={"speaking": 1}).status_code == 428


def test_unit_without_a_paper_cannot_be_chosen_to_speak(papers: House) -> None:
    refused = speak(papers, "do-luong", 1)
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:diemcau:no-paper")


def test_unit_that_takes_its_only_paper_back_does_not_speak(papers: House) -> None:
    version = send(papers).json()["version"]
    speak(papers, "do-luong", 1)
    papers.http.post(f"documents/v1/papers/{version}:withdraw", json={"reason": "không trình bày"})
    assert row_of(papers)["speaking"] is None


def test_list_is_narrowed_by_state(papers: House) -> None:
    send(papers)
    assert [row["unit"] for row in papers.get(f"{PAPERS}?state=submitted")["items"]] == ["do-luong"]
    assert papers.http.get(f"{PAPERS}?state=odd").status_code == 422


def test_workbook_lists_every_unit_with_local_times(papers: House) -> None:
    send(papers)
    answer = papers.http.get(f"{PAPERS}.xlsx")
    rows = CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    assert len(rows) == 22
    sent = next(row for row in rows if row[0] == "Huyện Đô Lương")
    assert sent[1:4] == ["Đã gửi", "Công tác bầu cử ở cơ sở", "Nguyễn Văn A, Chủ tịch"]
    assert str(sent[4]).endswith("24/06/2021")


def speak(house: House, unit: str, order: int | None) -> httpx.Response:
    etag = house.http.get(f"{PAPERS}/{unit}").headers["ETag"]
    return house.http.patch(f"{PAPERS}/{unit}", json={"speaking": order}, headers={"If-Match": etag})
