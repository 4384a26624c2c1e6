"""What is reached by network beside databases and broker: the services' HTTP, the mail server."""

from __future__ import annotations

import smtplib
import ssl
import time
from collections.abc import Collection, Iterator

import httpx
from marshmallow import ValidationError

from services.cli.doctor.findings import Finding, not_applicable, ok, problem
from services.registration.notifiers.email import Server, read_server
from shared.config import Settings

SECONDS = 3.0
"""Readiness asks the database one question; who takes longer is of no use to a request."""


def check_http(url: str, services: Collection[str]) -> Iterator[Finding]:
    """That each service answers at its address, and its database behind it."""
    with httpx.Client(base_url=url, timeout=SECONDS) as http:
        for name in services:
            path = "/health/live" if name == "portal" else f"/api/{name}/health/ready"
            started = time.monotonic()
            try:
                response = http.get(path)
            except (httpx.ConnectError, httpx.ConnectTimeout):
                do = "Start `diemcau up`, or web processes and gateway; or correct DIEMCAU_SERVICE_URL."
                yield problem("http", f"nothing answers at {url}", do)
                return
            except httpx.TransportError as error:
                yield problem(f"http {name}", f"{url}{path}: {type(error).__name__}", _LOOK.format(name))
                continue
            took = (time.monotonic() - started) * 1000
            yield _answered(name, f"{url}{path}", response.status_code, took)


def _answered(name: str, url: str, status: int, milliseconds: float) -> Finding:
    if status == 200:
        return ok(f"http {name}", f"{url} answers in {milliseconds:.0f} ms")
    return problem(f"http {name}", f"{url} answers {status}", _LOOK.format(name))


_LOOK = "Look at the log of {0}'s web process, and at the finding about its database."


def check_mail(settings: Settings) -> Iterator[Finding]:
    """Connects and introduces itself; no password and no letter is sent."""
    subject = "mail server"
    if settings.notifier != "email":
        seen = f"letters go by {settings.notifier}"
        yield not_applicable(subject, f"{seen}, to nobody" if settings.notifier == "console" else seen)
        return
    try:
        server = read_server(settings.notifier_settings["url"])
        yield ok(subject, f"{server.host}:{server.port} answers; {_greet(server)}")
    except ValidationError as error:
        yield problem(subject, f"DIEMCAU_SMTP_URL: {error.messages[0]}", "Correct the setting and restart.")
    except _Unencrypted:
        do = "Use smtps://, or a server that offers STARTTLS: the password is never sent in the clear."
        yield problem(subject, "it offers no encryption, and a password is set", do)
    except (OSError, smtplib.SMTPException) as error:
        seen = f"{server.host}:{server.port}: {type(error).__name__}: {error}"
        yield problem(subject, seen, "Compare DIEMCAU_SMTP_URL with the server; letters wait meanwhile.")


class _Unencrypted(Exception):
    """A password would go over the network in the clear."""


def _greet(server: Server) -> str:
    context = ssl.create_default_context()
    if server.scheme == "smtps":
        with smtplib.SMTP_SSL(server.host, server.port, timeout=SECONDS, context=context) as smtp:
            smtp.ehlo_or_helo_if_needed()
            return "TLS"
    with smtplib.SMTP(server.host, server.port, local_hostname="localhost", timeout=SECONDS) as smtp:
        smtp.ehlo_or_helo_if_needed()
        if smtp.has_extn("starttls") and not server.is_here:
            smtp.starttls(context=context)
            return "STARTTLS"
    if server.user and not server.is_here:
        raise _Unencrypted
    return "not encrypted"
