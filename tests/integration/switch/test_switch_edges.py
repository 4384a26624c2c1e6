"""The switch where it is thin: facts that cross, two at once on PostgreSQL, input at the edge of a type."""

from __future__ import annotations

import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

import pytest
from sqlalchemy import text
from werkzeug.test import Client

from services import system as house
from services.planning import app as planning
from services.planning.plan.commands import store_plan
from services.planning.plan.reader import read_plan
from services.planning.plan.tree import read_tree
from services.planning.switch import commands, progress
from services.planning.switch.model import PARTICIPANTS, Order
from services.planning.switch.queries import get_revision
from services.venue.plugins.in_person import InPerson
from services.venue.plugins.online_bridge import OnlineBridge, OnlineBridgeSettings
from shared.config import ConfigError, Settings, load_settings
from shared.storage.database import Database
from shared.storage.migrate import migrate
from tests.servers import EXAMPLE, KEY, fresh_database

BASE = f"planning/v1/conferences/{KEY}"
NOW = datetime(2021, 6, 24, 2, 0, tzinfo=UTC)
PLUGINS: dict[str, Any] = {"online_bridge": OnlineBridge(), "in_person": InPerson()}


# --- facts that cross -------------------------------------------------------------------------------------


class FailsOnce:
    """A venue plugin that works from its second call on."""

    name: ClassVar[str] = "online_bridge"
    contract: ClassVar[int] = 1
    places: ClassVar[frozenset[str]] = frozenset({"hub", "bridge"})
    settings_schema: ClassVar[Any] = OnlineBridgeSettings

    def __init__(self) -> None:
        self._calls = 0

    def layout(self, plan: Any, settings: Any) -> Any:
        self._calls += 1
        if self._calls == 1:
            raise RuntimeError("not yet")
        return OnlineBridge().layout(plan, settings)


def test_decision_asked_for_twice_takes_effect_if_only_the_second_layout_works(planned: Any) -> None:
    planned.replace_plugins({"online_bridge": FailsOnce(), "in_person": InPerson()})
    number = planned.decide(option="online").json()["revision"]
    assert planned.retry(number).status_code == 202
    planned.pump()
    revision = planned.revision(number)
    assert (revision["state"], revision["problem"]) == ("settled", None)


def test_preview_asked_for_twice_is_prepared_if_only_the_second_layout_works(planned: Any) -> None:
    planned.replace_plugins({"online_bridge": FailsOnce(), "in_person": InPerson()})
    number = planned.propose("online")
    assert planned.retry(number).status_code == 202
    planned.pump()
    assert planned.revision(number)["state"] == "prepared"


def test_retry_of_a_failed_decision_does_not_overrule_a_newer_one(planned: Any) -> None:
    planned.decide(option="in_person")
    planned.pump()
    preview = planned.propose("in_person")
    planned.pump()
    planned.replace_plugins({"in_person": InPerson()})
    failed = planned.decide(option="online").json()["revision"]
    planned.pump()
    assert planned.revision(failed)["state"] == "failed"
    assert planned.decide(revision=preview).status_code == 202
    answer = planned.retry(failed)
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:diemcau:stale-preview")
    assert answer.json()["newest"]["revision"] == preview


def test_undo_goes_back_to_what_was_decided_however_fast_the_next_decision_came(planned: Any) -> None:
    planned.decide(option="online")
    planned.pump(without="registration")
    planned.decide(option="in_person")
    planned.pump()
    assert planned.conference()["previous_option"] == "online"
    assert planned.undo().status_code == 202
    planned.pump()
    assert planned.conference()["current_option"] == "online"


# --- what the answers say ---------------------------------------------------------------------------------


def amend(planned: Any, **changes: Any) -> Any:
    etag = planned.http.get(BASE).headers["ETag"]
    return planned.http.patch(BASE, json=changes, headers={"If-Match": etag})


def test_stale_preview_of_an_older_plan_blames_nobody(planned: Any) -> None:
    number = planned.propose("online")
    assert amend(planned, title="Hội nghị tổng kết").status_code == 200
    problem = planned.decide(revision=number).json()
    assert problem["type"] == "urn:diemcau:stale-preview"
    assert problem["title"] == "The preview is stale: the plan has a newer version"


