"""The yardstick: Flask and psycopg, one INSERT and one COMMIT per request, nothing else."""

from __future__ import annotations

import logging
import sys
import threading

import psycopg
from flask import Flask, request
from waitress import serve


def create_app(url: str) -> Flask:
    app = Flask(__name__)
    local = threading.local()

    @app.post("/answers")
    def insert() -> dict[str, bool]:
        if not hasattr(local, "connection"):
            local.connection = psycopg.connect(url)
        body = request.get_json()
        with local.connection.transaction(), local.connection.cursor() as cursor:
            cursor.execute("insert into bare(answer, note) values (%s, %s)", (body["answer"], body["note"]))
        return {"ok": True}

    return app


if __name__ == "__main__":
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # as the system itself does
    database, port = sys.argv[1:]
    with psycopg.connect(database) as connection:
        connection.execute("create table bare(id bigserial primary key, answer text, note text)")
    serve(create_app(database), host="127.0.0.1", port=int(port), threads=4)
