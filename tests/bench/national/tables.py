"""The figures as tables of docs/scale/figures.md: written by the bench, not by hand."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.bench.national.lines import MODES, SLOPE_FROM, Kept, line_of, slope

LARGEST = "31000"
MOST_MB = 500
BARS = {
    "first: all prepared": 20.0,
    "there: all prepared": 20.0,
    "back: all prepared": 20.0,
    "first: all settled": 2.0,
    "there: all settled": 2.0,
    "back: all settled": 2.0,
    "page of a site": 0.010,
    "search by fragment": 0.300,
    "headcount of all sites": 4.0,
}
"""DESIGN §9, in seconds; of lists: in the database, which the CPU of its processes shows best."""
IN_DATABASE = ("page of a site", "search by fragment", "headcount of all sites")


def write(kept: Kept, path: Path) -> None:
    path.write_text("\n".join(_lines(kept)) + "\n")


def _lines(kept: Kept) -> Iterator[str]:
    yield "# Figures"
    yield ""
    yield "Written by `make bench-national` from [figures.json](figures.json): see [scale](../scale.md)."
    for mode, sizes in kept.items():
        yield from ("", f"## {MODES[mode]}", "")
        for sites, size in _by_size(sizes):
            yield (
                f"- {sites} sites, {size['delegates']:,} delegates: {size['measured_at']} UTC, "
                f"{size['cores']} cores, load average {size['load_average']} at the end"
            )
        if LARGEST in sizes and mode == "servers":
            yield from _bars(sizes[LARGEST]["steps"])
        yield from _steps(sizes)
        yield from _waits(sizes)


def _bars(steps: Kept) -> Iterator[str]:
    yield from ("", "| at 31,000 sites | bar, s | seen, s | kept |", "|---|---|---|---|")
    for name, bar in BARS.items():
        if name in steps:
            seen = steps[name]["cpu"].get("database", 0.0) if name in IN_DATABASE else steps[name]["seconds"]
            yield f"| {name} | {bar} | {seen:.3f} | {'yes' if seen <= bar else '**no**'} |"
    peaks = [(mb, who, name) for name, step in steps.items() for who, mb in step["peak_mb"].items()]
    most, who, name = max(peaks)
    yield f"| memory: {who}, {name} | {MOST_MB} MB | {most} MB | {'yes' if most <= MOST_MB else '**no**'} |"


def _steps(sizes: Kept) -> Iterator[str]:
    by_size = _by_size(sizes)
    heads = "".join(f" {sites} |" for sites, _ in by_size)
    yield from ("", "Seconds, in brackets CPU seconds of all processes; slope from 3,100 sites on.", "")
    yield f"| step | slope |{heads}"
    yield "|---|---|" + "---|" * len(by_size)
    names = list(dict.fromkeys(name for _, size in reversed(by_size) for name in size["order"]))
    for name in names:
        steep = slope(line_of(sizes, name), SLOPE_FROM)
        cells = "".join(f" {_cell(size['steps'].get(name))} |" for _, size in by_size)
        yield f"| {name} | {'' if steep is None else f'{steep:.2f}'} |{cells}"


def _waits(sizes: Kept) -> Iterator[str]:
    """How long a guest waited whose answer came while a revision was prepared."""
    yield from ("", "| sites | answers during both prepares | the longest, s |", "|---|---|---|")
    for sites, size in _by_size(sizes):
        during = [size["steps"][f"{way}: all prepared"] for way in ("there", "back")]
        longest = max(step["longest_answer"] for step in during)
        yield f"| {sites} | {sum(step['answers'] for step in during)} | {longest} |"


def _cell(step: Kept | None) -> str:
    if step is None:
        return ""
    return f"{step['seconds']:.3g} ({sum(step['cpu'].values()):.2g})"


def _by_size(sizes: Kept) -> list[tuple[str, Any]]:
    return sorted(sizes.items(), key=lambda one: int(one[0]))
