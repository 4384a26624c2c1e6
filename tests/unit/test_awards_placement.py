"""Which quota slot is presented where."""

from __future__ import annotations

from services.awards.quotas.model import Quota, Slots, Unit, quota_slots
from services.awards.switch.model import Change, Presentation, compare, place_slots

BOTH = ("collective", "individual")
UNITS = [Unit("tp-vinh", "district"), Unit("mttq", "province"), Unit("ky-son", "district")]
QUOTAS = [Quota(None, 1, 2), Quota("district", 1, 1)]


def test_province_comes_first_then_units_in_plan_order() -> None:
    assert quota_slots("mttq", UNITS, QUOTAS) == [
        Slots("mttq", "province", "collective", 1),
        Slots("mttq", "province", "individual", 2),
        Slots("tp-vinh", "district", "collective", 1),
        Slots("tp-vinh", "district", "individual", 1),
        Slots("ky-son", "district", "collective", 1),
        Slots("ky-son", "district", "individual", 1),
    ]


def test_hall_with_fewer_seats_defers_the_last() -> None:
    hall = Presentation(None, "hall", 5, ("province", "district"), BOTH)
    placed = place_slots(quota_slots("mttq", UNITS, QUOTAS), [hall])
    assert placed[("tp-vinh", "individual")] == ("hall",)
    assert placed[("ky-son", "collective")] == (None,)
    assert sum(site is None for sites in placed.values() for site in sites) == 2


def test_unit_is_presented_at_its_own_site_first() -> None:
    own = Presentation("ky-son", "ky-son", 1, ("district",), BOTH)
    hub = Presentation(None, "hub", 10, ("province",), BOTH)
    placed = place_slots(quota_slots("mttq", UNITS, QUOTAS), [own, hub])
    assert placed[("ky-son", "collective")] == ("ky-son",)
    assert placed[("ky-son", "individual")] == (None,)
    assert placed[("mttq", "individual")] == ("hub", "hub")


def test_kind_that_is_not_presented_is_deferred() -> None:
    hall = Presentation(None, "hall", 10, ("province", "district"), ("individual",))
    placed = place_slots(quota_slots("mttq", UNITS, QUOTAS), [hall])
    assert placed[("mttq", "collective")] == (None,)


def test_comparison_counts_every_slot_once() -> None:
    old = {("tp-vinh", "individual"): ("hub", "hub", None)}
    new = {("tp-vinh", "individual"): ("hub", "hall", "hall", None)}
    changes = compare(old, new)
    assert changes == {
        Change("tp-vinh", "individual", "hub", "hub", "kept"): 1,
        Change("tp-vinh", "individual", "hub", "hall", "moved"): 1,
        Change("tp-vinh", "individual", None, "hall", "moved"): 1,
        Change("tp-vinh", "individual", None, None, "deferred"): 1,
    }
    assert changes.total() == 4
