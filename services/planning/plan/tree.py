"""Bytes of a plan → a plain tree, the same from YAML and from JSON, within fixed bounds of time and memory.

Only null, true, false and JSON's numbers are more than text: dates, 15:00 and 0900000000 stay strings.

Plans are written with unquoted commas in `{title: Gửi giấy mời, phát hành tài liệu}`. YAML ends the title
at the comma and makes the rest a key without a value; so does the JSON that a YAML library gives. Such a key
becomes text again here if it has a blank or a letter beyond ASCII, as no field's name has. Any other is left
for the reader to report.
"""

from __future__ import annotations

import json
import math
import re
import unicodedata
from typing import Any, NamedTuple, NoReturn, cast

import yaml as pyyaml

from services.planning.plan.model import Tree
from services.planning.plan.problems import Path, Problem, Problems, Unreadable, problem

MAX_BYTES = 32 * 1024 * 1024
MAX_DEPTH = 32
MAX_NODES = 3_000_000
MAX_SCALAR = 65_536
MAX_KEY = 200
MAX_INT = 2**63 - 1
MAX_MARKS = 30  # in a row, as in UAX #15 "Stream-Safe Text Format": ordering longer runs takes quadratic time

_INT = re.compile(r"-?(?:0|[1-9][0-9]*)").fullmatch
_FLOAT = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?").fullmatch
_IS_PROSE = re.compile(r"\s|[^\x00-\x7f]").search
_LITERALS: dict[str, Tree] = {"": None, "~": None, "null": None, "true": True, "false": False}
_JSON_STRING = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)
_BRACKETS = re.compile(r"[\[\]{}]")
_BAD_CHARACTERS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")
# libyaml compares every %TAG with all earlier ones; `%` counts at the start of any line that libyaml knows
_TAG_DIRECTIVE = re.compile("(?:\\A|[\r\n\x85\u2028\u2029])%TAG")


_BARE: Any = object()  # the value of a key that was written without a colon


class _Pairs(list[tuple[Any, Any]]):
    """A mapping as it was written: repeated keys and keys of any type are still there."""


class _Flagged(NamedTuple):
    """A value that stands for something refused."""

    code: str
    value: Any
    written: str = ""


