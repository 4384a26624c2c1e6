"""How gunicorn serves one service: `gunicorn -c deploy/gunicorn.conf.py "services.serving:app('planning')"`.

`make bench` measures other numbers of workers and threads beside these; see docs/cost.md.
"""

import os

worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))  # one per core
threads = 4  # as many as a process has database connections: one more would only wait for one

timeout = 30
graceful_timeout = 20  # a statement has 5 s; an import that takes longer is rolled back, and sent again
keepalive = 30  # the proxy keeps its connections open
worker_tmp_dir = "/dev/shm"  # the heartbeat of a worker must not wait for a disk
control_socket_disable = True  # nobody listens to it, and a read-only container has no place for it

# A process is replaced now and then, and never all at once: what libraries leave behind does not pile up.
max_requests = 100_000
max_requests_jitter = 20_000
