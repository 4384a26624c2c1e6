"""Personal invitation letters in bulk: what they say, and how the job that makes them goes on."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any
from uuid import UUID
from zipfile import ZipFile

import pytest
from sqlalchemy import select, update
from uuid_utils.compat import uuid7

from services import system
from services.documents import app as documents_app
from services.documents.invitations.commands import finish_batch, note_chunk
from services.documents.invitations.jobs import render_invitations
from services.documents.invitations.queries import list_chunks, list_files
from services.documents.invitations.tables import invitation_batches, invitation_chunks
from shared.http.peers import Peers
from shared.jobs.queue import cancel_job
from shared.jobs.tables import jobs
from shared.jobs.worker import Job, Run
from shared.storage.database import Database
from shared.storage.files import FileStore
from shared.typesetting.pdf import page_count
from tests.house import KEY, House
from tests.integration.documents.desk import BASE, Desk
from tests.paper import A4, OURS, conformance_of, fonts_of, one_line, page_numbers, sizes_of, text_of

LETTERS = f"{BASE}/conferences/{KEY}/invitation-letters"
HEADINGS = "group,unit,ordinal,name,position,phone,email"
NAMED = ("btt-mttq-huyen", "quy-hop", "Lô Thị Nguyễn Ngọc Ngà", "Chủ tịch Ủy ban MTTQ Việt Nam huyện Quỳ Hợp")


class Letters(Desk):
    """Letters asked for, made, and read."""

    def ask(self, headers: dict[str, str] | None = None, **wanted: Any) -> dict[str, Any]:
        answer = self.http.post(f"{LETTERS}:render", json=wanted, headers=headers or {})
        assert answer.status_code == 202, answer.text
        return dict(answer.json())

    def make(self, **wanted: Any) -> dict[str, Any]:
        """The finished batch."""
        asked = self.ask(**wanted)
        self.house.pump()
        [batch] = [one for one in self.batches() if one["id"] == asked["batch"]]
        assert batch["state"] == "done", batch
        return batch

    def batches(self, headers: dict[str, str] | None = None) -> list[dict[str, Any]]:
        answer = self.http.get(LETTERS, headers=headers or {})
        assert answer.status_code == 200, answer.text
        return list(answer.json()["items"])

    def file(self, batch: dict[str, Any], format: str = "pdf") -> bytes:
        answer = self.http.get(f"{LETTERS}/{batch['id']}.{format}")
        assert answer.status_code == 200, answer.text
        return answer.content

    def name(self, group: str, unit: str, name: str, position: str) -> None:
        """Somebody for the first place of a unit in a group."""
        sheet = f"{HEADINGS}\n{group},{unit},1,{name},{position},,\n".encode()
        path = f"registration/v1/conferences/{KEY}/delegates:import"
        answer = self.http.post(path, files={"file": ("persons.csv", sheet, "text/csv")})
        assert answer.status_code == 200, answer.text
        self.house.pump(jobs=False)

    @property
    def database(self) -> Database:
        return self.house.system.databases["documents"]


@pytest.fixture
def online(planned: House) -> Letters:
    letters = Letters(planned)
    assert planned.decide(option="online").status_code == 202
    planned.pump(jobs=False)
    return letters


def test_every_route_without_names_gets_a_letter_for_its_places(online: Letters) -> None:
    batch = online.make(unit="quy-hop")
    pdf = online.file(batch)
    assert (batch["letters"], page_count(pdf)) == (6, 6)
    assert "Ban Thường trực Ủy ban MTTQ Việt Nam cấp huyện Huyện Quỳ Hợp (03 đại biểu)" in text_of(pdf)


def test_named_person_gets_a_letter_that_says_who_what_when_and_where(online: Letters) -> None:
    group, unit, name, position = NAMED
    online.name(*NAMED)
    batch = online.make(unit=unit, group=group)
    said = text_of(online.file(batch), page=1)
    assert said == unicodedata.normalize("NFC", said)
    assert batch["letters"] == 2  # the person's, and one for the two places that are left
    for words in (
        "Ban Thường trực Ủy ban MTTQ Việt Nam huyện Quỳ Hợp trân trọng kính mời: " + name,
        position,
        "Chủ trì: Ban Thường trực Ủy ban MTTQ Việt Nam tỉnh Nghệ An.",
        "Thời gian: 08 giờ 00, ngày 29 tháng 6 năm 2021 (thứ Ba).",
        "Địa điểm: Điểm cầu huyện Quỳ Hợp, Phòng họp trực tuyến UBND cấp huyện.",
        "Mã điểm danh",
    ):
        assert one_line(words) in said
    assert "(02 đại biểu)" in text_of(online.file(batch), page=2)


def test_name_typed_with_loose_marks_is_written_composed(online: Letters) -> None:
    group, unit, name, position = NAMED
    online.name(group, unit, unicodedata.normalize("NFD", name), position)
    assert name in text_of(online.file(online.make(unit=unit, group=group)), page=1)


def test_letters_are_archival_a4_in_our_fonts_without_page_numbers(online: Letters) -> None:
    pdf = online.file(online.make(unit="quy-hop"))
    assert conformance_of(pdf) == "2B"
    assert sizes_of(pdf) == {A4}
    assert set(fonts_of(pdf)) <= OURS
    assert set(page_numbers(pdf)) == {""}


def test_singles_are_the_letters_one_by_one(online: Letters) -> None:
    online.name(*NAMED)
    batch = online.make(unit="quy-hop", group="btt-mttq-huyen")
    with ZipFile(BytesIO(online.file(batch, "zip"))) as archive:
        singles = {name: archive.read(name) for name in archive.namelist()}
    assert list(singles) == ["quy-hop_btt-mttq-huyen_001.pdf", "quy-hop_btt-mttq-huyen_con-lai.pdf"]
    together = online.file(batch)
    assert [text_of(single) for single in singles.values()] == [text_of(together, 1), text_of(together, 2)]
    assert {conformance_of(single) for single in singles.values()} == {"2B"}


def test_result_says_engine_and_digest(online: Letters) -> None:
    batch = online.make(unit="quy-hop", group="btt-mttq-huyen")
    files = {file["format"]: file for file in batch["files"]}
    assert set(files) == {"pdf", "zip"}
    assert files["pdf"]["engine"] == "typst"
    assert files["pdf"]["size"] == len(online.file(batch))
    assert files["pdf"]["engine_version"]
    assert len(files["zip"]["sha256"]) == 64


def test_organisers_letters_bear_the_number_of_the_issued_invitation(online: Letters) -> None:
    online.house.pump()
    draft = online.make(unit="mttq-nghe-an", group="tinh-uy")
    assert draft["number"] is None
    issued = online.issue("GM-3")
    batch = online.make(unit="mttq-nghe-an", group="tinh-uy")
    assert batch["number"] == f"{issued['number']:02d}/{issued['symbol']}"
    assert f"Số: {batch['number']}" in text_of(online.file(batch))


def test_letters_of_another_layout_do_not_bear_the_old_number(online: Letters) -> None:
    online.house.pump()
    online.issue("GM-3")
    online.adopt("in_person")
    assert online.make(group="tinh-uy")["number"] is None


def test_letters_follow_the_revision_that_is_asked_for(online: Letters) -> None:
    other = online.house.propose("in_person")
    online.house.pump()
    batch = online.make(revision=other, unit="quy-hop")
    assert (batch["revision"], batch["letters"]) == (other, 1)
    assert "Hội trường tầng 3" in text_of(online.file(batch))


def test_letters_without_a_fixed_start_are_provisional(online: Letters) -> None:
    online.amend_plan(starts_at=None, ends_at=None)
    online.adopt("online")
    batch = online.make(unit="mttq-nghe-an", group="tinh-uy")
    assert batch["provisional"]
    said = text_of(online.file(batch))
    assert "Thời gian: dự kiến" in said
    assert "(sẽ có giấy mời sau)" in said


# --- refusals


def test_before_the_first_decision_there_is_nothing_to_make(planned: House) -> None:
    answer = planned.http.post(f"{LETTERS}:render", json={})
    assert (answer.status_code, answer.json()["type"]) == (404, "urn:diemcau:unknown-revision")
    assert planned.http.get(LETTERS).json() == {"revision": None, "items": []}


def test_nobody_to_invite_is_refused(online: Letters) -> None:
    for wanted in ({"group": "tinh-uy", "unit": "quy-hop"}, {"unit": "no-such"}):
        answer = online.http.post(f"{LETTERS}:render", json=wanted)
        assert (answer.status_code, answer.json()["type"]) == (409, "urn:diemcau:nothing-to-invite")


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"revision": "một"}, "/revision"),
    ({"revision": 0}, "/revision"),
    ({"unit": "Quỳ Hợp"}, "/unit"),
    ({"all": 1}, "/all"),
]


def test_wrong_order_names_its_field(online: Letters) -> None:
    for wanted, pointer in WRONG:
        answer = online.http.post(f"{LETTERS}:render", json=wanted)
        assert answer.status_code == 422
        assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
    assert online.batches() == []


def test_unfinished_letters_are_not_ready(online: Letters) -> None:
    asked = online.ask(unit="quy-hop")
    answer = online.http.get(f"{LETTERS}/{asked['batch']}.pdf")
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:diemcau:letters-not-ready")
    assert answer.json()["job"] == asked["job"]


def test_unknown_batch_is_told(online: Letters) -> None:
    answer = online.http.get(f"{LETTERS}/{uuid7()}.zip")
    assert (answer.status_code, answer.json()["type"]) == (404, "urn:diemcau:unknown-batch")


def test_asking_twice_makes_the_letters_once(online: Letters) -> None:
    assert online.ask(unit="quy-hop") == online.ask(unit="quy-hop")
    assert len(online.batches()) == 1


# --- who may


def test_district_makes_and_sees_its_own_letters_only(online: Letters) -> None:
    theirs = online.ask(unit="quy-chau")
    contact = online.as_actor("names:read", "names:write", unit="quy-hop")
    asked = online.ask(contact, unit="quy-chau")
    [batch] = online.batches(contact)
    assert (batch["id"], batch["unit"]) == (asked["batch"], "quy-hop")
    online.house.pump()
    assert online.http.get(f"{LETTERS}/{asked['batch']}.pdf", headers=contact).status_code == 200
    assert online.http.get(f"{LETTERS}/{theirs['batch']}.pdf", headers=contact).status_code == 404


def test_who_may_only_read_names_makes_no_letters(online: Letters) -> None:
    door = online.as_actor("names:read", "door:write")
    assert online.http.post(f"{LETTERS}:render", json={}, headers=door).status_code == 403
    plan_reader = online.as_actor("plan:read")
    assert online.http.get(LETTERS, headers=plan_reader).status_code == 403


# --- the job


class Killed(BaseException):
    """The process is gone."""


class MortalRun(Run):
    """A run whose process is killed once the first chunk is kept."""

    def progress(self, done: int, total: int) -> None:
        super().progress(done, total)
        raise Killed


def claimed(letters: Letters, job: str) -> Job:
    """The job as a worker that has just taken it holds it."""
    with letters.database.write() as session:
        lease = {"state": "running", "lease_until": datetime.now(UTC) + timedelta(minutes=1), "attempts": 1}
        session.execute(update(jobs).where(jobs.c.id == UUID(job)).values(**lease))
        row = session.execute(select(jobs).where(jobs.c.id == UUID(job))).mappings().one()
    return Job(row["id"], row["kind"], KEY, row["revision"], row["payload"], 0, 0, 1)


def context_of(letters: Letters) -> Any:
    settings = letters.house.system.settings
    transport = system.inside(system.apis(letters.house.system))
    files = FileStore(settings.files("documents"))
    return documents_app.Context(files, Peers.of("documents", settings, transport))


def made_at(letters: Letters, batch: str) -> dict[int, datetime]:
    with letters.database.read() as session:
        return {at: row["made_at"] for at, row in list_chunks(session, UUID(batch)).items()}


def kill_after_the_first_chunk(letters: Letters, asked: dict[str, Any]) -> None:
    clock = letters.house.system.settings.clock
    run = MortalRun(letters.database, clock, context_of(letters), claimed(letters, asked["job"]))
    with pytest.raises(Killed):
        render_invitations(run)


def end_lease(letters: Letters, asked: dict[str, Any]) -> None:
    """The dead worker's hold is over."""
    past = {"lease_until": datetime.now(UTC) - timedelta(seconds=1)}
    with letters.database.write() as session:
        session.execute(update(jobs).where(jobs.c.id == UUID(asked["job"])).values(**past))


