"""Codes at the door: digits alone, of our own making, for one person."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest

from services.registration.door.badges import Badges

BADGES = Badges(b"a secret of thirty-two bytes ....")
PERSON = UUID("01a205f8-7092-712d-a1a9-57b6cf748f68")


def test_code_names_its_person_whatever_a_scanner_adds() -> None:
    code = BADGES.code(PERSON)
    assert len(code) == 58
    assert code.isdigit()
    for typed in (code, f"{code}\r\n", f" {code[:20]} {code[20:]}"):
        assert BADGES.read(typed) == PERSON


def test_every_person_has_another_code_of_the_same_length() -> None:
    persons = [uuid4() for _ in range(200)] + [UUID(int=0), UUID(int=2**128 - 1)]
    codes = {BADGES.code(person) for person in persons}
    assert len(codes) == len(persons)
    assert {len(code) for code in codes} == {58}
    assert [BADGES.read(BADGES.code(person)) for person in persons] == persons


@pytest.mark.parametrize("digit", range(0, 58, 7))
def test_code_with_one_digit_changed_is_none_of_ours(digit: int) -> None:
    code = BADGES.code(PERSON)
    other = code[:digit] + str((int(code[digit]) + 1) % 10) + code[digit + 1 :]
    assert BADGES.read(other) is None


@pytest.mark.parametrize("text", ["", "0", "9" * 58, "٣" * 58, "1" * 57, "1" * 59, "a" * 58, "-" + "1" * 57])
def test_what_is_no_code_is_none_of_ours(text: str) -> None:
    assert BADGES.read(text) is None


def test_code_of_another_secret_is_none_of_ours() -> None:
    assert BADGES.read(Badges(b"another secret of 32 bytes .....").code(PERSON)) is None
