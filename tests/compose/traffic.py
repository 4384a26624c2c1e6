"""People at work through the gateway while things break or are replaced: what they read, what they answer."""

from __future__ import annotations

import itertools
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.compose.deployment import PATIENCE, Deployment
from tests.servers import KEY

READS = (
    f"api/planning/v1/conferences/{KEY}",
    f"api/venue/v1/conferences/{KEY}/sites",
    f"api/registration/v1/conferences/{KEY}/delegates?limit=5",
    f"api/documents/v1/conferences/{KEY}/documents",
    f"api/awards/v1/conferences/{KEY}/presentations",
    "health/live",
)
TOO_LATE = 409


@dataclass
class Diary:
    """What was read, what failed, and the last answer that was confirmed, by link and site."""

    reads: int = 0
    failed_reads: list[str] = field(default_factory=list)
    answers: int = 0
    repeated: int = 0
    said: dict[tuple[str, str], str] = field(default_factory=dict)
    outcomes: Counter[int] = field(default_factory=Counter)


def links(system: Deployment, group: str, most: int = 24) -> list[str]:
    """Paths to answer at, of delegates who are placed."""
    with system.client() as http:
        query = {"group": group, "limit": 100, "status": "placed"}
        page = http.get(f"registration/v1/conferences/{KEY}/delegates", params=query).json()
        places = [item["id"] for item in page["items"]][:most]
        urls = [http.post(f"registration/v1/delegates/{place}/rsvp-link").json()["url"] for place in places]
    return [f"registration/v1/rsvp/{url.rpartition('/')[2]}" for url in urls]


@contextmanager
def traffic(system: Deployment, diary: Diary, answer_at: list[str], readers: int = 2) -> Iterator[Diary]:
    """Readers and two who answer, each with links of their own, until the block ends."""
    leave = threading.Event()
    halves = [answer_at[0::2], answer_at[1::2]]
    jobs = [(_read, ()) for _ in range(readers)] + [(_answer, (half,)) for half in halves if half]
    threads = [threading.Thread(target=job, args=(system, diary, leave, *given)) for job, given in jobs]
    for thread in threads:
        thread.start()
    try:
        yield diary
    finally:
        leave.set()
        for thread in threads:
            thread.join()


def broken(system: Deployment, diary: Diary) -> list[str]:
    """Confirmed answers that are not what stands at the same site now."""
    found = []
    with system.client() as http:
        for path in sorted({path for path, _ in diary.said}):
            shown = http.get(path).json()
            said = diary.said.get((path, str(shown.get("site_name"))))
            if said is not None and shown["answer"] != said:
                found.append(f"{shown['site_name']}: said {said}, stands {shown['answer']}")
    return found


def _read(system: Deployment, diary: Diary, leave: threading.Event) -> None:
    headers = {"Authorization": f"Bearer {system.secret('api-key')}"}
    with httpx.Client(base_url=system.url, headers=headers, timeout=60) as http:
        for path in itertools.cycle(READS):
            if leave.is_set():
                return
            diary.reads += 1
            try:
                answer = _get(http, path)
                if not answer.is_success:
                    diary.failed_reads.append(f"{path}: {answer.status_code} {answer.text[:120]}")
            except httpx.TransportError as error:
                diary.failed_reads.append(f"{path}: {type(error).__name__}")
            time.sleep(0.02)


def _get(http: httpx.Client, path: str) -> httpx.Response:
    """As a browser does it: on a kept connection that was closed it asks once more (RFC 9112, 9.3.1)."""
    try:
        return http.get(path)
    except httpx.RemoteProtocolError:
        return http.get(path)


def _answer(system: Deployment, diary: Diary, leave: threading.Event, paths: list[str]) -> None:
    with system.client() as http:
        for number, path in enumerate(itertools.cycle(paths)):
            if leave.is_set():
                return
            said = ("accepted", "declined")[number // len(paths) % 2]
            shown = _until_taken(http, diary, path, {"answer": said})
            if shown is not None:
                diary.said[path, str(shown["site_name"])] = shown["answer"]
            time.sleep(0.05)


def _until_taken(http: httpx.Client, diary: Diary, path: str, body: dict[str, str]) -> Any:
    """The same request with the same key until it is answered; None when the place is not asked now."""
    headers, deadline = {"Idempotency-Key": str(uuid.uuid4())}, time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            answer = http.post(path, json=body, headers=headers)
        except httpx.TransportError:
            answer = None
        if answer is not None and answer.status_code < 500:
            diary.answers += 1
            diary.outcomes[answer.status_code] += 1
            assert answer.status_code in (200, 202, TOO_LATE), answer.text
            return answer.json() if answer.status_code != TOO_LATE else None
        diary.repeated += 1
        time.sleep(0.1)
    raise AssertionError(f"no answer within {PATIENCE:g} s")
