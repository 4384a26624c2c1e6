"""Addresses of our static files that change with their content, so that browsers may keep them long."""

from __future__ import annotations

import hashlib
from pathlib import Path

from flask import Flask, url_for

STATIC = Path(__file__).parent / "static"
SUFFIXES = (".css", ".js", ".svg")


def install(app: Flask) -> None:
    marks = {
        path.relative_to(STATIC).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()[:10]
        for path in STATIC.rglob("*")
        if path.suffix in SUFFIXES
    }

    def asset(name: str) -> str:
        return url_for("static", filename=name, v=marks[name])

    app.jinja_env.globals["asset"] = asset
