"""RabbitMQ: reachable, with the exchange and the queues that events need, and somebody who reads them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from urllib.parse import unquote, urlsplit

import httpx

from services.cli.doctor.findings import Finding, not_applicable, ok, problem, warning
from shared.bus.faults import BrokerDown
from shared.bus.inspection import Held, Inspection, Presence, inspect
from shared.bus.topology import UNROUTED_LENGTH, Topology

OLDEST_RABBITMQ = (3, 10)
"""Quorum queues as we use them were measured with it (shared/BUS.md)."""
READY = 10_000
"""A consumer applies 500 events a second one by one (shared/BUS.md): this is twenty seconds of work."""
MANAGEMENT_PORT = 15672
"""RabbitMQ's own choice; where its management plugin is not on, alarms cannot be seen from outside."""
MANAGEMENT_SECONDS = 3.0

_AGAIN = (
    "Stop the workers, run `diemcau resend`, start them: they declare it, and what was published meanwhile"
    " comes again."
)


def check_broker(amqp_url: str, topology: Topology, services: Collection[str]) -> Iterator[Finding]:
    """`services`: whose queues shall be read by somebody."""
    try:
        seen = inspect(amqp_url, topology)
    except BrokerDown as error:
        do = "Start RabbitMQ, and compare DIEMCAU_AMQP_URL with it. Until then events wait in the outboxes."
        yield problem("broker", f"{_place(amqp_url)}: {error}", do)
        return
    yield _version(amqp_url, seen)
    yield _alarms(amqp_url)
    yield _exchange(seen.exchange)
    for name in services:
        if name in seen.queues:
            yield _queue(name, seen.queues[name])
    yield _unrouted(seen.unrouted)


def no_broker() -> Iterator[Finding]:
    yield not_applicable("broker", "embedded: the services read each other's events where they are kept")


def _version(amqp_url: str, seen: Inspection) -> Finding:
    said = f"RabbitMQ {seen.version} at {_place(amqp_url)}"
    numbers = tuple(int(part) for part in seen.version.split(".")[:2] if part.isdigit())
    if numbers >= OLDEST_RABBITMQ:
        return ok("broker", said)
    return warning("broker", said, "Move to RabbitMQ 3.10 or newer: older ones have never been tried.")


def _alarms(amqp_url: str) -> Finding:
    subject, parts = "broker alarms", urlsplit(amqp_url)
    login = (unquote(parts.username or "guest"), unquote(parts.password or "guest"))
    url = f"http://{parts.hostname}:{MANAGEMENT_PORT}/api/health/checks/alarms"
    try:
        status = httpx.get(url, auth=login, timeout=MANAGEMENT_SECONDS).status_code
    except httpx.HTTPError:
        return not_applicable(subject, "not visible from here: `rabbitmq-diagnostics alarms` on its machine")
    if status == 200:
        return ok(subject, "none")
    if status != 503:
        return not_applicable(subject, f"not shown to this login ({status})")
    do = "It takes no events until it has memory and disk again: `rabbitmq-diagnostics alarms` says which."
    return problem(subject, "memory or disk is short", do)


def _exchange(held: Held) -> Finding:
    subject = f"exchange {held.name}"
    if held.presence is Presence.PRESENT:
        return ok(subject, "as declared")
    if held.presence is Presence.MISSING:
        return problem(subject, "it is not there", _AGAIN)
    do = "Stop the workers, wait until the queues are empty, delete it, start them: they declare it anew."
    return problem(subject, f"not as declared: {held.detail}", do)


def _queue(service: str, held: Held) -> Finding:
    subject = f"queue {service}"
    if held.presence is Presence.MISSING:
        return problem(subject, f"{held.name} is not there", _AGAIN)
    if held.presence is Presence.DIFFERENT:
        do = f"Stop the workers, delete {held.name}, run `diemcau resend`, start them: they declare it anew."
        return problem(subject, f"{held.name} is not as declared: {held.detail}", do)
    seen = f"events ready: {held.ready:,}, consumers: {held.consumers}"
    if not held.consumers:
        return problem(subject, f"nobody reads it: {seen}", f"Start `diemcau worker {service}`.")
    if held.ready > READY:
        do = f"Wait if the number falls; if it grows, look at the log of {service}'s worker."
        return warning(subject, seen, do)
    return ok(subject, seen)


def _unrouted(held: Held) -> Finding:
    """Some events have no reader in the house; they are kept here for who looks for one."""
    subject = "unrouted events"
    if held.presence is Presence.PRESENT:
        return ok(subject, f"{held.ready:,} that no service reads, of the latest {UNROUTED_LENGTH:,}")
    seen = f"{held.name} is {held.presence}: {held.detail or 'no such queue'}"
    return problem(subject, seen, "Restart the workers: they declare it. Without it such events are refused.")


def _place(amqp_url: str) -> str:
    parts = urlsplit(amqp_url)
    return f"{parts.hostname or 'localhost'}:{parts.port or 5672}{parts.path}"
