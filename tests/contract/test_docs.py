"""What the documents say is there: settings, files, functions, commands."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from services.__main__ import main
from services.planning.plan import format as plan_format
from services.planning.plan.shape import REQUIRED, Record

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
CONFIG = (ROOT / "shared" / "config.py").read_text()


def test_every_setting_is_documented_and_every_documented_one_exists() -> None:
    documented = set(re.findall(r"^\| `(\w+)`", (ROOT / "docs" / "settings.md").read_text(), re.MULTILINE))
    read = set(re.findall(r'"(DIEMCAU_\w+|PORT)"', CONFIG))
    assert documented == read


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_file_that_a_page_names_exists(page: Path) -> None:
    text = page.read_text()
    links = {page.parent / target for target in re.findall(r"\]\((?!http)([^)#]+)", text)}
    named = {ROOT / path for path in re.findall(r"`((?:services|shared|diemcau|tests|docs)/[\w./-]+)`", text)}
    missing = [str(path.relative_to(ROOT)) for path in links | named if not path.exists()]
    assert not missing


@pytest.mark.parametrize("page", ["a-decision.md", "a-document.md"])
def test_every_function_on_the_way_exists(page: str) -> None:
    text = (ROOT / "docs" / page).read_text()
    pairs = re.findall(r"`(services/[\w/]+\.py|shared/[\w/]+\.py)`\*{0,2} `(\w+)`", text)
    assert len(pairs) >= 6
    for path, name in pairs:
        assert re.search(rf"\b{name}\b", (ROOT / path).read_text()), f"{name} is not in {path}"


def test_every_command_of_the_readme_exists() -> None:
    used = set(re.findall(r"\.venv/bin/diemcau (\w+)", (ROOT / "README.md").read_text()))
    assert used
    assert used <= set(main.commands)
    targets = set(re.findall(r"^    make (\w+)", (ROOT / "README.md").read_text(), re.MULTILINE))
    assert targets <= set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), re.MULTILINE))


RECORDS: dict[str, Record] = {
    "plan": plan_format.PLAN,
    "conference": plan_format.CONFERENCE,
    "units": plan_format.UNIT,
    "options": plan_format.OPTION,
    "groups": plan_format.GROUP,
    "programme": plan_format.PLAN.fields["programme"].spec.item,  # type: ignore[attr-defined]
    "tasks": plan_format.TASK,
    "papers": plan_format.PAPERS,
    "documents": plan_format.DOCUMENT,
    "awards": plan_format.AWARDS,
}


@pytest.mark.parametrize("section", RECORDS)
def test_the_plan_format_is_documented_field_by_field(section: str) -> None:
    text = (ROOT / "docs" / "plan-format.md").read_text().split(f"### {section}\n")[1].partition("###")[0]
    rows = re.findall(r"^\| (\*\*)?(\w+)(?:\*\*)? \|", text, re.MULTILINE)
    documented = {name: bool(bold) for bold, name in rows if name != "field"}
    assert documented == {name: f.default is REQUIRED for name, f in RECORDS[section].fields.items()}
