"""The built-in notifiers keep the contract; their settings are refused with a clear line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

import pytest
from aiosmtpd.controller import Controller
from marshmallow import ValidationError

from diemcau import notifier, plugins
from diemcau.conformance.notifier import NotifierConformance
from diemcau.notifier import Message, Refused, TryLater
from services.registration.messages.model import WAITS, without_addresses
from services.registration.messages.sending import choose_notifier
from services.registration.notifiers.console import Console
from services.registration.notifiers.email import Email, EmailSettings
from shared.config import ConfigError, load_settings
from tests.mailbox import Mailbox, body_of, nobody_listens, serve, url_of

MESSAGE = Message(
    id="01a205f8-7094-7c1e-8a57-6d0c6d6f1b11",
    to="dai.bieu@hoi-nghi.example.org",
    name="Nguyễn Văn An",
    subject="Giấy mời dự Hội nghị tổng kết",
    body="Kính gửi: Nguyễn Văn An\n\n.Dòng bắt đầu bằng dấu chấm\n" + "dài " * 400 + "\nTrân trọng./.\n",
)
SENDER = "Ban tổ chức <moi@hoi-nghi.example.org>"


class TestEmail(NotifierConformance):
    plugin = Email()
    message = MESSAGE
    mailbox: ClassVar[Mailbox]
    server: ClassVar[Controller]

    @pytest.fixture(autouse=True)
    def post_office(self) -> Iterator[None]:
        type(self).mailbox = Mailbox()
        type(self).server = serve(self.mailbox)
        yield
        self.server.stop()

    def settings(self) -> Mapping[str, Any]:
        return {"url": url_of(self.server), "sender": SENDER}

    def received(self) -> Sequence[tuple[str, str]]:
        return [(str(letter["Subject"]), body_of(letter)) for letter in self.mailbox.letters]

    def unreachable(self) -> Mapping[str, Any] | None:
        with nobody_listens() as url:
            return {"url": url, "sender": SENDER}

    def send(self, **changes: str) -> None:
        values = {name: getattr(MESSAGE, name) for name in ("id", "to", "name", "subject", "body")}
        Email().send(Message(**(values | changes)), self._loaded(self.settings()))

    def test_line_break_makes_no_header(self) -> None:
        self.send(subject="Giấy mời\r\nBcc: ke.khac@example.org", name="An\nBcc: x")
        (letter,) = self.mailbox.letters
        assert letter["Bcc"] is None

    @pytest.mark.parametrize("address", ["không dấu@example.org", "a b@example.org", "@", ""])
    def test_address_that_cannot_be_written_is_refused(self, address: str) -> None:
        with pytest.raises(Refused):
            self.send(to=address)

    def test_refusal_of_the_content_is_final(self) -> None:
        self.mailbox.on_letter = lambda _letter: "554 5.7.1 spam"
        with pytest.raises(Refused, match="554"):
            self.send()

    def test_delay_after_the_content_is_tried_later(self) -> None:
        self.mailbox.on_letter = lambda _letter: "452 4.3.1 disk full"
        with pytest.raises(TryLater, match="452"):
            self.send()


class TestConsole(NotifierConformance):
    plugin = Console()
    message = MESSAGE

    @pytest.fixture(autouse=True)
    def screen(self, capsys: pytest.CaptureFixture[str]) -> None:
        self.capsys = capsys

    def settings(self) -> Mapping[str, Any]:
        return {"show": True}

    def received(self) -> Sequence[tuple[str, str]]:
        shown = self.capsys.readouterr().out
        return [(MESSAGE.subject, MESSAGE.body)] if f"{MESSAGE.subject}\n\n{MESSAGE.body}" in shown else []

    def test_unless_it_was_chosen_nothing_personal_is_shown(self) -> None:
        Console().send(MESSAGE, {"show": False})
        shown = self.capsys.readouterr().out
        assert MESSAGE.id in shown
        for personal in (MESSAGE.to, MESSAGE.name, MESSAGE.subject, MESSAGE.body):
            assert personal not in shown


@pytest.mark.parametrize(
    ("url", "scheme", "host", "port", "user", "password"),
    [
        ("smtp://mail.example.org", "smtp", "mail.example.org", 25, "", ""),
        ("smtps://mail.example.org", "smtps", "mail.example.org", 465, "", ""),
        ("smtp://me:p%40ss@mail.example.org:587", "smtp", "mail.example.org", 587, "me", "p@ss"),
    ],
)
def test_server_is_read_from_its_url(
    url: str, scheme: str, host: str, port: int, user: str, password: str
) -> None:
    server = EmailSettings().load({"url": url, "sender": SENDER})["server"]
    assert (server.scheme, server.host, server.port) == (scheme, host, port)
    assert (server.user, server.password) == (user, password)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("url", "http://mail.example.org"),
        ("url", "mail.example.org"),
        ("url", "smtp://mail.example.org:port"),
        ("url", "smtp://mail.example.org/path"),
        ("sender", "nobody"),
        ("sender", "A <b@c> <d@e>"),
    ],
)
def test_wrong_setting_is_named(field: str, value: str) -> None:
    with pytest.raises(ValidationError) as error:
        EmailSettings().load({"url": "smtp://mail.example.org", "sender": SENDER} | {field: value})
    assert set(error.value.normalized_messages()) == {field}


def test_password_is_not_sent_unencrypted_to_another_machine() -> None:
    mailbox = Mailbox()
    server = serve(mailbox, host="127.0.0.2")
    try:
        settings = EmailSettings().load(
            {"url": f"smtp://me:secret@127.0.0.2:{server.port}", "sender": SENDER}
        )
        with pytest.raises(TryLater, match="mật khẩu"):
            Email().send(MESSAGE, settings)
    finally:
        server.stop()
    assert mailbox.letters == []


def test_built_in_notifiers_come_through_the_door_of_plugins() -> None:
    loaded = plugins.load(notifier.GROUP)
    assert {"email", "console"} <= set(loaded.by_name)
    assert not loaded.refused


@pytest.mark.parametrize(
    ("name", "settings", "said"),
    [
        ("pigeon", {}, "no such plugin"),
        ("email", {"url": "smtp://mail.example.org"}, "sender"),
        ("console", {"colour": "red"}, "colour"),
    ],
)
def test_notifier_that_cannot_work_stops_the_start(name: str, settings: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        choose_notifier(plugins.load(notifier.GROUP), name, settings)


@pytest.mark.parametrize(
    ("env", "name", "settings"),
    [
        ({}, "console", {"show": False}),
        ({"DIEMCAU_NOTIFIER": "console"}, "console", {"show": True}),
        (
            {"DIEMCAU_SMTP_URL": "smtp://x", "DIEMCAU_MAIL_FROM": "a@b.vn"},
            "email",
            {"url": "smtp://x", "sender": "a@b.vn"},
        ),
        ({"DIEMCAU_NOTIFIER": "mine", "DIEMCAU_NOTIFIER_SETTINGS": '{"key": 1}'}, "mine", {"key": 1}),
    ],
)
def test_notifier_is_chosen_by_the_environment(
    env: dict[str, str], name: str, settings: dict[str, Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    set_environment(monkeypatch, {**env, "DIEMCAU_DATA": str(tmp_path)})
    read = load_settings()
    assert (read.notifier, read.notifier_settings) == (name, settings)


@pytest.mark.parametrize(
    ("env", "said"),
    [
        ({"DIEMCAU_SMTP_URL": "smtp://x"}, "DIEMCAU_MAIL_FROM"),
        ({"DIEMCAU_NOTIFIER": "email"}, "DIEMCAU_SMTP_URL"),
        ({"DIEMCAU_NOTIFIER": "mine", "DIEMCAU_NOTIFIER_SETTINGS": "[1]"}, "DIEMCAU_NOTIFIER_SETTINGS"),
    ],
)
def test_missing_setting_stops_the_start(
    env: dict[str, str], said: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    set_environment(monkeypatch, {**env, "DIEMCAU_DATA": str(tmp_path)})
    with pytest.raises(ConfigError, match=said):
        load_settings()


def set_environment(monkeypatch: pytest.MonkeyPatch, env: dict[str, str]) -> None:
    for name in ("NOTIFIER", "SMTP_URL", "MAIL_FROM", "NOTIFIER_SETTINGS"):
        monkeypatch.delenv(f"DIEMCAU_{name}", raising=False)
    for name, value in env.items():
        monkeypatch.setenv(name, value)


def test_what_a_server_says_is_kept_without_the_address() -> None:
    said = "550 5.1.1 <an@dai-bieu.example.org>: Recipient an@dai-bieu.example.org unknown"
    assert without_addresses(said) == "550 5.1.1 …: Recipient … unknown"


def test_waits_of_the_guide_are_those_of_the_code() -> None:
    guide = " ".join((Path(__file__).parents[3] / "docs" / "notifier-plugin.md").read_text().split())
    minutes = [str(int(wait.total_seconds() // 60)) for wait in WAITS]
    assert f"after {', '.join(minutes[:-1])} and {minutes[-1]} minutes" in guide
