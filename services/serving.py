"""The web processes of one service: `gunicorn -c deploy/gunicorn.conf.py "services.serving:app('venue')"`."""

from __future__ import annotations

from flask import Flask

from services.portal import app as portal
from services.system import MODULES
from shared.config import load_settings
from shared.storage.database import Database


def app(name: str) -> Flask:
    """The WSGI application of the service `name`, or of `portal`, with the settings of the environment.

    It holds no connection to the broker: what it emits waits in the outbox for the service's worker.
    Raises ConfigError; KeyError for a service that there is not.
    """
    settings = load_settings()
    if name == "portal":
        return portal.create_app(settings)
    made: Flask = MODULES[name].create_app(settings, Database(name, settings.database_url(name)).hurried)
    return made
