"""`make bench-national`: time, CPU and memory of every step from a province to the whole country.

Each size is measured by itself and kept in docs/scale/figures.json; the plots are drawn from that file.
"""

from __future__ import annotations

import json
import os
import platform
from datetime import UTC, datetime

import click

from tests.bench.national.meter import Meter
from tests.bench.national.plots import draw
from tests.bench.national.steps import measure
from tests.bench.national.system import national
from tests.bench.national.tables import write
from tests.servers import ROOT

FIGURES = ROOT / "docs" / "scale" / "figures.json"
SIZES = {22: 600, 310: 19_000, 1_000: 62_000, 3_100: 193_000, 10_000: 620_000, 31_000: 1_930_000}


@click.command()
@click.option(
    "--sizes",
    default=",".join(map(str, SIZES)),
    show_default=True,
    help="Sites, comma between; none: only draw.",
)
@click.option("--embedded", is_flag=True, help="One process on SQLite instead of PostgreSQL and RabbitMQ.")
@click.option("--keep/--no-keep", default=True, help="Keep the figures, and draw the plots anew.")
def main(sizes: str, embedded: bool, keep: bool) -> None:
    for sites in (int(part) for part in sizes.split(",") if part):
        delegates = SIZES.get(sites, sites * 62)
        click.echo(f"\n{sites} sites, {delegates} delegates, {'SQLite' if embedded else 'PostgreSQL'}")
        with national(sites, delegates, servers=not embedded) as system:
            meter = Meter(system)
            measure(meter)
        if keep:
            _keep("embedded" if embedded else "servers", sites, delegates, meter)
            _publish()
    if not sizes:
        _publish()


def _publish() -> None:
    """The tables and plots of what was ever kept."""
    kept = json.loads(FIGURES.read_text())
    write(kept, FIGURES.with_suffix(".md"))
    for path in draw(kept, FIGURES.parent):
        click.echo(f"drawn: {path.relative_to(ROOT)}")


def _keep(mode: str, sites: int, delegates: int, meter: Meter) -> None:
    FIGURES.parent.mkdir(exist_ok=True)
    kept = json.loads(FIGURES.read_text()) if FIGURES.exists() else {}
    kept.setdefault(mode, {})[str(sites)] = {
        "delegates": delegates,
        "measured_at": datetime.now(UTC).strftime("%Y-%m-%d %H:%M"),
        "cores": os.cpu_count(),
        "load_average": round(os.getloadavg()[1], 2),
        "python": platform.python_version(),
        "order": list(meter.steps),
        "steps": meter.steps,
    }
    FIGURES.write_text(json.dumps(kept, indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
