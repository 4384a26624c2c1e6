"""What must hold between the services' databases once everything has come to rest."""

from __future__ import annotations

from services.system import MODULES
from tests.compose.deployment import Deployment, wait_until


def come_to_rest(system: Deployment) -> None:
    """Until every event is with the broker and has been applied, and no job is under way."""
    wait_until(lambda: not list(unfinished(system)), "all events applied", list(unfinished(system))[:5])


def unfinished(system: Deployment) -> list[str]:
    """Events that a listener has not applied, rows not published, events parked."""
    told = {name: _told(system, name) for name in MODULES}
    found = []
    for name, module in MODULES.items():
        types = {contract.event_type for contract in module.HANDLERS}
        due = {
            event
            for other, events in told.items()
            if other != name
            for event, kind in events.items()
            if kind in types
        }
        applied = set(system.sql(name, f"select event_id from inbox where consumer = '{name}'"))
        found += [f"{name} has not applied {event}" for event in sorted(due - applied)]
        found += [f"{name} has applied {event}, which nobody emitted" for event in sorted(applied - due)]
        found += [f"{name} parked {event}" for event in system.sql(name, "select event_id from dead_letter")]
        unpublished = "select id from outbox where published_at is null"
        found += [f"{name} has not published {event}" for event in system.sql(name, unpublished)]
    return found


def _told(system: Deployment, service: str) -> dict[str, str]:
    rows = system.sql(service, "select id, type from outbox where recipient is null")
    return dict(row.split("|") for row in rows)
