"""One service's Flask app: problems, tokens, OpenAPI, health and metrics around its blueprints."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import orjson
from flask import Flask, render_template_string
from flask.json.provider import JSONProvider
from flask_smorest import Api, Blueprint
from prometheus_client.registry import Collector
from sqlalchemy import func, select, text

from diemcau import __version__
from shared.bus.delivery import Consumer, Handler
from shared.bus.metrics import BusMetrics
from shared.bus.outbox import backlog
from shared.bus.tables import dead_letter
from shared.bus.web import parked_blueprint
from shared.config import Settings
from shared.contracts.asyncapi import asyncapi
from shared.contracts.event import Event
from shared.http import problems
from shared.http.calls import Wiring
from shared.http.inputs import bound_paths
from shared.http.metrics import measure
from shared.http.openapi import describe_parameters, speak_ecma
from shared.http.tokens import Verifier
from shared.http.tracing import TracedFlask
from shared.storage.database import Database
from shared.storage.session import Session
from shared.storage.upsert import dialect_of

MAX_BODY = 40 * 1024 * 1024


def build_app(
    service: str,
    *,
    settings: Settings,
    database: Database,
    blueprints: Iterable[Blueprint],
    problem_table: problems.ProblemTable,
    emits: Iterable[type[Event]],
    handles: Mapping[type[Event], Handler],
    context: Any = None,
    metrics: Iterable[Collector] = (),
) -> Flask:
    """The WSGI app that serves `/api/<service>/v1/…`; parked events are replayed with `handles`.

    `metrics`: what the service counts beside requests and events.
    """
    app = TracedFlask(f"services.{service}")
    app.json = _Orjson(app)
    app.config.update(_openapi_config(service), MAX_CONTENT_LENGTH=MAX_BODY)
    verifier = Verifier(settings.verify_key, settings.api_key)
    app.extensions["diemcau"] = Wiring(database, settings.clock, verifier, context)
    problems.install(app, problem_table)
    bound_paths(app)
    api = Api(app)
    _describe_errors(api)
    parked = parked_blueprint(Consumer(service, database, handles, context))
    for blueprint in (*blueprints, parked):
        api.register_blueprint(blueprint, url_prefix=f"/api/{service}/v1")
    problems.install(app, problem_table)
    _add_documents(app, service, api, asyncapi(service, emits, handles))
    _add_health(app, service, database)
    measure(app, service, f"/api/{service}/metrics", (BusMetrics(database), *metrics))
    return app


class _Orjson(JSONProvider):
    def dumps(self, obj: Any, **_kwargs: Any) -> str:
        return orjson.dumps(obj, default=str).decode()

    def loads(self, s: str | bytes, **_kwargs: Any) -> Any:
        return orjson.loads(s)


def _openapi_config(service: str) -> Mapping[str, Any]:
    return {
        "API_TITLE": f"Điểm Cầu {service}",
        "API_VERSION": "v1",
        "OPENAPI_VERSION": "3.1.0",
        "API_SPEC_OPTIONS": {
            "info": {"version": __version__, "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"}},
            "security": [{"bearer": []}],
            "components": {"securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}}},
        },
    }


def _describe_errors(api: Api) -> None:
    """flask-smorest's own error body is replaced by the problem that is really sent."""
    spec = api.spec
    spec.components.schemas["Error"] = PROBLEM_SCHEMA
    spec.components.schemas.setdefault("PaginationMetadata", {"type": "object"})


PROBLEM_SCHEMA = {
    "type": "object",
    "required": ["type", "title", "status"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "code", "message"],
                "properties": {name: {"type": "string"} for name in ("pointer", "code", "message")},
            },
        },
    },
}


def _add_documents(app: Flask, service: str, api: Api, events: dict[str, Any]) -> None:
    base, document = f"/api/{service}/v1", _openapi(api)
    app.add_url_rule(f"{base}/openapi.json", "openapi", lambda: document)
    app.add_url_rule(f"{base}/asyncapi.json", "asyncapi", lambda: events)
    app.add_url_rule(f"{base}/docs", "docs", lambda: render_template_string(_DOCS, spec=document, base=base))


def _openapi(api: Api) -> dict[str, Any]:
    """The document with the errors as they are sent: problem+json."""
    document: dict[str, Any] = api.spec.to_dict()
    for response in document["components"]["responses"].values():
        if "content" in response:
            schema = {"$ref": "#/components/schemas/Error"}
            response["content"] = {"application/problem+json": {"schema": schema}}
    describe_parameters(document)
    speak_ecma(document["paths"])
    speak_ecma(document["components"])
    return document


_DOCS = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>{{ spec.info.title }}</title>
<h1>{{ spec.info.title }}</h1>
<p><a href="{{ base }}/openapi.json">OpenAPI 3.1</a> · <a href="{{ base }}/asyncapi.json">AsyncAPI 3</a></p>
<dl>
{% for path, methods in spec.paths.items() %}
{% for method, operation in methods.items() if operation is mapping %}
<dt><code>{{ method|upper }} {{ path }}</code></dt>
<dd>{{ operation.summary }} {{ operation.description }}</dd>
{% endfor %}
{% endfor %}
</dl></html>"""


def _add_health(app: Flask, service: str, database: Database) -> None:
    @app.get(f"/api/{service}/health/live")
    def live() -> dict[str, str]:
        return {"status": "live"}

    @app.get(f"/api/{service}/health/ready")
    def ready() -> dict[str, Any]:
        with database.read() as session:
            session.execute(text("select 1"))
            return {"status": "ready", **_waiting(session)}


def _waiting(session: Session) -> dict[str, int]:
    """How much waits: events parked here and, where a relay publishes, events not yet published."""
    parked = select(func.count()).select_from(dead_letter)
    found = {"parked_events": int(session.execute(parked).scalar_one())}
    if dialect_of(session) == "postgresql":  # on SQLite the listeners read the outbox themselves
        found["outbox_unpublished"] = backlog(session).unpublished
    return found
