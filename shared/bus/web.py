"""Routes of parked events, the same for every service: what could not be applied, and applying it again."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from marshmallow import Schema, fields, validate

from shared.bus.delivery import Consumer
from shared.bus.faults import Unavailable
from shared.bus.parked import Parked, list_parked, replay
from shared.http.calls import Call, reads
from shared.http.inputs import Blueprint
from shared.http.problems import UNAVAILABLE, Problem, ProblemType

SHOWN = 500
UNKNOWN = ProblemType(404, "unknown-parked-event", "Không có thông điệp này", "There is no such parked event")


class ParkedEvent(Schema):
    id = fields.UUID(attribute="event_id")
    source = fields.Str(metadata={"description": "The service that said it"})
    key = fields.Str(metadata={"description": "Ordering key: later events of it wait behind a failed one"})
    version = fields.Int(attribute="key_version")
    type = fields.Str()
    state = fields.Str(validate=validate.OneOf(["failed", "waiting"]))
    attempts = fields.Int()
    error = fields.Str(metadata={"description": "What went wrong; never the values of a row"})
    parked_at = fields.AwareDateTime()


class ParkedList(Schema):
    total = fields.Int()
    items = fields.List(fields.Nested(ParkedEvent), metadata={"description": f"The first {SHOWN}"})


class Replayed(Schema):
    replayed = fields.Int(metadata={"description": "Events of the key that were applied"})
    failed = fields.Bool(metadata={"description": "The key stopped again at an event that fails"})
    error = fields.Str(allow_none=True)


def parked_blueprint(consumer: Consumer) -> Blueprint:
    """`consumer`: whose events they are, with the handlers that apply them."""
    bp = Blueprint(f"{consumer.name}_parked", __name__, description="Events that could not be applied")

    @bp.route("/parked")
    @reads("decide")
    @bp.response(200, ParkedList)
    def get_parked(call: Call) -> dict[str, Any]:
        """Parked events in the order in which a replay takes them."""
        found = list_parked(call.session)
        return {"total": len(found), "items": found[:SHOWN]}

    @bp.route("/parked/<uuid:event>:replay", methods=["POST"])
    @reads("decide")  # the replay has transactions of its own, one for each event
    @bp.response(200, Replayed)
    def post_replay(call: Call, event: UUID) -> dict[str, Any]:
        """Apply the events of this one's key again, in order. Doing it twice does no harm."""
        one = next((one for one in list_parked(call.session) if one.event_id == event), None)
        if one is None:
            raise Problem(UNKNOWN)
        try:
            report = replay(consumer, key=one.key)
        except Unavailable:
            raise Problem(UNAVAILABLE) from None
        return {
            "replayed": report.replayed,
            "failed": bool(report.failed_keys),
            "error": _error(consumer, one),
        }

    return bp


def _error(consumer: Consumer, one: Parked) -> str | None:
    """Why the key stopped again; None when nothing of it is parked any more."""
    with consumer.database.read() as session:
        left = [found for found in list_parked(session, consumer.name) if found.key == one.key]
    return next((found.error for found in left if found.state == "failed"), None)
