"""Typst in its own process, joined PDFs, and widths of text."""

from __future__ import annotations

import subprocess
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest

from shared.typesetting.metrics import face
from shared.typesetting.pdf import merge, page_count
from shared.typesetting.typst import FONTS, TypesettingFailed, Typst, compile_pdf
from tests.paper import conformance_of, fonts_of, is_tagged, text_of

PAGE = """#let data = json(bytes(sys.inputs.data))
#set text(font: "Liberation Serif", lang: "vi")
#data.words
"""
VIETNAMESE = "ÀÁẢÃẠĂẰẮẲẴẶÂẦẤẨẪẬĐÈÉẺẼẸÊỀẾỂỄỆÌÍỈĨỊÒÓỎÕỌÔỒỐỔỖỘƠỜỚỞỠỢÙÚỦŨỤƯỪỨỬỮỰỲÝỶỸỴ"
WORDS = {"words": "Ủy ban Mặt trận Tổ quốc Việt Nam: " + " ".join(VIETNAMESE + VIETNAMESE.lower())}


@pytest.fixture
def template(tmp_path: Path) -> Path:
    folder = tmp_path / "template"
    folder.mkdir()
    (folder / "main.typ").write_text(PAGE)
    return folder


def test_what_goes_in_comes_out(template: Path) -> None:
    assert text_of(compile_pdf(template, WORDS)) == WORDS["words"]


def test_pdf_is_archival_tagged_and_in_our_font(template: Path) -> None:
    pdf = compile_pdf(template, WORDS)
    assert (conformance_of(pdf), is_tagged(pdf)) == ("2B", True)
    assert fonts_of(pdf) == {"LiberationSerif": True}


def test_wrong_template_says_why(template: Path) -> None:
    (template / "main.typ").write_text("#nothing-of-that-name")
    with pytest.raises(TypesettingFailed, match="nothing-of-that-name"):
        compile_pdf(template, {})


def test_template_that_is_not_there_is_told(template: Path) -> None:
    with pytest.raises(TypesettingFailed):
        compile_pdf(template, {}, "other.typ")


def test_template_reads_nothing_outside_its_folder(template: Path) -> None:
    (template.parent / "secret").write_text("secret")
    (template / "main.typ").write_text('#read("../secret")')
    with pytest.raises(TypesettingFailed, match="escape"):
        compile_pdf(template, {})


def test_template_fetches_no_package(template: Path) -> None:
    (template / "main.typ").write_text('#import "@preview/cetz:0.3.0"')
    with pytest.raises(TypesettingFailed, match="Connection refused"):
        compile_pdf(template, {})


def test_endless_template_is_ended(template: Path) -> None:
    (template / "main.typ").write_text(
        "#for a in range(9999) { for b in range(9999) { for c in range(9999) { let _ = b + c } } }"
    )
    with Typst(seconds=1) as typst, pytest.raises(TypesettingFailed, match="more than 1 s"):
        typst.compile(template, {})


def test_next_file_is_made_after_a_failure(template: Path) -> None:
    (template / "wrong.typ").write_text("#nothing")
    with Typst() as typst:
        with pytest.raises(TypesettingFailed):
            typst.compile(template, {}, "wrong.typ")
        assert page_count(typst.compile(template, WORDS)) == 1


def test_process_is_replaced_after_its_share_of_files(template: Path) -> None:
    (template / "slow.typ").write_text(PAGE)
    with Typst(files_per_child=2) as typst:
        children = []
        for _ in range(5):
            typst.compile(template, WORDS)
            children.append(typst._child.pid if typst._child else None)
    assert len(set(children)) == 3


def test_process_that_died_is_replaced(template: Path) -> None:
    with Typst() as typst:
        typst.compile(template, WORDS)
        assert typst._child is not None
        typst._child.kill()
        typst._child.wait()
        assert page_count(typst.compile(template, WORDS)) == 1


def test_closing_leaves_no_process(template: Path) -> None:
    typst = Typst()
    typst.compile(template, WORDS)
    child = typst._child
    typst.close()
    assert child is not None
    assert child.poll() is not None


def test_joined_files_keep_their_pages_and_their_claim(template: Path) -> None:
    parts = [compile_pdf(template, {"words": words}) for words in ("Một", "Hai", "Ba")]
    joined = merge(parts)
    assert [text_of(joined, page) for page in (1, 2, 3)] == ["Một", "Hai", "Ba"]
    assert conformance_of(joined) == "2B"


def test_joined_files_have_no_tags_of_one_part_only(template: Path) -> None:
    joined = merge([compile_pdf(template, WORDS), compile_pdf(template, WORDS)])
    with pikepdf.open(BytesIO(joined)) as file:
        assert "/StructTreeRoot" not in file.Root
        assert all("/StructParents" not in page.obj for page in file.pages)


def test_nothing_cannot_be_joined() -> None:
    with pytest.raises(ValueError, match="nothing to merge"):
        merge([])


@pytest.mark.parametrize("style", ["Regular", "Bold", "Italic", "BoldItalic"])
def test_fonts_have_every_vietnamese_letter(style: str) -> None:
    letters = VIETNAMESE + VIETNAMESE.lower() + "…–—“”₫"
    assert not set(letters) - set(face(f"LiberationSerif-{style}").advances)


def test_widths_are_those_that_typst_sets(template: Path) -> None:
    (template / "main.typ").write_text(
        '#set text(font: "Liberation Serif", weight: "bold", size: 14pt, kerning: false)\n'
        "#context [#measure[Độc lập - Tự do - Hạnh phúc].width.mm()]"
    )
    told = float(text_of(compile_pdf(template, {})))
    assert face("LiberationSerif-Bold").width_mm("Độc lập - Tự do - Hạnh phúc", 14) == pytest.approx(
        told, abs=0.01
    )


def test_fonts_travel_with_their_licence() -> None:
    assert "SIL OPEN FONT LICENSE" in (FONTS / "LICENSE-OFL.txt").read_text()
    asked = ["fc-query", "-f", "%{family} %{fontversion}\n", *map(str, sorted(FONTS.glob("*.ttf")))]
    told = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.split("\n")[:-1]
    assert told == ["Liberation Serif 137625"] * 4  # 2.1 as a 16.16 fixed number
