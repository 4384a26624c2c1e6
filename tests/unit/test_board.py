"""What a board shows of its sites: rows or areas, what needs attention, and how large it may get."""

from __future__ import annotations

import dataclasses
import threading
import time

import orjson
import pytest
from prometheus_client import CollectorRegistry

from services.portal.board import boards
from services.portal.board.events import told
from services.portal.board.metrics import BoardMetrics
from services.portal.board.model import MOST_ROWS, Reading, Site, Wanted, view_of
from services.portal.clients import ServiceDown

SITE = Site(
    key="hub",
    name="Điểm cầu trung ương",
    kind="hub",
    unit="trung-uong",
    room="Hội trường tầng 3",
    seats=40,
    capacity=60,
    line_test="not_required",
    late=False,
    due_at=None,
    tested_at=None,
    named=30,
    accepted=20,
    checked_in=10,
)
TESTED = "2021-06-28T08:15:00+00:00"


def bridge(province: int, district: int, commune: int, **changed: object) -> Site:
    path = (f"t{province}", f"t{province}-h{district}", f"t{province}-h{district}-x{commune}")
    facts: dict[str, object] = {"key": path[-1], "unit": path[-1], "path": path, "kind": "bridge"}
    facts |= {"name": f"Xã {commune}, huyện {district}, tỉnh {province}", "line_test": "not_tested"}
    return dataclasses.replace(SITE, **(facts | changed))  # type: ignore[arg-type]


def national(provinces: int, districts: int, communes: int) -> Reading:
    sites = [
        bridge(province, district, commune)
        for province in range(provinces)
        for district in range(districts)
        for commune in range(communes)
    ]
    units = {unit: f"Đơn vị {unit}" for site in sites for unit in site.path}
    return Reading(3, "Asia/Ho_Chi_Minh", (SITE, *sites), counts_known=True, units=units)


def small(**changed: object) -> Reading:
    sites = (SITE, bridge(0, 0, 0, **changed), bridge(0, 0, 1, line_test="ok", tested_at=TESTED))
    return Reading(3, "Asia/Ho_Chi_Minh", sites, counts_known=True)


def test_few_sites_are_rows_in_layout_order() -> None:
    view = view_of(small(), Wanted())
    assert [site.key for site in view.sites] == ["hub", "t0-h0-x0", "t0-h0-x1"]
    assert not view.areas
    assert (view.figures.named, view.figures.checked_in) == (90, 30)


def test_failed_lines_come_before_late_ones() -> None:
    sites = (
        bridge(0, 0, 0, late=True),
        bridge(0, 0, 1, line_test="failed", tested_at=TESTED),
        bridge(0, 0, 2),
    )
    view = view_of(Reading(1, "Asia/Ho_Chi_Minh", sites, counts_known=True), Wanted())
    assert [site.key for site in view.attention] == ["t0-h0-x1", "t0-h0-x0"]
    texts = [one["text"] for one in told(view)["attention"]]
    assert texts == ["Mất kết nối khi thử lúc 15:15, 28/06/2021", "Chưa thử, quá hạn"]


def test_country_is_shown_by_province_then_by_site() -> None:
    reading = national(4, 3, 20)
    top = view_of(reading, Wanted())
    assert [area.key for area in top.areas] == ["t0", "t1", "t2", "t3"]
    assert [area.figures.sites for area in top.areas] == [60] * 4
    assert [site.key for site in top.sites] == ["hub"]
    province = view_of(reading, Wanted(area="t2"))
    assert len(province.sites) == 60
    assert province.figures.sites == 60
    assert province.crumbs == (("t2", "Đơn vị t2"),)


def test_large_province_is_shown_by_district() -> None:
    view = view_of(national(2, 3, 100), Wanted(area="t1"))
    assert [(area.key, area.figures.sites) for area in view.areas] == [(f"t1-h{n}", 100) for n in range(3)]


def test_area_is_as_bad_as_its_worst_line() -> None:
    reading = national(2, 2, 60)
    fine = [dataclasses.replace(site, line_test="ok") for site in reading.sites[1:]]
    one_open = [*fine[:-1], dataclasses.replace(fine[-1], line_test="not_tested")]
    areas = view_of(dataclasses.replace(reading, sites=tuple(one_open)), Wanted()).areas
    assert [area.figures.worst for area in areas] == ["ok", "not_tested"]
    failed = [dataclasses.replace(fine[0], line_test="failed"), *one_open[1:]]
    areas = view_of(dataclasses.replace(reading, sites=tuple(failed)), Wanted()).areas
    assert [area.figures.worst for area in areas] == ["failed", "not_tested"]


def test_search_finds_single_sites_in_pages() -> None:
    reading = national(4, 3, 20)
    view = view_of(reading, Wanted(text="xã 7, huyện 1,"))
    assert [site.key for site in view.sites] == [f"t{n}-h1-x7" for n in range(4)]
    every = [view_of(reading, Wanted(text="xã", page=page)) for page in (1, 2)]
    assert [len(view.sites) for view in every] == [MOST_ROWS, 40]
    assert view_of(reading, Wanted(text="xã", page=99)).sites == every[1].sites


def test_largest_board_stays_small() -> None:
    reading = national(188, 11, 15)
    assert len(reading.sites) == 31_021
    for wanted in (Wanted(), Wanted(area="t7"), Wanted(text="xã"), Wanted(state="not_tested", page=3)):
        assert len(orjson.dumps(told(view_of(reading, wanted)))) <= 200_000


