from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson
import pytest

from shared.bus.envelope import Envelope, stamp
from shared.bus.faults import MalformedEnvelope

ENVELOPE = Envelope(
    id=UUID("01890a5d-ac96-774b-bcce-b302099a8057"),
    type="diemcau.planning.option.proposed.v1",
    source="planning",
    subject="nghe-an-2021",
    time=datetime(2021, 6, 24, 2, 0, 0, 1, tzinfo=UTC),
    key="nghe-an-2021",
    key_version=7,
    correlation=UUID("01890a5d-ac96-774b-bcce-b302099a8058"),
    causation=UUID("01890a5d-ac96-774b-bcce-b302099a8059"),
    data={"revision": 3, "name": "Phương án 1"},
)


def changed(**attributes: Any) -> bytes:
    known = orjson.loads(ENVELOPE.to_bytes()) | attributes
    return orjson.dumps({name: value for name, value in known.items() if value is not ...}, default=str)


def test_envelope_survives_the_wire() -> None:
    assert Envelope.from_bytes(ENVELOPE.to_bytes()) == ENVELOPE


def test_envelope_without_causation_survives_the_wire() -> None:
    first = Envelope(**(vars(ENVELOPE) | {"causation": None}))
    assert "causationid" not in orjson.loads(first.to_bytes())
    assert Envelope.from_bytes(first.to_bytes()) == first


def test_wire_is_cloudevents_json() -> None:
    assert orjson.loads(ENVELOPE.to_bytes()) == {
        "specversion": "1.0",
        "id": "01890a5d-ac96-774b-bcce-b302099a8057",
        "source": "diemcau/planning",
        "type": "diemcau.planning.option.proposed.v1",
        "subject": "nghe-an-2021",
        "time": "2021-06-24T02:00:00.000001Z",
        "datacontenttype": "application/json",
        "partitionkey": "nghe-an-2021",
        "keyversion": 7,
        "correlationid": "01890a5d-ac96-774b-bcce-b302099a8058",
        "causationid": "01890a5d-ac96-774b-bcce-b302099a8059",
        "data": {"revision": 3, "name": "Phương án 1"},
    }


def test_stamp_completes_the_stored_bytes() -> None:
    assert stamp(ENVELOPE.unstamped(), 7) == ENVELOPE.to_bytes()


def test_unknown_extensions_are_let_through() -> None:
    assert Envelope.from_bytes(changed(traceparent="00-ab-cd-01")) == ENVELOPE


@pytest.mark.parametrize(
    ("attribute", "value"),
    [
        ("specversion", "0.3"),
        ("id", "7"),
        ("id", ...),
        ("source", "elsewhere/planning"),
        ("source", "diemcau/"),
        ("source", 5),
        ("type", ""),
        ("subject", None),
        ("time", "yesterday"),
        ("time", "2021-06-24T02:00:00"),
        ("datacontenttype", "text/xml"),
        ("partitionkey", ""),
        ("keyversion", "7"),
        ("keyversion", True),
        ("keyversion", 0),
        ("keyversion", 2**63),
        ("correlationid", ...),
        ("causationid", "x"),
        ("data", [1]),
        ("data", ...),
    ],
)
def test_bad_attribute_is_named(attribute: str, value: Any) -> None:
    with pytest.raises(MalformedEnvelope, match=f"^{attribute}$"):
        Envelope.from_bytes(changed(**{attribute: value}))


@pytest.mark.parametrize("raw", [b"", b"\xff", b"{", b"[]", b"null", b"[" * 5_000])
def test_anything_else_is_malformed(raw: bytes) -> None:
    with pytest.raises(MalformedEnvelope):
        Envelope.from_bytes(raw)
