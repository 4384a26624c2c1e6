"""What every API refuses at its door: text and numbers that no database of ours can hold."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any, ClassVar

from flask import Flask, Request
from flask_smorest import Blueprint as SmorestBlueprint
from marshmallow import Schema, ValidationError, fields, validate
from webargs.core import missing
from webargs.flaskparser import FlaskParser, is_json_request
from werkzeug.datastructures import CombinedMultiDict
from werkzeug.routing import IntegerConverter, UnicodeConverter
from werkzeug.routing import ValidationError as NoSuchPath

from shared.http.openapi import FILE, describe_access
from shared.http.problems import MALFORMED, FieldError, Problem

LARGEST_INT = 2**31 - 1  # PostgreSQL's integer
DEEPEST = 32

_UNSTORABLE = re.compile("[\0\ud800-\udfff]").search  # NUL is refused by PostgreSQL, half a pair by UTF-8

_NO_JSON = FieldError("", "invalid-value", "Không phải JSON", "Not JSON")

Path = tuple[Any, ...]


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is not JSON")


_JSON = json.JSONDecoder(parse_constant=_refuse)  # made once: `json.loads` would make one for each body


class _Parser(FlaskParser):
    """JSON without NaN and of bounded depth; text that can be stored, wherever it came from."""

    __location_map__ = {  # noqa: RUF012 - the base class has it as an instance variable
        **FlaskParser.__location_map__,
        "multipart": "load_multipart",
    }

    def _raw_load_json(self, req: Request) -> Any:
        body = req.get_data(cache=True)
        if not is_json_request(req) or not body:
            return missing
        try:
            tree = _JSON.decode(body.decode())
            found = list(_unstorable(tree))  # walks it all: too deep a tree is no input of ours
        except (ValueError, RecursionError):
            raise Problem(MALFORMED, errors=[_NO_JSON]) from None
        if found:
            raise ValidationError(_nested(found))
        return tree

    def load_multipart(self, req: Request, schema: Schema) -> Any:
        """The fields of a form and the files that come with them."""
        return self._makeproxy(CombinedMultiDict([req.form, req.files]), schema)

    def pre_load(self, location_data: Any, *, schema: Schema, req: Request, location: str) -> Any:
        if location != "json" and (found := list(_unstorable(location_data))):
            raise ValidationError(_nested(found))
        return location_data


class Blueprint(SmorestBlueprint):  # type: ignore[misc]  # flask-smorest ships no types
    """flask-smorest's, with arguments that are safe to store, and all that is needed to describe a route."""

    ARGUMENTS_PARSER = _Parser()
    DEFAULT_LOCATION_CONTENT_TYPE_MAPPING: ClassVar[dict[str, str]] = {
        **SmorestBlueprint.DEFAULT_LOCATION_CONTENT_TYPE_MAPPING,
        "multipart": "multipart/form-data",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._prepare_doc_cbks.append(describe_access)

    def arguments(self, schema: Any, *, location: str = "json", **described: Any) -> Any:
        """The schema's instance is made once: making it costs more than reading a request with it."""
        made = schema() if isinstance(schema, type) else schema
        return super().arguments(made, location=location, **described)

    def response(
        self, status_code: int, schema: Any = None, *, content_type: str | None = None, **described: Any
    ) -> Any:
        """A file (a content type without a schema) has a body, too."""
        if schema is None and content_type is not None:
            schema = FILE
        return super().response(status_code, schema, content_type=content_type, **described)


class RevisionWanted(Schema):
    revision = fields.Int(
        validate=validate.Range(min=1, max=LARGEST_INT),
        metadata={"description": "The current one if absent"},
    )


class _Text(UnicodeConverter):
    def to_python(self, value: str) -> str:
        if _UNSTORABLE(value):
            raise NoSuchPath
        return value


class _Int(IntegerConverter):
    def to_python(self, value: str) -> int:
        number: int = super().to_python(value)
        if number > LARGEST_INT:
            raise NoSuchPath
        return number


def bound_paths(app: Flask) -> None:
    """A path that names nothing storable is one that does not exist: 404."""
    app.url_map.converters |= {"default": _Text, "string": _Text, "int": _Int}


def _unstorable(tree: Any) -> Iterator[Path]:
    """Where text is that no database holds. Raises ValueError for a tree that is too deep."""
    waiting: list[tuple[Path, Any]] = [((), tree)]
    while waiting:
        path, node = waiting.pop()
        if len(path) > DEEPEST:
            raise ValueError(f"deeper than {DEEPEST}")
        if isinstance(node, str):
            if _UNSTORABLE(node):
                yield path
        elif isinstance(node, list):
            waiting += (((*path, index), item) for index, item in enumerate(node))
        elif hasattr(node, "items"):
            waiting += (((*path, key), item) for key, item in node.items())


def _nested(paths: Iterable[Path]) -> dict[Any, Any]:
    """As marshmallow words it."""
    errors: dict[Any, Any] = {}
    for path in paths:
        level = errors
        for step in path[:-1]:
            level = level.setdefault(step, {})
        level[path[-1] if path else "_schema"] = [
            "Có ký tự không lưu được (it has a character that cannot be kept)."
        ]
    return errors
