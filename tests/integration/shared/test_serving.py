"""The web processes of production: one service each."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from services.serving import app
from services.system import MODULES
from tests.servers import ROOT, settings_of


@pytest.mark.parametrize("name", [*MODULES, "portal"])
def test_each_service_is_served_alone(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIEMCAU_DATA", str(tmp_path))
    path = "/health/live" if name == "portal" else f"/api/{name}/health/live"
    assert app(name).test_client().get(path).json == {"status": "live"}


def test_gunicorn_takes_our_configuration_and_finds_the_service(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "gunicorn", "--check-config", "--config", "deploy/gunicorn.conf.py"]
    env = os.environ | settings_of(tmp_path, 8000)
    service = "services.serving:app('venue')"
    done = subprocess.run([*command, service], cwd=ROOT, env=env, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
