"""Gauges for Prometheus whose figures a service's database gives at each scrape; where others are kept."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy import Select

from shared.storage.database import Database


def kept_in_files() -> bool:
    """Whether prometheus_client keeps counters in PROMETHEUS_MULTIPROC_DIR, which is made if it is not there.

    The library looks at the variable once, when it is imported, and expects the folder.
    """
    folder = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
    return folder is not None


class FromDatabase(Collector):
    """A collector that is registered without a look at the database, which may be down at the start."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def describe(self) -> Iterable[GaugeMetricFamily]:
        return ()


class Tally(FromDatabase):
    """One gauge from one query, whose rows are the values of the labels and then the figure."""

    def __init__(
        self, database: Database, name: str, meaning: str, labels: Sequence[str], query: Select[Any]
    ) -> None:
        super().__init__(database)
        self._name, self._meaning, self._labels, self._query = name, meaning, labels, query

    def collect(self) -> Iterator[GaugeMetricFamily]:
        family = GaugeMetricFamily(self._name, self._meaning, labels=["service", *self._labels])
        with self.database.read() as session:
            for *values, figure in session.execute(self._query):
                family.add_metric([self.database.service, *values], figure)
        yield family
