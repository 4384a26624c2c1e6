"""Who sits at one site: the same people as in the list of all, found without looking at all of them."""

from __future__ import annotations

import copy
import csv
import io
from typing import Any

import pytest
from sqlalchemy import event, text

from services.registration.delegates.filters import Filters
from services.registration.delegates.queries import list_delegates
from services.registration.plan.queries import get_view
from shared.storage.database import Database
from tests.integration.registration.conftest import SMALL, Desk, Told

UNITS = 300


def test_sites_share_out_all_who_are_placed(reference: Any, reference_list: bytes) -> None:
    """Overrides and holders of two places included, each exactly once."""
    reference.upload(reference_list)
    reference.adopt("online")
    for place in reference.delegates(site="dien-chau")[:2]:
        to_the_hub = {"option": "online", "site": "hub"}
        assert reference.call("PUT", f"delegates/{place['id']}/override", json=to_the_hub).status_code == 200
    placed = {item["id"]: item["site"] for item in reference.delegates(status="placed")}
    special = [item["id"] for item in reference.delegates() if item["special"]]
    heads = reference.headcounts()
    at_sites = {site: [item["id"] for item in reference.delegates(site=site)] for site in heads}
    assert len(special) >= 4
    assert {place: site for site, places in at_sites.items() for place in places} == placed
    assert sum(map(len, at_sites.values())) == len(placed)
    assert {site: len(places) for site, places in at_sites.items()} == {
        site: head["named"] for site, head in heads.items()
    }


@pytest.fixture
def crowded(told: Told) -> Desk:
    """Many districts, and every person holds a place in each of two."""
    tree = copy.deepcopy(SMALL)
    tree["units"] = [
        *tree["units"],
        *({"key": f"d{n}", "name": f"Huyện {n}", "level": "district"} for n in range(UNITS)),
    ]
    desk = Desk(told, tree)
    written = io.StringIO()
    table = csv.writer(written)
    table.writerow(["Thành phần", "Đơn vị", "Thứ tự", "Họ và tên", "Điện thoại"])
    for n in range(UNITS):
        for ordinal, unit in ((1, n), (2, (n + 1) % UNITS)):
            table.writerow(["huyen", f"d{unit}", ordinal, f"Nguyễn Văn {n}", f"0900{n:06d}"])
    assert desk.upload(written.getvalue()).json["created"] == 2 * UNITS
    desk.adopt("online")
    return desk


@pytest.mark.parametrize("database", ["postgres"], indirect=True)
def test_page_of_a_site_reads_what_the_site_holds(crowded: Desk) -> None:
    rows = sum(_read_for_a_page(crowded.database, crowded.key, "d7"))
    assert 0 < rows < UNITS


def _read_for_a_page(database: Database, conference: str, site: str) -> list[float]:
    """Rows that each scan of each statement of the page gave, as PostgreSQL counts them."""
    plans: list[Any] = []

    def explain(_connection: Any, cursor: Any, statement: str, given: Any, *_rest: Any) -> None:
        with cursor.connection.cursor() as own:
            own.execute(f"explain (analyze, format json) {statement}", given)
            plans.append(own.fetchone()[0][0]["Plan"])

    with database.engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("analyze"))
    with database.read() as session:
        view = get_view(session, conference)
        session.execute(text("set local enable_seqscan = off"))  # tables of 300 rows are read whole, else
        event.listen(database.engine, "before_cursor_execute", explain)
        try:
            page = list_delegates(session, view, Filters(site=site), limit=50)
        finally:
            event.remove(database.engine, "before_cursor_execute", explain)
    assert [item["unit"] for item in page.items] == [site]
    return [rows for plan in plans for rows in _scanned(plan)]


def _scanned(node: Any) -> list[float]:
    below = [rows for child in node.get("Plans", []) for rows in _scanned(child)]
    if node["Node Type"].endswith("Scan") and "Relation Name" in node:
        return [*below, (node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"]]
    return below
