"""The real docker-compose.yml: from nothing to a conference, through faults, restore, upgrade, and Compose 5.

The tests share one system and follow each other. Where the official images cannot be pulled it is compose on
stand-in images of the same names.
"""

from __future__ import annotations

import json
import shutil
import ssl
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.compose import audit
from tests.compose.conftest import NEWEST
from tests.compose.deployment import (
    APPS,
    EVERYTHING,
    EXAMPLE,
    SERVICES,
    Deployment,
    put_checkout,
    put_commit,
    wait_until,
)
from tests.compose.traffic import Diary, broken, links, traffic
from tests.convergence.office import Office
from tests.convergence.views import current_view, differences
from tests.servers import KEY, ROOT, free_port

pytestmark = pytest.mark.timeout(600)
GROUP = "btt-mttq-huyen"  # has places in both options


def view(system: Deployment) -> dict[str, Any]:
    with system.client() as http:
        return current_view(Office(http, KEY))


def audited(system: Deployment, diary: Diary) -> None:
    audit.come_to_rest(system)
    assert audit.unfinished(system) == []
    assert diary.said, "nobody answered: this shows nothing"
    assert broken(system, diary) == []


def test_three_commands_make_a_running_system_with_the_conference(system: Deployment, previous: str) -> None:
    """As the README says; of the commit before, with its own files, for the upgrade below."""
    put_commit(previous, system.folder)
    system.script("mksecrets")
    system.with_env(DIEMCAU_VERSION="previous").compose("up", "--build", "--detach", timeout=580)
    system.await_healthy()
    said = system.tools("load", f"{EXAMPLE}/plan.yaml", "--delegates", f"{EXAMPLE}/delegates.csv")
    assert f"{KEY}: plan version 1 stored." in said
    assert "442 created" in said


def test_readme_has_these_three_commands() -> None:
    readme = (ROOT / "README.md").read_text()
    section = readme.partition("## With docker")[2].partition("\n## ")[0]
    commands = [line.strip() for line in section.splitlines() if line.startswith("    ")]
    assert commands[:3] == [
        "deploy/bin/mksecrets",
        "DIEMCAU_CLOCK_START=2021-06-24T09:00+07:00 docker compose up --build --detach",
        f"docker compose run --rm tools load {EXAMPLE}/plan.yaml --delegates {EXAMPLE}/delegates.csv",
    ]


def test_upgrade_from_the_commit_before_under_traffic(system: Deployment) -> None:
    """No read fails, no confirmed answer is lost, a decision taken in the middle settles."""
    assert _version(system, "planning-web") == "previous"
    system.switch("online")
    diary, decided = Diary(), []
    put_checkout(system.folder)
    with traffic(system, diary, links(system, GROUP), readers=3):
        upgrade = system.with_env(DIEMCAU_VERSION="current")
        decided.append(system.decide("in_person"))
        upgrade.script("upgrade", "--no-backup", timeout=560)
        decided.append(system.decide("online"))
        for number in decided:
            system.await_settled(number)
    assert {_version(system, name) for name in APPS} == {"current"}
    assert diary.failed_reads == []
    audited(system, diary)
    print(f"upgrade: {diary.reads} reads, 0 failed; {diary.answers} answers, {diary.repeated} sent again")


def test_the_first_account_signs_in(system: Deployment) -> None:
    with httpx.Client(base_url=system.url, follow_redirects=True) as browser:
        form = browser.get("/dang-nhap").text
        token = form.partition('name="csrf"')[2].partition('value="')[2].partition('"')[0]
        given = {"username": "quantri", "password": system.secret("first-password"), "csrf": token}
        home = browser.post("/dang-nhap", data=given)
    assert home.status_code == 200
    assert "Quản trị" in home.text


