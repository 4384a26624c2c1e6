"""`demo`: the reference conference from ten days before to its closing, in a minute."""

from __future__ import annotations

import contextlib
import io
import os
import sys
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import click
from rich.console import Console

from services.cli.demo.play import Facts, Play
from services.cli.demo.stage import inside
from services.cli.settings import read_settings
from shared.clock import Clock, keep_offset
from shared.config import Settings

KEY = "nghe-an-2021-bau-cu"
START = datetime.fromisoformat("2021-06-29T08:00+07:00")


class Act(NamedTuple):
    """What happens at `moment` (local time)."""

    moment: str
    title: str
    happens: Callable[[Play], Facts]

    @property
    def at(self) -> datetime:
        return datetime.fromisoformat(f"{self.moment}+07:00")


ACTS = (
    Act("2021-06-19T09:00", "The plan and the delegates are loaded", Play.load),
    Act(
        "2021-06-19T10:00",
        "Decision: in person, in one hall",
        lambda play: play.decide("in_person", "Dịch bệnh đã được kiểm soát"),
    ),
    Act("2021-06-20T14:00", "The records clerk issues the plan", lambda play: play.issue_documents("KH")),
    Act("2021-06-21T09:00", "Units nominate, the council reviews", Play.nominate),
    Act("2021-06-22T09:00", "The awards are decided; awardees get their places", Play.honour),
    Act(
        "2021-06-22T16:00",
        "Decision, guidance and programme are issued",
        lambda play: play.issue_documents("QĐ", "HD", "CTr"),
    ),
    Act("2021-06-23T09:00", "The general invitation is issued", lambda play: play.issue_documents("GM")),
    Act("2021-06-23T10:00", "Invitations go out", Play.issue_invitations),
    Act("2021-06-24T20:00", "Guests answer", Play.answer),
    Act("2021-06-25T09:00", "What is due is done", Play.finish_tasks),
    Act("2021-06-26T16:00", "Papers come in, due today at 17:00", lambda play: play.submit_papers(0, 18)),
    Act("2021-06-26T18:30", "Two more, late", lambda play: play.submit_papers(18, 20)),
    Act(
        "2021-06-27T08:00",
        "Two days before, the epidemic is back. Preview: online",
        lambda play: play.preview("online"),
    ),
    Act(
        "2021-06-27T09:00",
        "Decision: online, from a hub to 21 bridge points",
        lambda play: play.decide("online", "Dịch bệnh diễn biến phức tạp"),
    ),
    Act("2021-06-27T09:05", "The headcount after it: nothing is lost", Play.headcount),
    Act(
        "2021-06-27T10:00",
        "What tells of the hall is replaced; lines are asked for",
        lambda play: play.issue_documents("KH", "CTr", "GM", "CV"),
    ),
    Act("2021-06-27T10:30", "Invitations are replaced, withdrawn, issued", Play.issue_invitations),
    Act("2021-06-27T11:00", "Personal letters for the printer", Play.render_letters),
    Act("2021-06-27T20:00", "Guests answer for their new place", Play.answer),
    Act("2021-06-28T15:00", "Line tests, a day before at 15:00", Play.test_lines),
    Act("2021-06-28T15:30", "May the conference be opened?", Play.opening),
    Act("2021-06-28T16:00", "The failed line is mended and tested again", Play.test_again),
    Act("2021-06-28T16:30", "Districts report their headcount", Play.report_headcounts),
    Act("2021-06-28T17:00", "Certificates are printed", Play.render_certificates),
    Act("2021-06-28T17:30", "What is due is done", Play.finish_tasks),
    Act("2021-06-29T07:30", "Guests arrive", lambda play: play.check_in(9)),
    Act("2021-06-29T08:00", "Opening", Play.open),
    Act("2021-06-29T10:45", "Awards are handed over", Play.ceremony),
    Act("2021-06-29T11:30", "Closing", Play.close),
    Act("2021-06-29T11:35", "In the end", Play.headcount),
    Act("2021-06-29T11:36", "And the tasks", Play.tasks),
)


@click.command()
@click.option(
    "--example",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=Path("examples/nghe-an-2021"),
    show_default=True,
    help="Folder with plan.yaml, delegates.csv and nominations.csv.",
)
@click.option("--until", default="2021-06-30T00:00", show_default=True, help="Stop at this local time.")
@click.option(
    "--keep",
    type=click.Path(file_okay=False, path_type=Path),
    help="Leave the system in this new folder: DIEMCAU_DATA=FOLDER diemcau up goes on from there.",
)
def demo(example: Path, until: str, keep: Path | None) -> None:
    """Play the reference conference on a simulated clock, with a switch two days before, and tell of it.

    Everything happens in this process, in a data folder of its own that is removed afterwards.
    """
    end = _end(until)
    with contextlib.ExitStack() as stack:
        folder = keep or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="diemcau-demo-")))
        if keep is not None and keep.exists():
            raise click.UsageError(f"{keep} is there already: --keep needs a new folder")
        settings = replace(_embedded(folder), clock=Clock())
        stage = stack.enter_context(inside(settings))
        stage.start_at(ACTS[0].at)
        _play(Play(stage, KEY, example), [act for act in ACTS if act.at < end])
        if keep is not None:
            keep_offset(keep, settings.clock)


def _end(until: str) -> datetime:
    try:
        return datetime.fromisoformat(f"{until}+07:00")
    except ValueError:
        raise click.UsageError(f"--until is no local time like 2021-06-27T11:00: {until}") from None


def _embedded(folder: Path) -> Settings:
    """Settings for a system of its own, whatever the environment says of another one."""
    for name in [name for name in os.environ if name.startswith("DIEMCAU_")]:
        del os.environ[name]
    os.environ["DIEMCAU_DATA"] = str(folder)
    return read_settings()


def _play(play: Play, acts: Iterable[Act]) -> None:
    console = Console(file=sys.stdout, highlight=False)
    for act in acts:
        with contextlib.redirect_stdout(io.StringIO()):  # the notifier tells of every letter
            play.stage.go_to(act.at)
            facts = act.happens(play)
        _tell(console, act, facts)


def _tell(console: Console, act: Act, facts: Facts) -> None:
    before = (START.date() - act.at.date()).days
    when = "T" if before == 0 else f"T-{before}"
    console.print(f"[bold]{when:>4}  {act.at:%d/%m %H:%M}  {act.title}[/bold]")
    for name, value in facts.items():
        console.print(f"      {name.replace('_', ' ')}: {_shown(value)}", soft_wrap=True)


def _shown(value: Any) -> str:
    match value:
        case dict():
            return ", ".join(f"{name} {count}" for name, count in value.items()) or "none"
        case list():
            return ", ".join(str(one) for one in value) or "none"
        case True | False:
            return "yes" if value else "no"
        case _:
            return "—" if value is None else str(value)
