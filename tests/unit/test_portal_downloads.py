"""Files of the services on their way through the portal."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from services.portal.pages.downloads import passed_on

SENT = {"Content-Type": "application/pdf", "Content-Disposition": "attachment; filename=bai.pdf"}


class Bytes(httpx.SyncByteStream):
    def __iter__(self) -> Iterator[bytes]:
        yield b"%PDF-"
        yield b"1.7"


@pytest.fixture
def source() -> httpx.Response:
    return httpx.Response(200, headers={**SENT, "Server": "x", "Set-Cookie": "a=b"}, stream=Bytes())


def test_file_comes_as_the_service_sent_it_and_nothing_else_of_it(source: httpx.Response) -> None:
    answer = passed_on(source)
    assert dict(answer.headers) == {**SENT, "X-Content-Type-Options": "nosniff"}
    assert answer.get_data() == b"%PDF-1.7"


def test_source_is_closed_when_the_file_was_read(source: httpx.Response) -> None:
    passed_on(source).get_data()
    assert source.is_closed


def test_name_is_given_to_a_file_that_has_none(source: httpx.Response) -> None:
    del source.headers["Content-Disposition"]
    assert passed_on(source, "a.csv").headers["Content-Disposition"] == 'attachment; filename="a.csv"'
