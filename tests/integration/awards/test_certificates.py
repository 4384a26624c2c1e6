"""Merit certificates: what stands on them, how they are made, and how anybody checks one."""

from __future__ import annotations

import base64
import io
import re
import subprocess
import unicodedata
import zipfile
from pathlib import Path
from typing import Any
from uuid import UUID

import pikepdf
import pytest
from PIL import Image
from sqlalchemy import func, select

from services import system as house
from services.awards.app import context_of
from services.awards.certificates.jobs import render_certificates
from services.awards.certificates.model import Codes, UnknownCode
from services.awards.certificates.tables import certificate_chunks, certificate_files
from shared.http.peers import Peers
from shared.jobs.queue import get_job
from shared.jobs.worker import Job, Run
from tests.integration.awards.conftest import BASE, Desk
from tests.integration.awards.test_decision import end, issue

NAMES = ("Nguyễn Thị Hường Ẩn", "Đặng Ngọc Ước", "Lò Văn Xừ", "Vừ Bá Ổn")


@pytest.fixture
def four(desk: Desk) -> Desk:
    """Four persons of Vinh are honoured."""
    desk.approve(*(desk.proposed(name, position="Cán bộ Mặt trận")["id"] for name in NAMES))
    desk.decide()
    return desk


def render(desk: Desk, **body: Any) -> str:
    answer = desk.http.post(f"{BASE}/certificates:render", json=body)
    assert answer.status_code == 202, answer.text
    return str(answer.json()["batch"])


def made(desk: Desk, **body: Any) -> dict[str, Any]:
    """The batch, when its job is done."""
    batch = render(desk, **body)
    desk.house.pump()
    found = next(one for one in desk.house.get(f"{BASE}/certificates")["items"] if one["id"] == batch)
    assert found["job"]["state"] == "done", found["job"]
    return dict(found)


def text_of(content: bytes, path: Path) -> str:
    path.write_bytes(content)
    shown = subprocess.run(["pdftotext", "-raw", path, "-"], capture_output=True, check=True)
    return " ".join(shown.stdout.decode().split())


def pdf_of(desk: Desk, batch: dict[str, Any]) -> bytes:
    answer = desk.http.get(f"awards/v1/certificates/{batch['id']}.pdf")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/pdf")
    return answer.content


def test_certificate_says_who_for_what_by_which_decision(four: Desk, tmp_path: Path) -> None:
    issue(four, 12)
    batch = made(four)
    text = text_of(pdf_of(four, batch), tmp_path / "all.pdf")
    assert text == unicodedata.normalize("NFC", text)
    for name in NAMES:
        assert name in text
    for part in (
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "BAN THƯỜNG TRỰC ỦY BAN MTTQ VIỆT NAM TỈNH NGHỆ AN",
        "BẰNG KHEN",
        "Cán bộ Mặt trận",
        "Xuất sắc",
        "Quyết định số: 12/QĐ-MTTQ-BTT",
        "Nghệ An, ngày 25 tháng 6 năm 2021",
        "Số vào sổ vàng: 4",
        "PHÓ CHỦ TỊCH",
    ):
        assert part in text, part
    assert (batch["draft"], batch["number"], batch["engine"]) == (False, "12/QĐ-MTTQ-BTT", "typst")
    assert re.fullmatch(r"\d+\.\d+\.\d+", batch["engine_version"])


def test_certificate_is_one_a4_sheet_in_our_fonts_and_claims_pdf_a(four: Desk, tmp_path: Path) -> None:
    content = pdf_of(four, made(four))
    with pikepdf.open(io.BytesIO(content)) as file:
        boxes = [[float(side) for side in page.mediabox] for page in file.pages]
        assert b"pdfaid" in file.Root.Metadata.read_bytes()
    assert len(boxes) == 4
    assert all(box == pytest.approx([0, 0, 841.89, 595.28], abs=0.1) for box in boxes)
    path = tmp_path / "all.pdf"
    path.write_bytes(content)
    fonts = subprocess.run(["pdffonts", path], capture_output=True, check=True).stdout.decode()
    lines = fonts.splitlines()[2:]
    assert lines
    assert all(
        "LiberationSerif" in line and " yes yes yes " in f" {' '.join(line.split())} " for line in lines
    )


def test_longest_texts_stay_on_one_sheet(desk: Desk) -> None:
    long = "Ủy ban Mặt trận Tổ quốc Việt Nam "
    given = {"kind": "collective", "achievement": (long * 20)[:500].strip()}
    desk.approve(desk.proposed((long * 10)[:300].strip(), **given)["id"])
    desk.decide()
    with pikepdf.open(io.BytesIO(pdf_of(desk, made(desk)))) as file:
        assert len(file.pages) == 1


