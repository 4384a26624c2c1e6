"""Who follows the boards of this process, for Prometheus."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from services.portal.board.boards import Boards


class BoardMetrics(Collector):
    """Seats, viewers now, and viewers who found no seat since the start."""

    def __init__(self, boards: Boards) -> None:
        self._boards = boards

    def describe(self) -> Iterable[Metric]:
        return ()

    def collect(self) -> Iterator[Metric]:
        boards = self._boards
        yield GaugeMetricFamily("diemcau_board_seats", "Viewers that may follow at once", boards.seats)
        yield GaugeMetricFamily("diemcau_board_viewers", "Viewers that follow a board now", boards.viewers)
        yield CounterMetricFamily(
            "diemcau_board_refused", "Viewers that found no seat, and poll", boards.refused
        )
