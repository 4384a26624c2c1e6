"""Settings from the environment, read once. A missing or wrong one stops the start with one clear line."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any

from environs import Env, EnvError
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey
from sqlalchemy.engine import make_url

from shared.clock import Clock, fixed_offset
from shared.kept import kept

SERVICES = ("planning", "venue", "registration", "documents", "awards")


class ConfigError(Exception):
    """A setting is missing or wrong; the message names it."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything a process needs to know. `database_template` has `{service}` in it; no `amqp_url`
    means embedded: the services read each other's outboxes."""

    data: Path
    host: str
    port: int
    public_url: str
    service_url: str
    database_template: str
    amqp_url: str | None
    amqp_prefix: str
    api_key: str
    signing_key: dict[str, Any]
    secret: bytes
    clock: Clock
    probe_allow: tuple[IPv4Network | IPv6Network, ...]
    notifier: str
    notifier_settings: dict[str, Any] = field(repr=False)
    keep_events: timedelta = timedelta(days=30)
    database_passwords: str | None = None
    json_logs: bool = False
    metrics_port: int | None = None
    first_password: str | None = field(default=None, repr=False)

    def database_url(self, service: str) -> str:
        """Raises ConfigError when the file with the service's password cannot be read."""
        url = self.database_template.replace("{service}", service)
        if self.database_passwords is None:
            return url
        password = _read_file(
            "DIEMCAU_DATABASE_PASSWORDS", self.database_passwords.replace("{service}", service)
        )
        return make_url(url).set(password=password).render_as_string(hide_password=False)

    def files(self, service: str) -> Path:
        """Where a service keeps its files."""
        return self.data / "files" / service

    def derived_secret(self, purpose: str) -> bytes:
        """One secret per purpose, so that a link never passes for a session."""
        return hmac.new(self.secret, purpose.encode(), hashlib.sha256).digest()

    @property
    def session_secret(self) -> bytes:
        return self.derived_secret("session")

    @property
    def verify_key(self) -> dict[str, Any]:
        return {name: value for name, value in self.signing_key.items() if name != "d"}

    @property
    def clock_banner(self) -> bool:
        return bool(self.clock.offset)


def load_settings() -> Settings:
    """Read the environment. Raises ConfigError."""
    env = Env()
    try:
        return _read(env)
    except EnvError as error:
        raise ConfigError(str(error)) from None


def _read(env: Env) -> Settings:
    data = Path(env.str("DIEMCAU_DATA", "var")).resolve()
    data.mkdir(parents=True, exist_ok=True)
    host, port = env.str("DIEMCAU_HOST", "127.0.0.1"), env.int("PORT", 8000)
    url = f"http://{host}:{port}"
    notifier, notifier_settings = _notifier(env)
    return Settings(
        data=data,
        host=host,
        port=port,
        public_url=env.str("DIEMCAU_PUBLIC_URL", url),
        service_url=env.str("DIEMCAU_SERVICE_URL", url),
        database_template=_template(_optional(env, "DIEMCAU_DATABASE_URL"), data),
        amqp_url=_optional(env, "DIEMCAU_AMQP_URL"),
        amqp_prefix=env.str("DIEMCAU_AMQP_PREFIX", "diemcau"),
        api_key=_secret(env, "DIEMCAU_API_KEY", data / "api-key", lambda: secrets.token_urlsafe(32)),
        signing_key=_signing_key(env, data),
        secret=_secret(env, "DIEMCAU_SECRET", data / "secret", lambda: secrets.token_hex(32)).encode(),
        clock=Clock(fixed_offset(data, _clock_start(env))),
        probe_allow=_networks(env, "DIEMCAU_PROBE_ALLOW"),
        notifier=notifier,
        notifier_settings=notifier_settings,
        keep_events=timedelta(days=_at_least_one(env, "DIEMCAU_EVENT_DAYS", 30)),
        database_passwords=_passwords(env),
        json_logs=_one_of(env, "DIEMCAU_LOG_FORMAT", ("text", "json")) == "json",
        metrics_port=env.int("DIEMCAU_METRICS_PORT", None),
        first_password=_optional(env, "DIEMCAU_FIRST_PASSWORD"),
    )


