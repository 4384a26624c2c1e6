"""What can be wrong with a plan, in words: one table of codes, and a bounded collector."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final, NamedTuple, TypeAlias

from services.planning.plan.model import Tree

MAX_PROBLEMS = 1_000
SHOWN = 60
MAX_CANDIDATES = 200

Path: TypeAlias = "tuple[Path, str | int] | None"


class Words(NamedTuple):
    """One phrase in both languages."""

    vi: str
    en: str


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake: `pointer` is RFC 6901 into the posted tree ('' = the whole), `code` is stable."""

    pointer: str
    code: str
    vi: str
    en: str


class Unreadable(ValueError):
    """The bytes give no tree at all."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.en)
        self.problem = problem


class PlanInvalid(ValueError):
    """The tree is not a valid plan; `problems` has all its mistakes in document order, never none."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__(f"{len(problems)} problems, first {problems[0].pointer!r}: {problems[0].en}")
        self.problems = problems


MESSAGES: Final[Mapping[str, Words]] = {
    # bytes
    "too-large": Words("Tệp kế hoạch lớn hơn {limit} MB", "The plan is larger than {limit} MB"),
    "too-deep": Words("Kế hoạch lồng sâu hơn {limit} mức", "The plan is nested deeper than {limit} levels"),
    "too-many-nodes": Words("Kế hoạch có hơn {limit} mục", "The plan has more than {limit} nodes"),
    "empty": Words("Kế hoạch trống", "The plan is empty"),
    "not-utf8": Words("Tệp không phải mã UTF-8 (byte {offset})", "The file is not UTF-8 (byte {offset})"),
    "malformed": Words(
        "Sai cú pháp {language} ở dòng {line}, cột {column}: {detail}",
        "Malformed {language} at line {line}, column {column}: {detail}",
    ),
    "several-documents": Words(
        "Tệp chứa nhiều hơn một tài liệu YAML", "The file holds more than one YAML document"
    ),
    # tree
    "alias": Words("Không dùng neo hay bí danh YAML (& và *)", "YAML anchors and aliases are not accepted"),
    "tag": Words("Không dùng thẻ YAML (!)", "YAML tags are not accepted"),
    "repeated-key": Words("Khóa “{key}” được ghi hai lần", "The key “{key}” is given twice"),
    "non-string-key": Words(
        "Khóa phải là chuỗi ký tự; hãy đặt “{key}” trong dấu nháy",
        "A key must be text; put “{key}” in quotes",
    ),
    "invalid-number": Words("“{value}” không phải số dùng được", "“{value}” is not a usable number"),
    "invalid-text": Words(
        "Văn bản chứa ký tự điều khiển hoặc ký tự không hợp lệ", "The text has control or invalid characters"
    ),
    # shape
    "unknown-key": Words("Không có mục “{key}” ở đây", "There is no “{key}” here"),
    "missing-key": Words("Thiếu mục “{key}”", "“{key}” is missing"),
    "wrong-type": Words("Cần {expected}, nhưng đây là {found}", "Expected {expected}, but this is {found}"),
    "invalid-key": Words(
        "Khóa “{value}” chỉ được gồm a–z, 0–9, _ và -, bắt đầu bằng chữ hoặc số",
        "The key “{value}” may only have a–z, 0–9, _ and -, and starts with a letter or digit",
    ),
    "invalid-value": Words(
        "Giá trị “{value}” không hợp lệ: {expected}", "The value “{value}” is not valid: {expected}"
    ),
    "blank": Words("Không được để trống", "This must not be blank"),
    "too-long": Words("Dài quá {limit} ký tự", "Longer than {limit} characters"),
    "too-small": Words("{value} nhỏ hơn {limit}", "{value} is less than {limit}"),
    "too-large-number": Words("{value} lớn hơn {limit}", "{value} is more than {limit}"),
    "duplicate-key": Words("Khóa “{key}” đã được dùng ở trên", "The key “{key}” is already used above"),
    "duplicate-value": Words("“{value}” đã có trong danh sách", "“{value}” is already in the list"),
    # references and rules
    "unknown-unit": Words("Không có đơn vị “{value}”", "There is no unit “{value}”"),
    "unknown-option": Words("Không có phương án “{value}”", "There is no option “{value}”"),
    "unknown-level": Words("Không có đơn vị nào ở cấp “{value}”", "No unit is of the level “{value}”"),
    "unknown-plugin": Words("Không có hình thức tổ chức “{value}”", "There is no venue plugin “{value}”"),
    "unknown-timezone": Words("Không có múi giờ “{value}”", "There is no time zone “{value}”"),
    "unit-cycle": Words(
        "Đơn vị “{key}” là cấp trên của chính nó: {cycle}", "The unit “{key}” is its own superior: {cycle}"
    ),
    "window-reversed": Words(
        "Ngày cuối {to} trước ngày đầu {start}", "The last day {to} is before the first, {start}"
    ),
    "outside-window": Words(
        "Ngày {day} nằm ngoài khoảng từ {start} đến {to}", "{day} is not within {start} to {to}"
    ),
    "ends-before-start": Words(
        "Giờ kết thúc {ends} không sau giờ bắt đầu {starts}", "The end {ends} is not after the start {starts}"
    ),
    "place-not-served": Words(
        "Hình thức “{venue}” không có nơi “{value}”; chỉ có: {places}",
        "The venue plugin “{venue}” has no place “{value}”; it serves: {places}",
    ),
    "missing-option": Words("Cần ít nhất một phương án", "At least one option is needed"),
    "missing-owner": Words(
        "Nhiệm vụ cần “unit” (một đơn vị) hoặc “per” (mỗi đơn vị của một cấp)",
        "A task needs “unit” (one unit) or “per” (each unit of a level)",
    ),
    "conflicting-keys": Words("“{key}” không đi cùng “{other}”", "“{key}” cannot go with “{other}”"),
    "plugin-failed": Words(
        "Không kiểm tra được thiết lập: hình thức “{venue}” gặp lỗi ({detail})",
        "The settings could not be checked: the venue plugin “{venue}” failed ({detail})",
    ),
    "too-many-problems": Words(
        "Còn lỗi khác; chỉ nêu {limit} lỗi đầu", "There is more; only {limit} are listed"
    ),
}
HINT: Final = Words(". Có phải “{hint}” không?", ". Did you mean “{hint}”?")


