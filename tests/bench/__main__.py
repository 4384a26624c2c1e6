"""`make bench`: what the system costs on this machine. Absolute times are this machine's; ratios travel.

`python -m tests.bench hot exports` measures only some of it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping

from rich.console import Console
from rich.table import Table

from tests.bench import bus, exports, hot, live, switching
from tests.bench.stage import stage


def _hot() -> Iterator[Table]:
    with stage() as staged:
        yield from hot.measure(staged)


def _listed(title: str, measure: Callable[[], Mapping[str, str]]) -> Iterator[Table]:
    table = Table("measured", "", title=title)
    for name, value in measure().items():
        table.add_row(name, value)
    yield table


PARTS: dict[str, Callable[[], Iterator[Table]]] = {
    "system": switching.measure,
    "hot": _hot,
    "exports": exports.measure,
    "bus": lambda: _listed("Events, CPU of our process alone", bus.measure),
    "live": lambda: _listed("The live board", live.measure_live),
}


def main(names: list[str]) -> None:
    console = Console(width=120)
    for name in names or PARTS:
        for table in PARTS[name]():
            table.title_justify = "left"
            console.print(table)


if __name__ == "__main__":
    main(sys.argv[1:])
