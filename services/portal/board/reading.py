"""Ask the services for the board, with a token that may read the plan and nothing else."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from services.portal.board.model import MOST_ROWS, Reading, Site
from services.portal.clients import ApiProblem, Calls, Json, ServiceDown, Services
from shared.http.tokens import sign

KIND_ORDER = {"hub": 0, "hall": 0, "bridge": 1}
SCOPES = ("plan:read",)


class Reader:
    """Reads one conference's board; what only a decision changes is asked once per revision.

    Raises ServiceDown and ApiProblem where venue or planning does not answer; without registration the
    board has no counts.
    """

    def __init__(self, services: Services, signing_key: Mapping[str, Any], key: str) -> None:
        self._services, self._signing_key, self._key = services, signing_key, key
        self._ground: _Ground | None = None

    def read(self) -> Reading:
        token = sign(self._signing_key, "portal:board", SCOPES, name="Bảng điểm cầu")
        calls = self._services.caller(token, str(uuid.uuid4()))
        board = calls.venue.board(self._key)
        counts = _headcounts(calls, self._key)
        ground = self._ground_of(calls, board)
        items = sorted(board["items"], key=lambda site: KIND_ORDER.get(site["kind"], 1))
        return Reading(
            revision=board["revision"],
            zone=ground.zone,
            sites=tuple(_site(item, counts, ground) for item in items),
            counts_known=counts is not None,
            units=ground.names,
        )

    def _ground_of(self, calls: Calls, board: Json) -> _Ground:
        if self._ground is None or self._ground.revision != board["revision"]:
            conference = calls.planning.conference(self._key)
            units = calls.planning.units(self._key) if len(board["items"]) > MOST_ROWS else []
            self._ground = _Ground(board["revision"], conference, units)
        return self._ground


class _Ground:
    """The conference's zone, and its units where areas are needed."""

    def __init__(self, revision: int | None, conference: Json, units: list[Json]) -> None:
        self.revision, self.zone = revision, str(conference["timezone"])
        self.names = {unit["key"]: unit["name"] for unit in units}
        self._parents = {unit["key"]: unit.get("parent") for unit in units}
        self._organiser = conference["organiser"]

    def path(self, unit: str | None) -> tuple[str, ...]:
        """The units from just below the organiser down to this one."""
        found: list[str] = []
        while unit in self.names and unit != self._organiser and unit not in found:
            assert unit is not None
            found.append(unit)
            unit = self._parents[unit]
        return tuple(reversed(found))


def _site(item: Json, counts: dict[str, Json] | None, ground: _Ground) -> Site:
    """Only what every reader of the plan may see: who tested and what they noted stays out."""
    counted = (counts or {}).get(item["key"], {})
    return Site(
        key=item["key"],
        name=item["name"],
        kind=item["kind"],
        unit=item["unit"],
        room=item["room"] or item["address"] or "",
        seats=item["seats"],
        capacity=item["capacity"],
        line_test=item["line_test"],
        late=item["late"],
        due_at=item["due_at"],
        tested_at=item["tested_at"] if item["line_test"] != "waived" else None,
        named=counted.get("named"),
        accepted=counted.get("accepted"),
        checked_in=counted.get("checked_in"),
        path=ground.path(item["unit"]),
    )


def _headcounts(calls: Calls, key: str) -> dict[str, Json] | None:
    """By site key; None when registration is down: the board still works."""
    try:
        return {item["site"]: item for item in calls.registration.headcounts(key)["items"]}
    except (ServiceDown, ApiProblem):
        return None
