"""Registration alone, on SQLite and on PostgreSQL: facts come through the bus, calls through its API."""

from __future__ import annotations

import copy
import io
import json
import os
import secrets
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import create_engine, select, text
from sqlalchemy.engine import make_url

from diemcau.layout import Layout
from diemcau.plan import Awardees, Group, Plan, Unit
from services.registration import app as registration
from services.registration.plan.tables import metadata
from services.venue.plugins.in_person import InPerson
from services.venue.plugins.online_bridge import OnlineBridge
from shared.bus.embedded import CursorConsumer
from shared.bus.outbox import emit
from shared.bus.pages import digest, emit_pages
from shared.bus.tables import dead_letter
from shared.bus.tables import metadata as bus_metadata
from shared.config import Settings
from shared.contracts.event import Event
from shared.contracts.planning import (
    ConferenceClosedV1,
    ConferenceOpenedV1,
    ConferencePlannedV1,
    OptionProposedV1,
    OptionSelectedV1,
)
from shared.contracts.venue import LayoutPreparedV1, SiteChangedV1
from shared.http.idempotency import metadata as http_metadata
from shared.http.tokens import sign
from shared.jobs.tables import metadata as jobs_metadata
from shared.revisions.tables import metadata as revisions_metadata
from shared.storage.database import Database
from shared.storage.migrate import migrate
from tests.house import settings_in
from tests.integration.registration.office import Office, by_mail, with_inviters
from tests.mailbox import Mailbox, serve, url_of

ADMIN_URL = os.environ.get(
    "DIEMCAU_TEST_DATABASE_URL", "postgresql+psycopg://postgres@127.0.0.1:5432/postgres"
)
EXAMPLE = Path(__file__).parents[3] / "examples" / "nghe-an-2021"
PLUGINS: Mapping[str, Any] = {"online_bridge": OnlineBridge(), "in_person": InPerson()}

SMALL = {
    "conference": {
        "key": "small",
        "title": "Hội nghị thử",
        "organiser": "tinh",
        "timezone": "Asia/Ho_Chi_Minh",
        "starts_at": datetime.fromisoformat("2021-06-29T08:00"),
        "window": {"from": date(2021, 6, 28), "to": date(2021, 6, 30)},
    },
    "units": [
        {"key": "tinh", "name": "Tỉnh", "level": "province"},
        {"key": "vinh", "name": "Thành phố Vinh", "level": "district"},
        {"key": "dien-chau", "name": "Huyện Diễn Châu", "level": "district"},
    ],
    "options": [
        {
            "key": "online",
            "venue": "online_bridge",
            "settings": {
                "hub": {"name": "Điểm cầu tỉnh", "room": "Tầng 3", "address": "Vinh", "capacity": 3},
                "bridges": {"level": "district", "room": "Phòng họp", "capacity": 4},
                "line_test": None,
            },
            "groups": [
                {"key": "lanh-dao", "name": "Lãnh đạo tỉnh", "at": "hub", "seats": 4, "rank": 1},
                {"key": "bao-chi", "name": "Báo chí", "at": "hub", "seats": 2, "rank": 2},
                {"key": "huyen", "name": "Đại biểu huyện", "at": "bridge", "seats": 3, "rank": 1},
            ],
        },
        {
            "key": "in_person",
            "venue": "in_person",
            "settings": {"hall": {"name": "Hội trường", "address": "Vinh", "capacity": 5}},
            "groups": [
                {"key": "lanh-dao", "name": "Lãnh đạo tỉnh", "at": "hall", "seats": 3, "rank": 1},
                {
                    "key": "huyen",
                    "name": "Đại biểu huyện",
                    "at": "hall",
                    "seats": 2,
                    "rank": 2,
                    "per": "district",
                },
            ],
        },
    ],
}


