"""How somebody's name, phone number and e-mail address are written down, wherever they are entered."""

from __future__ import annotations

import re
import unicodedata

from shared.flaws import Flaw

LONGEST = {"name": 200, "phone": 30, "email": 254}
_MOBILE = re.compile(r"0[35789]\d{8}")
_EMAIL = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\".]+(\.[^@\s,;<>\".]+)+")
_PHONE_SEPARATORS = re.compile(r"[\s.\-()]")

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


def national(phone: str | None) -> str:
    """+84900000678 as it is dialled: 0900000678; empty without a phone."""
    return "0" + phone.removeprefix("+84") if phone else ""
