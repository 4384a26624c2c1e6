"""One running system per back end, empty at first."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers import Installation, installation


@pytest.fixture(params=["embedded", "servers"])
def installed(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Installation]:
    """Nothing runs yet: on SQLite, or on PostgreSQL and RabbitMQ."""
    with installation(tmp_path, servers=request.param == "servers") as made:
        yield made
