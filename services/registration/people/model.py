"""Persons' facts: what may be written down about somebody, and in which form."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from services.registration.people.names import search_key, sort_key

LONGEST = {"name": 200, "position": 300, "phone": 30, "email": 254}
_MOBILE = re.compile(r"0[35789]\d{8}")
_EMAIL = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\".]+(\.[^@\s,;<>\".]+)+")
_PHONE_SEPARATORS = re.compile(r"[\s.\-()]")


@dataclass(frozen=True, slots=True)
class Flaw:
    """What is wrong with one value: a stable code and its text in both languages."""

    code: str
    vi: str
    en: str


MISSING = Flaw("missing-value", "Chưa có giá trị", "A value is missing")
TOO_LONG = Flaw("too-long", "Dài quá giới hạn", "Too long")
CONTROL = Flaw("control-character", "Có ký tự điều khiển", "Contains a control character")
NOT_A_PHONE = Flaw(
    "not-a-phone",
    "Không phải số di động: cần 0, 84 hoặc +84 rồi 9 chữ số bắt đầu bằng 3, 5, 7, 8 hoặc 9",
    "Not a mobile number: 0, 84 or +84 and nine digits that begin with 3, 5, 7, 8 or 9",
)
NOT_AN_EMAIL = Flaw("not-an-email", "Không phải địa chỉ thư điện tử", "Not an email address")


class BadValue(Exception):
    """A fact cannot be written down as given."""

    def __init__(self, flaw: Flaw) -> None:
        super().__init__(flaw.code)
        self.flaw = flaw


class UnknownDelegate(Exception):
    """No named place has this id, or it is not for this caller to see."""


@dataclass(frozen=True, slots=True)
class Facts:
    """A person as written down: `name` is never empty, the phone is +84…, absent facts are None."""

    name: str
    position: str | None = None
    phone: str | None = None
    email: str | None = None

    @property
    def search_key(self) -> str:
        """What a search looks through: the name without marks, the phone as dialled, the address."""
        parts = (search_key(self.name), national(self.phone), (self.email or "").casefold())
        return " ".join(part for part in parts if part)

    @property
    def sort_key(self) -> str:
        return sort_key(self.name)

    def is_same_person(self, other: Facts) -> bool:
        """At one and the same place: equal phone, or equal name apart from marks."""
        if self.phone is not None and self.phone == other.phone:
            return True
        return search_key(self.name) == search_key(other.name)


def clean(value: object, longest: int) -> str | None:
    """Trimmed, spaces collapsed, NFC; None when nothing is left. Raises BadValue."""
    text = unicodedata.normalize("NFC", " ".join(str(value if value is not None else "").split()))
    if len(text) > longest:
        raise BadValue(TOO_LONG)
    if any(unicodedata.category(char) in ("Cc", "Cs", "Cn") for char in text):
        raise BadValue(CONTROL)
    return text or None


def read_name(value: object) -> str:
    name = clean(value, LONGEST["name"])
    if name is None:
        raise BadValue(MISSING)
    return name


def read_position(value: object) -> str | None:
    return clean(value, LONGEST["position"])


def read_phone(value: object) -> str | None:
    """0900 000 678, 84900000678 and +84 900-000-678 are +84900000678. Raises BadValue."""
    text = clean(value, LONGEST["phone"])
    if text is None:
        return None
    digits = _PHONE_SEPARATORS.sub("", text)
    for prefix in ("+84", "84"):
        if digits.startswith(prefix):
            digits = "0" + digits.removeprefix(prefix)
            break
    if not (digits.isascii() and _MOBILE.fullmatch(digits)):
        raise BadValue(NOT_A_PHONE)
    return "+84" + digits[1:]


def read_email(value: object) -> str | None:
    text = clean(value, LONGEST["email"])
    if text is not None and not _EMAIL.fullmatch(text):
        raise BadValue(NOT_AN_EMAIL)
    return text


READERS = {"name": read_name, "position": read_position, "phone": read_phone, "email": read_email}


def read_facts(values: Mapping[str, object]) -> tuple[Facts | None, dict[str, Flaw]]:
    """All facts at once: the person, or what is wrong by field."""
    read: dict[str, str | None] = {}
    flaws: dict[str, Flaw] = {}
    for field, reader in READERS.items():
        try:
            read[field] = reader(values.get(field))
        except BadValue as error:
            flaws[field] = error.flaw
    name = read.get("name")
    if flaws or name is None:
        return None, flaws
    return Facts(name, read["position"], read["phone"], read["email"]), {}


def national(phone: str | None) -> str:
    """+84900000678 as it is dialled: 0900000678; empty without a phone."""
    return "0" + phone.removeprefix("+84") if phone else ""
