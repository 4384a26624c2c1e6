"""How gunicorn serves one service: `gunicorn -c deploy/gunicorn.conf.py "services.serving:app('planning')"`.

`make bench` measures other numbers of workers and threads beside these; see docs/cost.md. With
PROMETHEUS_MULTIPROC_DIR, a folder in memory that is this container's own, /metrics counts for all workers.
"""

import os
import re
from pathlib import Path
from typing import Any

from gunicorn.glogging import Logger

from shared.logs import configure_logs

worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))  # one per core
threads = 4  # as many as a process has database connections: one more would only wait for one

# The service is loaded once, before the fork: it opens no connection and starts no thread until it is asked.
preload_app = True

timeout = 30
graceful_timeout = 20  # a statement has 5 s; an import that takes longer is rolled back, and sent again
keepalive = 30  # for callers that come without the gateway, which takes a new connection for each request
worker_tmp_dir = "/dev/shm"  # the heartbeat of a worker must not wait for a disk
control_socket_disable = True  # nobody listens to it, and a read-only container has no place for it

# A process is replaced now and then, and never all at once: what libraries leave behind does not pile up.
max_requests = 100_000
max_requests_jitter = 20_000


class Log(Logger):
    """Gunicorn's words among the service's, in the same format. The gateway writes the access log."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        named = re.search(r"'(\w+)'", cfg.default_proc_name)
        configure_logs(
            f"{named[1]}-web" if named else "web", as_json=os.environ.get("DIEMCAU_LOG_FORMAT") == "json"
        )
        self.error_log.handlers.clear()
        self.error_log.propagate = True


logger_class = Log


def on_starting(_server: Any) -> None:
    """Figures of processes that are long gone would be added to ours."""
    if folder := os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        for old in Path(folder).glob("*.db"):
            old.unlink()


def child_exit(_server: Any, worker: Any) -> None:
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        from prometheus_client.multiprocess import mark_process_dead  # it looks at the variable when imported

        mark_process_dead(worker.pid)
