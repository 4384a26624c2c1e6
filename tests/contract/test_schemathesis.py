"""Every route of every service, with good data and with bad, against a running system.

Never a 5xx, and always what OpenAPI says. Path parameters, keys and ids exist most of the time, so that the
rules behind them are met.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.core.parameters import ParameterLocation
from schemathesis.generation import GenerationMode

from services.system import MODULES
from shared.config import Settings, load_settings
from shared.http.tokens import sign
from shared.scopes import SCOPES
from tests.contract.reference_day import UNIT, Known, ReferenceDay
from tests.servers import EXAMPLE, Installation, installation

EXAMPLES = {GenerationMode.POSITIVE: 6, GenerationMode.NEGATIVE: 4}
REAL = 0.85  # how often a path names something that exists
GIVEN = 0.5  # how often a field of a body or a query does
UNREACHABLE = "/parked/{event}:replay"  # nothing is parked in a healthy system
LAST = (":close", ":open", ":reopen")  # what they do ends what others would do
CHECKED = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
)


@dataclass(frozen=True)
class Running:
    """The system under test: what exists in it, and who calls (the organiser, and a district)."""

    installed: Installation
    known: Known
    tokens: list[str]

    @property
    def url(self) -> str:
        return self.installed.url


@dataclass
class Found:
    """What the calls of one service came to."""

    answers: dict[str, Counter[int]] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)

    def note(self, label: str, status: int) -> None:
        self.answers.setdefault(label, Counter())[status] += 1


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with installation(tmp_path_factory.mktemp("schemathesis"), servers=False) as installed:
        installed.up("--example", str(EXAMPLE))
        with installed.client() as api:
            found = _settings(installed)
            day = ReferenceDay(api, found)
            day.prepare()
            yield Running(installed, day.known(), _tokens(found))


def _settings(installed: Installation) -> Settings:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DIEMCAU_DATA", str(installed.data))
        return load_settings()


def _tokens(found: Settings) -> list[str]:
    """Of the organiser, and of a district, which sees its own part only."""
    district = sign(found.signing_key, "account:district", SCOPES, unit=UNIT, lifetime=timedelta(hours=1))
    return [found.api_key, found.api_key, found.api_key, district]


@pytest.mark.timeout(600)  # on a machine that does much else
@pytest.mark.parametrize("service", MODULES)
def test_every_route_keeps_its_word(running: Running, service: str) -> None:
    found, operations = Found(), _operations(running, service)
    with requests.Session() as session:
        for operation in sorted(operations, key=lambda one: one.path.endswith(LAST)):
            for mode, examples in EXAMPLES.items():
                if mode is GenerationMode.POSITIVE or _can_be_wrong(operation):
                    _try_out(running, session, operation, mode, examples, found)
    assert found.failures == {}, "\n\n".join(found.failures.values())
    unreached = [label for label, statuses in found.answers.items() if set(statuses) <= {401, 404, 405}]
    assert [label for label in unreached if not label.endswith(UNREACHABLE)] == []


def _operations(running: Running, service: str) -> list[Any]:
    """All of a service; the callers' tokens are ours to give, so the document's rights are left out."""
    document = requests.get(f"{running.url}/api/{service}/v1/openapi.json", timeout=10).json()
    for methods in document["paths"].values():
        for operation in methods.values():
            if isinstance(operation, dict):
                operation.pop("security", None)
    document.pop("security", None)
    return [found.ok() for found in schemathesis.openapi.from_dict(document).get_all_operations()]


def _can_be_wrong(operation: Any) -> bool:
    """Any text will do for a bare string; a route that takes nothing else cannot be given bad data."""
    schemas = [parameter.definition["schema"] for parameter in operation.iter_parameters()]
    bare = ("type", "description", "default", "minLength")
    return bool(operation.body) or any(one.get("type") != "string" or set(one) - set(bare) for one in schemas)


def _try_out(
    running: Running,
    session: requests.Session,
    operation: Any,
    mode: GenerationMode,
    examples: int,
    found: Found,
) -> None:
    load_all_checks()
    checks = CHECKS.get_by_names(list(CHECKED))
    dice = random.Random(operation.label)

    @seed(1)
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(operation.as_strategy(generation_mode=mode))
    def call(case: Any) -> None:
        _make_real(case, running.known, dice)
        headers = {"Authorization": f"Bearer {dice.choice(running.tokens)}"}
        response = case.call(base_url=running.url, session=session, headers=headers, timeout=30)
        found.note(operation.label, response.status_code)
        try:
            case.validate_response(response, checks=checks, headers=headers)
        except (Failure, FailureGroup) as failure:
            shown = failure.exceptions[0] if isinstance(failure, FailureGroup) else failure
            found.failures.setdefault(
                operation.label,
                f"{operation.label} {mode.value}: {shown}\n{response.status_code} {response.text[:600]}\n"
                f"{case.as_curl_command()[:1500]}",
            )

    call()


def _make_real(case: Any, known: Known, dice: random.Random) -> None:
    """Put what exists where the case names a thing, unless the case is about naming it wrongly."""
    if not case.meta.is_negative_at(ParameterLocation.PATH):
        for name in list(case.path_parameters or {}):
            values = known.get(_known_as(case.path, name))
            if values and dice.random() < REAL:
                case.path_parameters[name] = dice.choice(values)
    for location, tree in ((ParameterLocation.QUERY, case.query), (ParameterLocation.BODY, case.body)):
        if not case.meta.is_negative_at(location):
            _fill(tree, known, dice)
    takes_etag = "If-Match" in {parameter.name for parameter in case.operation.headers}
    if takes_etag and not case.meta.is_negative_at(ParameterLocation.HEADER) and dice.random() < REAL:
        case.headers["If-Match"] = "*"


def _known_as(path: str, name: str) -> str:
    """`id` and `batch` are other things on other paths."""
    _, _, service, _, first = path.split("/")[:5]
    return {
        "site": "sites.site" if first == "sites" else "site",
        "id": f"{first}.id",
        "batch": f"{service}.batch",
        "job": "paper-sets.job" if first == "paper-sets" else f"{service}.job",
    }.get(name, name)


def _fill(tree: Any, known: Known, dice: random.Random) -> None:
    if isinstance(tree, list):
        for item in tree:
            _fill(item, known, dice)
    elif isinstance(tree, dict):
        for name, value in tree.items():
            if name in known and dice.random() < GIVEN:
                values = known[name]
                tree[name] = list(values[:2]) if isinstance(value, list) else dice.choice(values)
            else:
                _fill(value, known, dice)