def test_expected_current_without_any_decision_blames_nobody(planned: Any) -> None:
    problem = planned.decide(option="online", expected_current=7).json()
    assert problem["type"] == "urn:diemcau:current-changed"
    assert problem["title"] == "No option has been decided yet"


def test_presentations_are_empty_before_the_first_decision(planned: Any) -> None:
    shown = planned.get(f"awards/v1/conferences/{KEY}/presentations")
    assert shown == {"revision": None, "provisional": True, "items": []}
    assert planned.http.get("awards/v1/conferences/nowhere/presentations").status_code == 404


def test_new_start_moves_board_and_deadlines_only_when_it_is_adopted(planned: Any) -> None:
    planned.decide(option="online")
    planned.pump()
    before = start_and_deadlines(planned)
    change = {"starts_at": "2021-06-30T08:00", "ends_at": "2021-06-30T11:30"}
    assert amend(planned, **change).status_code == 200
    planned.pump()
    assert start_and_deadlines(planned) == before
    planned.decide(option="online")
    planned.pump()
    start, deadlines = start_and_deadlines(planned)
    assert start == "2021-06-30T08:00:00"
    assert deadlines != before[1]


def start_and_deadlines(planned: Any) -> tuple[str | None, list[str]]:
    board = planned.get(f"venue/v1/conferences/{KEY}/board")
    tasks = planned.get(f"{BASE}/tasks")
    return board["starts_at"], [task["due_at"] for task in tasks["items"]]


def test_amendment_answers_with_the_new_etag(planned: Any) -> None:
    answer = amend(planned, title="Hội nghị tổng kết")
    assert answer.headers["ETag"] == planned.http.get(BASE).headers["ETag"] == '"plan-2"'


def test_capacity_that_no_database_holds_is_refused_with_the_plan(empty_house: Any) -> None:
    tree = reference()
    tree["options"][0]["settings"]["hub"]["capacity"] = 2**31
    answer = empty_house.http.post("planning/v1/plans", json=tree)
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/options/0/settings/hub/capacity"]


# --- one service on both back ends ------------------------------------------------------------------------


@pytest.fixture
def server() -> Iterator[Database]:
    """Planning on PostgreSQL, where transactions run at the same time."""
    with fresh_database(f"diemcau_test_{secrets.token_hex(5)}") as url:
        database = Database("planning", url)
        migrate(database, planning.MIGRATIONS)
        yield database
        database.dispose()


def client(settings: Settings, database: Database, module: Any = planning) -> Client:
    return Client(module.create_app(settings, database))


def reference() -> Any:
    return read_tree((EXAMPLE / "plan.yaml").read_bytes(), yaml=True)[0]


def store(session: Any, **changes: Any) -> int:
    tree = reference()
    tree["conference"] |= changes
    return store_plan(session, read_plan(tree, PLUGINS), tree, by="test", now=NOW).version


def while_it_waits(database: Database, first: Callable[[Any], Any], second: Callable[[], Any]) -> Any:
    """What `second` gives when it comes upon `first`, which commits once `second` waits for its lock."""
    found: list[Any] = []
    thread = threading.Thread(target=lambda: found.append(second()))
    with database.write() as session:
        first(session)
        thread.start()
        wait_for_a_waiter(database)
    thread.join(timeout=30)
    return found[0]


def wait_for_a_waiter(database: Database) -> None:
    query = text(
        "select count(*) from pg_stat_activity"
        " where datname = current_database() and wait_event_type = 'Lock'"
    )
    deadline = time.monotonic() + 180
    with database.engine.connect() as connection:
        while not connection.execute(query).scalar_one():
            connection.rollback()
            assert time.monotonic() < deadline, "nobody waits"
            time.sleep(0.01)


def in_transaction(database: Database, do: Callable[[Any], Any]) -> Callable[[], Any]:
    def run() -> Any:
        with database.write() as session:
            return do(session)

    return run


def test_last_answer_does_not_take_a_decision_back(server: Database) -> None:
    """It read `preparing`; the decision was made before it wrote `prepared`."""
    with server.write() as session:
        store(session)
        number = commands.propose_option(session, KEY, "online", by="test", now=NOW)
        progress.note_layout(session, KEY, number, "digest", [], NOW)
        for service in PARTICIPANTS[:-1]:
            progress.note_prepared(session, KEY, number, service, "ok", {}, NOW)

    def decide(session: Any) -> None:
        order = Order("Dịch bệnh", revision=number)
        commands.decide(session, KEY, order, by="test", now=NOW)

    def answer(session: Any) -> None:
        progress.note_prepared(session, KEY, number, PARTICIPANTS[-1], "ok", {}, NOW)

    while_it_waits(server, decide, in_transaction(server, answer))
    with server.read() as session:
        assert get_revision(session, KEY, number).state == "settling"


