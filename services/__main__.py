"""The `diemcau` command."""

from __future__ import annotations

import sys

import click

from diemcau import __version__
from services.cli import (
    accounts,
    describe,
    live,
    papers,
    parked,
    republish,
    resend,
    running,
    switching,
    working,
)
from services.cli.demo.command import demo
from services.cli.doctor.command import doctor
from services.cli.generate.command import generate
from services.cli.heaps import share_heaps


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="diemcau")
def main() -> None:
    """Điểm Cầu: run an official conference whose form may flip late between online and in person.

    \b
    A first try:
      diemcau up --example examples/nghe-an-2021     start everything on http://127.0.0.1:8000
      diemcau switch nghe-an-2021-bau-cu online --reason "…" --preview
      diemcau switch nghe-an-2021-bau-cu online --reason "…"
      diemcau status

    Settings come from the environment: PORT, DIEMCAU_DATA, DIEMCAU_DATABASE_URL, DIEMCAU_AMQP_URL …
    (docs/settings.md). Exit codes: 0 done, 1 it did not work, 2 wrong use.
    """
    share_heaps()


for command in (
    running.up,
    running.migrate,
    working.worker,
    live.live,
    switching.load,
    switching.status,
    switching.switch,
    switching.undo,
    parked.parked,
    republish.republish_facts,
    resend.resend_events,
    doctor,
    accounts.account,
    describe.token,
    describe.openapi,
    describe.asyncapi,
    papers.papers,
    demo,
    generate,
):
    main.add_command(command)

if __name__ == "__main__":
    main(prog_name="diemcau")
    sys.exit(0)
