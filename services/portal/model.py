"""Accounts as the pages see them, and the rules of signing in."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from services.portal.roles import ROLES, Role

FAILURES_ALLOWED = 5
FAILURE_WINDOW = timedelta(minutes=15)
UPLOAD_LIFETIME = timedelta(hours=1)
PASSWORD_LENGTH = 10
MOST_CHOICES = 1_000
"""Of a longer list nobody chooses: the key is typed instead."""


class AccountError(Exception):
    """An account cannot be made or changed so; the message (Vietnamese) says why."""


@dataclass(frozen=True, slots=True)
class Account:
    """A person who may sign in. `stamp` changes with the password and so ends older sessions."""

    id: UUID
    username: str
    name: str
    role: str
    unit: str | None
    stamp: str

    @property
    def rights(self) -> Role:
        return ROLES[self.role]

    def can(self, scope: str) -> bool:
        return scope in self.rights.scopes


@dataclass(frozen=True, slots=True)
class SignIn:
    """The outcome of one attempt: an account, or nobody, perhaps locked out until a moment."""

    account: Account | None = None
    locked_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Upload:
    id: UUID
    filename: str
    content: bytes


def stamp_of(password_hash: str) -> str:
    return hashlib.sha256(password_hash.encode()).hexdigest()[:16]


def check_password(password: str, username: str) -> None:
    """Raises AccountError. Length is what counts (NIST SP 800-63B)."""
    if len(password) < PASSWORD_LENGTH:
        raise AccountError(f"Mật khẩu cần ít nhất {PASSWORD_LENGTH} ký tự")
    if len(password) > 200:
        raise AccountError("Mật khẩu dài quá 200 ký tự")
    if username.lower() in password.lower():
        raise AccountError("Mật khẩu không được chứa tên đăng nhập")