@dataclass(frozen=True)
class Told:
    """Registration with its two informants, whose outboxes it reads."""

    settings: Settings
    database: Database
    planning: Database
    venue: Database

    def pump(self) -> None:
        consumer = registration.consumer(self.settings, self.database)
        CursorConsumer(consumer, {"planning": self.planning, "venue": self.venue}).pump()
        with self.database.read() as session:
            errors = session.execute(select(dead_letter.c.error)).scalars().all()
        assert errors == []


class Desk:
    """Tells registration facts of one conference, and calls its API."""

    def __init__(self, told: Told, tree: Mapping[str, Any]) -> None:
        self.told, self.tree = told, copy.deepcopy(dict(tree))
        self.key = str(tree["conference"]["key"])
        self.database = told.database
        self.app = registration.create_app(told.settings, told.database)
        self.plan_version = 0
        self._numbers = 0
        self.current: int | None = None
        self.plan()

    def plan(self, **changes: Any) -> None:
        """A new plan version; `changes` to the facts of the conference."""
        self.plan_version += 1
        self.tree["conference"] = self.tree["conference"] | changes
        facts = self.tree["conference"]
        head = {
            "plan_version": self.plan_version,
            "title": facts["title"],
            "organiser": facts["organiser"],
            "timezone": facts["timezone"],
            "starts_at": facts["starts_at"],
            "window_from": facts["window"]["from"],
            "window_to": facts["window"]["to"],
        }
        with self.told.planning.write() as session:
            emit_pages(
                session,
                ConferencePlannedV1,
                key=self.key,
                conference=self.key,
                batch=f"plan/{self.plan_version}",
                head=head,
                tables=_plan_tables(self.tree),
            )
        self.told.pump()

    def propose(self, option: str) -> int:
        """A prepared revision, measured from the current one."""
        self._numbers += 1
        proposed = {
            "conference": self.key,
            "revision": self._numbers,
            "option": option,
            "plan_version": self.plan_version,
            "base": self.current,
            "participants": ["registration"],
        }
        with self.told.planning.write() as session:
            emit(session, OptionProposedV1, proposed, key=self.key)
        tables = _layout_tables(lay_out(self.tree, option))
        head = {"revision": self._numbers, "option": option, "layout": digest(tables)}
        with self.told.venue.write() as session:
            emit_pages(
                session,
                LayoutPreparedV1,
                key=f"{self.key}/{self._numbers}",
                conference=self.key,
                batch=f"layout/{self._numbers}",
                head=head,
                tables=tables,
            )
        self.told.pump()
        return self._numbers

    def select(self, number: int, option: str) -> int:
        selected = {"conference": self.key, "revision": number, "option": option}
        with self.told.planning.write() as session:
            emit(session, OptionSelectedV1, selected, key=self.key)
        self.told.pump()
        self.current = number
        return number

    def adopt(self, option: str) -> int:
        return self.select(self.propose(option), option)

    def close(self) -> None:
        self._say(ConferenceClosedV1)

    def open(self) -> None:
        self._say(ConferenceOpenedV1)

    def _say(self, contract: type[Event]) -> None:
        with self.told.planning.write() as session:
            emit(session, contract, {"conference": self.key}, key=self.key)
        self.told.pump()

    def change_site(self, site: str, **facts: Any) -> None:
        """What people set at a site; what is left out is as in the layout."""
        data = {"conference": self.key, "site": site, "room": None, "address": None, "capacity": None}
        with self.told.venue.write() as session:
            emit(session, SiteChangedV1, data | facts, key=f"{self.key}/{site}")
        self.told.pump()

    def call(self, method: str, path: str, *, unit: str | None = None, **given: Any) -> Any:
        headers = {"Authorization": f"Bearer {self.token(unit)}", "Accept-Language": "en"}
        headers |= given.pop("headers", {})
        url = path if path.startswith("/") else f"/api/registration/v1/{path}"
        return self.app.test_client().open(url, method=method, headers=headers, **given)

    def token(self, unit: str | None, scopes: tuple[str, ...] = ()) -> str:
        if unit is None and not scopes:
            return self.told.settings.api_key
        scopes = scopes or ("names:read", "names:write", "plan:read")
        return sign(self.told.settings.signing_key, f"contact-{unit}", scopes, unit=unit)

    def get(self, path: str, **given: Any) -> Any:
        answer = self.call("GET", path, **given)
        assert answer.status_code == 200, answer.text
        return answer.json

    def of(self, path: str) -> str:
        return f"conferences/{self.key}/{path}"

    def name(self, group: str, unit: str | None, name: str, **facts: Any) -> dict[str, Any]:
        body = {"group": group, "unit": unit, "name": name, **facts}
        answer = self.call("POST", self.of("delegates"), json=body)
        assert answer.status_code == 201, answer.text
        return dict(answer.json)

    def upload(self, content: bytes | str, *, dry_run: bool = False, **given: Any) -> Any:
        raw = content.encode() if isinstance(content, str) else content
        path = self.of(f"delegates:import?dry_run={int(dry_run)}")
        return self.call("POST", path, data={"file": (io.BytesIO(raw), "list")}, **given)

    def link(self, place: str) -> str:
        """The token of a new link."""
        answer = self.call("POST", f"delegates/{place}/rsvp-link")
        assert answer.status_code == 200, answer.text
        return str(answer.json["url"]).rpartition("/")[2]

    def answer(self, token: str, answer: str, note: str = "") -> Any:
        return self.call("POST", f"rsvp/{token}", json={"answer": answer, "note": note})

    def delegates(self, **query: Any) -> list[dict[str, Any]]:
        return list(self.get(self.of("delegates"), query_string={"limit": 500, **query})["items"])

    def headcounts(self, revision: int | None = None) -> dict[str, Any]:
        query = {} if revision is None else {"revision": revision}
        found = self.get(self.of("headcounts"), query_string=query)
        return {item.pop("site"): item for item in found["items"]}

    def counts(self, number: int) -> dict[str, int]:
        with self.database.read() as session:
            query = text("select counts from revisions where conference = :key and number = :number")
            found = session.execute(query, {"key": self.key, "number": number}).scalar_one()
        return dict(json.loads(found) if isinstance(found, str) else found)

    def taken(self) -> dict[tuple[int, str], int]:
        """The counters: seats taken by revision and site."""
        query = text("select s.revision, k.key, s.taken from site_seats s join sites k on k.id = s.site_id")
        with self.database.read() as session:
            return {(row.revision, row.key): row.taken for row in session.execute(query)}


