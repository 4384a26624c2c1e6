"""`doctor`: the command that runs the checks and prints what they found."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from services.cli.doctor.findings import Finding, State
from services.cli.doctor.machine import FREE_SPACE
from services.cli.doctor.rounds import ALL, with_settings, without_settings
from shared.config import ConfigError, load_settings

PIPED = 250
"""Columns where there is no terminal: a command that is folded cannot be copied."""

_STYLES = {State.PROBLEM: "bold red", State.WARNING: "yellow", State.OK: "green", State.NOT_APPLICABLE: "dim"}


@click.command()
@click.argument("services", nargs=-1, type=click.Choice(ALL))
@click.option("--json", "as_json", is_flag=True, help="An array of findings: subject, state, seen, do.")
@click.option(
    "--free-space",
    type=click.IntRange(min=0),
    default=FREE_SPACE,
    show_default=True,
    help="MB on the disk of DIEMCAU_DATA below which a warning is due.",
)
def doctor(services: tuple[str, ...], as_json: bool, free_space: int) -> None:
    """Look at the installation and say what is wrong with it, and what to do.

    SERVICES: those asked about; by default all whose databases this process has the passwords of. It
    changes nothing and sends nothing, and takes half a minute at most. Exit code 0 without a problem
    (warnings are none), 1 with one, 2 when the settings cannot be read.
    """
    try:
        settings = load_settings()
    except (ConfigError, OSError) as error:
        _show(without_settings(str(error)), as_json)
        raise click.exceptions.Exit(2) from None
    findings = with_settings(settings, services, free_space=free_space)
    _show(findings, as_json)
    if any(finding.state is State.PROBLEM for finding in findings):
        raise click.exceptions.Exit(1)


def _show(findings: Sequence[Finding], as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps([asdict(finding) for finding in findings], ensure_ascii=False, indent=2))
        return
    order = list(State)
    table = Table("State", "Subject", "Seen")
    for finding in sorted(findings, key=lambda each: order.index(each.state)):
        seen = f"{finding.seen}\n→ {finding.do}" if finding.do else finding.seen
        state = Text(finding.state, style=_STYLES[finding.state])
        table.add_row(state, Text(finding.subject), Text(seen))
    Console(width=None if sys.stdout.isatty() else PIPED).print(table)
    counts = Counter(finding.state for finding in findings)
    click.echo(", ".join(_counted(counts[state], state) for state in reversed(order) if counts[state]))


def _counted(count: int, state: State) -> str:
    plural = count > 1 and state in (State.PROBLEM, State.WARNING)
    return f"{count} {state}{'s' if plural else ''}"
