"""Use cases of the portal's own data: accounts, signing in, files waiting for their confirmation."""

from __future__ import annotations

import re
import secrets
from datetime import UTC, datetime
from uuid import UUID

import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from uuid_utils.compat import uuid7

from services.portal.model import (
    FAILURE_WINDOW,
    FAILURES_ALLOWED,
    UPLOAD_LIFETIME,
    Account,
    AccountError,
    SignIn,
    Upload,
    check_password,
    stamp_of,
)
from services.portal.roles import ROLES
from services.portal.tables import accounts, pending_uploads, sign_in_attempts
from shared.storage.session import Session

_HASHER = PasswordHasher()
_NOBODY = _HASHER.hash(secrets.token_hex(16))
_USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,39}")
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # without 0 o, 1 l i: a password is also read aloud


def create_account(
    session: Session, *, username: str, name: str, password: str, role: str, unit: str | None = None
) -> UUID:
    """A new account. Raises AccountError."""
    if not _USERNAME.fullmatch(username):
        raise AccountError("Tên đăng nhập gồm 2–40 chữ thường không dấu, chữ số, dấu . _ -")
    if role not in ROLES:
        raise AccountError(f"Không có vai trò «{role}»; các vai trò: {', '.join(ROLES)}")
    if ROLES[role].bound and not unit:
        raise AccountError("Vai trò này phải gắn với một đơn vị")
    check_password(password, username)
    if session.execute(sa.select(accounts.c.id).where(accounts.c.username == username)).first():
        raise AccountError(f"Tên đăng nhập «{username}» đã có")
    row = {"id": uuid7(), "username": username, "name": name, "role": role, "unit": unit, "disabled": False}
    row |= {"password_hash": _HASHER.hash(password), "created_at": datetime.now(UTC)}
    session.execute(accounts.insert().values(row))
    return UUID(str(row["id"]))


def ensure_first_account(session: Session, password: str = "") -> tuple[str, str] | None:
    """The organiser `quantri` with `password` (a new one if empty); None when there is an account."""
    if session.execute(sa.select(accounts.c.id).limit(1)).first():
        return None
    password = password or new_password()
    create_account(session, username="quantri", name="Quản trị", password=password, role="organiser")
    return "quantri", password


