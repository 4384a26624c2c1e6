"""The code that a person shows at the door, and its picture.

It is made of digits alone: handheld scanners type what they read, and a Vietnamese input method
that is switched on turns letters into others ("aa" into "â", "w" into "ư") but leaves digits.
"""

from __future__ import annotations

import hashlib
import hmac
import io
from uuid import UUID

import segno
from itsdangerous import Signer

SVG = "image/svg+xml"
LONGEST_CODE = 100
_SIGNED = 8  # bytes of the signature: enough where every guess is a call by somebody signed in
_DIGITS = 58  # of 16 + 8 bytes


class Badges:
    """Makes and reads codes. A code names a person; whether they have a place, and where, is asked then.

    It has no end of its own: it is good for nothing once the conference is over.
    """

    def __init__(self, secret: bytes) -> None:
        signer = Signer(secret, salt="check-in", key_derivation="hmac", digest_method=hashlib.sha256)
        self._key = signer.derive_key()

    def code(self, person: UUID) -> str:
        """58 digits."""
        number = int.from_bytes(person.bytes + self._signature(person.bytes), "big")
        return str(number).zfill(_DIGITS)

    def read(self, code: str) -> UUID | None:
        """The person; None for what is no code of ours. Blanks and line ends do not matter."""
        digits = "".join(code.split())
        if len(digits) != _DIGITS or not (digits.isascii() and digits.isdigit()):
            return None
        number = int(digits)
        if number >= 1 << (8 * (16 + _SIGNED)):
            return None
        packed = number.to_bytes(16 + _SIGNED, "big")
        person, signature = packed[:16], packed[16:]
        return UUID(bytes=person) if hmac.compare_digest(signature, self._signature(person)) else None

    def svg(self, person: UUID) -> bytes:
        """The QR code of a person, to be shown on a phone or printed."""
        file = io.BytesIO()
        made = segno.make_qr(self.code(person), error="m")
        made.save(file, kind="svg", scale=8, border=4, light="white", title="Mã điểm danh", xmldecl=False)
        return file.getvalue()

    def _signature(self, person: bytes) -> bytes:
        return hmac.new(self._key, person, hashlib.sha256).digest()[:_SIGNED]
