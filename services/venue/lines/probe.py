"""Reach a site's terminal: one TCP connection, to an address that may be probed."""

from __future__ import annotations

import socket
import threading
import time
from dataclasses import dataclass
from ipaddress import ip_address

from services.venue.sites.addresses import Address, Guard, IpAddress

SECONDS = 5.0
_TIMED_OUT = "Không trả lời trong 5 giây"


class AddressRefused(Exception):
    """The name leads to an address that may not be probed."""


class Unreachable(Exception):
    """The terminal cannot be reached; the text says why, in Vietnamese."""


@dataclass(frozen=True, slots=True)
class Reached:
    """How long the connection took, in milliseconds, and to which address."""

    ms: float
    address: str


def reach(target: Address, guard: Guard, *, seconds: float = SECONDS) -> Reached:
    """Connect and hang up. Raises AddressRefused, Unreachable.

    The name is resolved once, and what it gave is what is connected to: a second answer of the name
    server could lead elsewhere.
    """
    until = time.monotonic() + seconds
    found = _resolve(target, seconds)
    if not all(guard.permits(address) for address in found):
        raise AddressRefused
    reason = _TIMED_OUT
    for address in found:
        started = time.monotonic()
        if started >= until:
            break
        try:
            socket.create_connection((str(address), target.port), until - started).close()
        except OSError as error:
            reason = _reason(error)
        else:
            return Reached(round((time.monotonic() - started) * 1000, 1), str(address))
    raise Unreachable(reason)


def _resolve(target: Address, seconds: float) -> list[IpAddress]:
    """All addresses of the host, in the system's order. Raises Unreachable."""
    found: list[IpAddress] = []
    errors: list[OSError] = []

    def look_up() -> None:
        try:
            entries = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
        except OSError as error:
            errors.append(error)
        else:
            found.extend(dict.fromkeys(ip_address(str(entry[4][0]).partition("%")[0]) for entry in entries))

    # The resolver knows no time limit of ours: it is left behind when it is slower.
    thread = threading.Thread(target=look_up, name="resolve", daemon=True)
    thread.start()
    thread.join(seconds)
    if thread.is_alive() or errors or not found:
        raise Unreachable(f"Không tìm được địa chỉ của máy {target.host}")
    return found


def _reason(error: OSError) -> str:
    if isinstance(error, TimeoutError):
        return _TIMED_OUT
    if isinstance(error, ConnectionRefusedError):
        return "Máy từ chối kết nối"
    return f"Không kết nối được ({error.strerror or type(error).__name__})"