def test_certificate_is_a_draft_until_the_decision_has_a_number(four: Desk, tmp_path: Path) -> None:
    batch = made(four)
    assert (batch["draft"], batch["number"]) == (True, None)
    text = text_of(pdf_of(four, batch), tmp_path / "all.pdf")
    assert "Quyết định số: ngày tháng năm Số vào sổ vàng" in text


def test_archive_has_one_file_for_each_and_a_single_is_to_be_had(four: Desk, tmp_path: Path) -> None:
    batch = made(four)
    answer = four.http.get(f"awards/v1/certificates/{batch['id']}.zip")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.namelist() == [f"{n:04d} {name}.pdf" for n, name in enumerate(NAMES, 1)]
        second = archive.read(archive.namelist()[1])
    assert NAMES[1] in text_of(second, tmp_path / "one.pdf")
    recipient = four.house.get(f"{BASE}/recipients")["items"][1]["id"]
    path = f"awards/v1/certificates/{batch['id']}/{recipient}.pdf"
    assert four.http.get(path).content == second
    assert four.of_unit("tp-vinh").get(path).status_code == 200
    assert four.of_unit("ky-son").get(path).status_code == 404
    assert four.of_unit("tp-vinh").get(f"awards/v1/certificates/{batch['id']}.pdf").status_code == 403


def test_certificates_of_some_only(four: Desk, tmp_path: Path) -> None:
    one = four.house.get(f"{BASE}/recipients")["items"][2]
    batch = made(four, recipients=[one["id"]])
    assert (batch["total"], batch["subset"]) == (1, True)
    assert "Số vào sổ vàng: 3" in text_of(pdf_of(four, batch), tmp_path / "one.pdf")
    answer = four.http.post(f"{BASE}/certificates:render", json={"recipients": [str(UUID(int=1))]})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/recipients/0")


def test_nothing_is_made_before_a_decision(desk: Desk) -> None:
    answer = desk.http.post(f"{BASE}/certificates:render", json={})
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:diemcau:not-decided")


def test_file_that_is_not_made_yet_is_a_409(four: Desk) -> None:
    batch = render(four)
    answer = four.http.get(f"awards/v1/certificates/{batch}.pdf")
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:diemcau:not-rendered")


class Killed(Exception):
    """Stands for the end of the process."""


class Ending(Run):
    """A run whose process ends when the second chunk is about to begin."""

    def progress(self, done: int, total: int) -> None:
        if done:
            raise Killed


def test_batch_goes_on_after_a_kill_with_what_was_made(desk: Desk) -> None:
    desk.nominate_all()
    desk.decide()
    batch = UUID(render(desk))
    database = desk.house.system.databases["awards"]
    with database.read() as session:
        [row] = [
            get_job(session, UUID(one["job"]["id"]))
            for one in desk.house.get(f"{BASE}/certificates")["items"]
        ]
    system = desk.house.system
    peers = Peers.of("awards", system.settings, house.inside(house.apis(system)))
    context = context_of(system.settings, peers)
    job = Job(row["id"], row["kind"], row["conference"], None, row["payload"], 0, 0, 1)
    with pytest.raises(Killed):
        render_certificates(Ending(database, system.settings.clock, context, job))

    def stored() -> tuple[dict[int, str], int]:
        with database.read() as session:
            chunks = select(certificate_chunks.c.number, certificate_chunks.c.sha256)
            rows = session.execute(chunks.where(certificate_chunks.c.batch == batch)).all()
            files = select(func.count()).select_from(certificate_files)
            return dict(rows), session.execute(files).scalar_one()

    first, files = stored()
    assert (list(first), files) == ([1], 100)
    desk.house.pump()
    second, files = stored()
    assert (list(second), files, second[1]) == ([1, 2], 146, first[1])
    [found] = desk.house.get(f"{BASE}/certificates")["items"]
    assert (found["job"]["state"], found["job"]["done"]) == ("done", 146)
    with pikepdf.open(io.BytesIO(pdf_of(desk, found))) as file:
        assert len(file.pages) == 146


def test_design_changes_the_next_batch_and_is_not_overwritten_unseen(four: Desk, tmp_path: Path) -> None:
    path = f"{BASE}/certificate-design"
    answer = four.http.get(path)
    seen = {"If-Match": answer.headers["ETag"]}
    picture = io.BytesIO()
    Image.new("RGB", (40, 30), "#fff8e0").save(picture, "PNG")
    wanted = {
        **answer.json(),
        "paper": "a3",
        "word": "GIẤY KHEN",
        "giver": ["Ủy ban MTTQ Việt Nam tỉnh"],
        "frame": "none",
        "pattern": False,
        "background": f"data:image/png;base64,{base64.b64encode(picture.getvalue()).decode()}",
    }
    assert four.http.put(path, json=wanted, headers=seen).status_code == 200
    assert four.http.put(path, json=wanted, headers=seen).status_code == 412
    content = pdf_of(four, made(four))
    assert "GIẤY KHEN" in text_of(content, tmp_path / "all.pdf")
    with pikepdf.open(io.BytesIO(content)) as file:
        assert float(file.pages[0].mediabox[2]) == pytest.approx(1190.55, abs=0.1)


