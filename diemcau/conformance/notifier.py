"""Checks that any author of a notifier runs: subclass `NotifierConformance` in a pytest file.

class TestMine(NotifierConformance):
    plugin = MyNotifier()
    message = Message(id="…", to="…", name="…", subject="…", body="…")

    def settings(self): …       # a mapping that the plugin's settings_schema loads
    def received(self): …       # the (subject, body) pairs that arrived in this test so far
    def unreachable(self): …    # settings under which nobody answers; None if there is always somebody
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import pytest

from diemcau.notifier import ADDRESSES, CONTRACT, Message, NotifierPlugin, TryLater


class NotifierConformance:
    """One test per promise of the contract."""

    plugin: ClassVar[NotifierPlugin]
    message: ClassVar[Message]

    def settings(self) -> Mapping[str, Any]:
        """The plugin's author says: settings with which the plugin reaches a carrier of the test's own."""
        raise NotImplementedError("a suite gives the settings of its own carrier")

    def received(self) -> Sequence[tuple[str, str]]:
        """The plugin's author says: subject and body of everything that this carrier got."""
        raise NotImplementedError("a suite says what its carrier got")

    def unreachable(self) -> Mapping[str, Any] | None:
        return None

    def _loaded(self, settings: Mapping[str, Any]) -> Mapping[str, Any]:
        return dict(self.plugin.settings_schema().load(settings))

    def test_speaks_this_contract(self) -> None:
        assert isinstance(self.plugin, NotifierPlugin)
        assert self.plugin.contract == CONTRACT
        assert self.plugin.address in ADDRESSES

    def test_unknown_setting_is_refused(self) -> None:
        errors = self.plugin.settings_schema().validate({**self.settings(), "no-such-setting": 1})
        assert "no-such-setting" in errors

    def test_message_arrives_as_it_was_written(self) -> None:
        self.plugin.send(self.message, self._loaded(self.settings()))
        assert (self.message.subject, self.message.body) in self.received()

    def test_service_that_cannot_be_reached_is_tried_later(self) -> None:
        settings = self.unreachable()
        if settings is not None:
            with pytest.raises(TryLater):
                self.plugin.send(self.message, self._loaded(settings))
