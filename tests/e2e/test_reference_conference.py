"""The reference conference over HTTP alone: online → in person → online, person by person."""

from __future__ import annotations

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx

from tests.convergence.office import Office
from tests.convergence.views import current_view
from tests.servers import EXAMPLE, KEY, PATIENCE, Installation

PLANNING = f"planning/v1/conferences/{KEY}"
REGISTRATION = f"registration/v1/conferences/{KEY}"


def wait_for(http: httpx.Client, number: int, *goals: str) -> dict[str, Any]:
    """The revision once it is in one of the states `goals`."""
    deadline = time.monotonic() + PATIENCE
    while True:
        revision: dict[str, Any] = http.get(f"{PLANNING}/revisions/{number}").json()
        if revision["state"] in goals:
            return revision
        assert time.monotonic() < deadline, revision
        time.sleep(0.05)


def counts(revision: dict[str, Any]) -> dict[str, int]:
    parts = revision["services"].values()
    return {key: value for part in parts for key, value in part["counts"].items()}


def load_example(http: httpx.Client) -> None:
    plan = (EXAMPLE / "plan.yaml").read_bytes()
    answer = http.post("planning/v1/plans", content=plan, headers={"Content-Type": "application/yaml"})
    assert answer.status_code == 201, answer.text
    delegates = (EXAMPLE / "delegates.csv").read_bytes()
    deadline = time.monotonic() + PATIENCE
    while True:
        answer = http.post(f"{REGISTRATION}/delegates:import", files={"file": ("delegates.csv", delegates)})
        if answer.status_code != 404:
            break
        assert time.monotonic() < deadline, "registration never heard of the conference"
        time.sleep(0.05)
    assert answer.status_code == 200, answer.text
    assert answer.json()["errors"] == []
    assert answer.json()["created"] == answer.json()["rows"] == 442


def delegates(http: httpx.Client) -> list[dict[str, Any]]:
    """The whole list, page by page, without the revision that it answers for."""
    items: list[dict[str, Any]] = []
    cursor = None
    while True:
        query = {"limit": 100} | ({"cursor": cursor} if cursor else {})
        page = http.get(f"{REGISTRATION}/delegates", params=query).json()
        items += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            assert len(items) == page["total"]
            return items


def wait_for_drafts(http: httpx.Client) -> None:
    """Drafts follow a switch in jobs of their own, which were queued when documents settled."""
    deadline = time.monotonic() + PATIENCE
    for state in ("queued", "running", "queued"):
        while http.get("documents/v1/jobs", params={"state": state}).json()["items"]:
            assert time.monotonic() < deadline, "drafts are not made"
            time.sleep(0.1)


def view_at_rest(http: httpx.Client) -> dict[str, Any]:
    wait_for_drafts(http)
    return current_view(Office(http, KEY))


def switch(http: httpx.Client, option: str) -> dict[str, Any]:
    """Preview, then decide for the preview; what was previewed is what settles."""
    base = http.get(PLANNING).json()["selected_revision"] or 0
    number = http.post(f"{PLANNING}/revisions", json={"option": option}).json()["revision"]
    preview = wait_for(http, number, "prepared")
    order = {"revision": number, "reason": "Diễn biến dịch bệnh", "expected_current": base}
    answer = http.post(f"{PLANNING}/decisions", json=order)
    assert answer.status_code == 202, answer.text
    settled = wait_for(http, number, "settled")
    assert settled["settled"] == 5
    assert counts(settled) == counts(preview)
    return settled


def answer_some(http: httpx.Client) -> dict[str, str]:
    """Every third delegate of those with a place answers by their signed link; ids and answers."""
    given: dict[str, str] = {}
    public = httpx.Client(base_url=http.base_url)
    for position, delegate in enumerate(d for d in delegates(http) if d["status"] == "placed"):
        if position % 3:
            continue
        link = http.post(f"registration/v1/delegates/{delegate['id']}/rsvp-link")
        assert link.status_code in (200, 201), link.text
        token = link.json()["url"].rpartition("/")[2]
        said = "declined" if position % 4 == 0 else "accepted"
        assert public.get(f"registration/v1/rsvp/{token}").json()["answer"] is None
        reply = public.post(f"registration/v1/rsvp/{token}", json={"answer": said})
        assert reply.status_code == 200, reply.text
        given[delegate["id"]] = said
    return given


def test_online_in_person_online_loses_nothing(installed: Installation) -> None:
    installed.up()
    http = installed.client()
    load_example(http)
    first = counts(switch(http, "online"))
    assert (first["sites_opened"], first["places"], first["invitations_to_issue"]) == (22, 516, 136)
    assert first["named_added"] == first["named"] == 439
    given = answer_some(http)
    before, everybody = view_at_rest(http), delegates(http)
    assert {d["id"]: d["answer"] for d in everybody if d["answer"]} == given

    hall = counts(switch(http, "in_person"))
    assert (hall["sites_closed"], hall["places"], hall["overruns"]) == (22, 106, 1)
    [site] = http.get(f"venue/v1/conferences/{KEY}/sites").json()["items"]
    assert (site["seats"], site["capacity"], site["over"]) == (106, 100, 6)
    [headcount] = http.get(f"{REGISTRATION}/headcounts").json()["items"]
    assert headcount["accepted"] == 0, "another place asks again"
    statuses = Counter(d["status"] for d in delegates(http))
    assert statuses["placed"] + statuses["elsewhere"] == hall["named"]
    assert statuses["withdrawn"] == hall["named_withdrawn"]
    assert {d["site"] for d in delegates(http) if d["status"] == "placed"} == {"hall"}

    switch(http, "online")
    assert (view_at_rest(http), delegates(http)) == (before, everybody)


def test_concurrent_decisions_have_one_winner(installed: Installation) -> None:
    installed.up()
    http = installed.client()
    load_example(http)
    previews = [
        http.post(f"{PLANNING}/revisions", json={"option": option}).json()["revision"]
        for option in ("online", "in_person") * 4
    ]
    for number in previews:
        wait_for(http, number, "prepared")

    def decide(number: int) -> httpx.Response:
        order = {"revision": number, "reason": "Cùng lúc", "expected_current": 0}
        return installed.client().post(f"{PLANNING}/decisions", json=order)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(decide, previews))
    assert sorted(answer.status_code for answer in answers) == [202] + [409] * 7
    winner = next(a.json()["revision"] for a in answers if a.status_code == 202)
    for refused in (a.json() for a in answers if a.status_code == 409):
        assert refused["newest"]["revision"] == winner
        assert refused["newest"]["entered_by"]
    wait_for(http, winner, "settled")