@pytest.mark.parametrize("service", EVERYTHING)
def test_every_container_is_confined(system: Deployment, service: str) -> None:
    found = system.inspect(service)
    host, config = found["HostConfig"], found["Config"]
    assert config["User"] not in ("", "0", "root")
    assert host["ReadonlyRootfs"]
    assert host["CapDrop"] == ["ALL"]
    assert not host["CapAdd"]
    assert "no-new-privileges:true" in host["SecurityOpt"]
    assert host["LogConfig"]["Config"]["max-size"] == "10m"
    published = {port: bound for port, bound in (found["NetworkSettings"]["Ports"] or {}).items() if bound}
    if service == "gateway":
        assert [bound["HostIp"] for bounds in published.values() for bound in bounds] == ["127.0.0.1"]
    else:
        assert published == {}
    assert system.secret("database-venue") not in json.dumps(config["Env"])


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_has_its_own_password_and_no_others(system: Deployment, service: str) -> None:
    for container in (f"{service}-web", f"{service}-worker"):
        held = system.inside(container, "ls", "/run/secrets").split()
        assert [name for name in held if name.startswith("database-")] == [f"database-{service}"]
        assert ("amqp-url" in held) == container.endswith("-worker")
    other = next(name for name in SERVICES if name != service)
    url = f"postgresql://{service}:{system.secret(f'database-{service}')}@127.0.0.1/{other}"
    system.inside("postgres", "psql", url.replace(f"/{other}", f"/{service}"), "-qc", "select 1")
    with pytest.raises(AssertionError, match="permission denied for database"):
        system.inside("postgres", "psql", url, "-qc", "select 1")


def test_there_and_back_through_the_gateway(system: Deployment) -> None:
    system.switch("online")
    audit.come_to_rest(system)
    before = view(system)
    system.switch("in_person")
    assert list(differences(view(system), before)) != []
    system.switch("online")
    audit.come_to_rest(system)
    assert list(differences(view(system), before)) == []


def test_figures_stay_inside(system: Deployment) -> None:
    with system.client() as http:
        assert http.get("venue/metrics").status_code == 404
        assert http.get("venue/health/ready").json()["status"] == "ready"


def test_https_at_the_gateway(system: Deployment) -> None:
    secrets = system.folder / "deploy" / "secrets"
    system.run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
               "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
               "-keyout", f"{secrets}/tls-key", "-out", f"{secrets}/tls-certificate")  # fmt: skip
    (secrets / "tls-key").chmod(0o444)
    ports = {"HTTPS_ADDRESS": "127.0.0.1", "HTTPS_PORT": str(free_port()), "HTTP_PORT": str(free_port())}
    files = ("--file", "docker-compose.yml", "--file", "deploy/compose.tls.yml")
    system.with_env(**ports).compose(*files, "up", "--detach", "--no-deps", "gateway")
    system.await_healthy(["gateway"])
    trusted = ssl.create_default_context(cafile=str(secrets / "tls-certificate"))
    secure = httpx.get(f"https://127.0.0.1:{ports['HTTPS_PORT']}/api/planning/health/live", verify=trusted)
    assert (secure.status_code, secure.headers["Strict-Transport-Security"]) == (200, "max-age=31536000")
    plain = httpx.get(f"http://127.0.0.1:{ports['HTTP_PORT']}/dang-nhap")
    assert (plain.status_code, plain.headers["Location"]) == (308, "https://127.0.0.1/dang-nhap")
    system.compose("up", "--detach", "--no-deps", "gateway")
    system.await_healthy(["gateway"])


KILLED = ("rabbitmq", "postgres", "registration-web", "registration-worker", "planning-worker", "gateway")


def test_drill_sigkill_and_recreate(system: Deployment) -> None:
    """People answer all the while; nothing confirmed is lost, every event is applied, decisions settle."""
    diary, decided = Diary(), []
    with traffic(system, diary, links(system, GROUP)):
        for number, victim in enumerate(KILLED):
            decided.append(system.decide(("in_person", "online")[number % 2]))
            system.kill(victim)
            time.sleep(2)
        for victim in ("venue-web", "awards-worker"):
            system.compose("up", "--detach", "--no-deps", "--force-recreate", victim)
        system.await_healthy()
        for revision in decided[-1:]:
            system.await_settled(revision)
    audited(system, diary)
    with system.client() as http:
        states = [http.get(f"planning/v1/conferences/{KEY}/revisions/{n}").json()["state"] for n in decided]
    assert set(states) <= {"settled", "superseded"}
    assert states[-1] == "settled"
    assert diary.repeated + len(diary.failed_reads) > 0, "nothing was felt of it: the drill killed nobody"


def test_a_service_down_during_a_switch_follows_when_it_is_back(system: Deployment) -> None:
    system.compose("stop", "venue-worker", "awards-worker")
    number = system.decide("in_person")
    with system.client() as http:
        found = http.get(f"planning/v1/conferences/{KEY}/revisions/{number}").json()
    assert found["services"]["venue"]["state"] == "waiting"
    system.compose("start", "venue-worker", "awards-worker")
    system.await_settled(number)
    audit.come_to_rest(system)


