"""Opaque page cursors. A cursor carries the revision that its list answers for."""

from __future__ import annotations

import base64
import binascii
from typing import Any

import orjson

from shared.http.problems import INVALID, FieldError, Problem


def encode(position: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(position)).decode().rstrip("=")


def decode(cursor: str | None) -> dict[str, Any] | None:
    """Raises Problem 422 for a cursor that this API did not make."""
    if not cursor:
        return None
    try:
        position = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError):
        position = None
    if not isinstance(position, dict):
        raise Problem(
            INVALID,
            errors=[FieldError("/query/cursor", "invalid-value", "Con trỏ trang không đúng", "Not a cursor")],
        )
    return position
