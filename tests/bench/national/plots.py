"""Time and memory against size on log axes, each line with its slope: 1 is linear."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import matplotlib

from tests.bench.national.lines import MODES, SLOPE_FROM, Kept, Line, line_of, slope

matplotlib.use("Agg")
from matplotlib import pyplot

CHARTS = {
    "switch": (
        "first: all prepared", "there: all prepared", "back: all prepared",
        "first: all settled", "there: all settled", "back: all settled",
    ),
    "lists": (
        "page of a site", "first page of all", "search by fragment", "headcount of all sites",
        "tasks, a page", "conference",
    ),
    "files": ("plan posted", "plan known to all", "delegates imported", "NDJSON of all", "XLSX of all"),
    "pages": (
        "page: home", "page: preview", "page: board", "page: delegates", "page: headcounts", "page: tasks",
    ),
}  # fmt: skip


def draw(kept: Kept, folder: Path) -> list[Path]:
    """Of each mode a chart of seconds for each group of steps, and one of memory."""
    made = []
    for mode in kept:
        for chart, steps in CHARTS.items():
            lines = {step: line_of(kept[mode], step) for step in steps}
            made.append(_chart(lines, "seconds", f"{MODES[mode]}: {chart}", folder / f"{mode}-{chart}.png"))
        path = folder / f"{mode}-memory.png"
        made.append(_chart(_memory(kept[mode]), "MB at its peak", f"{MODES[mode]}: memory", path))
    return [path for path in made if path is not None]


def _memory(sizes: Kept) -> dict[str, Line]:
    """The peak of each process over all steps."""
    names = {name for size in sizes.values() for step in size["steps"].values() for name in step["peak_mb"]}
    return {
        name: sorted(
            (float(sites), max(step["peak_mb"][name] for step in size["steps"].values()))
            for sites, size in sizes.items()
        )
        for name in sorted(names)
    }


def _chart(lines: Mapping[str, Line], unit: str, title: str, path: Path) -> Path | None:
    figure, axes = pyplot.subplots(figsize=(9, 5.5), layout="constrained")
    for name, line in lines.items():
        steep = slope(line, SLOPE_FROM)
        label = name if steep is None else f"{name}   slope {steep:.2f}"
        axes.plot(*zip(*line, strict=True), marker="o", label=label) if line else None
    axes.set(xscale="log", yscale="log", xlabel="sites (62 delegates each)", ylabel=unit, title=title)
    axes.grid(which="both", alpha=0.25)
    axes.legend(fontsize="small")
    figure.savefig(path, dpi=110, metadata={"Software": None})
    pyplot.close(figure)
    return path