def test_backup_wipe_restore_is_the_same_state(system: Deployment, tmp_path: Path) -> None:
    """With a decision on its way: during the backup it waits in the queue of a worker that is down."""
    with system.client() as http:
        job = http.post(f"documents/v1/conferences/{KEY}/paper-sets", json={}).json()["job"]
        wait_until(
            lambda: http.get(f"documents/v1/jobs/{job}").json()["state"] == "done", "the papers are made"
        )
    system.compose("stop", "documents-worker")
    number = system.decide("online")
    queued = f"{KEY}: documents waits"
    wait_until(lambda: _waits_only_for(system, number, "documents"), queued)
    folder = system.script("backup", str(tmp_path)).splitlines()[-1]
    kept = sorted(_files(system))
    assert kept, "there is no file to lose"
    system.compose("start", "documents-worker")
    system.await_settled(number)
    audit.come_to_rest(system)
    before = view(system)
    system.switch("in_person")
    system.compose("--profile", "tools", "down", "--volumes")
    system.script("restore", "--yes", folder)
    system.await_settled(number)
    audit.come_to_rest(system)
    assert list(differences(view(system), before)) == []
    assert sorted(_files(system)) == kept


def test_a_damaged_backup_is_refused_and_changes_nothing(system: Deployment, tmp_path: Path) -> None:
    folder = Path(system.script("backup", str(tmp_path)).splitlines()[-1])
    damaged = tmp_path / "damaged"
    shutil.copytree(folder, damaged)
    content = bytearray((damaged / "cluster.tar.gz").read_bytes())
    content[len(content) // 2] ^= 1
    (damaged / "cluster.tar.gz").write_bytes(content)
    started = {name: system.inspect(name)["State"]["StartedAt"] for name in EVERYTHING}
    with pytest.raises(AssertionError, match="is damaged"):
        system.script("restore", "--yes", str(damaged))
    assert {name: system.inspect(name)["State"]["StartedAt"] for name in EVERYTHING} == started


def test_compose_5_takes_over_and_shows_what_is_there(system: Deployment) -> None:
    before = view(system)
    system.compose("down")
    newest = system.with_compose(NEWEST)
    assert newest.compose("version", "--short").lstrip("v").startswith("5.")
    newest.compose("up", "--detach", "--wait", "--wait-timeout", "180")
    assert list(differences(view(newest), before)) == []
    newest.switch("in_person")
    newest.switch("online")
    audit.come_to_rest(newest)
    assert list(differences(view(newest), before)) == []
    assert "planning-web" in newest.script("status")


def test_logs_are_json_and_name_nobody(system: Deployment) -> None:
    newest = system.with_compose(NEWEST)
    with newest.client() as http:
        people = http.get(f"registration/v1/conferences/{KEY}/delegates?limit=100").json()["items"]
        http.get(f"registration/v1/conferences/{KEY}/delegates", params={"q": people[0]["name"]})
        http.get("registration/v1/rsvp/abc.def.ghi")
        asked = http.get(f"planning/v1/conferences/{KEY}", headers={"X-Correlation-Id": "0" * 31 + "7"})
    assert asked.status_code == 200
    for service in (*APPS, "gateway"):
        lines = [
            line
            for line in newest.compose("logs", "--no-log-prefix", "--no-color", service).splitlines()
            if line
        ]
        objects = [json.loads(line) for line in lines if not _of_the_server(service, line)]
        assert objects, service
        text = "\n".join(lines)
        assert not [person["name"] for person in people if person["name"] in text]
        assert "abc.def.ghi" not in text
        if service == "gateway":
            assert [o for o in objects if o.get("correlation", "").endswith("7") and o["status"] == 200]


def _of_the_server(service: str, line: str) -> bool:
    """nginx writes its own troubles as plain text, and its entry point says hello."""
    return service == "gateway" and not line.startswith("{")


def _waits_only_for(system: Deployment, number: int, service: str) -> bool:
    with system.client() as http:
        found = http.get(f"planning/v1/conferences/{KEY}/revisions/{number}").json()
    return {name for name, part in found["services"].items() if part["state"] != "settled"} == {service}


def _files(system: Deployment) -> list[str]:
    def find(name: str) -> str:
        return system.inside(f"{name}-web", "find", f"/var/lib/diemcau/files/{name}", "-type", "f")

    return [path for name in ("documents", "awards") for path in find(name).split()]


def _version(system: Deployment, service: str) -> str:
    return str(system.inspect(service)["Config"]["Labels"]["org.opencontainers.image.revision"])
