"""Ask several services for one page: one that is down, or refuses, leaves its part of the page out."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from services.portal.clients.api import ApiProblem, ServiceDown

T = TypeVar("T")


class Asking:
    """Remembers in `down` which services did not answer."""

    def __init__(self) -> None:
        self.down: list[str] = []

    def try_for(self, call: Callable[[], T]) -> T | None:
        """The answer, or None: the service is down, has no such route, or does not let this person see it."""
        try:
            return call()
        except ServiceDown as error:
            if error.service not in self.down:
                self.down.append(error.service)
        except ApiProblem as problem:
            if problem.status >= 500 and problem.service not in self.down:
                self.down.append(problem.service)
        return None
