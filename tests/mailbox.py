"""A real SMTP server for tests: it keeps what it accepts, and refuses whom it is told to refuse."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller

OK = "250 OK"
HANG_UP = "hang up"
"""As a reply: the connection breaks instead."""


@dataclass
class Mailbox:
    """`replies`: what is answered to RCPT TO of an address; `on_letter`: called with each letter."""

    letters: list[EmailMessage] = field(default_factory=list)
    replies: dict[str, list[str]] = field(default_factory=dict)
    on_letter: Callable[[EmailMessage], str] = lambda _letter: OK

    async def handle_RCPT(
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        replies = self.replies.get(address) or [OK]
        reply = replies.pop(0) if len(replies) > 1 else replies[0]
        if reply.startswith("250"):
            envelope.rcpt_tos.append(address)
        return reply

    async def handle_DATA(self, server: Any, _session: Any, envelope: Any) -> str:
        letter = message_from_bytes(envelope.content, policy=default)
        assert isinstance(letter, EmailMessage)
        reply = self.on_letter(letter)
        if reply == HANG_UP:
            server.transport.abort()
        if reply.startswith("250"):
            self.letters.append(letter)
        return reply

    def to(self, address: str) -> list[EmailMessage]:
        return [letter for letter in self.letters if address in str(letter["To"])]


def body_of(letter: EmailMessage) -> str:
    part = letter.get_body(("plain",))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def serve(mailbox: Mailbox, host: str = "127.0.0.1") -> Controller:
    """Started on a free port of this machine; the caller stops it."""
    with socket.socket() as probe:
        probe.bind((host, 0))
        port = probe.getsockname()[1]
    controller = Controller(mailbox, hostname=host, port=port, decode_data=False)
    controller.start()
    return controller


def url_of(controller: Controller) -> str:
    """The controller's address, as DIEMCAU_SMTP_URL."""
    return f"smtp://127.0.0.1:{controller.port}"


@contextmanager
def nobody_listens() -> Iterator[str]:
    """An address of this machine at which nobody answers."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"smtp://127.0.0.1:{taken.getsockname()[1]}"