def _plan_tables(tree: Mapping[str, Any]) -> Any:
    groups = [
        (
            option["key"], group["key"], group["name"], group["at"], group.get("invited_by", "organiser"),
            group["seats"], group["rank"], group.get("per"), group.get("press", False),
            group.get("awardees", {}).get("from"), group.get("awardees", {}).get("kinds"),
        )
        for option in tree["options"]
        for group in option["groups"]
    ]  # fmt: skip
    columns = (
        "option",
        "key",
        "name",
        "at",
        "invited_by",
        "seats",
        "rank",
        "per",
        "press",
        "sources",
        "kinds",
    )
    return {
        "units": (
            ("key", "name", "level", "parent"),
            [(u["key"], u["name"], u["level"], u.get("parent")) for u in tree["units"]],
        ),
        "groups": (columns, groups),
    }


def lay_out(tree: Mapping[str, Any], key: str) -> Layout:
    facts = tree["conference"]
    option = next(option for option in tree["options"] if option["key"] == key)
    plan = Plan(
        facts["key"],
        facts["organiser"],
        facts["timezone"],
        facts["starts_at"],
        tuple(Unit(u["key"], u["name"], u["level"]) for u in tree["units"]),
        tuple(_group(group) for group in option["groups"]),
    )
    plugin = PLUGINS[option["venue"]]
    return plugin.layout(plan, plugin.settings_schema().load(option["settings"]))


