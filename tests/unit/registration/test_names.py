"""The order of Vietnamese names equals that of PostgreSQL's collation "vi-x-icu", level by level."""

# ruff: noqa: SIM905 - lists of names are easier to read as one string
from __future__ import annotations

import itertools
import os
import random
import unicodedata

import pytest
from sqlalchemy import create_engine, text

from services.registration.people.names import sort_key
from shared.names import search_key

ADMIN_URL = os.environ.get(
    "DIEMCAU_TEST_DATABASE_URL", "postgresql+psycopg://postgres@127.0.0.1:5432/postgres"
)
FAMILIES = (
    "Nguyễn Trần Lê Phạm Hoàng Huỳnh Phan Vũ Võ Đặng Bùi Đỗ Hồ Ngô Dương Lý Ấu Ân Âu Ông Ô Ưng Ẩn".split()
)
MIDDLES = ["", "Văn", "Thị", "Đức", "Ngọc", "Thị Thu", "Thị Thư", "Hữu", "Hưu", "Ái", "Á", "Ả"]
GIVEN = (
    "An Ân Ấn Ẩn Ẫn Ần Ận Anh Ánh Ành Ảnh Bá Bà Bả Bạ Bã Ba Bắc Bằng Băng Bẵng Dũng Dung Dụng Đung Đũng Đông "
    "Hoa Hòa Hoà Hoá Hóa Hoạ Hỏa Huế Hue Huệ Oanh Ơn Ớn Ợn Quý Quỳ Quyền Tú Từ Tư Tứ Tự Uyên Ưng Ý Ỳ Yến zung"
).split()


def generated(count: int) -> list[str]:
    draw = random.Random(20210629)
    names = {
        " ".join(part for part in (draw.choice(FAMILIES), draw.choice(MIDDLES), draw.choice(GIVEN)) if part)
        for _ in range(count)
    }
    names |= {name.upper() for name in itertools.islice(sorted(names), 0, 200, 10)}
    return sorted(names)


def test_order_is_that_of_postgresql() -> None:
    names = generated(3_000)
    engine = create_engine(ADMIN_URL)
    by_parts = text("""
        select name from unnest(cast(:names as text[])) name
         order by (regexp_match(name, '([^ ]+)$'))[1] collate "vi-x-icu",
                  (regexp_match(name, '^([^ ]+) '))[1] collate "vi-x-icu" nulls first,
                  coalesce((regexp_match(name, '^[^ ]+ (.*) [^ ]+$'))[1], '') collate "vi-x-icu"
    """)
    with engine.connect() as connection:
        expected = list(connection.execute(by_parts, {"names": names}).scalars())
    engine.dispose()
    assert sorted(names, key=sort_key) == expected


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_key_does_not_depend_on_the_unicode_form(form: str) -> None:
    assert sort_key(unicodedata.normalize(form, "Nguyễn Thị Thuỳ")) == sort_key("Nguyễn Thị Thuỳ")
    assert search_key(unicodedata.normalize(form, "Thuỷ Đỗ")) == "thuy do"


def test_equal_keys_are_equal_names() -> None:
    names = generated(3_000)
    assert len({sort_key(name) for name in names}) == len(names)


def test_given_name_decides_first() -> None:
    names = ["Trần An", "Lê Bình", "An", "Lê Văn An", "Đỗ Ánh"]
    assert sorted(names, key=sort_key) == ["An", "Lê Văn An", "Trần An", "Đỗ Ánh", "Lê Bình"]
    assert sort_key("  ") == ""


def test_search_key_is_blind_to_tones_marks_case_and_spaces() -> None:
    assert search_key(" Nguyễn  Thị\tHoà ") == search_key("NGUYEN thi Hòa") == "nguyen thi hoa"
    assert search_key("Đặng Ưu Ớt") == "dang uu ot"