def test_job_that_was_killed_goes_on_without_making_a_chunk_twice(online: Letters) -> None:
    online.house.pump()  # the general invitation is drafted: letters look like it
    asked = online.ask()
    kill_after_the_first_chunk(online, asked)
    before = made_at(online, asked["batch"])
    assert list(before) == [0]
    end_lease(online, asked)
    online.house.pump()
    [batch] = online.batches()
    after = made_at(online, asked["batch"])
    assert (batch["state"], batch["done"], batch["total"]) == ("done", 136, 136)
    assert after[0] == before[0]
    assert list(after) == [0, 1]
    assert page_count(online.file(batch)) == 136


def test_chunk_whose_words_changed_meanwhile_is_made_again(online: Letters) -> None:
    online.house.pump()  # the general invitation is drafted: letters look like it
    asked = online.ask()
    kill_after_the_first_chunk(online, asked)
    before = made_at(online, asked["batch"])
    online.name("tinh-uy", "mttq-nghe-an", "Hồ Thị Thắm", "Phó Bí thư")
    end_lease(online, asked)
    online.house.pump()
    [batch] = online.batches()
    assert made_at(online, asked["batch"])[0] > before[0]
    assert "Hồ Thị Thắm" in text_of(online.file(batch))
    assert batch["letters"] == 137


