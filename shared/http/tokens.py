"""Bearer tokens: who is calling and what for. Signed by the portal or `diemcau token`, verified offline."""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import request
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from shared.http.problems import FORBIDDEN, UNAUTHENTICATED, Problem
from shared.scopes import SCOPES

ISSUER = "diemcau"
LEEWAY = 60
"""Seconds by which the clocks of two machines may differ."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: `subject` for the log, the name shown, the scopes, and the unit they are bound to."""

    subject: str
    name: str
    scopes: frozenset[str]
    unit: str | None = None

    def require(self, *rules: str) -> None:
        """One of the rules has to hold; a rule is scopes with blanks between them, all needed.

        Raises Problem 403.
        """
        if not any(self.scopes.issuperset(rule.split()) for rule in rules):
            raise Problem(FORBIDDEN, scope=" | ".join(rules))


ROOT = Actor("api-key", "Dòng lệnh", frozenset(SCOPES))


def sign(
    key: Mapping[str, Any],
    subject: str,
    scopes: Iterable[str],
    *,
    name: str = "",
    unit: str | None = None,
    lifetime: timedelta = timedelta(minutes=5),
) -> str:
    """A JWT (EdDSA) for `subject`, valid for `lifetime` of real time."""
    now = datetime.now(UTC)
    claims = {
        "iss": ISSUER,
        "sub": subject,
        "name": name or subject,
        "scope": " ".join(scopes),
        "iat": int(now.timestamp()),
        "exp": int((now + lifetime).timestamp()),
    }
    if unit:
        claims["unit"] = unit
    return jwt.encode({"alg": "Ed25519"}, claims, OKPKey.import_key(dict(key)), algorithms=["Ed25519"])


class Verifier:
    """Tells the actor of a request from its `Authorization` header."""

    def __init__(self, verify_key: Mapping[str, Any], api_key: str) -> None:
        self._key = OKPKey.import_key(dict(verify_key))
        self._api_key = api_key.encode()
        self._claims = jwt.JWTClaimsRegistry(
            leeway=LEEWAY,
            iss={"essential": True, "value": ISSUER},
            exp={"essential": True},
            sub={"essential": True},
        )

    def actor(self) -> Actor:
        """Raises Problem 401 when nobody, or somebody unknown, is calling."""
        scheme, _, credential = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not credential:
            raise _unauthenticated()
        if hmac.compare_digest(credential.encode(), self._api_key):
            return ROOT
        return self._from_token(credential)

    def _from_token(self, token: str) -> Actor:
        try:
            claims = jwt.decode(token, self._key, algorithms=["Ed25519"]).claims
            self._claims.validate(claims)
        except (JoseError, ValueError, TypeError):  # TypeError: a `crit` that is no list of names
            raise _unauthenticated() from None
        scopes = frozenset(str(claims.get("scope", "")).split())
        return Actor(str(claims["sub"]), str(claims.get("name", claims["sub"])), scopes, claims.get("unit"))


def _unauthenticated() -> Problem:
    return Problem(UNAUTHENTICATED, headers={"WWW-Authenticate": "Bearer"})