def new_password() -> str:
    """A random password that can be read aloud: 16 letters and digits in fours."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(4))


def reset_password(session: Session, username: str, password: str) -> None:
    """For whoever lost theirs; it also opens a disabled account again. Raises AccountError."""
    check_password(password, username)
    values = {"password_hash": _HASHER.hash(password), "disabled": False}
    _change_account(session, username, values)


def disable_account(session: Session, username: str) -> None:
    """Nobody can sign in with it, and who is signed in is out. Raises AccountError."""
    _change_account(session, username, {"disabled": True})


def list_accounts(session: Session) -> list[sa.Row[tuple[str, str, str, str | None, bool]]]:
    columns = accounts.c
    shown = sa.select(columns.username, columns.name, columns.role, columns.unit, columns.disabled)
    return list(session.execute(shown.order_by(columns.username)))


def authenticate(session: Session, username: str, password: str, address: str, now: datetime) -> SignIn:
    """One attempt to sign in. `now` is real time. Failures count per user name and address."""
    username = username.strip().lower()[:100]
    locked_until = _locked_until(session, username, address, now)
    if locked_until:
        return SignIn(locked_until=locked_until)
    row = _account_row(session, accounts.c.username == username)
    # An unknown name costs the same time as a known one, so that names cannot be told apart.
    matches = _verify(row.password_hash if row else _NOBODY, password)
    if row is None or not matches:
        attempt = {"id": uuid7(), "username": username, "address": address, "at": now}
        session.execute(sign_in_attempts.insert().values(attempt))
        return SignIn(locked_until=_locked_until(session, username, address, now))
    _forget_attempts(session, username, address, now)
    if _HASHER.check_needs_rehash(row.password_hash):
        return SignIn(_set_password(session, row, password))
    return SignIn(_account(row))


def find_account(session: Session, id: UUID, stamp: str) -> Account | None:
    """The signed-in account, or None when it is disabled or its password has changed since."""
    row = _account_row(session, accounts.c.id == id)
    found = _account(row) if row else None
    return found if found and found.stamp == stamp else None


def change_password(session: Session, id: UUID, *, old: str, new: str) -> Account:
    """Raises AccountError when `old` is wrong or `new` is too weak."""
    row = _account_row(session, accounts.c.id == id)
    if row is None or not _verify(row.password_hash, old):
        raise AccountError("Mật khẩu hiện tại chưa đúng")
    check_password(new, row.username)
    return _set_password(session, row, new)


def keep_upload(
    session: Session, account: UUID, conference: str, filename: str, content: bytes, now: datetime
) -> UUID:
    """Keep a file until it is confirmed or dropped; older ones of everybody go at the same time."""
    session.execute(pending_uploads.delete().where(pending_uploads.c.created_at < now - UPLOAD_LIFETIME))
    row = {"id": uuid7(), "account": account, "conference": conference}
    row |= {"filename": filename[-200:], "content": content, "created_at": now}
    session.execute(pending_uploads.insert().values(row))
    return UUID(str(row["id"]))


def find_upload(session: Session, account: UUID, conference: str, id: UUID) -> Upload | None:
    """Only the one who sent it sees it."""
    found = sa.select(pending_uploads).where(
        pending_uploads.c.id == id,
        pending_uploads.c.account == account,
        pending_uploads.c.conference == conference,
    )
    row = session.execute(found).first()
    return Upload(row.id, row.filename, row.content) if row else None


def drop_upload(session: Session, account: UUID, id: UUID) -> None:
    mine = (pending_uploads.c.id == id) & (pending_uploads.c.account == account)
    session.execute(pending_uploads.delete().where(mine))


def _locked_until(session: Session, username: str, address: str, now: datetime) -> datetime | None:
    attempts = sign_in_attempts.c
    recent = (
        sa.select(attempts.at)
        .where(attempts.username == username, attempts.address == address, attempts.at > now - FAILURE_WINDOW)
        .order_by(attempts.at.desc())
        .limit(FAILURES_ALLOWED)
    )
    times = list(session.execute(recent).scalars())
    if len(times) < FAILURES_ALLOWED:
        return None
    oldest: datetime = times[-1] if times[-1].tzinfo else times[-1].replace(tzinfo=UTC)
    return oldest + FAILURE_WINDOW


def _forget_attempts(session: Session, username: str, address: str, now: datetime) -> None:
    attempts = sign_in_attempts.c
    mine = (attempts.username == username) & (attempts.address == address)
    session.execute(sign_in_attempts.delete().where(mine | (attempts.at < now - FAILURE_WINDOW)))


def _account_row(session: Session, condition: sa.ColumnElement[bool]) -> sa.Row[tuple[object, ...]] | None:
    return session.execute(sa.select(accounts).where(condition, accounts.c.disabled.is_(False))).first()


def _account(row: sa.Row[tuple[object, ...]]) -> Account:
    return Account(row.id, row.username, row.name, row.role, row.unit, stamp_of(row.password_hash))


def _change_account(session: Session, username: str, values: dict[str, object]) -> None:
    changed = accounts.update().where(accounts.c.username == username).values(values)
    if session.execute(changed.returning(accounts.c.id)).first() is None:
        raise AccountError(f"Không có tài khoản «{username}»")


def _set_password(session: Session, row: sa.Row[tuple[object, ...]], password: str) -> Account:
    hashed = _HASHER.hash(password)
    session.execute(accounts.update().where(accounts.c.id == row.id).values(password_hash=hashed))
    return Account(row.id, row.username, row.name, row.role, row.unit, stamp_of(hashed))


def _verify(hashed: str, password: str) -> bool:
    try:
        return _HASHER.verify(hashed, password)
    except (VerifyMismatchError, InvalidHashError):
        return False
