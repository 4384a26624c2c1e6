"""Says what answers at a database or AMQP URL: `python answers.py URL`.

Opens a real session and prints one line: "PostgreSQL 15.2 at 127.0.0.1:5432" (exit 0), or the reason why it
cannot be used (exit 1). A database login must be allowed to create databases. Passwords are never printed.
"""

import re
import sys

SECONDS = 5


def greet_postgres(url: str) -> str:
    """The server's version; raises psycopg.Error, PermissionError if the login may not create databases."""
    import psycopg

    with psycopg.connect(
        re.sub(r"^postgresql\+\w+:", "postgresql:", url), connect_timeout=SECONDS
    ) as connection:
        row = connection.execute(
            "SELECT current_setting('server_version'), rolcreatedb OR rolsuper"
            " FROM pg_roles WHERE rolname = current_user"
        ).fetchone()
    assert row is not None
    if not row[1]:
        raise PermissionError("the login may not create databases")
    return f"PostgreSQL {row[0].split()[0]}"


def greet_amqp(url: str) -> str:
    """The broker's product and version; raises OSError or amqp.AMQPError."""
    from kombu import Connection

    limits = {"read_timeout": SECONDS, "write_timeout": SECONDS}
    with Connection(url, connect_timeout=SECONDS, transport_options=limits) as connection:
        connection.connect()
        properties = connection.connection.server_properties
    return f"{properties['product']} {properties['version']}"


def place_of(url: str) -> str:
    """Host and port without the login; never raises."""
    return url.partition("://")[2].partition("/")[0].rpartition("@")[2] or "an address without a host"


def main(url: str) -> int:
    greet = greet_amqp if url.startswith("amqp") else greet_postgres
    try:
        print(f"{greet(url)} at {place_of(url)}")
    except Exception as problem:  # whatever it is, it is the reason why the server cannot be used
        reason = str(problem).strip() or type(problem).__name__
        print(f"nothing usable at {place_of(url)}: {reason.splitlines()[0]}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
