"""An option's settings, checked by its venue plugin's marshmallow schema; its messages become problems.

Codes are read off the schema and the tree, not off the messages, which a plugin may word as it likes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any, NamedTuple

from marshmallow import Schema, ValidationError, fields

from diemcau.venue import VenuePlugin
from services.planning.plan.problems import Path, Words
from services.planning.plan.shape import BOOLEAN, INTEGER, LIST, MAPPING, TEXT, Walk

_UNKNOWN = object()
_ABSENT = object()
_NUMBER = Words("số", "a number")
_TYPES: tuple[tuple[type[fields.Field[Any]], tuple[type, ...], Words], ...] = (
    (fields.Boolean, (bool,), BOOLEAN),
    (fields.Integer, (int,), INTEGER),
    (fields.Number, (int, float), _NUMBER),
    (fields.List, (list,), LIST),
    (fields.Tuple, (list,), LIST),
    (fields.Mapping, (dict,), MAPPING),
    (fields.String, (str,), TEXT),
    (fields.DateTime, (str,), TEXT),
    (fields.Time, (str,), TEXT),
    (fields.Enum, (str,), TEXT),
)


def check_settings(plugin: VenuePlugin, settings: dict[str, Any], path: Path, walk: Walk) -> None:
    """Note every problem that the plugin finds in `settings`; an exception in it is a problem, too."""
    try:
        schema = plugin.settings_schema()
        try:
            schema.load(deepcopy(settings))
        except ValidationError as error:
            messages = error.messages
        else:
            return
        for leaf in _leaves(messages, schema, settings, path):
            _note(walk, *leaf)
    except (
        Exception
    ) as error:  # a plugin is somebody else's code: whatever it raises must not stop the reader
        walk.refuse(path, "plugin-failed", venue=plugin.name, detail=type(error).__name__)


class _Entry(NamedTuple):
    """One entry of a mapping field: its messages come apart under `key` and `value`."""

    mapping: Any
    key: Any

    def part(self, step: Any, value: Any) -> tuple[Any, Any]:
        """The field and the value that messages under `step` are about."""
        return (self.mapping.key_field, self.key) if step == "key" else (self.mapping.value_field, value)


_Leaf = tuple[Any, Any, Path, str]


def _leaves(messages: Any, node: Any, value: Any, path: Path) -> Iterator[_Leaf]:
    """Each message with the schema or field and the value that it is about."""
    if isinstance(messages, Mapping):
        for step, below in messages.items():
            if step == "_schema":
                yield from _leaves(below, node, value, path)
            elif isinstance(node, _Entry):
                yield from _leaves(below, *node.part(step, value), path)
            else:
                yield from _leaves(below, _below(node, step), _inside(value, step), (path, _step(step)))
    elif isinstance(messages, list | tuple):
        for message in messages:
            yield from _leaves(message, node, value, path)
    else:
        yield node, value, path, str(messages)


def _step(step: Any) -> str | int:
    return step if isinstance(step, int) else str(step)


def _inside(value: Any, step: Any) -> Any:
    if isinstance(value, dict):
        return value.get(step, _ABSENT)
    if isinstance(value, list) and isinstance(step, int) and 0 <= step < len(value):
        return value[step]
    return _ABSENT


def _below(node: Any, step: Any) -> Any:
    """The field that a schema or field has at `step`, `_UNKNOWN` if a schema has none there."""
    if isinstance(node, fields.List):
        return node.inner
    if isinstance(node, fields.Mapping):
        return _Entry(node, step)
    if isinstance(node, fields.Nested):
        return node if isinstance(step, int) else _below(node.schema, step)
    if isinstance(node, Schema):
        named = (f for name, f in node.load_fields.items() if step == (f.data_key or name))
        return next(named, _UNKNOWN)
    return None


def _note(walk: Walk, node: Any, value: Any, path: Path, message: str) -> None:
    name = str(path[1]) if path else ""
    if node is _UNKNOWN:
        walk.refuse(path, "unknown-key", key=name)
    elif value is _ABSENT:
        walk.refuse(path, "missing-key", key=name)
    elif wanted := _other_type(node, value):
        walk.wrong_type(path, wanted, value)
    else:
        shown = value if isinstance(value, str | int | float) else "…"
        walk.refuse(path, "invalid-value", value=str(shown), expected=message)


def _other_type(node: Any, value: Any) -> Words | None:
    """What the field wants, if `value` is of another JSON type."""
    types: tuple[type, ...]
    if isinstance(node, Schema):
        types, wanted = (dict,), MAPPING
    elif isinstance(node, fields.Nested):
        items = node.many and not isinstance(value, dict)
        types, wanted = ((list,), LIST) if items else ((dict,), MAPPING)
    else:
        row = next((row for row in _TYPES if isinstance(node, row[0])), None)
        if row is None:
            return None
        _, types, wanted = row
    right = isinstance(value, types) and (bool in types or not isinstance(value, bool))
    return None if right else wanted
