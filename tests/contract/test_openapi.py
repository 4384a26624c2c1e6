"""OpenAPI is complete: every route of every service says what it takes, gives, needs and how it fails."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from openapi_spec_validator import validate

from services import system as house
from shared.config import load_settings
from shared.http.tokens import sign
from shared.scopes import SCOPES

PUBLIC = {
    "get /api/registration/v1/rsvp/{token}",
    "post /api/registration/v1/rsvp/{token}",
    "get /api/registration/v1/rsvp/{token}/badge.svg",
    "get /api/awards/v1/verify/{code}",
}
SAMPLES = {"key": "k", "number": "1", "unit": "u", "group": "g", "option": "o", "token": "t", "code": "c"}
ID = "01a2064e-2f60-7d0c-9a5e-3f1f2b0c7a41"
UNLISTED = {"openapi", "asyncapi", "docs", "live", "ready", "metrics", "static"}


@dataclass(frozen=True)
class Operation:
    """One method of one path, as the document tells of it."""

    name: str
    body: dict[str, Any]
    parameters: list[dict[str, Any]]


@dataclass(frozen=True)
class Service:
    app: Flask
    document: dict[str, Any]
    key: dict[str, Any]

    def operations(self) -> Iterator[Operation]:
        for path, methods in self.document["paths"].items():
            for method, body in methods.items():
                if method != "parameters":
                    shared = methods.get("parameters", [])
                    yield Operation(f"{method} {path}", body, [*shared, *body.get("parameters", [])])


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Service]]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DIEMCAU_DATA", str(tmp_path_factory.mktemp("data")))
        system = house.open_system(load_settings())
    found = {}
    for name, module in house.MODULES.items():
        app = module.create_app(system.settings, system.databases[name])
        found[name] = Service(
            app, app.test_client().get(f"/api/{name}/v1/openapi.json").json, system.settings.signing_key
        )
    yield found
    system.close()


def all_operations(services: dict[str, Service]) -> list[Operation]:
    return [operation for service in services.values() for operation in service.operations()]


@pytest.mark.parametrize("name", house.MODULES)
def test_document_is_valid_openapi_3_1(services: dict[str, Service], name: str) -> None:
    validate(services[name].document)


@pytest.mark.parametrize("name", house.MODULES)
def test_every_route_is_in_the_document(services: dict[str, Service], name: str) -> None:
    routes = {
        f"{method.lower()} {rule.endpoint}"
        for rule in services[name].app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if rule.endpoint not in UNLISTED
    }
    assert len(list(services[name].operations())) == len(routes)


def test_every_operation_has_a_summary(services: dict[str, Service]) -> None:
    assert [one.name for one in all_operations(services) if not one.body.get("summary")] == []


def test_every_success_declares_its_content(services: dict[str, Service]) -> None:
    """A schema of its own, or a content type for a file; 204 has nothing."""
    lacking = [
        f"{one.name} {status}"
        for one in all_operations(services)
        for status, response in one.body["responses"].items()
        if status.startswith("2")
        and status != "204"
        and not all(content.get("schema") for content in response.get("content", {"": {}}).values())
    ]
    assert lacking == []


def test_every_operation_declares_a_success(services: dict[str, Service]) -> None:
    silent = [
        one.name
        for one in all_operations(services)
        if not any(status.startswith("2") for status in one.body["responses"])
    ]
    assert silent == []


def test_every_error_is_a_problem(services: dict[str, Service]) -> None:
    for name, service in services.items():
        for one in service.operations():
            assert "default" in one.body["responses"], one.name
        for response in service.document["components"]["responses"].values():
            assert list(response["content"]) == ["application/problem+json"], name
            assert response["content"]["application/problem+json"]["schema"] == {
                "$ref": "#/components/schemas/Error"
            }


def test_every_parameter_is_described_and_typed(services: dict[str, Service]) -> None:
    lacking = [
        f"{one.name}: {parameter['name']}"
        for one in all_operations(services)
        for parameter in one.parameters
        if not parameter.get("description") or not parameter.get("schema")
    ]
    assert lacking == []


def test_every_operation_names_the_right_that_it_needs(services: dict[str, Service]) -> None:
    found = {one.name: one.body.get("security") for one in all_operations(services)}
    assert {name for name, security in found.items() if security == []} == PUBLIC
    for name, security in found.items():
        if name not in PUBLIC:
            rules = [one["bearer"] for one in security or [{"bearer": []}]]
            assert all(rule and set(rule) <= set(SCOPES) for rule in rules), name


def test_rules_that_are_alternatives_are_all_named(services: dict[str, Service]) -> None:
    found = {one.name: [rule["bearer"] for rule in one.body["security"]] for one in all_operations(services)}
    several = {name.split()[-1]: rules for name, rules in found.items() if len(rules) > 1}
    assert several == {
        "/api/venue/v1/sites/{site}/line-tests:waive": [["decide"], ["sites:write"]],
        "/api/venue/v1/sites/{site}/line-tests:unwaive": [["decide"], ["sites:write"]],
        "/api/documents/v1/conferences/{key}/invitation-letters:render": [
            ["names:read", "names:write"],
            ["names:read", "documents:write"],
        ],
    }


def test_every_post_that_writes_takes_an_idempotency_key(services: dict[str, Service]) -> None:
    without = {
        one.name
        for one in all_operations(services)
        if one.name.startswith("post ") and "Idempotency-Key" not in header_names(one)
    }
    assert {name.rpartition(":")[2] for name in without} <= {"replay"}


@pytest.mark.parametrize("name", house.MODULES)
def test_every_view_that_checks_an_etag_says_so(services: dict[str, Service], name: str) -> None:
    checking = 0
    for view in services[name].app.view_functions.values():
        if "check_if_match" in inspect.unwrap(view).__code__.co_names:
            assert view._apidoc["access"].if_match, view.__name__  # type: ignore[attr-defined]
            checking += 1
    told = sum("If-Match" in header_names(one) for one in services[name].operations())
    assert told >= checking


@pytest.mark.parametrize("name", house.MODULES)
def test_patterns_are_ecma_s(services: dict[str, Service], name: str) -> None:
    found = set(patterns(services[name].document))
    assert [pattern for pattern in found if re.search(r"\\[AZz]|\(\?[a-zP]", pattern)] == []


@pytest.mark.parametrize("name", house.MODULES)
def test_nobody_without_the_right_gets_in(services: dict[str, Service], name: str) -> None:
    """Asked before anything is read: neither an unknown caller nor one with another right."""
    service = services[name]
    stranger = {"Authorization": f"Bearer {sign(service.key, 'stranger', ('none',))}"}
    client = service.app.test_client()
    for one in service.operations():
        method, path = one.name.split(" ")
        url = re.sub(r"\{(\w+)\}", lambda name: SAMPLES.get(name[1], ID), path)
        if one.name not in PUBLIC:
            assert client.open(url, method=method.upper()).status_code == 401, one.name
            assert client.open(url, method=method.upper(), headers=stranger).status_code == 403, one.name


def patterns(tree: Any) -> Iterator[str]:
    for name, value in tree.items() if isinstance(tree, dict) else enumerate(tree):
        if name == "pattern" and isinstance(value, str):
            yield value
        elif isinstance(value, (dict, list)):
            yield from patterns(value)


def header_names(operation: Operation) -> set[str]:
    return {parameter["name"] for parameter in operation.parameters if parameter["in"] == "header"}
