"""A PostgreSQL and a RabbitMQ of the test's own, made to be killed. Debian's programs, free ports."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from kombu import Connection

from tests.network import Network
from tests.servers import free_port

PATIENCE = 120.0
RABBIT = Path("/usr/lib/rabbitmq/bin")


class Postgres:
    """One cluster. `kill` is a crash of the whole server: nothing is flushed, nobody is told."""

    def __init__(self, home: Path) -> None:
        self.port, self._home = free_port(), home
        [*_, self._programs] = _postgres_programs()
        _run_as("postgres", self._programs / "initdb", "-D", self._data, "-U", "postgres", *_INITDB)
        with (self._data / "postgresql.conf").open("a") as settings:
            settings.write(f"listen_addresses = '127.0.0.1'\nport = {self.port}\nmax_connections = 200\n")
            settings.write("unix_socket_directories = ''\n")
        self.start()

    @property
    def url(self) -> str:
        return f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/"

    @property
    def _data(self) -> Path:
        return self._home / "data"

    def start(self) -> None:
        self._process = _spawn("postgres", self._home / "log", self._programs / "postgres", "-D", self._data)
        _wait("PostgreSQL", self._answers, self._home / "log")

    def kill(self) -> None:
        """The postmaster first, so that it cannot mend anything; its children lead groups of their own."""
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children")
        family = [int(pid) for pid in children.read_text().split()]
        self._process.kill()
        self._process.wait()
        for pid in family:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        _wait("the end of PostgreSQL", lambda: not any(map(_is_alive, family)), self._home / "log")

    def execute(self, *statements: str) -> None:
        with psycopg.connect(f"host=127.0.0.1 port={self.port} user=postgres", autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)

    def _answers(self) -> bool:
        try:
            self.execute("select 1")
        except psycopg.Error:
            return False
        return True


class Rabbit:
    """One node, with a port mapper of its own. `kill` ends its whole process group."""

    def __init__(self, home: Path) -> None:
        self.port, self._home = free_port(), home
        mapper = free_port()
        self._env = {
            "PATH": os.environ["PATH"],
            "HOME": str(home),  # holds the cookie
            "LANG": "C.UTF-8",
            "ERL_EPMD_PORT": str(mapper),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODENAME": f"chaos-{secrets.token_hex(4)}@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_DIST_PORT": str(free_port()),
            "RABBITMQ_MNESIA_BASE": str(home / "mnesia"),
            "RABBITMQ_LOG_BASE": str(home / "log"),
            "RABBITMQ_PID_FILE": str(home / "pid"),
            "RABBITMQ_CONF_ENV_FILE": "/dev/null",
            "RABBITMQ_CONFIG_FILE": str(home / "rabbitmq"),
            "RABBITMQ_CONFIG_FILES": str(home / "conf.d"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(home / "enabled_plugins"),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
        }
        self.start()

    @property
    def url(self) -> str:
        return f"amqp://guest:guest@127.0.0.1:{self.port}/"

    def start(self) -> None:
        output = self._home / "output"
        self._process = _spawn("rabbitmq", output, RABBIT / "rabbitmq-server", env=self._env)
        _wait("RabbitMQ", self._answers, output)

    def kill(self) -> None:
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def close(self) -> None:
        self.kill()
        _wait("the end of the port mapper", self._end_mapper, self._home / "output")

    def _end_mapper(self) -> bool:
        """It refuses to go while it believes that the node lives."""
        ended = subprocess.run(["epmd", "-kill"], env=self._env, capture_output=True, check=False)
        return b"not allowed" not in ended.stdout + ended.stderr

    def control(self, *arguments: str) -> None:
        """`rabbitmqctl ARGUMENTS`."""
        _run_as("rabbitmq", RABBIT / "rabbitmqctl", *arguments, env=self._env)

    def block_publishers(self) -> None:
        """The memory alarm: the broker stops reading from whoever publishes."""
        self.control("set_vm_memory_high_watermark", "absolute", "1")

    def let_publishers_go_on(self) -> None:
        self.control("set_vm_memory_high_watermark", "0.4")

    def _answers(self) -> bool:
        try:
            with Connection(self.url, connect_timeout=5) as connection:
                connection.ensure_connection(max_retries=0)
        except Exception:  # whatever a server says while it starts
            return False
        return True


@dataclass
class Servers:
    """Both, and the wire to the broker, which can be cut, withhold, or be slow."""

    postgres: Postgres
    rabbit: Rabbit
    network: Network = field(init=False)

    def __post_init__(self) -> None:
        self.network = Network(self.rabbit.url)

    def restart_postgres(self) -> None:
        self.postgres.kill()
        self.postgres.start()

    def restart_rabbit(self) -> None:
        self.rabbit.kill()
        self.rabbit.start()


def missing_programs() -> str:
    """What is not installed of the two, in words."""
    there = {"PostgreSQL": _postgres_programs(), "RabbitMQ": [*RABBIT.glob("rabbitmq-server")]}
    return " and ".join(name for name, found in there.items() if not found)


@contextmanager
def private_servers() -> Iterator[Servers]:
    """Both servers, gone at the end with all that they held."""
    home = Path(tempfile.mkdtemp(prefix="diemcau-chaos."))
    home.chmod(0o755)  # the servers run as other users
    started: list[Callable[[], None]] = []
    try:
        postgres = Postgres(_directory(home / "postgres", "postgres"))
        started.append(postgres.kill)
        rabbit = Rabbit(_directory(home / "rabbitmq", "rabbitmq"))
        started.append(rabbit.close)
        servers = Servers(postgres, rabbit)
        started.append(servers.network.close)
        yield servers
    finally:
        for end in reversed(started):
            end()
        shutil.rmtree(home, ignore_errors=True)


_INITDB = ("--auth=trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")


def _postgres_programs() -> list[Path]:
    """Directories of the installed versions, the newest last."""
    found = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    return sorted((path.parent for path in found), key=lambda path: int(path.parts[4]))


def _directory(path: Path, user: str) -> Path:
    path.mkdir(mode=0o700)
    if os.geteuid() == 0:
        shutil.chown(path, user, user)
    return path


def _as(user: str) -> list[str]:
    """Neither server runs as root."""
    if os.geteuid() != 0:
        return []
    return ["setpriv", f"--reuid={user}", f"--regid={user}", "--init-groups"]


def _run_as(user: str, *command: object, env: dict[str, str] | None = None) -> None:
    words = [*_as(user), *map(str, command)]
    done = subprocess.run(
        words, cwd="/", env=env, capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    assert done.returncode == 0, f"{words}: {done.stdout}{done.stderr}"


def _spawn(
    user: str, log: Path, *command: object, env: dict[str, str] | None = None
) -> subprocess.Popen[bytes]:
    with log.open("ab") as output:
        return subprocess.Popen(
            [*_as(user), *map(str, command)],
            cwd="/",
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )


def _wait(what: str, holds: Callable[[], bool], log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, f"{what} is not there:\n{log.read_text()[-2000:]}"
        time.sleep(0.1)


def _is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"
