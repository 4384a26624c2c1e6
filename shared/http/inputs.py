"""What every API refuses at its door: text and numbers that no database of ours can hold."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson
from flask import Flask, Request
from flask_smorest import Blueprint as SmorestBlueprint
from marshmallow import Schema, ValidationError, fields, validate
from webargs.core import missing
from webargs.flaskparser import FlaskParser, is_json_request
from werkzeug.routing import IntegerConverter, UnicodeConverter
from werkzeug.routing import ValidationError as NoSuchPath

LARGEST_INT = 2**31 - 1  # PostgreSQL's integer

NUL = "\0"  # PostgreSQL stores every other character


class _Parser(FlaskParser):
    """JSON as orjson reads it: no lone surrogates, no NaN, bounded depth. No NUL, wherever it came from."""

    def _raw_load_json(self, req: Request) -> Any:
        if not is_json_request(req):
            return missing
        body = req.get_data(cache=True)
        try:
            return orjson.loads(body) if body else missing
        except orjson.JSONDecodeError as error:
            self._handle_invalid_json_error(error, req)

    def pre_load(self, location_data: Any, *, schema: Schema, req: Request, location: str) -> Any:
        if errors := _nul_errors(location_data):
            raise ValidationError(errors)
        return location_data


class Blueprint(SmorestBlueprint):  # type: ignore[misc]  # flask-smorest ships no types
    """flask-smorest's, with arguments that are safe to store."""

    ARGUMENTS_PARSER = _Parser()


class RevisionWanted(Schema):
    revision = fields.Int(
        validate=validate.Range(min=1, max=LARGEST_INT),
        metadata={"description": "The current one if absent"},
    )


class _Text(UnicodeConverter):
    def to_python(self, value: str) -> str:
        if NUL in value:
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


def _nul_errors(node: Any) -> dict[Any, Any] | list[str] | None:
    """Where a NUL is, as marshmallow's nested messages; keys are checked by the schemas."""
    if isinstance(node, str):
        return ["Ký tự NUL không được phép (NUL is not allowed)."] if NUL in node else None
    found = {key: errors for key, part in _parts(node) if (errors := _nul_errors(part))}
    return found or None


def _parts(node: Any) -> Iterator[tuple[Any, Any]]:
    if isinstance(node, list):
        return iter(enumerate(node))
    return iter(node.items()) if hasattr(node, "items") else iter(())
