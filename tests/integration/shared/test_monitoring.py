"""Alerts, dashboard and docs/metrics.md speak of what real processes tell, and every alert can fire."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import create_engine, text

from services.system import MODULES
from tests.integration.shared.processes import total, wait_until_answers
from tests.servers import EXAMPLE, KEY, PATIENCE, ROOT, Installation, free_port, installation

HERE = ROOT / "deploy" / "monitoring"
RULES = [
    rule for group in yaml.safe_load((HERE / "alerts.yml").read_text())["groups"] for rule in group["rules"]
]
PANELS = [
    panel for panel in json.loads((HERE / "dashboard.json").read_text())["panels"] if "targets" in panel
]
SHOWN = [(target["expr"], target["legendFormat"]) for panel in PANELS for target in panel["targets"]]
EXPRESSIONS = [rule["expr"] for rule in RULES] + [expression for expression, _ in SHOWN]
OF_PROMETHEUS = {"job", "instance"}

# The broker of the tests runs without its plugin rabbitmq_prometheus, which is not ours to enable: a list
# is what is held against. Read off a RabbitMQ 3.10.8 that had the plugin.
OF_RABBITMQ = {
    "rabbitmq_detailed_queue_messages_ready": {"queue", "vhost"},
    "rabbitmq_alarms_memory_used_watermark": set[str](),
    "rabbitmq_alarms_free_disk_space_watermark": set[str](),
}


@pytest.fixture(scope="module")
def worker_port() -> int:
    return free_port()


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory, worker_port: int) -> Iterator[Installation]:
    """Every API and the portal in one process, every loop in another, and something to do for them."""
    with installation(tmp_path_factory.mktemp("monitored"), servers=True) as made:
        made.up("--serve-only")
        made.env["DIEMCAU_METRICS_PORT"] = str(worker_port)
        made.start("worker")
        _work(made, f"http://127.0.0.1:{worker_port}")
        yield made


def _work(installed: Installation, worker: str) -> None:
    """Events and jobs of a decision; a message that failed is put into its table."""
    wait_until_answers(f"{worker}/health/live")
    with installed.client() as api:
        plan = (EXAMPLE / "plan.yaml").read_bytes()
        answer = api.post("planning/v1/plans", content=plan, headers={"Content-Type": "application/yaml"})
        assert answer.status_code == 201, answer.text
        order = {"option": "in_person", "reason": "Dịch bệnh đã được kiểm soát"}
        assert api.post(f"planning/v1/conferences/{KEY}/decisions", json=order).status_code == 202
    deadline = time.monotonic() + PATIENCE
    while not total(httpx.get(f"{worker}/metrics").text, "diemcau_job_seconds_count", outcome="done"):
        assert time.monotonic() < deadline, installed.log()
        time.sleep(0.2)
    engine = create_engine(installed.env["DIEMCAU_DATABASE_URL"].replace("{service}", "registration"))
    with engine.begin() as connection:
        connection.execute(_FAILED_MESSAGE)
    engine.dispose()


_FAILED_MESSAGE = text(
    "insert into messages (id, conference_id, kind, channel, person_id, unit_id, group_id, revision, once,"
    " state, created_at, next_try_at) select gen_random_uuid(), id, 'invitation', 'email',"
    " gen_random_uuid(), 0, 0, 1, 'once', 'failed', now(), now() from conferences"
)


@pytest.fixture(scope="module")
def exposed(installed: Installation, worker_port: int) -> dict[str, set[str]]:
    """The labels of everything that any process tells; of what has no figure yet, none."""
    urls = [f"{installed.url}/api/{name}/metrics" for name in MODULES]
    urls += [f"{installed.url}/metrics", f"http://127.0.0.1:{worker_port}/metrics"]
    found: dict[str, set[str]] = {}
    for family in (one for url in urls for one in _families(url)):
        found.setdefault(f"{family.name}_total" if family.type == "counter" else family.name, set())
        for sample in family.samples:
            found.setdefault(sample.name, set()).update(sample.labels)
    return found


def _families(url: str) -> list[Any]:
    return list(text_string_to_metric_families(httpx.get(url).text))


def test_alerts_and_dashboard_ask_for_what_there_is(exposed: Mapping[str, set[str]]) -> None:
    known = {**exposed, **OF_RABBITMQ, "up": set[str]()}
    for expression in EXPRESSIONS:
        asked = re.findall(r"\b(diemcau_\w+|rabbitmq_\w+|up)\b(?:\{([^}]*)\})?", expression)
        assert asked, expression
        labels: set[str] = set(OF_PROMETHEUS)
        for name, selector in asked:
            assert name in known, f"nobody tells {name}"
            selected = set(re.findall(r'(\w+)\s*(?:=~|!~|!=|=)\s*"', selector))
            assert selected <= known[name] | OF_PROMETHEUS, f"{name} has no {selected - known[name]}"
            labels |= known[name]
        for group in re.findall(r"\b(?:by|without|on) \(([^)]*)\)", expression):
            assert {label.strip() for label in group.split(",")} <= labels, expression


def test_texts_name_labels_that_are_left(exposed: Mapping[str, set[str]]) -> None:
    known = {**exposed, **OF_RABBITMQ, "up": set[str]()}
    texts = [(rule["expr"], " ".join(rule["annotations"].values())) for rule in RULES]
    texts += [(expression, re.sub(r"\{\{(\w+)\}\}", r"$labels.\1", legend)) for expression, legend in SHOWN]
    for expression, said in texts:
        left = _left(expression, known)
        named = set(re.findall(r"\$labels\.(\w+)", said))
        assert named <= left, f"{said}: {named - left} is not left of {expression}"


def _left(expression: str, known: Mapping[str, set[str]]) -> set[str]:
    """The labels of the result: those of the first grouping, or else of the metrics themselves."""
    if groups := re.findall(r"\bby \(([^)]*)\)", expression):
        return {label.strip() for label in groups[0].split(",")}
    names = re.findall(r"\b(diemcau_\w+|rabbitmq_\w+|up)\b", expression)
    return OF_PROMETHEUS.union(*(known[name] for name in names))


def test_every_metric_is_documented_with_its_labels(exposed: Mapping[str, set[str]]) -> None:
    page = (ROOT / "docs" / "metrics.md").read_text()
    rows = re.findall(r"^\| `(diemcau_\w+)` \| (\w+) \| ([^|]*)\|", page, re.MULTILINE)
    documented = {
        name: {label.strip() for label in labels.split(",") if label.strip()} for name, _, labels in rows
    }
    of_histograms = {f"{name}{end}" for name, kind, _ in rows if kind == "histogram" for end in _PARTS}
    ours = {name for name in exposed if name.startswith("diemcau_") and not name.endswith("_created")}
    assert ours - of_histograms == set(documented)
    told = {name: exposed[name] or exposed.get(f"{name}_count", set()) for name in documented}
    # On PostgreSQL nobody has a cursor: that gauge is empty.
    assert {name: has for name, has in documented.items() if name != "diemcau_inbox_cursor"} == {
        name: has for name, has in told.items() if name != "diemcau_inbox_cursor"
    }


_PARTS = ("_bucket", "_count", "_sum")


def test_the_worker_tells_that_every_loop_lives_and_what_it_did(
    installed: Installation, worker_port: int
) -> None:
    url = f"http://127.0.0.1:{worker_port}"
    health, told = httpx.get(f"{url}/health/live"), httpx.get(f"{url}/metrics").text
    assert (health.status_code, health.json()["dead"]) == (200, [])
    expected = {f"{name}-{loop}" for name in MODULES for loop in ("relay", "consumer", "pruning")}
    assert expected <= set(health.json()["silent_seconds"])
    assert total(told, "diemcau_loop_alive") == len(health.json()["silent_seconds"])
    assert total(told, "diemcau_relay_published_total", service="planning") > 0
    assert total(told, "diemcau_relay_refused_total") == 0
    of_plan = {"service": "venue", "source": "planning"}
    applied = total(told, "diemcau_event_seconds_count", outcome="applied", **of_plan)
    assert applied == total(told, "diemcau_event_delay_seconds_count", **of_plan) > 0
    assert total(told, "diemcau_event_delay_seconds_bucket", le="+Inf", **of_plan) == applied
    slow = applied - total(told, "diemcau_event_delay_seconds_bucket", le="1800.0", **of_plan)
    assert slow == 0, "a delay counts from the making of the event in real time"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_every_alert_says_what_to_do(rule: Mapping[str, Any]) -> None:
    name = rule["alert"]
    assert set(rule["annotations"]) == {"summary", "description", "runbook"}
    assert rule["labels"]["severity"] in ("page", "ticket")
    assert rule["annotations"]["runbook"] == f"docs/alerts.md#{name.lower()}"
    page = (ROOT / "docs" / "alerts.md").read_text()
    assert f"\n## {name}\n\n**{rule['labels']['severity']}.**" in page


def test_no_alert_is_explained_that_does_not_exist() -> None:
    headings = re.findall(r"^## (\w+)$", (ROOT / "docs" / "alerts.md").read_text(), re.MULTILINE)
    assert headings == [rule["alert"] for rule in RULES]


def test_each_alert_fires_in_its_state_and_none_when_all_is_well() -> None:
    tested = yaml.safe_load((HERE / "alerts.test.yml").read_text())["tests"]
    assert [one["name"] for one in tested] == ["all is well", *(rule["alert"] for rule in RULES)]
    _promtool("test", "rules", "alerts.test.yml")


def test_prometheus_takes_the_configuration() -> None:
    _promtool("check", "config", "prometheus.yml")


def _promtool(*arguments: str) -> None:
    """Prometheus' own examiner (Debian: prometheus); in CI it has to be there."""
    program = shutil.which("promtool")
    if program is None:
        assert not os.environ.get("CI"), "promtool is missing: Debian's package prometheus has it"
        pytest.skip("promtool is not installed")
    done = subprocess.run([program, *arguments], cwd=HERE, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_process_of_the_composition_is_scraped() -> None:
    jobs = yaml.safe_load((HERE / "prometheus.yml").read_text())["scrape_configs"]
    scraped = {
        (target, job.get("metrics_path", "/metrics"))
        for job in jobs
        for config in job["static_configs"]
        for target in config["targets"]
    }
    webs = {(f"{name}-web:8000", f"/api/{name}/metrics") for name in MODULES}
    workers = {(f"{name}-worker:9100", "/metrics") for name in MODULES}
    broker = {("rabbitmq:15692", "/metrics"), ("rabbitmq:15692", "/metrics/detailed")}
    assert scraped == webs | workers | broker | {("portal:8000", "/metrics"), ("live:8000", "/metrics")}
    services = yaml.safe_load(Path(ROOT / "docker-compose.yml").read_text())["services"]
    assert {target.partition(":")[0] for target, _ in scraped} <= set(services)
