"""The served OpenAPI and AsyncAPI documents are valid, and say what the system does."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator
from openapi_spec_validator import validate

from services import system as house
from shared.config import load_settings

ASYNCAPI = json.loads((Path(__file__).parent / "asyncapi-3.0.0.schema.json").read_text())


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, dict[str, Any]]]:
    """Both documents of every service, as served."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DIEMCAU_DATA", str(tmp_path_factory.mktemp("data")))
        system = house.open_system(load_settings())
    found = {}
    for name, module in house.MODULES.items():
        client = module.create_app(system.settings, system.databases[name]).test_client()
        base = f"/api/{name}/v1"
        found[name] = {kind: client.get(f"{base}/{kind}.json").json for kind in ("openapi", "asyncapi")}
        assert client.get(f"{base}/docs").status_code == 200
    yield found
    system.close()


@pytest.mark.parametrize("service", house.MODULES)
def test_openapi_is_valid(documents: dict[str, Any], service: str) -> None:
    document = documents[service]["openapi"]
    assert document["openapi"] == "3.1.0"
    validate(document)


@pytest.mark.parametrize("service", house.MODULES)
def test_every_operation_is_described_and_fails_with_a_problem(
    documents: dict[str, Any], service: str
) -> None:
    document = documents[service]["openapi"]
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if method == "parameters":
                continue
            assert operation.get("summary"), f"{method} {path} has no summary"
            assert "default" in operation["responses"], f"{method} {path} does not say how it fails"
    [content] = document["components"]["responses"]["DEFAULT_ERROR"]["content"]
    assert content == "application/problem+json"


@pytest.mark.parametrize("service", house.MODULES)
def test_asyncapi_is_valid(documents: dict[str, Any], service: str) -> None:
    errors = list(Draft7Validator(ASYNCAPI).iter_errors(documents[service]["asyncapi"]))
    assert not errors, errors[0].message


def test_whatever_is_listened_to_is_sent_by_somebody(documents: dict[str, Any]) -> None:
    sent, received = set(), set()
    for document in documents.values():
        for operation in document["asyncapi"]["operations"].values():
            address = operation["channel"]["$ref"].rpartition("/")[2]
            (sent if operation["action"] == "send" else received).add(address)
    assert received <= sent
