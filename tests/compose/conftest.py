"""One system for all these tests, in the order of their file: built, upgraded, used, broken, restored."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.compose.deployment import Deployment, deploy
from tests.servers import ROOT

FLOOR = "docker-compose"  # Debian's, 1.29
NEWEST = str(Path(sys.executable).with_name("docker-compose"))  # from the requirements


@pytest.fixture(scope="session", autouse=True)
def engine() -> None:
    reason = os.environ.get("DIEMCAU_TEST_NO_ENGINE")
    if reason is None and shutil.which("docker") is None:
        reason = "no docker here: make test-compose looks for an engine"
    if reason is not None and os.environ.get("CI") == "true":
        pytest.fail(reason)
    if reason is not None:
        pytest.skip(reason)


@pytest.fixture(scope="session")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """Not started yet; its containers, volumes and images are removed in the end."""
    project = f"diemcau-test-{secrets.token_hex(3)}"
    made = deploy(tmp_path_factory.mktemp("deployment"), project, FLOOR)
    yield made
    newest = made.with_compose(NEWEST)
    newest.compose("--profile", "tools", "down", "--volumes", "--remove-orphans", ok=False)
    images = made.run("docker", "images", "--quiet", "--filter", f"reference={project}*").split()
    if images:
        made.run("docker", "rmi", "--force", *images, ok=False)


@pytest.fixture(scope="session")
def previous() -> str:
    """The commit before, or the one that DIEMCAU_TEST_PREVIOUS names."""
    command = ["git", "log", "--format=%H", "-2", "--", "services", "shared", "deploy"]
    commit = subprocess.check_output(command, cwd=ROOT, text=True).split()[-1]
    return os.environ.get("DIEMCAU_TEST_PREVIOUS", commit)
