"""Signed links: no table of tokens, the token itself says place, person and version."""

from __future__ import annotations

import base64
import binascii
import hashlib
import struct
from datetime import UTC, datetime, timedelta
from uuid import UUID

from itsdangerous import BadSignature, SignatureExpired, TimestampSigner

from services.registration.answers.model import Link, LinkExpired, LinkUnknown

LIFETIME = timedelta(days=30)
_SHAPE = struct.Struct(">16s16sI")


class Links:
    """Makes and opens links. They live in real time: the conference's clock may be shifted."""

    def __init__(self, secret: bytes, public_url: str, lifetime: timedelta = LIFETIME) -> None:
        self._signer = TimestampSigner(secret, salt="rsvp", digest_method=hashlib.sha256)
        self._base, self._lifetime = public_url.rstrip("/"), lifetime

    def make(self, link: Link) -> tuple[str, datetime]:
        """URL of the page to answer on, and when it expires."""
        packed = _SHAPE.pack(link.place.bytes, link.person.bytes, link.version)
        token = self._signer.sign(base64.urlsafe_b64encode(packed).rstrip(b"=")).decode()
        expires = datetime.now(UTC).replace(microsecond=0) + self._lifetime
        return f"{self._base}/tra-loi/{token}", expires

    def open(self, token: str) -> Link:
        """Raises LinkUnknown, LinkExpired."""
        try:
            value = self._signer.unsign(token, max_age=int(self._lifetime.total_seconds()))
            place, person, version = _SHAPE.unpack(base64.urlsafe_b64decode(value + b"=" * (-len(value) % 4)))
        except SignatureExpired:
            raise LinkExpired from None
        except (BadSignature, binascii.Error, struct.error, ValueError):
            raise LinkUnknown from None
        return Link(UUID(bytes=place), UUID(bytes=person), version)
