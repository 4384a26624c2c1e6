"""What a form said: its errors, for the summary at the top of the page and beside the field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import request

from services.portal.clients import ApiProblem


@dataclass(frozen=True, slots=True)
class FormError:
    """`field` is the id of the input, "" when the whole form is meant."""

    field: str
    message: str


def text(name: str, limit: int = 1000) -> str:
    return request.form.get(name, "").strip()[:limit]


def texts(*names: str) -> dict[str, str]:
    return {name: text(name) for name in names}


def from_problem(problem: ApiProblem, fields: Mapping[str, str] | None = None) -> list[FormError]:
    """Errors by the fields of the form; `fields` renames the API's. The title when it names none."""
    names = fields or {}
    found = [FormError(names.get(name, name), message) for name, message in problem.messages().items()]
    return found or [FormError("", problem.title)]