def test_shape_changes_with_the_rows_and_not_with_the_figures() -> None:
    before = view_of(small(), Wanted()).shape
    assert view_of(small(checked_in=11, line_test="failed", tested_at=TESTED), Wanted()).shape == before
    assert view_of(small(room="Phòng khác"), Wanted()).shape != before
    assert view_of(dataclasses.replace(small(), revision=4), Wanted()).shape != before


def test_unknown_counts_are_not_zero() -> None:
    view = view_of(small(named=None, accepted=None, checked_in=None), Wanted())
    assert view.figures.named is None
    assert told(view)["rows"]["site:t0-h0-x0"]["checked_in"] is None


class Source:
    """Readings as a service would give them; counts how often it is asked."""

    def __init__(self) -> None:
        self.asked, self.reading = 0, small()
        self.go = threading.Event()
        self.go.set()

    def read(self) -> Reading:
        self.asked += 1
        assert self.go.wait(60)
        return self.reading


def wait_for(condition: object) -> None:
    end = time.monotonic() + 60
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < end
        time.sleep(0.01)


def test_those_who_wait_together_share_one_reading() -> None:
    source = Source()
    board = boards.Board(source.read, threading.Event())
    source.go.clear()
    first = threading.Thread(target=board.latest)
    first.start()
    wait_for(lambda: source.asked == 1)
    coming: list[int] = []

    def come() -> None:
        coming.append(1)
        board.latest()

    others = [threading.Thread(target=come) for _ in range(40)]
    for thread in others:
        thread.start()
    wait_for(lambda: len(coming) == len(others))
    time.sleep(1)  # now they stand in line, but for one or two that the machine has held up
    source.go.set()
    for thread in (first, *others):
        thread.join()
    assert source.asked < 10


def test_polls_are_answered_from_one_reading_as_long_as_it_is_recent() -> None:
    source = Source()
    board = boards.Board(source.read, threading.Event())
    began = time.monotonic()
    for _ in range(1000):
        board.recent()
    assert source.asked <= 1 + (time.monotonic() - began) / boards.PACE


def test_those_who_come_first_together_share_one_reading_or_one_failure() -> None:
    asked: list[int] = []
    go = threading.Event()

    def read() -> Reading:
        asked.append(1)
        assert go.wait(60)
        raise ServiceDown("venue")

    all_boards = boards.Boards(lambda _key: read, 50, threading.Event())
    failed: list[str] = []

    def come() -> None:
        with pytest.raises(ServiceDown):
            all_boards.take_seat("hoi-nghi")
        failed.append("venue")

    threads = [threading.Thread(target=come) for _ in range(40)]
    for thread in threads:
        thread.start()
    wait_for(lambda: len(asked) == 1)
    time.sleep(1)  # they stand in line, but for those whom the machine has held up
    go.set()
    for thread in threads:
        thread.join()
    assert len(failed) == 40
    assert len(asked) < 10


def test_viewers_hear_of_a_change_once_and_cost_no_readings() -> None:
    source, stop = Source(), threading.Event()
    board = boards.Board(source.read, stop)
    heard: list[list[bytes]] = [[] for _ in range(30)]

    def view(into: list[bytes]) -> None:
        board.enter()
        into.extend(chunk for chunk in board.follow(Wanted()) if b"event: state" in chunk)
        board.leave()

    threads = [threading.Thread(target=view, args=(own,)) for own in heard]
    for thread in threads:
        thread.start()
    wait_for(lambda: all(len(own) == 1 for own in heard) and source.asked >= 2)
    source.reading = small(checked_in=12)
    wait_for(lambda: all(len(own) == 2 for own in heard))
    asked = source.asked
    wait_for(lambda: source.asked >= asked + 2)
    assert all(len(own) == 2 for own in heard)  # two readings without a change told nobody anything
    stop.set()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()


def test_board_that_nobody_watches_is_not_read() -> None:
    source, stop = Source(), threading.Event()
    board = boards.Board(source.read, stop)
    board.enter()
    wait_for(lambda: source.asked >= 2)
    board.leave()
    wait_for(lambda: not any(thread.name == "board" for thread in threading.enumerate()))
    asked = source.asked
    time.sleep(3 * boards.PACE)
    assert source.asked == asked
    board.enter()
    wait_for(lambda: source.asked > asked)
    stop.set()


@pytest.mark.parametrize("seats", [0, 2])
def test_seats_are_bounded_and_come_back(seats: int) -> None:
    stop = threading.Event()
    all_boards = boards.Boards(lambda _key: Source().read, seats, stop)
    taken = [all_boards.take_seat("hoi-nghi") for _ in range(seats)]
    assert all(taken)
    assert all_boards.take_seat("hoi-nghi") is None
    for seat in taken:
        assert seat
        seat[1]()
    again = all_boards.take_seat("hoi-nghi")
    assert (again is not None) == bool(seats)
    stop.set()


def test_viewers_and_those_without_a_seat_are_told() -> None:
    stop = threading.Event()
    all_boards = boards.Boards(lambda _key: Source().read, 2, stop)
    registry = CollectorRegistry()
    registry.register(BoardMetrics(all_boards))

    def figures() -> list[float | None]:
        names = ("board_seats", "board_viewers", "board_refused_total")
        return [registry.get_sample_value(f"diemcau_{name}") for name in names]

    taken = [all_boards.take_seat("hoi-nghi") for _ in range(3)]
    assert figures() == [2, 2, 1]
    assert taken[0]
    taken[0][1]()
    assert figures() == [2, 1, 1]
    stop.set()
