"""Notifier `console`: nobody is written to. For demos it shows the letters on the server's screen."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any, ClassVar

from marshmallow import Schema, fields

from diemcau import notifier
from diemcau.notifier import Message


class ConsoleSettings(Schema):
    """`show`: print whole letters, names and links included. Off unless the operator chose `console`."""

    show = fields.Bool(load_default=False)


class Console:
    name: ClassVar[str] = "console"
    contract: ClassVar[int] = notifier.CONTRACT
    address: ClassVar[notifier.Address] = "email"
    settings_schema: ClassVar[type[Schema]] = ConsoleSettings

    def send(self, message: Message, settings: Mapping[str, Any]) -> None:
        if settings["show"]:
            text = f"\nTới: {message.name} <{message.to}>\n{message.subject}\n\n{message.body}\n"
        else:
            text = f"message {message.id}: not sent to anybody (DIEMCAU_NOTIFIER is console)\n"
        sys.stdout.write(text)
        sys.stdout.flush()
