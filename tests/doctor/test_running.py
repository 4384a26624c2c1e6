"""`diemcau doctor` finds nothing wrong with a system that runs."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from services.cli.doctor.rounds import ALL
from services.system import MODULES
from tests.doctor.asking import ask, problems
from tests.servers import PATIENCE, ROOT, installation

EVERYWHERE = {
    *("settings", "data folder", "disk", "secrets", "clock", "public address", "LibreOffice"),
    *("venue plugins", "notifier plugins", "mail server", "broker", "messages", "revisions"),
    *(f"{what} {name}" for what in ("database", "schema", "http") for name in ALL),
    *(f"parked {name}" for name in MODULES),
    *(f"jobs {name}" for name in MODULES if name != "planning"),
}
EMBEDDED = {"database server", *(f"reading {name}" for name in MODULES)}
SERVER = {"", " connections", " statistics", " clock"}


def test_embedded_system_is_healthy(tmp_path: Path) -> None:
    with installation(tmp_path, servers=False) as made:
        made.up("--example", str(ROOT / "examples" / "nghe-an-2021"))
        found = ask(made.env, exits=0)
        told = subprocess.run(
            [sys.executable, "-m", "services", "doctor"],
            cwd=ROOT,
            env=made.env,
            capture_output=True,
            text=True,
        )
    assert set(found) == EVERYWHERE | EMBEDDED
    assert [s for s, finding in found.items() if finding["state"] == "warning"] == ["clock"]
    assert told.returncode == 0, told.stdout
    assert "1 warning" in told.stdout
    assert "→ Right for a trial." in told.stdout


def test_system_on_servers_is_healthy_until_its_worker_ends(tmp_path: Path) -> None:
    with installation(tmp_path, servers=True) as made:
        made.up("--serve-only")
        worker = made.start("worker")
        prefix, deadline = made.env["DIEMCAU_AMQP_PREFIX"], time.monotonic() + PATIENCE
        while "Working for" not in made.log():
            assert time.monotonic() < deadline, made.log()
            time.sleep(0.1)
        queues = {f"queue {name}" for name in MODULES}
        while problems(found := ask(made.env)) & queues:  # it subscribes a moment after it says so
            assert time.monotonic() < deadline, found
            time.sleep(0.1)
        found = ask(made.env, exits=0)
        bus = {"broker alarms", f"exchange {prefix}.events", "unrouted events", *queues}
        bus |= {f"outbox {name}" for name in MODULES}
        assert set(found) == EVERYWHERE | bus | {f"server 127.0.0.1:5432{what}" for what in SERVER}
        worker.kill()
        worker.wait()
        made.running.remove(worker)
        deadline = time.monotonic() + PATIENCE
        while problems(found := ask(made.env)) != queues:
            assert time.monotonic() < deadline, found
            time.sleep(0.1)
        assert "diemcau worker venue" in found["queue venue"]["do"]
