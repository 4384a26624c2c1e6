"""Golden events: what was once sent can be read for ever, and what is sent now looks the same."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from shared.contracts import awards, documents, jobs, planning, registration, venue
from shared.contracts.event import Event, event_contracts

GOLDEN = Path(__file__).parent / "golden"
CONTRACTS: dict[str, type[Event]] = {}
for module in (planning, venue, registration, documents, awards, jobs):
    CONTRACTS.update(event_contracts(module))

PERSONAL = {"name", "phone", "email", "full_name", "signer", "contact"}


@pytest.mark.parametrize("event_type", sorted(CONTRACTS))
def test_golden_event_is_read_and_written_alike(event_type: str) -> None:
    golden = json.loads((GOLDEN / f"{event_type}.json").read_text())
    schema = CONTRACTS[event_type]()
    assert json.loads(schema.dumps(schema.load(golden))) == golden


def test_every_golden_event_has_its_contract() -> None:
    assert {path.stem for path in GOLDEN.glob("*.json")} == set(CONTRACTS)


@pytest.mark.parametrize("event_type", sorted(CONTRACTS))
def test_contract_has_no_field_for_a_person(event_type: str) -> None:
    assert not PERSONAL & set(CONTRACTS[event_type]().fields)


@pytest.mark.parametrize("event_type", sorted(CONTRACTS))
def test_event_type_is_named_by_the_rule(event_type: str) -> None:
    system, service, subject, past, version = event_type.split(".")
    assert system == "diemcau"
    of_all = "jobs" if subject == "jobs" else service
    assert CONTRACTS[event_type].__module__ == f"shared.contracts.{of_all}"
    assert subject
    assert past.endswith(("ed", "in", "wn"))
    assert version[0] == "v"
    assert version[1:].isdigit()
