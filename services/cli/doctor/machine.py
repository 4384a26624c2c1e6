"""This machine: settings, folder, disk, secrets, clock, programs and plugins."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Collection, Iterator
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy.engine import make_url

from diemcau import notifier, plugins, venue
from services.cli.doctor.findings import Finding, age, not_applicable, ok, problem, warning
from services.documents.typesetting.office import find_office
from shared.config import Settings

FREE_SPACE = 2_048
"""MB: below, a day of a national conference (docs/scale.md) may not fit any more."""
LAST_SPACE = 0.25
"""Below this part of it there is no time left: databases stop at zero, the broker before."""

_SECRETS = ("api-key", "signing-key", "secret")
_KEEPS_FILES = ("documents", "awards")


def check_settings(settings: Settings) -> Iterator[Finding]:
    """That events can move: readers by cursor need SQLite, relays need PostgreSQL."""
    sqlite = make_url(settings.database_template).get_backend_name() == "sqlite"
    if settings.amqp_url is None and sqlite:
        yield ok("settings", f"readable; embedded, on SQLite in {settings.data}")
    elif settings.amqp_url is None:
        do = "Set DIEMCAU_AMQP_URL, or leave DIEMCAU_DATABASE_URL out and run embedded."
        yield problem("settings", "PostgreSQL without RabbitMQ: no event would move", do)
    elif sqlite:
        do = "Set DIEMCAU_DATABASE_URL, or leave DIEMCAU_AMQP_URL out and run embedded."
        yield problem("settings", "RabbitMQ without PostgreSQL: no event would move", do)
    else:
        yield ok("settings", "readable; PostgreSQL and RabbitMQ")


def check_folder(settings: Settings, services: Collection[str]) -> Iterator[Finding]:
    """Embedded everything is written there; else only what services keep as files."""
    folders = [settings.data] if settings.amqp_url is None else []
    folders += [settings.files(name) for name in _KEEPS_FILES if name in services]
    closed = [str(folder) for folder in folders if not _is_writable(folder)]
    if closed:
        do = (
            "Give the user that runs Điểm Cầu the right to write there; in a container, mount it for writing."
        )
        yield problem("data folder", f"cannot write to {', '.join(closed)}", do)
    elif folders:
        yield ok("data folder", f"writable: {', '.join(map(str, folders))}")
    else:
        yield not_applicable("data folder", f"{settings.data}: these services write nothing there")


def _is_writable(folder: Path) -> bool:
    """Also when it is still to be made."""
    existing = next(each for each in (folder, *folder.parents) if each.exists())
    return existing.is_dir() and os.access(existing, os.W_OK | os.X_OK)


def check_disk(folder: Path, free_space: int) -> Iterator[Finding]:
    """`free_space`: MB below which a warning is due."""
    usage = shutil.disk_usage(folder)
    free = usage.free // 2**20
    seen = f"{free:,} MB of {usage.total // 2**20:,} MB are free at {folder}"
    if free >= free_space:
        yield ok("disk", seen)
        return
    say = problem if free < free_space * LAST_SPACE else warning
    do = f"Make room: less than {free_space:,} MB (--free-space) are left. Old backups and logs come first."
    yield say("disk", seen, do)


def check_secrets(data: Path) -> Iterator[Finding]:
    """Those made here are only for their owner; those given by settings are the operator's own matter."""
    made = [path for name in _SECRETS if (path := data / name).exists()]
    if not made:
        yield not_applicable("secrets", "given by settings")
        return
    opened = [str(path) for path in made if stat.S_IMODE(path.stat().st_mode) & 0o077]
    if opened:
        do = f"Run `chmod 600 {' '.join(opened)}`. Who read one can sign in as anybody: make new ones."
        yield problem("secrets", f"others on this machine may read {', '.join(opened)}", do)
    else:
        yield ok("secrets", f"only their owner reads {', '.join(path.name for path in made)}")


def check_clock(settings: Settings) -> Iterator[Finding]:
    clock = settings.clock
    if not clock.offset:
        yield ok("clock", "real time")
        return
    offset = clock.offset.total_seconds()
    way = "behind" if offset < 0 else "ahead"
    seen = f"simulated: {clock.now():%Y-%m-%d %H:%M} UTC, {age(abs(offset))} {way}"
    do = (
        f"Right for a trial. For a real conference take DIEMCAU_CLOCK_START out of the settings, remove"
        f" {settings.data / 'clock-offset'} and restart."
    )
    yield warning("clock", seen, do)


def check_public_url(url: str) -> Iterator[Finding]:
    parts = urlsplit(url)
    if parts.scheme == "https":
        yield ok("public address", url)
    elif _is_here(parts.hostname or ""):
        yield ok("public address", f"{url}: for this machine only")
    else:
        do = "Put a gateway with a certificate in front, and set DIEMCAU_PUBLIC_URL to its https:// address."
        yield warning("public address", f"{url}: passwords and links of answers go unencrypted", do)


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def check_office(services: Collection[str] = ("documents",)) -> Iterator[Finding]:
    if "documents" not in services:
        yield not_applicable("LibreOffice", "only documents needs it")
    elif (program := find_office()) is None:
        do = "On Debian: `apt install libreoffice-writer-nogui`. Then PDF files look as the Word files do."
        yield warning("LibreOffice", "not found: typst makes the PDF files", do)
    else:
        yield ok("LibreOffice", program)


def check_plugins(chosen: str | None = None) -> Iterator[Finding]:
    """`chosen`: the notifier of the settings."""
    for subject, group in (("venue plugins", venue.GROUP), ("notifier plugins", notifier.GROUP)):
        found = plugins.load(group)
        for refused in found.refused:
            seen = f"{refused.name} of {refused.distribution} is disabled: {refused.reason}"
            yield warning(subject, seen, f"Mend, update or uninstall {refused.distribution}, and restart.")
        if group == notifier.GROUP and chosen is not None and chosen not in found.by_name:
            do = f"Install the plugin, or set DIEMCAU_NOTIFIER to one of {', '.join(sorted(found.by_name))}."
            yield problem(subject, f"{chosen}, which DIEMCAU_NOTIFIER names, is not there", do)
        yield ok(subject, ", ".join(sorted(found.by_name)))
