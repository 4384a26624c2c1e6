"""What may be written down about a person."""

from __future__ import annotations

import pytest

from services.registration.people.model import Facts, read_facts
from shared.contact import BadValue, clean, national, read_phone


@pytest.mark.parametrize(
    "given",
    ["0900000678", "84900000678", "+84900000678", "0900 000 678", "+84 (900) 000-678", "0900.000.678"],
)
def test_phones_are_kept_in_one_form(given: str) -> None:
    assert read_phone(given) == "+84900000678"
    assert national(read_phone(given)) == "0900000678"


def test_made_up_numbers_of_the_example_are_mobile_numbers() -> None:
    assert read_phone("0900000442") == "+84900000442"


@pytest.mark.parametrize(
    "given",
    ["0212345678", "090000067", "09000006789", "+85900000678", "1", "abc", "09１0000678", "+84+84900000678"],
)
def test_other_numbers_are_refused(given: str) -> None:
    with pytest.raises(BadValue) as refused:
        read_phone(given)
    assert refused.value.flaw.code == "not-a-phone"


def test_blank_values_are_none() -> None:
    assert read_phone(" ") is None
    assert clean("\t \n", 5) is None


@pytest.mark.parametrize("text", ["a\0b", "a\x07", "\ud800", "x" * 6])
def test_unusable_text_is_refused(text: str) -> None:
    with pytest.raises(BadValue):
        clean(text, 5)


def test_all_flaws_are_told_at_once() -> None:
    facts, flaws = read_facts({"name": "", "phone": "12", "email": "x", "position": "y" * 301})
    assert facts is None
    assert {field: flaw.code for field, flaw in flaws.items()} == {
        "name": "missing-value",
        "position": "too-long",
        "phone": "not-a-phone",
        "email": "not-an-email",
    }


def test_who_is_the_same_person_at_a_place() -> None:
    an = Facts("Nguyễn An", phone="+84900000678")
    assert an.is_same_person(Facts("Nguyen Văn An", phone="+84900000678"))
    assert an.is_same_person(Facts("NGUYỄN AN"))
    assert not an.is_same_person(Facts("Trần Bình"))
    assert an.search_key == "nguyen an 0900000678"