def test_cancelled_job_stops_between_chunks_and_goes_on_when_retried(online: Letters) -> None:
    online.house.pump()  # the general invitation is drafted: letters look like it
    asked = online.ask()
    kill_after_the_first_chunk(online, asked)
    with online.database.write() as session:
        cancel_job(session, UUID(asked["job"]))
    end_lease(online, asked)
    online.house.pump()
    [batch] = online.batches()
    assert (batch["state"], batch["files"]) == ("cancelled", [])
    assert online.http.post(f"{BASE}/jobs/{asked['job']}:retry").status_code == 200
    online.house.pump()
    [batch] = online.batches()
    assert batch["state"] == "done"


# --- both back ends


def test_chunk_made_again_takes_the_place_of_the_old_one(database: Database) -> None:
    batch, now = uuid7(), datetime(2021, 6, 24, 2, tzinfo=UTC)
    with database.write() as session:
        values = {"id": batch, "conference": KEY, "revision": 1, "group": "", "unit": "", "job": uuid7()}
        session.execute(invitation_batches.insert().values(**values, created_at=now, created_by="Thử"))
        for digest in ("first", "second"):
            chunk = {"letters": 1, "digest": digest, "pdf": "a", "singles": "b", "made_at": now}
            note_chunk(session, batch, 0, chunk)
    with database.read() as session:
        assert [row["digest"] for row in list_chunks(session, batch).values()] == ["second"]


def test_finishing_drops_chunks_that_are_no_longer_needed(database: Database) -> None:
    batch, now = uuid7(), datetime(2021, 6, 24, 2, tzinfo=UTC)
    file = {"format": "pdf", "sha256": "a", "size": 1, "pages": 1, "engine": "typst", "engine_version": "0"}
    with database.write() as session:
        values = {"id": batch, "conference": KEY, "revision": 1, "group": "", "unit": "", "job": uuid7()}
        session.execute(invitation_batches.insert().values(**values, created_at=now, created_by="Thử"))
        for position in range(3):
            chunk = {"letters": 1, "digest": "d", "pdf": "a", "singles": "b", "made_at": now}
            note_chunk(session, batch, position, chunk)
        finish_batch(session, batch, 2, [file], now=now)
    with database.read() as session:
        assert sorted(list_chunks(session, batch)) == [0, 1]
        assert [row["format"] for row in list_files(session, [batch])[batch]] == ["pdf"]
        assert session.execute(select(invitation_chunks.c.position)).all()
