"""A wire between us and the broker that can be cut, withhold what the broker says, or be slow to tell it."""

from __future__ import annotations

import selectors
import socket
import threading
import time
from urllib.parse import urlsplit, urlunsplit


class Network:
    """Carries connections to the broker at `target`, from an address of its own.

    `muted`: what the broker says is withheld for good. `delay`: seconds by which it comes late.
    """

    def __init__(self, target: str) -> None:
        self.muted, self.delay = False, 0.0
        self._target = urlsplit(target)
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        self._down = False
        self._listener = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def amqp_url(self) -> str:
        port = self._listener.getsockname()[1]
        login = self._target.netloc.rpartition("@")[0]
        return urlunsplit(self._target._replace(netloc=f"{login}@127.0.0.1:{port}"))

    def cut(self) -> None:
        """Close every connection and refuse new ones."""
        self._down = True
        self._drop()

    def mend(self) -> None:
        self.muted = self._down = False
        self.delay = 0.0

    def close(self) -> None:
        self._listener.close()
        self._drop()

    def _drop(self) -> None:
        pairs, self._pairs = self._pairs, []
        for end in (end for pair in pairs for end in pair):
            end.close()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            if self._down or (far := self._reach()) is None:
                near.close()
                continue
            self._pairs.append((near, far))
            threading.Thread(target=self._carry, args=(near, far), daemon=True).start()

    def _reach(self) -> socket.socket | None:
        try:
            return socket.create_connection((self._target.hostname or "", self._target.port or 5672))
        except OSError:
            return None

    def _carry(self, near: socket.socket, far: socket.socket) -> None:
        selector = selectors.DefaultSelector()
        try:
            selector.register(near, selectors.EVENT_READ, far)
            selector.register(far, selectors.EVENT_READ, near)
            while True:
                for key, _ in selector.select(0.1):
                    data = key.fileobj.recv(65536)  # type: ignore[union-attr]
                    if not data:
                        raise ConnectionResetError
                    self._pass_on(data, key.data, from_broker=key.fileobj is far)
        except (OSError, ValueError):
            near.close()
            far.close()

    def _pass_on(self, data: bytes, to: socket.socket, *, from_broker: bool) -> None:
        if from_broker and self.muted:
            return
        if from_broker and self.delay:
            time.sleep(self.delay)
        to.sendall(data)