def _notifier(env: Env) -> tuple[str, dict[str, Any]]:
    """How persons are written to, and the settings of that plugin, which validates them itself."""
    smtp_url, sender = _optional(env, "DIEMCAU_SMTP_URL"), env.str("DIEMCAU_MAIL_FROM", "")
    chosen = env.str("DIEMCAU_NOTIFIER", "")
    name = chosen or ("email" if smtp_url else "console")
    if name == "email" and not (smtp_url and sender):
        missing = "DIEMCAU_MAIL_FROM" if smtp_url else "DIEMCAU_SMTP_URL"
        raise ConfigError(f"{missing} is missing: without it no e-mail can be sent")
    if name == "email":
        return name, {"url": smtp_url, "sender": sender}
    if name == "console":
        return name, {"show": chosen == "console"}
    return name, _json_object(_optional(env, "DIEMCAU_NOTIFIER_SETTINGS"))


def _json_object(text: str | None) -> dict[str, Any]:
    try:
        found = json.loads(text or "{}")
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise ConfigError("DIEMCAU_NOTIFIER_SETTINGS is not a JSON object")
    return found


def _optional(env: Env, name: str) -> str | None:
    """A setting, or the content of the file that NAME_FILE points to."""
    path = env.str(f"{name}_FILE", "")
    return _read_file(f"{name}_FILE", path) if path else env.str(name, "") or None


def _read_file(name: str, path: str) -> str:
    try:
        return Path(path).read_text().strip()
    except OSError as error:
        raise ConfigError(f"{name}: cannot read {path}: {error.strerror}") from None


def _secret(env: Env, name: str, path: Path, make: Callable[[], str]) -> str:
    return _optional(env, name) or _kept(path, make)


def _kept(path: Path, make: Callable[[], str]) -> str:
    """The secret in `path`, made there at the first start. Raises ConfigError if it is empty."""
    if not (value := kept(path, make)):
        raise ConfigError(f"{path} is empty: remove it, and a new secret is made")
    return value


def _signing_key(env: Env, data: Path) -> dict[str, Any]:
    text = _secret(env, "DIEMCAU_SIGNING_KEY", data / "signing-key", _new_signing_key)
    try:
        key = dict(json.loads(text))
        if (curve := OKPKey.import_key(key).curve_name) != "Ed25519":
            raise ValueError(f"its curve is {curve}")
    except (ValueError, TypeError, JoseError) as error:
        raise ConfigError(f"DIEMCAU_SIGNING_KEY is not an Ed25519 JWK: {error}") from None
    return key


def _new_signing_key() -> str:
    return json.dumps(OKPKey.generate_key("Ed25519").as_dict(private=True))


def _template(url: str | None, data: Path) -> str:
    if url is None:
        return f"sqlite:///{data}/{{service}}.sqlite"
    if "{service}" not in url:
        raise ConfigError("DIEMCAU_DATABASE_URL must contain {service}: every service has its own database")
    return url


def _passwords(env: Env) -> str | None:
    path = env.str("DIEMCAU_DATABASE_PASSWORDS", "")
    if path and "{service}" not in path:
        raise ConfigError(
            "DIEMCAU_DATABASE_PASSWORDS must contain {service}: every service has its own login"
        )
    return path or None


def _one_of(env: Env, name: str, values: tuple[str, ...]) -> str:
    """The first of the values is the default."""
    if (value := env.str(name, values[0])) not in values:
        raise ConfigError(f"{name} must be one of {', '.join(values)}, not {value}")
    return value


def _at_least_one(env: Env, name: str, default: int) -> int:
    if (value := env.int(name, default)) < 1:
        raise ConfigError(f"{name} must be at least 1, not {value}")
    return value


def _networks(env: Env, name: str) -> tuple[IPv4Network | IPv6Network, ...]:
    parts = [part.strip() for part in env.str(name, "").split(",") if part.strip()]
    try:
        return tuple(ip_network(part) for part in parts)
    except ValueError as error:
        raise ConfigError(f"{name} is not a list of networks such as 127.0.0.0/8: {error}") from None


def _clock_start(env: Env) -> datetime | None:
    text = env.str("DIEMCAU_CLOCK_START", "")
    if not text:
        return None
    try:
        start = datetime.fromisoformat(text)
    except ValueError:
        raise ConfigError(f"DIEMCAU_CLOCK_START is not an ISO 8601 time: {text}") from None
    if start.tzinfo is None:
        raise ConfigError("DIEMCAU_CLOCK_START needs an offset, such as 2021-06-24T09:00+07:00")
    return start
