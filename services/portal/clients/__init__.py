"""Calls from the portal to the services, in the name of the person who is signed in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import httpx

from services.portal.clients.api import Api, ApiProblem, Json, ServiceDown, stream_of
from services.portal.clients.awards import Awards
from services.portal.clients.documents import Documents
from services.portal.clients.planning import Planning
from services.portal.clients.registration import Registration
from services.portal.clients.venue import Venue

__all__ = ["ApiProblem", "Calls", "Json", "ServiceDown", "Services", "stream_of"]


@dataclass(frozen=True, slots=True)
class Services:
    """The way to all services: one connection pool, or their WSGI apps in the same process."""

    http: httpx.Client

    @classmethod
    def at(cls, base_url: str, transport: httpx.BaseTransport | None, *, patience: float = 15) -> Services:
        """`patience`: seconds until a service that does not answer counts as down."""
        timeout = httpx.Timeout(patience, connect=3)
        return cls(httpx.Client(base_url=base_url, transport=transport, timeout=timeout))

    def caller(self, token: str | None, correlation: str) -> Calls:
        headers = {"Accept-Language": "vi", "X-Correlation-Id": correlation}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        return Calls(self.http, headers)


class Calls:
    """The services as one person may use them."""

    def __init__(self, http: httpx.Client, headers: Mapping[str, str]) -> None:
        self._http, self._headers = http, headers
        self.planning = Planning(self.api("planning"))
        self.venue = Venue(self.api("venue"))
        self.registration = Registration(self.api("registration"))
        self.documents = Documents(self.api("documents"))
        self.awards = Awards(self.api("awards"))

    def api(self, service: str) -> Api:
        """For what every service has alike: changes of a revision, jobs, parked events."""
        return Api(self._http, service, self._headers)

    def changes(self, service: str, key: str, number: int) -> Json:
        """What a revision changes for one service."""
        return self.api(service).get(f"/conferences/{key}/revisions/{number}/changes")
