"""`generate`: a made-up national conference of any size, to load and to measure with."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

import click
import orjson
from rich.console import Console
from rich.progress import track

from services.cli.generate.people import DELEGATE_HEADINGS, NOMINATION_HEADINGS, delegates, nominations
from services.cli.generate.plan import plan_tree
from services.cli.generate.shape import Shape, TooLarge, TooSmall


@click.command()
@click.option("--sites", type=int, required=True, help="The hub and SITES - 1 bridges, one per commune.")
@click.option("--delegates", "count", type=int, required=True, help="Named places in all.")
@click.option(
    "--out", required=True, type=click.Path(file_okay=False, path_type=Path), help="Made if absent."
)
@click.option("--key", default="toan-quoc", show_default=True, help="The conference's key.")
@click.option("--seed", default="1", show_default=True, help="Another seed names other people.")
def generate(sites: int, count: int, out: Path, key: str, seed: str) -> None:
    """Write a made-up national conference: plan.json, delegates.csv and nominations.csv.

    Equal options write equal bytes. It can be held online, with a bridge in every commune, or in one hall
    to which every commune sends its guests: a switch either way moves nearly everybody. `diemcau load`
    takes the files.
    """
    try:
        shape = Shape(sites, count)
    except (TooSmall, TooLarge) as error:
        raise click.UsageError(str(error)) from None
    out.mkdir(parents=True, exist_ok=True)
    (out / "plan.json").write_bytes(orjson.dumps(plan_tree(shape, key)))
    named = track(
        delegates(shape, seed), "Delegates", shape.delegates, console=Console(stderr=True), transient=True
    )
    _write(out / "delegates.csv", DELEGATE_HEADINGS, named)
    _write(out / "nominations.csv", NOMINATION_HEADINGS, nominations(shape, delegates(shape, seed)))
    click.echo(f"{sites} sites and {count} delegates in {out}.")


def _write(path: Path, headings: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(headings)
        writer.writerows(rows)
