"""Hand due messages to the notifier. `sending` is committed before, the outcome after: nothing twice."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import structlog
from marshmallow import ValidationError
from sqlalchemy import RowMapping, and_, or_, select

from diemcau.notifier import Message, NotifierPlugin, Refused, TryLater
from diemcau.plugins import Plugins
from services.registration.messages.commands import (
    give_up_orphans,
    is_orphan,
    next_due,
    note_cancelled,
    note_failed,
    note_later,
    note_sent,
    start_sending,
    take_in_hand,
)
from services.registration.messages.model import REFUSED, UNKNOWN, Letter, NotToSend
from services.registration.messages.tables import messages
from services.registration.plan.tables import conferences
from shared.config import ConfigError
from shared.jobs.worker import Run
from shared.revisions.following import current_revision
from shared.storage.database import Database
from shared.storage.session import Session

BATCH = 1_000
"""Messages of one job; then other jobs have their turn."""

ADDRESS = "email"
"""The fact about a person that letters are sent to."""

PAUSE = 0.02
"""Seconds between two messages: no carrier is flooded."""

TICK = 5.0
"""Seconds between two looks for messages whose time has come."""

Compose = Callable[[Session, RowMapping, datetime], Letter]
"""Writes a message. Raises NotToSend."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """The chosen notifier and its settings, as its schema loaded them."""

    plugin: NotifierPlugin
    settings: Mapping[str, Any]


def choose_notifier(loaded: Plugins, name: str, settings: Mapping[str, Any]) -> Outgoing:
    """The notifier that the settings name. Raises ConfigError."""
    plugin = loaded.by_name.get(name)
    if plugin is None:
        refused = next((one.reason for one in loaded.refused if one.name == name), "no such plugin")
        raise ConfigError(f"DIEMCAU_NOTIFIER: {name} cannot be used: {refused}")
    if plugin.address != ADDRESS:
        raise ConfigError(f"DIEMCAU_NOTIFIER: {name} needs a {plugin.address}, we have {ADDRESS} addresses")
    try:
        return Outgoing(plugin, dict(plugin.settings_schema().load(dict(settings))))
    except ValidationError as error:
        raise ConfigError(f"the settings of the notifier {name} are wrong: {error.messages}") from None


@dataclass(frozen=True, slots=True)
class _InHand:
    message: UUID
    letter: Letter


def send_due(run: Run, outgoing: Outgoing, compose: Mapping[str, Compose]) -> dict[str, int]:
    """Send the conference's due messages, one by one; a job function. Repeating it repeats no message."""
    with run.write() as session:
        conference_id = _conference_id(session, run.job.conference)
        counts = {"sent": 0, "failed": give_up_orphans(session, conference_id, run.job.id), "later": 0}
    for number in range(1, BATCH + 1):
        if number % 10 == 1:
            run.progress(number - 1, number)
        taken = _take_next(run, outgoing, compose, conference_id)
        if taken is None:
            run.progress(number - 1, number - 1)
            return counts
        counts[_send(run, outgoing, taken)] += 1
        time.sleep(PAUSE)
    run.progress(BATCH, BATCH)
    return counts


def start_senders(database: Database) -> bool:
    """Start a sender for each conference where a message's time has come, or whose sender died."""
    with database.read() as session:
        found = session.execute(_needing_a_sender()).scalars().all()
    if found:
        with database.write() as session:
            for conference in found:
                start_sending(session, conference, current_revision(session, conference))
    return bool(found)


def _take_next(
    run: Run, outgoing: Outgoing, compose: Mapping[str, Compose], conference_id: int
) -> _InHand | None:
    while True:
        with run.write() as session:
            row = next_due(session, conference_id)
            if row is None:
                return None
            try:
                letter = compose[row["kind"]](session, row, run.now())
            except NotToSend as reason:
                _drop(session, row["id"], reason)
                continue
            take_in_hand(session, row["id"], run.job.id, letter.subject, outgoing.plugin.name)
            return _InHand(row["id"], letter)


def _drop(session: Session, message: UUID, reason: NotToSend) -> None:
    if reason.failed:
        note_failed(session, message, reason.problem)
    else:
        note_cancelled(session, message, reason.problem)


def _send(run: Run, outgoing: Outgoing, taken: _InHand) -> str:
    letter = taken.letter
    message = Message(str(taken.message), letter.to, letter.name, letter.subject, letter.body)
    try:
        outgoing.plugin.send(message, outgoing.settings)
    except TryLater as error:
        with run.write() as session:
            note_later(session, taken.message, str(error))
        return "later"
    except Refused as error:
        with run.write() as session:
            note_failed(session, taken.message, REFUSED, str(error))
        return "failed"
    except Exception as error:  # whatever it is: the carrier may have the message
        _log.warning("message_outcome_unknown", message=message.id, reason=type(error).__name__)
        with run.write() as session:
            note_failed(session, taken.message, UNKNOWN, type(error).__name__)
        return "failed"
    with run.write() as session:
        note_sent(session, taken.message, run.job.id, run.now())
    return "sent"


def _needing_a_sender() -> Any:
    due = and_(messages.c.state == "queued", messages.c.next_try_at <= datetime.now(UTC))
    return (
        select(conferences.c.key)
        .distinct()
        .join(messages, messages.c.conference_id == conferences.c.id)
        .where(or_(due, is_orphan()))
    )


def _conference_id(session: Session, key: str) -> int:
    number: int = session.execute(select(conferences.c.id).where(conferences.c.key == key)).scalar_one()
    return number