def problem(pointer: str, code: str, hint: str = "", **values: Words | str | int) -> Problem:
    """The problem with its message in both languages; long values are shortened."""
    vi, en = (
        (text + (tail if hint else "")).format(hint=hint, **{n: _shown(v, side) for n, v in values.items()})
        for side, (text, tail) in enumerate(zip(MESSAGES[code], HINT, strict=True))
    )
    return Problem(pointer, code, vi, en)


def _shown(value: Words | str | int, side: int) -> str:
    if isinstance(value, Words):
        return value[side]
    if isinstance(value, int) and value.bit_length() > 64:  # str() of a huge number is slow or refused
        return "…"
    text = str(value)
    return text if len(text) <= SHOWN else text[:SHOWN] + "…"


def closest(value: str, candidates: Iterable[str]) -> str:
    """The candidate most like `value`, or ''. Looks at a bounded number only: comparing is slow."""
    pool = [name for name, _ in zip(candidates, range(MAX_CANDIDATES + 1), strict=False)]
    if len(value) > SHOWN or len(pool) > MAX_CANDIDATES:
        return ""
    return next(iter(get_close_matches(value, pool, n=1)), "")


def pointer_of(path: Path) -> str:
    """The RFC 6901 pointer of a path, which is a chain (path of the parent, last step)."""
    steps: list[str] = []
    while path is not None:
        path, step = path
        steps.append("/" + str(step).replace("~", "~0").replace("/", "~1"))
    return "".join(reversed(steps))


# What a mistake in a field that was not sent comes from, if one of these was.
_CAUSES: Final[Mapping[str, tuple[str, ...]]] = {
    "starts_at": ("window", "ends_at"),
    "ends_at": ("starts_at", "window"),
    "window": ("starts_at",),
}


def pointing_into(found: Problem, sent: Mapping[str, object]) -> Problem:
    """A problem of an amended plan with its pointer into the amendment `sent`: facts of the conference
    and `programme`. What has no place there is a problem of the whole ('')."""
    pointer = found.pointer.removeprefix("/conference")
    name = pointer.split("/")[1] if pointer.count("/") else ""
    if name not in sent:
        cause = next((one for one in _CAUSES.get(name, ()) if one in sent), "")
        pointer = f"/{cause}" if cause else ""
    return Problem(pointer, found.code, found.vi, found.en)


class Problems:
    """Collects the first `MAX_PROBLEMS` problems; anything beyond is only noted."""

    __slots__ = ("_found", "_more")

    def __init__(self) -> None:
        self._found: list[Problem] = []
        self._more = False

    def add(self, path: Path, code: str, hint: str = "", **values: Words | str | int) -> None:
        """Note one problem."""
        if len(self._found) < MAX_PROBLEMS:
            self._found.append(problem(pointer_of(path), code, hint, **values))
        else:
            self._more = True

    @property
    def full(self) -> bool:
        """Whether more problems would not be listed any more."""
        return len(self._found) >= MAX_PROBLEMS

    def in_order(self, tree: Tree) -> tuple[Problem, ...]:
        """What was found, in the order of the places in the tree."""
        return in_document_order(tree, self._found + ([_closing()] if self._more else []))


def _closing() -> Problem:
    return problem("", "too-many-problems", limit=MAX_PROBLEMS)


def in_document_order(tree: Tree, found: Iterable[Problem]) -> tuple[Problem, ...]:
    """At most `MAX_PROBLEMS` problems by place in the tree, plus a closing one if there were more."""
    problems = list(found)
    listed = [one for one in problems if one.code != "too-many-problems"]
    orders: dict[int, dict[str, int]] = {}
    listed.sort(key=lambda one: _place(tree, one.pointer, orders))
    more = len(listed) < len(problems) or len(listed) > MAX_PROBLEMS
    return (*listed[:MAX_PROBLEMS], *([_closing()] if more else []))


def _place(tree: Tree, pointer: str, orders: dict[int, dict[str, int]]) -> tuple[int, ...]:
    """Where a pointer lies: the index at each step; what is missing comes after what is there."""
    place: list[int] = []
    node = tree
    for step in pointer.split("/")[1:]:
        if isinstance(node, dict):
            name = step.replace("~1", "/").replace("~0", "~")
            if id(node) not in orders:  # the tree outlives this call, so an id stands for one mapping
                orders[id(node)] = {key: index for index, key in enumerate(node)}
            place.append(orders[id(node)].get(name, len(node)))
            node = node.get(name)
        elif isinstance(node, list) and step.isdecimal() and len(step) < 10:
            place.append(int(step))
            node = node[int(step)] if int(step) < len(node) else None
        else:
            break
    return tuple(place)