def test_two_new_versions_at_once_are_two_versions(server: Database) -> None:
    with server.write() as session:
        assert store(session) == 1
    second = in_transaction(server, lambda session: store(session, title="Hai"))
    assert while_it_waits(server, lambda session: store(session, title="Một"), second) == 3


def test_same_first_plan_twice_at_once_is_one_version(server: Database) -> None:
    assert while_it_waits(server, store, in_transaction(server, store)) == 1


def test_amendment_of_what_changed_meanwhile_is_refused(server: Database, settings: Settings) -> None:
    with server.write() as session:
        store(session)
    http = client(settings, server)
    headers = {**root(settings), "If-Match": '"plan-1"'}

    def amend_it() -> Any:
        return http.patch(f"/api/{BASE}", json={"title": "Hai"}, headers=headers)

    answer = while_it_waits(server, lambda session: store(session, title="Một"), amend_it)
    assert answer.status_code == 412


def test_reader_sees_one_moment(server: Database) -> None:
    with server.write() as session:
        store(session)
    versions = text("select plan_version from conferences")
    with server.read() as reader:
        assert reader.execute(versions).scalar_one() == 1
        with server.write() as session:
            store(session, title="Một")
        assert reader.execute(versions).scalar_one() == 1


# --- input ------------------------------------------------------------------------------------------------


def root(settings: Settings) -> dict[str, str]:
    return {"Authorization": f"Bearer {settings.api_key}", "Accept-Language": "en"}


HUGE = (2**31, 10**20)
ODD_PATHS = {
    "planning": ["revisions/{}", "revisions/{}/changes"],
    "venue": ["sites?revision={}", "board?revision={}", "revisions/{}/changes"],
    "documents": ["revisions/{}/changes"],
    "awards": ["presentations?revision={}", "revisions/{}/changes"],
    "registration": ["headcounts?revision={}", "revisions/{}/changes"],
}
LISTS = {
    "planning": "tasks",
    "venue": "sites",
    "documents": "documents",
    "awards": "presentations",
    "registration": "headcounts",
}


@pytest.mark.parametrize("service", house.MODULES)
def test_no_revision_is_that_large(service: str, empty_url: str, settings: Settings) -> None:
    module, database = house.MODULES[service], Database(service, empty_url)
    migrate(database, module.MIGRATIONS)
    http = client(settings, database, module)
    for path in ODD_PATHS[service]:
        for number in HUGE:
            url = f"/api/{service}/v1/conferences/{KEY}/{path.format(number)}"
            answer = http.get(url, headers=root(settings))
            assert answer.status_code in (404, 422), (url, answer.text)
            assert answer.content_type == "application/problem+json"
    nul = http.get(f"/api/{service}/v1/conferences/a%00b/{LISTS[service]}", headers=root(settings))
    assert nul.status_code == 404
    database.dispose()


NO_TEXT = "a\0b"
ODD_BODIES = [
    ({"option": "online", "reason": NO_TEXT}, "/reason"),
    ({"option": "online", "reason": "x", "decided_by": NO_TEXT}, "/decided_by"),
    (
        {"option": "online", "reason": "x", "paper": {"number": NO_TEXT, "date": "2021-06-25"}},
        "/paper/number",
    ),
    ({"option": "online", "reason": "half \ud800 a pair"}, "/reason"),
    ({"revision": 2**31, "reason": "x"}, "/revision"),
    ({"revision": 10**20, "reason": "x"}, "/revision"),
    ({"revision": 1e30, "reason": "x"}, "/revision"),
]


@pytest.fixture
def desk(empty_url: str, settings: Settings) -> Iterator[Client]:
    """Planning's API with the reference plan, on either back end."""
    database = Database("planning", empty_url)
    migrate(database, planning.MIGRATIONS)
    with database.write() as session:
        store(session)
    yield client(settings, database)
    database.dispose()


