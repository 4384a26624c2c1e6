"""Bytes → tree: the same from YAML and JSON, everything doubtful refused, bounded for hostile input."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
import yaml as pyyaml

from services.planning.plan.problems import MAX_PROBLEMS, Unreadable
from services.planning.plan.tree import MAX_NODES, read_tree

MEGABYTE = 2**20


def yaml_tree(text: str) -> Any:
    tree, problems = read_tree(text.encode(), yaml=True)
    assert problems == []
    return tree


def problems_of(text: str, *, yaml: bool = True) -> list[tuple[str, str]]:
    return [(one.pointer, one.code) for one in read_tree(text.encode(), yaml=yaml)[1]]


def refusal(raw: bytes | str, *, yaml: bool = True) -> tuple[str, str]:
    with pytest.raises(Unreadable) as caught:
        read_tree(raw.encode() if isinstance(raw, str) else raw, yaml=yaml)
    problem = caught.value.problem
    assert problem.pointer == ""
    return problem.code, problem.en


def test_reference_is_the_same_tree_from_yaml_and_from_its_json(reference: bytes) -> None:
    tree, problems = read_tree(reference, yaml=True)
    assert problems == []
    assert read_tree(json.dumps(tree).encode(), yaml=False) == (tree, [])


def test_json_that_a_yaml_library_makes_of_the_reference_is_the_same_tree(reference: bytes) -> None:
    theirs = json.dumps(pyyaml.safe_load(reference), default=str)
    assert read_tree(theirs.encode(), yaml=False) == read_tree(reference, yaml=True)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("~", None), ("null", None), ("", None), ("true", True), ("false", False),
        ("0", 0), ("-0", 0), ("42", 42), ("-7", -7), ("1.5", 1.5), ("1e3", 1000.0),
        ("9223372036854775807", 2**63 - 1),
        ("2021-06-28", "2021-06-28"), ("2021-06-29T08:00", "2021-06-29T08:00"), ("15:00", "15:00"),
        ("0900000000", "0900000000"), ("+5", "+5"), ("0x1F", "0x1F"), ("0o17", "0o17"), ("1_000", "1_000"),
        ("yes", "yes"), ("No", "No"), ("on", "on"), ("True", "True"), ("NULL", "NULL"), (".5", ".5"),
        ('"42"', "42"), ("'true'", "true"), (".nan", ".nan"), ('""', ""),
    ],
)  # fmt: skip
def test_plain_scalars_are_what_json_knows_and_else_text(written: str, value: Any) -> None:
    got = yaml_tree(f"a: {written}")["a"]
    assert (got, type(got)) == (value, type(value))


def test_text_is_normalised_in_keys_and_values() -> None:
    assert yaml_tree("Vie\u0302\u0323t: Ho\u0300a") == {"Việt": "Hòa"}
    assert read_tree('{"Vie\u0302\u0323t": "Ho\\u0300a"}'.encode(), yaml=False) == ({"Việt": "Hòa"}, [])


def test_byte_order_mark_is_ignored() -> None:
    assert read_tree(b"\xef\xbb\xbf{}", yaml=True) == ({}, [])
    assert read_tree(b"\xef\xbb\xbf{}", yaml=False) == ({}, [])


def test_block_text_keeps_its_lines() -> None:
    assert yaml_tree("a: |\n  x\n  y\n") == {"a": "x\ny\n"}


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("{a: x y, B c, d e}", {"a": "x y, B c, d e"}),
        ("{a: x # why\n , B b\n , C c}", {"a": "x, B b, C c"}),
        ("{a: x, b c: }", {"a": "x", "b c": None}),
        ("{a: x, loa}", {"a": "x", "loa": None}),
        ("{a: x, startsAt}", {"a": "x", "startsAt": None}),
        ("{a: x, É: null}", {"a": "x", "É": None}),
        ("{a: , B b}", {"a": None, "B b": None}),
        ("{a: [x], B b}", {"a": ["x"], "B b": None}),
        ("a: x\n? B b\n", {"a": "x", "B b": None}),
    ],
)
def test_unquoted_commas_in_braces_do_not_cut_text(text: str, tree: Any) -> None:
    assert yaml_tree(text) == tree


@pytest.mark.parametrize("yaml", [True, False])
def test_nothing_to_read_is_empty(yaml: bool) -> None:
    assert refusal("", yaml=yaml)[0] == refusal(" \r\n ", yaml=yaml)[0] == "empty"


def test_only_comments_are_empty() -> None:
    assert refusal("# nothing\n")[0] == "empty"


def test_other_encodings_are_refused() -> None:
    assert refusal("a: é".encode("latin-1")) == ("not-utf8", "The file is not UTF-8 (byte 3)")
    assert refusal("a: b".encode("utf-16"))[0] == "not-utf8"


@pytest.mark.parametrize(
    ("text", "yaml", "place"),
    [
        ("a: 1\nb: [", True, "line 3, column 1"),
        ("a: 1\n\tb: 2", True, "line 2, column 1"),
        ('{"a": 1,\n "b" 2}', False, "line 2, column 6"),
        ('{"a": 1} x', False, "line 1, column 10"),
        ("{'a': 1}", False, "line 1, column 2"),
        ('{"a": "\x01"}', False, "line 1, column 8"),
        ("é: 1\nb: \x01", True, "line 2, column 4"),
    ],
)
def test_malformed_text_is_refused_with_its_place(text: str, yaml: bool, place: str) -> None:
    code, message = refusal(text if text[-1] != "[" else text + "\n", yaml=yaml)
    assert code == "malformed"
    assert place in message


def test_several_documents_are_refused() -> None:
    assert refusal("a: 1\n---\nb: 2\n")[0] == "several-documents"
    assert yaml_tree("---\na: 1\n...\n") == {"a": 1}


def test_repeated_keys_are_collected_and_the_first_counts() -> None:
    text = '{"a": 1, "b": [{"x/y": 1, "x/y": {"z": 1, "z": 2}}], "a": 2}'
    for yaml in (True, False):
        tree, problems = read_tree(text.encode(), yaml=yaml)
        assert tree == {"a": 1, "b": [{"x/y": 1}]}
        assert [(one.pointer, one.code) for one in problems] == [
            ("/a", "repeated-key"),
            ("/b/0/x~1y", "repeated-key"),
        ]


def test_keys_that_differ_in_normalisation_only_are_repeated() -> None:
    assert problems_of("{Việt: 1, Vie\u0302\u0323t: 2}") == [("/Việt", "repeated-key")]


def test_aliases_anchors_and_tags_are_collected() -> None:
    text = "a: &x [1]\nb: *x\nc: !!str 5\nd: !thing {e: 1}\n? &k f\n: 1\n"
    tree, problems = read_tree(text.encode(), yaml=True)
    assert tree == {"a": [1], "b": None, "c": "5", "d": {"e": 1}, "f": 1}
    assert [(one.pointer, one.code) for one in problems] == [
        ("/a", "alias"), ("/b", "alias"), ("/c", "tag"), ("/d", "tag"), ("/f", "alias"),
    ]  # fmt: skip


def test_tag_directives_are_refused() -> None:
    assert refusal("%TAG ! tag:example.org,2021:\n---\na: 1\n")[0] == "tag"


def test_keys_that_are_not_text_are_collected() -> None:
    assert problems_of("{1: a, true: b, ~: c, [x]: d, {y: z}: e, 1.5: f}") == [
        ("/1", "non-string-key"), ("/true", "non-string-key"), ("/null", "non-string-key"),
        ("/…", "non-string-key"), ("/…", "non-string-key"), ("/1.5", "non-string-key"),
    ]  # fmt: skip


@pytest.mark.parametrize("yaml", [True, False])
def test_numbers_beyond_64_bits_or_infinite_are_collected(yaml: bool) -> None:
    text = '{"a": 9223372036854775808, "b": -%s, "c": 1e999}' % ("9" * 5000)
    assert problems_of(text, yaml=yaml) == [
        ("/a", "too-large-number"), ("/b", "too-large-number"), ("/c", "invalid-number"),
    ]  # fmt: skip


def test_json_constants_that_are_no_json_are_collected() -> None:
    text = '{"a": NaN, "b": [Infinity, -Infinity]}'
    wanted = [("/a", "invalid-number"), ("/b/0", "invalid-number"), ("/b/1", "invalid-number")]
    assert problems_of(text, yaml=False) == wanted


@pytest.mark.parametrize(
    "escape", ["\\u0000", "\\u0007", "\\r", "\\u007f", "\\u0085", "\\ud800", "\\u2028", "\\uffff"]
)
def test_control_and_broken_characters_are_collected(escape: str) -> None:
    text = '{"a": "x?", "k?": 1, "b": "x\\n\\t"}'.replace("?", escape)
    tree, problems = read_tree(text.encode(), yaml=False)
    assert [one.code for one in problems] == ["invalid-text", "invalid-text"]
    json.dumps(tree, ensure_ascii=False).encode()


def test_overlong_text_and_keys_are_collected() -> None:
    assert problems_of(f"a: {'x' * 70_000}\n{'k' * 201}: 1\nb: 1\n") == [("", "too-long"), ("/a", "too-long")]


def test_problems_are_capped() -> None:
    _, problems = read_tree(b"{" + b",".join([b'"a": 1'] * 1_500) + b"}", yaml=False)
    assert len(problems) == MAX_PROBLEMS + 1
    assert problems[-1].code == "too-many-problems"


@pytest.mark.parametrize("yaml", [True, False])
def test_depth_of_32_is_read_and_33_refused(yaml: bool) -> None:
    tree, _ = read_tree(b"[" * 32 + b"]" * 32, yaml=yaml)
    assert json.dumps(tree) == "[" * 32 + "]" * 32
    assert refusal("[" * 33 + "]" * 33, yaml=yaml)[0] == "too-deep"
    assert refusal('{"a":' * 33 + "1" + "}" * 33, yaml=yaml)[0] == "too-deep"


def test_brackets_in_json_strings_are_not_depth() -> None:
    text = json.dumps({"a": "[" * 50, 'b"\\': '\\"' + "{" * 50})
    assert read_tree(text.encode(), yaml=False)[1] == []


def test_more_than_three_million_nodes_are_refused() -> None:
    assert refusal("[" + "0," * (MAX_NODES - 1) + "0]", yaml=False)[0] == "too-many-nodes"
    assert refusal("[" + "0," * (3 * MAX_NODES) + "0]", yaml=False)[0] == "too-many-nodes"
    assert refusal("- a\n" * MAX_NODES)[0] == "too-many-nodes"


def test_more_than_32_megabytes_are_refused() -> None:
    assert refusal(b" " * (32 * MEGABYTE + 1))[0] == "too-large"


HOSTILE = {
    "flow": ("[" * (32 * MEGABYTE), True, "too-deep"),
    "braces": ("{" * (32 * MEGABYTE), True, "too-deep"),
    "block": ("- " * (16 * MEGABYTE), True, "too-deep"),
    "explicit keys": ("? " * (16 * MEGABYTE), True, "too-deep"),
    "indentation": ("".join(" " * n + "a:\n" for n in range(4_000)), True, "too-deep"),
    "tag directives": ("".join(f"%TAG !{n}! x\n" for n in range(500_000)) + "--- a", True, "tag"),
    "documents": ("---\n" * (8 * MEGABYTE), True, "several-documents"),
    "json depth": ("[" * (32 * MEGABYTE), False, "too-many-nodes"),
    "json deep but short": ("[" * 100_000, False, "too-deep"),
    "json closing": ("]" * (32 * MEGABYTE), False, "malformed"),
    "json unterminated": ('"' + "\\" * (32 * MEGABYTE - 2), False, "malformed"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_input_is_refused_in_bounded_time(name: str) -> None:
    text, yaml, code = HOSTILE[name]
    began = time.process_time()
    assert refusal(text, yaml=yaml)[0] == code
    assert time.process_time() - began < 5


def test_billion_laughs_stay_small() -> None:
    lines = ["a0: &a0 [x, x]"] + [f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 100)]
    tree, problems = read_tree("\n".join(lines).encode(), yaml=True)
    assert isinstance(tree, dict)
    assert tree["a99"] == [None, None]
    assert {one.code for one in problems} == {"alias"}


def test_one_huge_scalar_is_bounded() -> None:
    began = time.process_time()
    assert problems_of("x" * (32 * MEGABYTE)) == [("", "too-long")]
    assert time.process_time() - began < 5


def test_disordered_combining_marks_are_bounded() -> None:
    """Sorting them takes quadratic time in `unicodedata.normalize`."""
    text = "- " + "\u0301\u0323" * 30_000 + "\n"
    began = time.process_time()
    assert {code for _, code in problems_of(text * 50)} == {"invalid-text"}
    assert time.process_time() - began < 5