def read_tree(raw: bytes, *, yaml: bool) -> tuple[Tree, list[Problem]]:
    """The tree of a plan and the problems found on the way, in document order; text is NFC-normalised.

    What is refused leaves something harmless in the tree: null for an alias or number, the first of
    repeated keys, no entry for a key that is not text. Raises `Unreadable` when there is no tree.
    """
    if len(raw) > MAX_BYTES:
        _refuse("too-large", limit=MAX_BYTES // 2**20)
    try:
        text = raw.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        _refuse("not-utf8", offset=error.start)
    if not text.strip():
        _refuse("empty")
    found = _Cleaner(bare=_BARE if yaml else None)
    tree = found.clean(_yaml_tree(text) if yaml else _json_tree(text), None)
    return tree, list(found.problems.in_order(tree))


def _refuse(code: str, **values: str | int) -> NoReturn:
    raise Unreadable(problem("", code, "", **values))


def _integer(text: str) -> int | _Flagged:
    value = int(text) if len(text) <= 20 else MAX_INT + 1
    return value if -MAX_INT <= value <= MAX_INT else _Flagged("too-large-number", None, text)


def _float(text: str) -> float | _Flagged:
    value = float(text)
    return value if math.isfinite(value) else _Flagged("invalid-number", None, text)


def _json_tree(text: str) -> Any:
    _check_json_bounds(text)
    try:
        return json.loads(
            text,
            object_pairs_hook=_Pairs,
            parse_int=_integer,
            parse_float=_float,
            parse_constant=lambda name: _Flagged("invalid-number", None, name),
        )
    except json.JSONDecodeError as error:
        _refuse("malformed", language="JSON", line=error.lineno, column=error.colno, detail=error.msg)


def _check_json_bounds(text: str) -> None:
    """Refuse depth and number of nodes before the recursive parser sees the text."""
    bare = _JSON_STRING.sub("", text)
    # an empty container is counted twice here; the exact count comes with the tree
    if sum(map(bare.count, ",:[{")) > 2 * MAX_NODES:
        _refuse("too-many-nodes", limit=MAX_NODES)
    depth = 0
    for bracket in _BRACKETS.finditer(bare):
        depth += 1 if bracket[0] in "[{" else -1
        if depth > MAX_DEPTH:
            _refuse("too-deep", limit=MAX_DEPTH)
        if depth < 1:
            return  # the parser reads no further, either


def _yaml_tree(text: str) -> Any:
    if _TAG_DIRECTIVE.search(text):
        _refuse("tag")
    try:
        return _compose(text)
    except pyyaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        _refuse("malformed", language="YAML", line=line, column=column, detail=error.problem or "")
    except pyyaml.reader.ReaderError as error:
        before = text.encode()[: error.position].decode(errors="ignore")
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        _refuse("malformed", language="YAML", line=line, column=column, detail=str(error.reason))


def _compose(text: str) -> Any:
    """Build the tree from libyaml's events with a stack of our own: its composer recurses without bound."""
    composer = _Composer(text)
    for event in pyyaml.parse(text, Loader=pyyaml.CSafeLoader):
        composer.take(event)
    if not composer.documents:
        _refuse("empty")
    return composer.stack[0][0]


class _Composer:
    """Open containers on a stack, each the flat list of what it has so far; the lowest is the document's."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._key_end = 0
        self.stack: list[list[Any]] = [[]]
        self.starts: list[pyyaml.CollectionStartEvent] = []
        self.documents = 0
        self._nodes = 0

    def take(self, event: pyyaml.Event) -> None:
        if isinstance(event, pyyaml.ScalarEvent):
            self._add(_noted(event, _BARE if self._is_bare(event) else _scalar(event)))
            mark: Any = event.end_mark
            self._key_end = mark.index
        elif isinstance(event, pyyaml.CollectionStartEvent):
            self._open(event)
        elif isinstance(event, pyyaml.CollectionEndEvent):
            items = self.stack.pop()
            whole = items if isinstance(event, pyyaml.SequenceEndEvent) else _pairs(items)
            self._add(_noted(self.starts.pop(), whole))
        elif isinstance(event, pyyaml.AliasEvent):
            self._add(_Flagged("alias", None))
        elif isinstance(event, pyyaml.DocumentStartEvent):
            self.documents += 1
            if self.documents > 1:
                _refuse("several-documents")

    def _is_bare(self, event: Any) -> bool:
        """Whether this is the value of `b` in `{a: x, b}`, where not even a colon was written."""
        index = event.start_mark.index
        if event.value or index != event.end_mark.index or self._text[index : index + 1] not in (",", "}"):
            return False
        return len(self.stack[-1]) % 2 == 1 and not self._text[self._key_end : index].strip()

    def _open(self, event: pyyaml.CollectionStartEvent) -> None:
        self.starts.append(event)
        self.stack.append([])
        if len(self.starts) > MAX_DEPTH:
            _refuse("too-deep", limit=MAX_DEPTH)

    def _add(self, value: Any) -> None:
        self.stack[-1].append(value)
        self._nodes += 1
        if self._nodes > MAX_NODES:
            _refuse("too-many-nodes", limit=MAX_NODES)


def _pairs(items: list[Any]) -> _Pairs:
    return _Pairs(zip(items[::2], items[1::2], strict=True))


def _noted(event: pyyaml.ScalarEvent | pyyaml.CollectionStartEvent, value: Any) -> Any:
    if event.anchor is not None:
        return _Flagged("alias", value)
    return value if event.tag is None else _Flagged("tag", value)


def _scalar(event: pyyaml.ScalarEvent) -> Any:
    """A plain scalar as JSON would have it, anything quoted as text."""
    text = event.value
    if not event.implicit[0]:
        return text
    if text in _LITERALS:
        return _LITERALS[text]
    if text[0] not in "-0123456789":
        return text
    if _INT(text):
        return _integer(text)
    return _float(text) if _FLOAT(text) else text


class _Cleaner:
    """Turns a raw tree into a plain one. Recursive, which `MAX_DEPTH` bounds."""

    def __init__(self, *, bare: object) -> None:
        self._bare = bare
        self.problems = Problems()
        self._nodes = 0
        self._keys: dict[str, str | None] = {}

    def clean(self, raw: Any, path: Path) -> Tree:
        self._nodes += 1
        if self._nodes > MAX_NODES:
            _refuse("too-many-nodes", limit=MAX_NODES)
        if isinstance(raw, str):
            return self._text(raw, path)
        if isinstance(raw, _Flagged):
            return self._flagged(raw, path)
        if isinstance(raw, _Pairs):
            return self._mapping(raw, path)
        if isinstance(raw, list):
            return [self.clean(item, (path, index)) for index, item in enumerate(raw)]
        return None if raw is _BARE else cast(Tree, raw)

    def _flagged(self, raw: _Flagged, path: Path) -> Tree:
        self.problems.add(path, raw.code, value=raw.written, limit=MAX_INT)
        self._nodes -= 1
        return self.clean(raw.value, path)

    def _mapping(self, pairs: _Pairs, path: Path) -> Tree:
        tree: dict[str, Tree] = {}
        self._nodes += len(pairs)
        split = any(value is self._bare for _, value in pairs)
        for raw, value in _rejoined(pairs, self._bare) if split else pairs:
            key = self._key(raw, path)
            if key is None:
                continue
            if key in tree:
                self.problems.add((path, key), "repeated-key", key=key)
            else:
                tree[key] = self.clean(value, (path, key))
        return tree

    def _key(self, raw: Any, path: Path) -> str | None:
        """The key as text, or None if it cannot be one; a flagged key keeps its text."""
        if isinstance(raw, str) and raw in self._keys:
            return self._keys[raw]
        if isinstance(raw, _Flagged):
            written = raw.value if isinstance(raw.value, str) else raw.written
            place = (path, written[:MAX_KEY]) if written else path
            self.problems.add(place, raw.code, value=written, limit=MAX_INT)
            raw = raw.value
            if not isinstance(raw, str):
                return None
        if not isinstance(raw, str):
            written = "…" if isinstance(raw, list) else json.dumps(raw)
            self.problems.add((path, written), "non-string-key", key=written)
            return None
        if len(raw) > MAX_KEY:
            self.problems.add(path, "too-long", limit=MAX_KEY)
            return None
        return self._good_key(raw, path)

    def _good_key(self, raw: str, path: Path) -> str:
        text = _normal(raw)
        if text is None:
            text = _BAD_CHARACTERS.sub("\ufffd", raw)
            self.problems.add((path, text), "invalid-text")
        else:
            self._keys[raw] = text
        return text

    def _text(self, raw: str, path: Path) -> str:
        if len(raw) > MAX_SCALAR:
            self.problems.add(path, "too-long", limit=MAX_SCALAR)
            return ""
        text = _normal(raw)
        if text is None:
            self.problems.add(path, "invalid-text")
            return _BAD_CHARACTERS.sub("\ufffd", raw)
        return text


def _rejoined(pairs: _Pairs, bare: object) -> _Pairs:
    """The pairs with text whole again that was split at its commas."""
    whole = _Pairs()
    texts: list[str] = []
    for key, value in pairs:
        if value is bare and texts and isinstance(key, str) and _IS_PROSE(key):
            texts.append(key)
            continue
        _close(whole, texts)
        texts = [value] if isinstance(value, str) and value else []
        whole.append((key, value))
    _close(whole, texts)
    return whole


def _close(whole: _Pairs, texts: list[str]) -> None:
    if len(texts) > 1:
        whole[-1] = (whole[-1][0], ", ".join(texts))


def _normal(text: str) -> str | None:
    """The text in NFC, or None if it has characters that no text should have."""
    if text.isascii() and text.isprintable():
        return text
    if _BAD_CHARACTERS.search(text):
        return None
    if unicodedata.is_normalized("NFC", text):
        return text
    return unicodedata.normalize("NFC", text) if _is_stream_safe(text) else None


def _is_stream_safe(text: str) -> bool:
    run = 0
    for character in text:
        run = run + 1 if unicodedata.combining(character) else 0
        if run > MAX_MARKS:
            return False
    return True