@pytest.mark.parametrize(
    ("given", "pointer"),
    [
        ({"paper": "a5"}, "/paper"),
        ({"colour": "red"}, "/colour"),
        ({"background": "https://example.com/x.png"}, "/background"),
        ({"background": "data:image/png;base64,AAAA"}, "/background"),
        ({"width_mm": 5}, "/width_mm"),
    ],
)
def test_wrong_design_is_refused_by_field(desk: Desk, given: dict[str, Any], pointer: str) -> None:
    path = f"{BASE}/certificate-design"
    answer = desk.http.get(path)
    seen = {"If-Match": answer.headers["ETag"]}
    refused = desk.http.put(path, json={**answer.json(), **given}, headers=seen)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, pointer)


def code_on(desk: Desk, batch: dict[str, Any], path: Path) -> str:
    found = re.search(r"Mã xác minh: ([A-Z2-9-]{19})", text_of(pdf_of(desk, batch), path))
    assert found
    return found[1]


def verify(desk: Desk, code: str) -> Any:
    return desk.http.get(f"awards/v1/verify/{code}", headers={"Authorization": ""})


def test_anybody_may_check_a_code_and_learns_no_more_than_needed(four: Desk, tmp_path: Path) -> None:
    issue(four, 12)
    code = code_on(four, made(four), tmp_path / "all.pdf")
    assert verify(four, code).json() == {
        "name": NAMES[0],
        "title": "Bằng khen của Ủy ban MTTQ Việt Nam tỉnh Nghệ An",
        "number": "12/QĐ-MTTQ-BTT",
        "issued_on": "2021-06-25",
        "state": "valid",
    }
    assert verify(four, code.lower().replace("-", " ")).json()["state"] == "valid"


def decide_without(desk: Desk, name: str) -> str:
    """Decide again, without one of the four; the decision's id."""
    chosen = [one["id"] for one in desk.nominations() if one["name"] != name]
    return str(desk.decide(nominations=chosen)["decision"]["id"])


def standing(desk: Desk, code: str) -> tuple[str, str | None]:
    found = verify(desk, code).json()
    return found["state"], found["number"]


def test_code_of_somebody_whom_a_later_decision_leaves_out_is_superseded(four: Desk, tmp_path: Path) -> None:
    code = code_on(four, made(four), tmp_path / "all.pdf")
    assert standing(four, code) == ("draft", None)
    issue(four, 12)
    decide_without(four, NAMES[0])
    assert standing(four, code) == ("superseded", "12/QĐ-MTTQ-BTT")


def test_code_of_somebody_whom_the_later_decision_honours_too_stays_valid(four: Desk, tmp_path: Path) -> None:
    code = code_on(four, made(four), tmp_path / "all.pdf")
    first = issue(four, 12)
    decide_without(four, NAMES[1])
    assert standing(four, code) == ("valid", "12/QĐ-MTTQ-BTT")  # the later one has no number yet
    issue(four, 13)
    end(four, first, "superseded")
    assert standing(four, code) == ("valid", "13/QĐ-MTTQ-BTT")


def test_code_of_a_recalled_decision_says_so_with_the_number_that_it_had(four: Desk, tmp_path: Path) -> None:
    code = code_on(four, made(four), tmp_path / "all.pdf")
    end(four, issue(four, 12), "recalled")
    assert standing(four, code) == ("recalled", "12/QĐ-MTTQ-BTT")
    assert verify(four, code).json()["issued_on"] == "2021-06-25"


def test_certificates_after_a_recall_are_drafts_again(four: Desk) -> None:
    end(four, issue(four, 12), "recalled")
    batch = made(four)
    assert (batch["draft"], batch["number"]) == (True, None)


@pytest.mark.parametrize("code", ["AAAA-AAAB-AAAA-AAAA", "x", "ÀÀÀÀ-AAAA-AAAA-AAAA", "1" * 300])
def test_code_that_nobody_signed_is_unknown(desk: Desk, code: str) -> None:
    answer = verify(desk, code)
    assert (answer.status_code, answer.json()["type"]) == (404, "urn:diemcau:unknown-code")


def test_code_holds_its_serial_and_one_wrong_letter_spoils_it() -> None:
    codes = Codes(b"secret")
    code = codes.make(123_456_789)
    assert codes.read(code) == 123_456_789
    wrong = ("B" if code[-1] != "B" else "C").join([code[:-1], ""])
    with pytest.raises(UnknownCode):
        codes.read(wrong)
    with pytest.raises(UnknownCode):
        Codes(b"other").read(code)
