"""The `diemcau` command against a running system, as an operator types it."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.servers import EXAMPLE, KEY, ROOT, Installation, installation


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """An embedded system with the reference plan."""
    with installation(tmp_path_factory.mktemp("cli"), servers=False) as made:
        made.up()
        result = diemcau(
            made, "load", str(EXAMPLE / "plan.yaml"), "--delegates", str(EXAMPLE / "delegates.csv")
        )
        assert result.returncode == 0, result.stderr
        assert "442 created" in result.stdout
        yield made


def diemcau(installed: Installation, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "services", *arguments]
    env = {**installed.env, "COLUMNS": "200"}
    return subprocess.run(
        command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=120, check=False
    )


def test_loading_again_says_so(running: Installation) -> None:
    result = diemcau(running, "load", str(EXAMPLE / "plan.yaml"))
    assert (result.returncode, result.stdout) == (0, f"{KEY}: plan version 1 was stored already.\n")


def test_preview_then_switch_then_status(running: Installation) -> None:
    preview = diemcau(running, "switch", KEY, "online", "--reason", "Dịch bệnh", "--preview")
    assert preview.returncode == 0, preview.stderr
    assert "prepared" in preview.stdout
    assert "sites_opened 22" in preview.stdout
    decided = diemcau(
        running, "switch", KEY, "online", "--reason", "Dịch bệnh", "--paper", "15/TB-MTTQ-BTT", "2021-06-25"
    )
    assert decided.returncode == 0, decided.stderr
    assert decided.stdout.count("settled") == 6  # the revision and five services
    status = diemcau(running, "status")
    assert "online" in status.stdout
    assert "invitations_to_issue 136" in diemcau(running, "status", KEY).stdout
    first = diemcau(running, "undo", KEY, "--reason", "Nhầm")
    assert (first.returncode, "quay lại" in first.stderr) == (1, True)
    assert diemcau(running, "switch", KEY, "in_person", "--reason", "Đã an toàn").returncode == 0
    undone = diemcau(running, "undo", KEY, "--reason", "Dịch trở lại")
    assert undone.returncode == 0, undone.stderr
    assert "sites_opened 22" in undone.stdout


def test_accounts_are_made_reset_and_closed(running: Installation) -> None:
    named = ("--name", "Nguyễn Văn Bình", "--role", "district", "--unit", "tp-vinh")
    made = diemcau(running, "account", "add", "vinh", *named)
    assert made.returncode == 0, made.stderr
    assert "with the password" in made.stdout
    assert diemcau(running, "account", "add", "vinh", *named).returncode == 1
    assert diemcau(running, "account", "password", "vinh").returncode == 0
    assert diemcau(running, "account", "disable", "vinh").returncode == 0
    assert "disabled" in diemcau(running, "account", "list").stdout
    assert diemcau(running, "account", "disable", "nobody").returncode == 1


def test_unknown_option_exits_with_1_and_says_which(running: Installation) -> None:
    result = diemcau(running, "switch", KEY, "on-the-moon", "--reason", "x")
    assert result.returncode == 1
    assert "on-the-moon" in result.stderr


def test_wrong_use_exits_with_2(running: Installation) -> None:
    assert diemcau(running, "switch", KEY, "online").returncode == 2
    assert "--reason" in diemcau(running, "switch", KEY, "online").stderr


def test_bad_plan_is_reported_by_field(running: Installation, tmp_path: Path) -> None:
    plan = tmp_path / "plan.yaml"
    plan.write_text((EXAMPLE / "plan.yaml").read_text().replace("seats: 20", "seats: 0"))
    result = diemcau(running, "load", str(plan))
    assert result.returncode == 1
    assert "/options/0/groups/8/seats" in result.stderr
    assert "too-small" in result.stderr


def test_nothing_is_parked(running: Installation) -> None:
    result = diemcau(running, "parked", "list")
    assert (result.returncode, result.stdout) == (0, "Nothing is parked.\n")
    replayed = diemcau(running, "parked", "replay", "venue")
    assert (replayed.returncode, replayed.stdout) == (0, "0 events applied.\n")


def test_token_opens_what_its_scopes_allow(running: Installation) -> None:
    token = diemcau(running, "token", "vp-ubnd-tinh", "--scope", "plan:read").stdout.strip()
    http = httpx.Client(base_url=f"{running.url}/api/", headers={"Authorization": f"Bearer {token}"})
    assert http.get(f"planning/v1/conferences/{KEY}").status_code == 200
    refused = http.get(f"registration/v1/conferences/{KEY}/delegates")
    assert (refused.status_code, refused.json()["type"]) == (403, "urn:diemcau:forbidden")
    order = {"option": "online", "reason": "x"}
    assert http.post(f"planning/v1/conferences/{KEY}/decisions", json=order).status_code == 403


@pytest.mark.parametrize(("command", "version"), [("openapi", "3.1.0"), ("asyncapi", "3.0.0")])
def test_documents_are_printed_as_json(running: Installation, command: str, version: str) -> None:
    result = diemcau(running, command, "venue")
    assert json.loads(result.stdout)[command] == version


def test_migrating_again_changes_nothing(running: Installation) -> None:
    assert diemcau(running, "migrate").returncode == 0


def test_key_file_is_only_for_its_owner(running: Installation) -> None:
    for name in ("api-key", "signing-key", "secret"):
        assert stat.S_IMODE(os.stat(running.data / name).st_mode) == 0o600


def test_help_teaches(running: Installation) -> None:
    text = diemcau(running, "--help").stdout
    for name in ("up", "migrate", "load", "status", "switch", "parked", "token", "openapi", "asyncapi"):
        assert f"\n  {name} " in text
    assert "A first try" in text


def test_system_that_is_not_running_is_named(tmp_path: Path) -> None:
    with installation(tmp_path, servers=False) as idle:
        result = diemcau(idle, "status")
    assert result.returncode == 1
    assert "diemcau up" in result.stderr


@pytest.mark.parametrize(
    ("name", "value", "named"),
    [
        ("DIEMCAU_CLOCK_START", "tomorrow", "DIEMCAU_CLOCK_START"),
        ("DIEMCAU_CLOCK_START", "2021-06-24T09:00", "offset"),
        ("DIEMCAU_DATABASE_URL", "postgresql://here/one", "{service}"),
        ("PORT", "eighty", "PORT"),
        ("DIEMCAU_API_KEY_FILE", "/nowhere", "DIEMCAU_API_KEY_FILE"),
    ],
)
def test_wrong_setting_stops_the_start_with_one_line(
    tmp_path: Path, name: str, value: str, named: str
) -> None:
    with installation(tmp_path, servers=False) as idle:
        idle.env[name] = value
        result = diemcau(idle, "up")
    assert result.returncode == 2
    assert named in result.stderr
    assert "Traceback" not in result.stderr