def _group(group: Mapping[str, Any]) -> Group:
    awardees = Awardees(("district",)) if group.get("awardees") else None
    invited_by = group.get("invited_by", "organiser")
    return Group(
        group["key"], group["name"], group["at"], invited_by, group["seats"], group["rank"],
        group.get("per"), awardees=awardees,
    )  # fmt: skip


def _layout_tables(layout: Layout) -> Any:
    sites = [(s.key, s.name, s.kind, s.unit, s.room, s.address, s.capacity) for s in layout.sites]
    routes = [(r.group, r.unit, r.site, r.seats, r.rank) for r in layout.routes]
    return {
        "sites": (("key", "name", "kind", "unit", "room", "address", "capacity"), sites),
        "routes": (("group", "unit", "site", "seats", "rank"), routes),
    }


@pytest.fixture(scope="session")
def migrated_postgres() -> Iterator[Database]:
    """A migrated database on the server; each test leaves it empty."""
    admin = create_engine(ADMIN_URL, isolation_level="AUTOCOMMIT")
    name = f"diemcau_test_{secrets.token_hex(6)}"
    with admin.connect() as connection:
        connection.execute(text(f"create database {name} template template0 encoding 'UTF8'"))
    url = make_url(ADMIN_URL).set(database=name).render_as_string(hide_password=False)
    database = Database("registration", url, pool_size=20)
    migrate(database, registration.MIGRATIONS)
    yield database
    database.dispose()
    with admin.connect() as connection:
        connection.execute(text(f"drop database {name} with (force)"))
    admin.dispose()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "registration.sqlite"
    database = Database("registration", f"sqlite:///{path}")
    migrate(database, registration.MIGRATIONS)
    database.dispose()
    return path


@pytest.fixture
def postgres(migrated_postgres: Database) -> Iterator[Database]:
    yield migrated_postgres
    shared = (bus_metadata, http_metadata, revisions_metadata, jobs_metadata)
    everything = [name for each in (metadata, *shared) for name in each.tables]
    with migrated_postgres.engine.begin() as connection:
        connection.execute(text("set local session_replication_role = replica"))
        for table in everything:
            connection.execute(text(f'delete from "{table}"'))


@pytest.fixture
def sqlite(sqlite_template: Path, tmp_path: Path) -> Iterator[Database]:
    path = tmp_path / "registration.sqlite"
    shutil.copy(sqlite_template, path)
    database = Database("registration", f"sqlite:///{path}")
    yield database
    database.dispose()


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest) -> Database:
    """The same test on both."""
    found: Database = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def told(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Told]:
    settings = replace(settings_in(tmp_path / "data", monkeypatch), public_url="https://hoi-nghi.example.org")
    informants = [Database(name, f"sqlite:///{tmp_path}/{name}.sqlite") for name in ("planning", "venue")]
    for informant in informants:
        bus_metadata.create_all(informant.engine)
    yield Told(settings, database, *informants)
    for informant in informants:
        informant.dispose()


@pytest.fixture
def small(told: Told) -> Desk:
    """A province and two districts; online with hub and bridges, or one hall."""
    return Desk(told, SMALL)


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


@pytest.fixture
def office(told: Told, mailbox: Mailbox) -> Iterator[Office]:
    """The small conference with a real mail server; online the districts invite their own delegates."""
    server = serve(mailbox)
    yield Office(Desk(by_mail(told, url_of(server)), with_inviters(SMALL)), mailbox)
    server.stop()


@pytest.fixture
def reference(told: Told) -> Desk:
    """The reference plan."""
    tree = yaml.safe_load((EXAMPLE / "plan.yaml").read_text())
    starts_at = tree["conference"]["starts_at"]
    if isinstance(starts_at, str):
        tree["conference"]["starts_at"] = datetime.fromisoformat(starts_at)
    return Desk(told, tree)


@pytest.fixture
def reference_list() -> bytes:
    return (EXAMPLE / "delegates.csv").read_bytes()


@pytest.fixture
def new_desk(told: Told) -> Callable[[Mapping[str, Any]], Desk]:
    return lambda tree: Desk(told, tree)
