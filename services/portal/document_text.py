"""The body of a document as lines that a person can edit, and back.

One line is one block. What a line cannot say (a table, a programme) stands as `[bảng 3]`: the number names
the block of the body that it is, which is kept as it was.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

Block = dict[str, Any]

GAP = "…"
"""What a draft says where the plan does not tell."""
PARTS = {
    "subject": "Trích yếu",
    "place": "Địa danh",
    "decider": "Người quyết định",
    "addressees": "Kính gửi",
    "legal_bases": "Căn cứ",
    "recipients": "Nơi nhận",
    "archive_line": "Nơi nhận",
}
KEPT = {"table": "bảng", "schedule": "chương trình"}
_HEADING = re.compile(r"(#{1,3}) (?:([^\s.]+(?:\.\d+)*)\. )?(.+)")
_ARTICLE = re.compile(r"Điều ([^\s.]+)\. (.+)")
_CLAUSE = re.compile(r"(\d+)\. (.+)")
_POINT = re.compile(r"([a-zđ])\) (.+)")
_DASH = re.compile(r"- (.+)")
_CENTRE = re.compile(r"= (.+)")
_KV = re.compile(r"\* ([^:]+): (.+)")
_KEPT = re.compile(r"\[(?:bảng|chương trình|khối) (\d+)[^\]]*\]")


class LineRefused(Exception):
    """Line `number` (from 1) names a block that the document does not have."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


class Gap(NamedTuple):
    """A text that still holds "…": the heading or the part that it stands under, and the text."""

    where: str
    text: str


def gaps(content: dict[str, Any]) -> list[Gap]:
    """What a document has not filled in yet, in the order of the form, body and annexes last."""
    found = []
    for name, where in PARTS.items():
        given = content.get(name) or ""
        found += [Gap(where, text) for text in ([given] if isinstance(given, str) else given)]
    found += [Gap("Người ký", text) for text in content["sign"].values()]
    found += _passages("", content["body"])
    for annex in content.get("annexes") or []:
        found += _passages(f"Phụ lục: {annex['title']}", annex["body"])
    return [one for one in found if GAP in one.text]


def to_lines(body: list[Block]) -> str:
    """The text of a body: a line for each block, a blank one between them."""
    return "\n\n".join(_line(block, number) for number, block in enumerate(body, start=1))


def from_lines(text: str, body: list[Block]) -> list[Block]:
    """The blocks of an edited text; kept blocks come from `body`. Raises LineRefused."""
    found = []
    for number, line in enumerate(text.splitlines(), start=1):
        stripped = line.strip()
        if not stripped:
            continue
        kept = _KEPT.fullmatch(stripped)
        if kept is None:
            found.append(_block(stripped))
        elif 1 <= int(kept.group(1)) <= len(body):
            found.append(body[int(kept.group(1)) - 1])
        else:
            raise LineRefused(number)
    return found


def _passages(where: str, body: list[Block]) -> Iterator[Gap]:
    """Every text of the blocks, under the heading before it."""
    for block in body:
        if block["kind"] == "heading":
            where = f"{block['no']}. {block['text']}" if block["no"] else block["text"]
        yield from (Gap(where, text) for text in _texts(block))


def _texts(block: Block) -> list[str]:
    """A table and a programme row by row."""
    if block["kind"] == "table":
        rows = [*block["rows"], block.get("total_row") or []]
        return [" · ".join(cell for cell in row if cell) for row in rows]
    if block["kind"] == "schedule":
        return [f"{entry['time']} {entry['text']}" for entry in block["entries"]]
    return [f"{block['label']}: {block['text']}" if block["kind"] == "kv" else block["text"]]


def _line(block: Block, number: int) -> str:
    written = _written(block)
    if _says(written, block):
        return written
    return f"[{KEPT.get(str(block['kind']), 'khối')} {number}]"


def _says(written: str, block: Block) -> bool:
    """Whether reading the line gives the block back."""
    one_line = len(written.splitlines()) == 1 and written == written.strip()
    return one_line and _KEPT.fullmatch(written) is None and _block(written) == block


def _written(block: Block) -> str:
    kind, text = block["kind"], block.get("text", "")
    if kind == "heading":
        no = f"{block['no']}. " if block["no"] else ""
        return f"{'#' * block['level']} {no}{text}"
    if kind == "para":
        return text if _block(text) == block else f"\\{text}"
    forms = {
        "article": "Điều {no}. {text}",
        "clause": "{no}. {text}",
        "point": "{letter}) {text}" if block.get("letter") else "- {text}",
        "centre": "= {text}",
        "kv": "* {label}: {text}",
    }
    return forms[kind].format_map(block) if kind in forms else ""


def _block(line: str) -> Block:
    if line.startswith("\\"):
        return {"kind": "para", "text": line[1:]}
    if found := _HEADING.fullmatch(line):
        level, no, text = found.groups()
        return {"kind": "heading", "level": len(level), "no": no or "", "text": text}
    if found := _ARTICLE.fullmatch(line):
        return {"kind": "article", "no": found.group(1), "text": found.group(2)}
    if found := _CLAUSE.fullmatch(line):
        return {"kind": "clause", "no": found.group(1), "text": found.group(2)}
    if found := _POINT.fullmatch(line):
        return {"kind": "point", "letter": found.group(1), "text": found.group(2)}
    if found := _DASH.fullmatch(line):
        return {"kind": "point", "letter": "", "text": found.group(1)}
    if found := _CENTRE.fullmatch(line):
        return {"kind": "centre", "text": found.group(1)}
    if found := _KV.fullmatch(line):
        return {"kind": "kv", "label": found.group(1), "text": found.group(2)}
    return {"kind": "para", "text": line}
