"""A person as a caller sends one: read, or refused by field."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.registration.people.model import Facts, read_facts
from shared.flaws import Flaw
from shared.http.problems import INVALID, FieldError, Problem


def read_person(values: Mapping[str, Any], at: str = "") -> Facts:
    """`at`: where in the body the person stands. Raises Problem 422."""
    facts, flaws = read_facts(values)
    if facts is None:
        raise refused({f"{at}/{name}".lstrip("/"): flaw for name, flaw in flaws.items()})
    return facts


def refused(flaws: Mapping[str, Flaw]) -> Problem:
    errors = [FieldError(f"/{name}", flaw.code, flaw.vi, flaw.en) for name, flaw in flaws.items()]
    return Problem(INVALID, errors=errors)
