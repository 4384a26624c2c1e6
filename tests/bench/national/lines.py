"""Seconds against size, and how steep they are."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

Kept = Mapping[str, Any]
Line = list[tuple[float, float]]
MODES = {"servers": "PostgreSQL + RabbitMQ", "embedded": "embedded SQLite"}
SLOPE_FROM = 3_100  # sites; below, fixed costs are most of it


def slope(line: Line, start: float = 0) -> float | None:
    """By least squares through the logarithms from `start` on; None with fewer than two points."""
    points = [(math.log(x), math.log(y)) for x, y in line if x >= start and y > 0]
    if len(points) < 2:
        return None
    mean_x, mean_y = (sum(values) / len(points) for values in zip(*points, strict=True))
    spread = sum((x - mean_x) ** 2 for x, _ in points)
    return sum((x - mean_x) * (y - mean_y) for x, y in points) / spread


def line_of(sizes: Kept, step: str) -> Line:
    """Seconds of a step by sites."""
    return sorted(
        (float(sites), float(size["steps"][step]["seconds"]))
        for sites, size in sizes.items()
        if step in size["steps"]
    )
