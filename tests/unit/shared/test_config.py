"""Settings: secrets from files, one password for each service's login, clear refusals."""

from __future__ import annotations

from pathlib import Path

import pytest

from shared.config import ConfigError, Settings, load_settings


@pytest.fixture
def clean(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.setenv("DIEMCAU_DATA", str(tmp_path / "data"))
    return monkeypatch


def settings(clean: pytest.MonkeyPatch, **given: str) -> Settings:
    for name, value in given.items():
        clean.setenv(f"DIEMCAU_{name}", value)
    return load_settings()


def test_each_service_has_its_own_login_and_password(clean: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "database-venue").write_text("mật khẩu/:@\n")
    found = settings(
        clean,
        DATABASE_URL="postgresql+psycopg://{service}@postgres/{service}",
        DATABASE_PASSWORDS=f"{tmp_path}/database-{{service}}",
    )
    url = found.database_url("venue")
    assert url.startswith("postgresql+psycopg://venue:")
    assert url.endswith("%2F%3A%40@postgres/venue")
    with pytest.raises(ConfigError, match="database-awards"):
        found.database_url("awards")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_PASSWORDS", "/run/secrets/database"),
        ("LOG_FORMAT", "xml"),
        ("METRICS_PORT", "soon"),
        ("EVENT_DAYS", "0"),
    ],
)
def test_wrong_setting_is_named(clean: pytest.MonkeyPatch, name: str, value: str) -> None:
    with pytest.raises(ConfigError, match=f"DIEMCAU_{name}"):
        settings(clean, **{name: value})
