"""The task board: who sees what, what a person and what a fact settles, pages, files."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from python_calamine import CalamineWorkbook

from shared.contracts.documents import PaperSubmittedV1, PaperWithdrawnV1
from shared.contracts.jobs import VenueJobsChangedV1
from shared.contracts.venue import LineTestedV1
from tests.house import House
from tests.integration.planning.conftest import BASE, DAY, Stage, amended, decided, mark, tasks, told


@pytest.fixture
def house(stage: Stage) -> House:
    made = stage.at("2021-06-24T09:00")
    made.post_plan()
    made.pump()
    return made


def line_test(house: House, site: str) -> dict[str, Any]:
    return next(task for task in tasks(house, limit=1000) if task["line_test"] and task["target"] == site)


def paper(house: House, unit: str) -> dict[str, Any]:
    return next(task for task in tasks(house, unit=unit) if task["key"] == "papers.due")


@pytest.mark.parametrize(("outcome", "state"), [("ok", "done"), ("waived", "done"), ("failed", "open")])
def test_line_test_settles_its_duty(house: House, outcome: str, state: str) -> None:
    decided(house)
    told(house, "venue", LineTestedV1, "nam-dan", site="nam-dan", day=DAY, outcome=outcome)
    duty = line_test(house, "nam-dan")
    assert (duty["state"], duty["settled_by"]) == (state, "fact" if state == "done" else None)
    assert line_test(house, "do-luong")["state"] == "open"


def test_cleared_line_test_opens_the_duty_again(house: House) -> None:
    decided(house)
    for outcome in ("ok", "cleared"):
        told(house, "venue", LineTestedV1, "nam-dan", site="nam-dan", day=DAY, outcome=outcome)
    assert line_test(house, "nam-dan")["state"] == "open"


def test_another_day_asks_for_another_line_test_and_coming_back_finds_the_first(house: House) -> None:
    decided(house)
    told(house, "venue", LineTestedV1, "nam-dan", site="nam-dan", day=DAY, outcome="ok")
    assert amended(house, {"starts_at": "2021-06-30T08:00", "ends_at": None}).status_code == 200
    house.pump()
    assert line_test(house, "nam-dan")["state"] == "done"  # the new version is not in force yet
    decided(house)
    assert line_test(house, "nam-dan")["state"] == "open"
    amended(house, {"starts_at": "2021-06-29T08:00"})
    house.pump()
    decided(house)
    assert line_test(house, "nam-dan")["state"] == "done"


def test_line_test_that_comes_before_its_duty_is_not_lost(house: House) -> None:
    told(house, "venue", LineTestedV1, "nam-dan", site="nam-dan", day=DAY, outcome="ok")
    decided(house)
    assert line_test(house, "nam-dan")["state"] == "done"


def test_person_cannot_settle_a_line_test(house: House) -> None:
    decided(house)
    answer = mark(house, line_test(house, "nam-dan"))
    assert answer.status_code == 409
    assert answer.json()["type"] == "urn:diemcau:settled-by-test"
    assert answer.json()["site"] == "nam-dan"
    assert line_test(house, "nam-dan")["state"] == "open"


def test_submitted_paper_settles_the_units_task(house: House) -> None:
    told(house, "documents", PaperSubmittedV1, "nam-dan", unit="nam-dan", paper=str(uuid4()), late=False)
    done = paper(house, "nam-dan")
    assert (done["state"], done["settled_by"]) == ("done", "fact")
    assert paper(house, "do-luong")["state"] == "open"


def test_person_may_open_a_papers_task_again(house: House) -> None:
    told(house, "documents", PaperSubmittedV1, "nam-dan", unit="nam-dan", paper=str(uuid4()), late=False)
    assert mark(house, paper(house, "nam-dan"), "open").json()["state"] == "open"


def test_withdrawn_paper_opens_the_units_task_again(house: House) -> None:
    for contract, late in ((PaperSubmittedV1, {"late": False}), (PaperWithdrawnV1, {})):
        told(house, "documents", contract, "nam-dan", unit="nam-dan", paper=str(uuid4()), **late)
    again = paper(house, "nam-dan")
    assert (again["state"], again["settled_by"]) == ("open", None)


def test_withdrawn_paper_leaves_what_a_person_settled(house: House) -> None:
    mark(house, paper(house, "nam-dan"))
    told(house, "documents", PaperWithdrawnV1, "nam-dan", unit="nam-dan", paper=str(uuid4()))
    assert paper(house, "nam-dan")["state"] == "done"


def test_task_done_by_hand_says_so(house: House) -> None:
    [task, *_] = tasks(house, unit="van-phong")
    changed = mark(house, task).json()
    assert (changed["state"], changed["settled_by"], changed["changed_by"]) == (
        "done",
        "person",
        "Dòng lệnh",
    )


def test_change_needs_the_state_that_was_read(house: House) -> None:
    [task, *_] = tasks(house, unit="van-phong")
    without = house.http.patch(f"{BASE}/tasks/{task['id']}", json={"state": "done"})
    assert without.status_code == 428
    assert mark(house, task).status_code == 200
    stale = mark(house, task, "open")
    assert stale.status_code == 412
    current = house.http.get(f"{BASE}/tasks/{task['id']}")
    assert stale.headers["ETag"] == current.headers["ETag"]
    assert current.json()["state"] == "done"


def test_unit_sees_the_tasks_that_it_helps_with(house: House) -> None:
    found = {task["key"]: task for task in tasks(house, unit="van-phong")}
    assert found["kinh-phi-ma-ket"]["helping"]
    assert found["kinh-phi-ma-ket"]["unit"] == "dan-chu-phap-luat"
    assert not found["in-an-tai-lieu"]["helping"]


def test_district_sees_its_own_tasks_only(house: House, district: Callable[[str], dict[str, str]]) -> None:
    decided(house)
    answer = house.http.get(f"{BASE}/tasks?unit=do-luong", headers=district("nam-dan"))
    assert {task["unit"] for task in answer.json()["items"]} == {"nam-dan"}
    other = tasks(house, unit="do-luong")[0]
    headers = {**district("nam-dan"), "If-Match": f'"{other["etag"]}"'}
    path = f"{BASE}/tasks/{other['id']}"
    assert house.http.patch(path, json={"state": "done"}, headers=headers).status_code == 404
    assert house.http.get(path, headers=district("nam-dan")).status_code == 404


def test_unit_that_helps_does_not_settle_the_task(
    house: House, district: Callable[[str], dict[str, str]]
) -> None:
    task = next(t for t in tasks(house, unit="van-phong") if t["helping"])
    headers = {**district("van-phong"), "If-Match": f'"{task["etag"]}"'}
    path = f"{BASE}/tasks/{task['id']}"
    assert house.http.get(path, headers=headers).json()["helping"]
    assert house.http.patch(path, json={"state": "done"}, headers=headers).status_code == 404


def test_overdue_and_due_soon(house: House, stage: Stage) -> None:
    overdue = tasks(house, overdue=True)
    assert {task["key"] for task in overdue} == {"ke-hoach-chuong-trinh-giay-moi", "huong-dan-tham-luan"}
    assert all(task["overdue"] for task in overdue)
    soon = tasks(house, state="open", due_before="2021-06-24T23:00+07:00", order="due")
    assert [task["due_at"] for task in soon] == sorted(task["due_at"] for task in soon)
    assert len(soon) > len(overdue)


@pytest.mark.parametrize("words", ["tham luận", "THAM LUAN", "đô lương", "do luong"])
def test_search_needs_no_marks_and_finds_units(house: House, words: str) -> None:
    decided(house)
    found = tasks(house, q=words)
    assert found
    unit = "Lương" in words.title() or "Luong" in words.title()
    assert all("Đô Lương" in task["unit_name"] if unit else "tham luận" in task["title"] for task in found)


@pytest.mark.parametrize("order", ["plan", "due"])
def test_pages_give_every_task_once(house: House, order: str) -> None:
    decided(house)
    whole = [task["id"] for task in tasks(house, limit=1000, order=order)]
    paged: list[str] = []
    cursor: str | None = None
    while True:
        params: dict[str, Any] = {"limit": 50, "order": order} | ({"cursor": cursor} if cursor else {})
        page = house.get(f"{BASE}/tasks?" + "&".join(f"{k}={v}" for k, v in params.items()))
        paged += [task["id"] for task in page["items"]]
        assert page["total"] == len(whole)
        if (cursor := page["next"]) is None:
            break
    assert paged == whole


def test_pages_stay_with_the_revision_of_the_first(house: House) -> None:
    first = decided(house)
    page = house.get(f"{BASE}/tasks?limit=100")
    decided(house, "in_person")
    rest = house.get(f"{BASE}/tasks?limit=1000&cursor={page['next']}")
    assert rest["revision"] == first
    assert len(rest["items"]) + 100 == page["total"]


@pytest.mark.parametrize("cursor", ["x", "e30", "eyJyIjo5OTk5LCJ2IjoxLCJhIjpbMSwyXX0"])
def test_foreign_cursor_is_refused(house: House, cursor: str) -> None:
    answer = house.http.get(f"{BASE}/tasks?cursor={cursor}")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/query/cursor"


def test_workbook_has_every_task_in_words(house: House) -> None:
    decided(house)
    told(house, "venue", LineTestedV1, "nam-dan", site="nam-dan", day=DAY, outcome="ok")
    answer = house.http.get(f"{BASE}/tasks.xlsx")
    rows = CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    assert rows[0][:2] == ["Đơn vị", "Nhiệm vụ"]
    assert len(rows) - 1 == house.get(f"{BASE}/tasks?limit=1")["total"]
    done = [row for row in rows if row[4] == "Đã xong"]
    assert [(row[0], row[3]) for row in done] == [("Huyện Nam Đàn", "28/06/2021 15:00")]


def test_deadlines_are_provisional_while_the_start_is_open(house: House) -> None:
    assert not any(task["provisional"] for task in tasks(house))
    amended(house, {"starts_at": None, "ends_at": None})
    house.pump()
    [task, *_] = tasks(house, unit="van-phong")
    assert task["provisional"]
    assert task["due_at"].startswith("2021-06-2")  # counted from the first day of the window, the 28th


def test_jobs_of_a_revision_are_shown_also_when_told_before_it(house: House) -> None:
    counts = {"queued": 2, "running": 1, "done": 18, "failed": 0}
    told(house, "venue", VenueJobsChangedV1, "jobs/1", revision=1, service="venue", **counts)
    number = decided(house)
    services = house.revision(number)["services"]
    assert services["venue"]["jobs"] == counts
    assert services["documents"]["jobs"]["queued"] == 0  # its own drafts, done by now
    assert services["planning"]["jobs"] is None
