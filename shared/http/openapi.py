"""What OpenAPI says of every route beyond its schemas: rights, headers, files, parameters in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

IfMatch = Literal["", "needed", "taken"]

FILE = {"type": "string", "format": "binary"}
IDEMPOTENCY_KEY = {
    "in": "header",
    "name": "Idempotency-Key",
    "description": "A request that comes again with the same key gets the first answer again",
    "schema": {"type": "string", "maxLength": 200},
}
IF_MATCH = {
    "in": "header",
    "name": "If-Match",
    "description": "The ETag that was read; 412 when it has changed meanwhile",
    "schema": {"type": "string"},
}
# The names are the same on all routes; a field's own description goes before these.
PARAMETERS: Mapping[str, str] = {
    "answer": "Only those that answered so",
    "batch": "Id of the batch",
    "change": "Only those that the revision changes so against its base",
    "checked_in": "Only those that have, or have not, checked in",
    "code": "The code printed on the certificate",
    "cursor": "Where the next page begins, as the page before gave it",
    "dry_run": "Only report; nothing is written",
    "due_before": "Only those due before this moment",
    "event": "Id of the parked event",
    "group": "Key of the group",
    "id": "Id, as lists and answers give it",
    "issuer": "Key of the unit that issues the invitation",
    "job": "Id of the job",
    "key": "Key of the conference",
    "kind": "Only those of this kind",
    "limit": "How many at most",
    "message": "Id of the message",
    "nomination": "Id of the nomination",
    "number": "Number of the revision",
    "option": "Key of the option",
    "order": "What they are ordered by",
    "overdue": "Only those whose deadline has passed",
    "place": "Id of the delegate's place",
    "q": "Only those with these words in them",
    "recipient": "Id of the recipient",
    "revision": "Number of the revision; the current one if absent",
    "site": "Key or id of the site",
    "state": "Only those in this state",
    "status": "Only those with this status",
    "task": "Id of the task",
    "token": "The signed token of the delegate's link",
    "unit": "Key of the unit",
}


@dataclass(frozen=True, slots=True)
class Access:
    """Who may call a view, and how: one of `rules` holds, none is public; `if_match` whether it takes an
    ETag. A rule is scopes with blanks between them, all needed."""

    rules: tuple[str, ...]
    writes: bool
    if_match: IfMatch = ""


def describe_access(
    operation: dict[str, Any], decorated: Mapping[str, Any], *, method: str, **_kwargs: Any
) -> dict[str, Any]:
    """flask-smorest's hook for one operation: security and headers, from `@reads` and `@writes`."""
    access: Access | None = decorated.get("access")
    if access is None:
        return operation
    headers: list[dict[str, Any]] = []
    if access.writes and method == "post":
        headers.append(IDEMPOTENCY_KEY)
    if access.if_match:
        headers.append({**IF_MATCH, "required": access.if_match == "needed"})
    if headers:
        operation["parameters"] = [*operation.get("parameters", ()), *headers]
    operation["security"] = [{"bearer": rule.split()} for rule in access.rules]
    return operation


def speak_ecma(tree: Any) -> None:
    """Patterns are Python's; JSON Schema reads them as ECMA-262, which has other anchors and no `(?s)`."""
    if isinstance(tree, list):
        for item in tree:
            speak_ecma(item)
    elif isinstance(tree, dict):
        for name, value in tree.items():
            if name == "pattern" and isinstance(value, str):
                tree[name] = _ecma(value)
            else:
                speak_ecma(value)


def _ecma(pattern: str) -> str:
    if pattern.startswith("(?s)"):
        pattern = pattern[4:].replace(".", r"[\s\S]")
    return pattern.replace(r"\A", "^").replace(r"\Z", "$").replace(r"\z", "$")


def describe_parameters(document: dict[str, Any]) -> None:
    """Say in words what a parameter is where its field does not."""
    for methods in document["paths"].values():
        for operation in methods.values():
            parameters = operation if isinstance(operation, list) else operation.get("parameters", ())
            for parameter in parameters:
                if not parameter.get("description") and parameter["name"] in PARAMETERS:
                    parameter["description"] = PARAMETERS[parameter["name"]]
