"""Settings for a command: a wrong one ends it with one line."""

from __future__ import annotations

import click

from shared.config import ConfigError, Settings, load_settings


def read_settings() -> Settings:
    try:
        return load_settings()
    except ConfigError as error:
        raise click.UsageError(str(error)) from None
