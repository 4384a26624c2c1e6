"""The yardstick: Flask and psycopg, one INSERT and one COMMIT per request, nothing else."""

from __future__ import annotations

import threading

import psycopg
from flask import Flask, request


def app(url: str) -> Flask:
    made = Flask(__name__)
    local = threading.local()

    @made.post("/answers")
    def insert() -> dict[str, bool]:
        if not hasattr(local, "connection"):
            local.connection = psycopg.connect(url)
        body = request.get_json()
        with local.connection.transaction(), local.connection.cursor() as cursor:
            cursor.execute("insert into bare(answer, note) values (%s, %s)", (body["answer"], body["note"]))
        return {"ok": True}

    return made