@pytest.mark.parametrize(("body", "pointer"), ODD_BODIES)
def test_odd_decision_names_its_field(desk: Client, settings: Settings, body: Any, pointer: str) -> None:
    answer = desk.post(f"/api/{BASE}/decisions", json=body, headers=root(settings))
    assert answer.status_code == 422, answer.text
    assert [error["pointer"] for error in json.loads(answer.data)["errors"]] == [pointer]
    assert json.loads(desk.get(f"/api/{BASE}/decisions", headers=root(settings)).data)["items"] == []


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"\xff",
        b"[" * 5_000,
        b"[" * 900 + b"]" * 900,
        b'{"expected_current": NaN}',
        b'{"revision": %s}' % (b"1" * 5_000),
    ],
    ids=["cut", "not-utf8", "deep", "deep-and-whole", "nan", "long-number"],
)
def test_what_is_no_json_is_malformed(desk: Client, settings: Settings, body: bytes) -> None:
    headers = {**root(settings), "Content-Type": "application/json"}
    answer = desk.post(f"/api/{BASE}/decisions", data=body, headers=headers)
    assert (answer.status_code, json.loads(answer.data)["type"]) == (400, "urn:diemcau:malformed")


def test_stranger_with_a_deep_body_breaks_nothing(settings: Settings, empty_url: str) -> None:
    module, database = house.MODULES["registration"], Database("registration", empty_url)
    migrate(database, module.MIGRATIONS)
    http, headers = client(settings, database, module), {"Content-Type": "application/json"}
    answer = http.post("/api/registration/v1/rsvp/x", data=b"[" * 5_000, headers=headers)
    assert answer.status_code == 400
    database.dispose()


def test_odd_query_and_note_name_their_field(desk: Client, settings: Settings) -> None:
    answer = desk.get(f"/api/{BASE}/tasks?unit=a%00b", headers=root(settings))
    assert [error["pointer"] for error in json.loads(answer.data)["errors"]] == ["/query/unit"]
    [task, *_] = json.loads(desk.get(f"/api/{BASE}/tasks", headers=root(settings)).data)["items"]
    change = {"state": "done", "note": NO_TEXT}
    answer = desk.patch(f"/api/{BASE}/tasks/{task['id']}", json=change, headers=root(settings))
    assert [error["pointer"] for error in json.loads(answer.data)["errors"]] == ["/note"]


@pytest.mark.parametrize(
    "header",
    ["Bearer é", "Bearer ÿþ.x.y", "Bearer eyJhbGciOiJFZDI1NTE5IiwiY3JpdCI6NX0.e30.xx", "Bearer ..", "Bearer"],
    ids=["accent", "bytes", "crit-is-a-number", "empty-parts", "nothing"],
)
def test_odd_authorization_is_nobody(desk: Client, header: str) -> None:
    answer = desk.get("/api/planning/v1/conferences", environ_overrides={"HTTP_AUTHORIZATION": header})
    assert (answer.status_code, answer.content_type) == (401, "application/problem+json")


# --- settings ---------------------------------------------------------------------------------------------


def test_services_that_start_together_share_their_secrets(settings: Settings) -> None:
    found: list[Settings] = []
    for name in ("secret", "api-key", "signing-key"):
        (settings.data / name).unlink()
    threads = [threading.Thread(target=lambda: found.append(load_settings())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({(one.secret, one.api_key, str(one.signing_key)) for one in found}) == 1
    assert found[0].secret
    assert (settings.data / "secret").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("name", ["secret", "api-key"])
def test_empty_secret_stops_the_start(settings: Settings, name: str) -> None:
    (settings.data / name).write_text("")
    with pytest.raises(ConfigError, match="is empty"):
        load_settings()


@pytest.mark.parametrize("key", ["{}", "[]", "5", '{"kty": "RSA"}', '{"kty": "OKP", "crv": "X25519"}'])
def test_signing_key_of_another_kind_stops_the_start(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    monkeypatch.setenv("DIEMCAU_SIGNING_KEY", key)
    with pytest.raises(ConfigError, match="not an Ed25519 JWK"):
        load_settings()


def test_folder_may_have_braces_in_its_name(settings: Settings, tmp_path: Path) -> None:
    odd = replace(settings, database_template=f"sqlite:///{tmp_path}/{{x}}/{{service}}.sqlite")
    assert odd.database_url("venue") == f"sqlite:///{tmp_path}/{{x}}/venue.sqlite"
