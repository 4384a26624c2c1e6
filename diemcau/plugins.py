"""Load plugins by entry point. One that cannot be used is refused with its reason; the others go on."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from types import MappingProxyType
from typing import Any

from marshmallow import Schema

from diemcau import notifier, venue

METHODS = {
    venue.GROUP: {"layout": ("plan", "settings")},
    notifier.GROUP: {"send": ("message", "settings")},
}
CONTRACTS = {venue.GROUP: venue.CONTRACT, notifier.GROUP: notifier.CONTRACT}


@dataclass(frozen=True, slots=True)
class Refusal:
    """A plugin that was not loaded: its name, its distribution and why."""

    name: str
    distribution: str
    reason: str


@dataclass(frozen=True, slots=True)
class Plugins:
    """What `load` found: instances by name, and what it refused."""

    by_name: Mapping[str, Any]
    refused: tuple[Refusal, ...]


def load(group: str, entries: Sequence[EntryPoint] | None = None) -> Plugins:
    """Import every plugin of an entry-point group (`diemcau.venue`). Never raises for a bad plugin."""
    found = list(entry_points(group=group)) if entries is None else list(entries)
    loaded: dict[str, Any] = {}
    refused: list[Refusal] = []
    for entry in sorted(found, key=lambda e: (e.name, _distribution(e))):
        try:
            _admit(loaded, _load_one(group, entry))
        except Exception as error:  # whatever a third party's import raises must not stop the service
            refused.append(Refusal(entry.name, _distribution(entry), f"{type(error).__name__}: {error}"))
    return Plugins(MappingProxyType(loaded), tuple(refused))


class PluginRefused(Exception):
    """The plugin does not keep the contract; the message says where."""


def _admit(loaded: dict[str, Any], plugin: Any) -> None:
    if plugin.name in loaded:
        raise PluginRefused(f"another plugin is named {plugin.name}")
    loaded[plugin.name] = plugin


def _load_one(group: str, entry: EntryPoint) -> Any:
    plugin = entry.load()()
    if getattr(plugin, "name", None) != entry.name:
        raise PluginRefused(f"its name {getattr(plugin, 'name', None)!r} is not that of its entry point")
    if plugin.contract != CONTRACTS[group]:
        raise PluginRefused(
            f"contract {plugin.contract} is unknown here; this system speaks {CONTRACTS[group]}"
        )
    if not (isinstance(plugin.settings_schema, type) and issubclass(plugin.settings_schema, Schema)):
        raise PluginRefused("settings_schema is not a marshmallow Schema class")
    if group == venue.GROUP and (not isinstance(plugin.places, frozenset) or not plugin.places):
        raise PluginRefused("places must be a non-empty frozenset")
    if group == notifier.GROUP and plugin.address not in notifier.ADDRESSES:
        raise PluginRefused(f"address must be one of {', '.join(notifier.ADDRESSES)}")
    _check_methods(plugin, METHODS[group])
    return plugin


def _check_methods(plugin: Any, methods: Mapping[str, tuple[str, ...]]) -> None:
    for name, parameters in methods.items():
        method = getattr(plugin, name, None)
        if not callable(method):
            raise PluginRefused(f"method {name} is missing")
        if tuple(inspect.signature(method).parameters) != parameters:
            raise PluginRefused(f"{name} must take ({', '.join(parameters)})")


def _distribution(entry: EntryPoint) -> str:
    return entry.dist.name if entry.dist is not None else "unknown"
