"""The project's files in a folder of their own, run by one compose program as an operator does."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx

from tests.servers import KEY, ROOT, free_port

SERVICES = ("planning", "venue", "registration", "documents", "awards")
WEBS = (*(f"{name}-web" for name in SERVICES), "portal")
WORKERS = tuple(f"{name}-worker" for name in SERVICES)
APPS = (*WEBS, *WORKERS, "live")
EVERYTHING = (*APPS, "gateway", "postgres", "rabbitmq")
EXAMPLE = "/usr/local/share/diemcau"
PATIENCE = 180.0


@dataclass(frozen=True)
class Deployment:
    """`compose`: the program that every command and script calls."""

    folder: Path
    compose_program: str
    env: dict[str, str]
    port: int

    def with_compose(self, program: str) -> Deployment:
        env = self.env | {"COMPOSE": program}
        return replace(self, compose_program=program, env=env)

    def with_env(self, **given: str) -> Deployment:
        return replace(self, env=self.env | given)

    def run(self, *command: str, ok: bool = True, timeout: float = 600) -> str:
        """Its standard output; with `ok` it has to end well."""
        done = subprocess.run(
            command,
            cwd=self.folder,
            env=self.env,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        assert not ok or done.returncode == 0, f"{command}: {done.stdout[-3000:]}\n{done.stderr[-3000:]}"
        return done.stdout

    def compose(self, *arguments: str, **given: Any) -> str:
        return self.run(*self.compose_program.split(), *arguments, **given)

    def script(self, name: str, *arguments: str, **given: Any) -> str:
        return self.run(f"deploy/bin/{name}", *arguments, **given)

    def tools(self, *arguments: str, **given: Any) -> str:
        return self.compose("run", "--rm", "-T", "tools", *arguments, **given)

    def containers(self, service: str) -> list[str]:
        return self.compose("ps", "-aq", service).split()

    def inspect(self, service: str) -> Any:
        return json.loads(self.run("docker", "inspect", *self.containers(service)))[0]

    def inside(self, service: str, *command: str, **given: Any) -> str:
        return self.run("docker", "exec", self.containers(service)[0], *command, **given)

    def sql(self, database: str, query: str) -> list[str]:
        command = ("psql", "-U", "postgres", "-d", database, "-qAtc", query)
        return self.inside("postgres", *command).splitlines()

    def kill(self, service: str) -> None:
        """SIGKILL from outside, as when the kernel is short of memory: the engine starts it again."""
        os.kill(self.inspect(service)["State"]["Pid"], signal.SIGKILL)

    def secret(self, name: str) -> str:
        return (self.folder / "deploy" / "secrets" / name).read_text().strip()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def client(self) -> httpx.Client:
        headers = {"Authorization": f"Bearer {self.secret('api-key')}", "Accept-Language": "en"}
        return httpx.Client(base_url=f"{self.url}/api/", headers=headers, timeout=60)

    def await_healthy(self, services: Iterable[str] = EVERYTHING) -> None:
        for service in services:
            wait_until(lambda service=service: self._is_healthy(service), f"{service} is healthy")

    def _is_healthy(self, service: str) -> bool:
        states = [
            json.loads(self.run("docker", "inspect", each))[0]["State"] for each in self.containers(service)
        ]
        return bool(states) and all(
            state["Running"] and state.get("Health", {}).get("Status") == "healthy" for state in states
        )

    def decide(self, option: str, reason: str = "Diễn tập") -> int:
        """The number of the revision; asked again until planning answers."""
        with self.client() as http:
            path = f"planning/v1/conferences/{KEY}/decisions"
            order = {"option": option, "reason": reason}
            headers = {"Idempotency-Key": f"{option}-{time.monotonic_ns()}"}
            answers: list[int] = []

            def decided() -> bool:
                answer = asked(lambda: http.post(path, json=order, headers=headers))
                if answer is not None and answer.status_code == 202:
                    answers.append(int(answer.json()["revision"]))
                return bool(answers)

            wait_until(decided, "the decision is taken")
            return answers[0]

    def await_settled(self, number: int) -> None:
        path = f"planning/v1/conferences/{KEY}/revisions/{number}"
        found: dict[str, Any] = {}

        def settled() -> bool:
            answer = asked(lambda: http.get(path))
            if answer is not None and answer.is_success:
                found.update(answer.json())
            return found.get("state") == "settled"

        with self.client() as http:
            wait_until(settled, f"revision {number} is settled", found)

    def switch(self, option: str) -> None:
        self.await_settled(self.decide(option))


def asked(ask: Callable[[], httpx.Response]) -> httpx.Response | None:
    """None when nobody answers, or one who cannot now."""
    try:
        answer = ask()
    except httpx.TransportError:
        return None
    return answer if answer.status_code < 500 else None


def wait_until(reached: Callable[[], bool], what: str, about: Any = "") -> None:
    deadline = time.monotonic() + PATIENCE
    while not reached():
        assert time.monotonic() < deadline, f"not within {PATIENCE:g} s: {what} {about}"
        time.sleep(0.2)


def put_commit(commit: str, folder: Path) -> None:
    archive = subprocess.run(["git", "archive", commit], cwd=ROOT, check=True, capture_output=True).stdout
    subprocess.run(["tar", "-x", "-C", str(folder)], input=archive, check=True)


def put_checkout(folder: Path) -> None:
    """What is checked out here, as `git pull` would bring it: files are replaced, not written into."""
    for name in subprocess.check_output(["git", "ls-files"], cwd=ROOT, text=True).splitlines():
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).unlink(missing_ok=True)
            shutil.copy2(ROOT / name, folder / name)


def deploy(folder: Path, project: str, program: str) -> Deployment:
    """Settings for a machine where others run, too."""
    port = free_port()
    settings = {
        "COMPOSE": program,
        "COMPOSE_PROJECT_NAME": project,
        "GATEWAY_PORT": str(port),
        "DIEMCAU_IMAGE": f"{project}:latest",
        "DOCKER_BUILDKIT": "0",
        "MQ_NOFILE": str(_most_files()),
        "DIEMCAU_CLOCK_START": "2021-06-24T09:00+07:00",
    }
    others = {name: value for name, value in os.environ.items() if not name.startswith("DIEMCAU_")}
    return Deployment(folder, program, others | settings, port)


def _most_files() -> int:
    import resource

    return min(resource.getrlimit(resource.RLIMIT_NOFILE)[1], 65536)
