"""Many viewers of one board in one process: `python -m tests.bench.viewers PORT PATH COOKIE COUNT`.

Says `ready` once everyone has seen the board. Then it reads the total that all should come to see, waits for
it, and tells, as JSON, what each saw and when: `seen` lists of [monotonic seconds, checked-in total], and how
many streams `ended` by themselves.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
import time
from typing import Any

import orjson

LONGEST_EVENT = 2**20
PATIENCE = 120.0
COMING = 16
"""How many come at the same time."""


class Viewer:
    def __init__(self) -> None:
        self.seen: list[tuple[float, int]] = []
        self.first = asyncio.Event()
        self.ended = False

    async def follow(self, coming: asyncio.Semaphore, port: int, path: str, cookie: str) -> None:
        await coming.acquire()  # until the board is seen for the first time
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=LONGEST_EVENT)
        headers = (f"Host: 127.0.0.1:{port}", "Accept: text/event-stream", f"Cookie: {cookie}")
        writer.write("\r\n".join((f"GET {path} HTTP/1.1", *headers, "", "")).encode())
        status = await reader.readline()
        assert b" 200 " in status, status
        try:
            while line := await reader.readline():
                if line.startswith(b'data: {"shape"'):
                    self.see(orjson.loads(line.removeprefix(b"data: ")), coming)
        finally:
            self.ended = True

    def see(self, state: Any, coming: asyncio.Semaphore) -> None:
        self.seen.append((time.monotonic(), state["rows"][""]["checked_in"]))
        if not self.first.is_set():
            self.first.set()
            coming.release()


async def watch(port: int, path: str, cookie: str, count: int) -> None:
    viewers = [Viewer() for _ in range(count)]
    coming = asyncio.Semaphore(COMING)
    tasks = [asyncio.create_task(viewer.follow(coming, port, path, cookie)) for viewer in viewers]
    first = asyncio.gather(*(viewer.first.wait() for viewer in viewers))
    await asyncio.wait([first, *tasks], return_when=asyncio.FIRST_COMPLETED)
    print("ready" if first.done() else "a viewer was refused", flush=True)
    total = int(await asyncio.to_thread(sys.stdin.read))
    await until_seen(viewers, total)
    ended = sum(viewer.ended for viewer in viewers)
    for task in tasks:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError, OSError):
            await task
    told = {"seen": [viewer.seen for viewer in viewers], "ended": ended}
    sys.stdout.buffer.write(orjson.dumps(told))


async def until_seen(viewers: list[Viewer], total: int) -> None:
    end = time.monotonic() + PATIENCE
    while any(viewer.seen[-1][1] < total and not viewer.ended for viewer in viewers):
        if time.monotonic() > end:
            return
        await asyncio.sleep(0.05)


if __name__ == "__main__":
    port, path, cookie, count = sys.argv[1:]
    asyncio.run(watch(int(port), path, cookie, int(count)))
