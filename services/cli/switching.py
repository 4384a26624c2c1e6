"""`load`, `status`, `switch`: the main job from a terminal, over the APIs of a running system."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

from services.cli.api import Api
from services.cli.settings import read_settings

ENDED = ("settled", "superseded", "failed")
PAUSE = 0.1


@click.command()
@click.argument("plan", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--delegates", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="XLSX or CSV list."
)
def load(plan: Path, delegates: Path | None) -> None:
    """Post PLAN (diemcau.plan/1, YAML or JSON) to the running system; a changed plan is a new version.

    A large CSV of delegates goes in portions, each imported by itself: after a mistake mend the list and
    load it again, what is there already is left as it is.
    """
    api = Api.over_http(read_settings())
    stored = api.post_plan(plan)
    word = "stored" if stored["created"] else "was stored already"
    click.echo(f"{stored['conference']}: plan version {stored['version']} {word}.")
    if delegates is not None:
        report = api.import_delegates(stored["conference"], delegates)
        click.echo(
            f"Delegates: {report['created']} created, {report['updated']} updated, of {report['rows']} rows."
        )


@click.command()
@click.argument("conference", required=False)
def status(conference: str | None) -> None:
    """Show the conferences, or how far each service is with the newest revisions of CONFERENCE."""
    api = Api.over_http(read_settings())
    if conference is None:
        _show_conferences(api)
        return
    revisions = api.get(f"planning/v1/conferences/{conference}/revisions")["items"]
    if not revisions:
        click.echo("No option has been prepared yet: diemcau switch … --preview")
    for revision in revisions[:5]:
        _show_revision(revision)


@click.command()
@click.argument("conference")
@click.argument("option")
@click.option("--reason", required=True, help="Why; it goes into the decision log.")
@click.option("--preview", is_flag=True, help="Only prepare, and show what would change.")
@click.option("--decided-by", help="The body or person who decided; the plan's `decided_by` if absent.")
@click.option(
    "--paper", nargs=2, metavar="NUMBER DATE", help="The paper that carries the decision, date as 2021-06-27."
)
@click.option("--wait/--no-wait", default=True, help="Wait until every service has settled (default).")
def switch(
    conference: str,
    option: str,
    reason: str,
    preview: bool,
    decided_by: str | None,
    paper: tuple[str, str] | None,
    wait: bool,
) -> None:
    """Decide that CONFERENCE is held as OPTION (a key of the plan), and watch the services follow.

    With --preview nothing changes for anybody. Exit code 1 when the decision fails or is superseded.
    """
    api = Api.over_http(read_settings())
    base = f"planning/v1/conferences/{conference}"
    if preview:
        number = api.post(f"{base}/revisions", {"option": option})["revision"]
        _show_revision(_follow(api, f"{base}/revisions/{number}", "prepared"))
        return
    body: dict[str, Any] = {"option": option, "reason": reason, "decided_by": decided_by}
    if paper is not None:
        body["paper"] = {"number": paper[0], "date": paper[1]}
    number = api.post(f"{base}/decisions", body)["revision"]
    if not wait:
        click.echo(f"Decided as revision {number}.")
        return
    _report(_follow(api, f"{base}/revisions/{number}", "settled"))


@click.command()
@click.argument("conference")
@click.option("--reason", required=True, help="Why; it goes into the decision log.")
def undo(conference: str, reason: str) -> None:
    """Decide for the option that CONFERENCE was held as before, and watch the services follow."""
    api = Api.over_http(read_settings())
    base = f"planning/v1/conferences/{conference}"
    number = api.post(f"{base}/decisions:undo", {"reason": reason})["revision"]
    _report(_follow(api, f"{base}/revisions/{number}", "settled"))


def _report(revision: dict[str, Any]) -> None:
    _show_revision(revision)
    if revision["state"] != "settled":
        raise click.exceptions.Exit(1)


def _follow(api: Api, path: str, goal: str) -> Any:
    """Show progress until all services have reached `goal`, or the revision has ended otherwise."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(goal, total=None)
        while True:
            revision = api.get(path)
            progress.update(task, completed=revision[goal], total=len(revision["participants"]))
            if revision["state"] in (*ENDED, goal):
                return revision
            time.sleep(PAUSE)


def _show_revision(revision: dict[str, Any]) -> None:
    title = f"Revision {revision['revision']} · {revision['option']} · {revision['state']}"
    table = Table(title=title + (" · stale" if revision["stale"] else ""), title_justify="left")
    for column in ("Service", "State", "Counts"):
        table.add_column(column, no_wrap=column != "Counts")
    for name, part in revision["services"].items():
        counts = ", ".join(f"{key} {value}" for key, value in (part["counts"] or {}).items())
        table.add_row(name, part["state"], counts)
    Console().print(table)
    if revision["problem"]:
        click.echo(f"Failed: {revision['problem']['message']}")


def _show_conferences(api: Api) -> None:
    table = Table("Conference", "Title", "Plan", "Option", "Revision")
    for item in api.get("planning/v1/conferences")["items"]:
        option, revision = item["current_option"] or "—", str(item["current_revision"] or "—")
        table.add_row(item["key"], item["short_title"], str(item["plan_version"]), option, revision)
    Console().print(table)
