"""What the search, or reading for it, found untrue once: each has its name."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.convergence.machine import Conference
from tests.convergence.plans import ORGANISER
from tests.convergence.views import current_view, differences
from tests.convergence.world import World, worlds

DISTRICT = "tp-vinh"
pytestmark = pytest.mark.timeout(1800)  # a limit against running away


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[World, World]]:
    with worlds(tmp_path_factory.mktemp("worlds")) as made:
        yield made


@pytest.fixture
def conference(pair: tuple[World, World]) -> Conference:
    """Decided for online, at rest."""
    made = Conference(*pair)
    made.begin(option="online", seed=0)
    made.tested.rest()
    return made


def spot_number(conference: Conference, group: str, name: str) -> int:
    """Which of the delegates, in the machine's order, that person is."""
    there = conference.office.delegates()
    ordered = sorted(there, key=lambda one: (one["group"], one["unit"], one["ordinal"]))
    return next(n for n, one in enumerate(ordered) if (one["group"], one["name"]) == (group, name))


def honour(conference: Conference, *numbers: int) -> None:
    for n in numbers:
        conference.nominate(unit=ORGANISER, kind="individual", n=n)
    conference.honour()
    conference.tested.rest()


def test_plan_with_fewer_seats_for_awardees_unseats_nobody_before_it_is_adopted(
    conference: Conference,
) -> None:
    honour(conference, 0, 1)
    before = current_view(conference.office)
    conference.change_seats(option="online", group="khen-thuong-tinh", seats=1)
    conference.change_seats(option="in_person", group="khen-thuong-tinh", seats=1)
    conference.tested.rest()
    assert list(differences(before, current_view(conference.office))) == []
    conference.teardown()


def test_awardee_who_moves_up_into_a_seat_is_counted_there(conference: Conference) -> None:
    honour(conference, 0, 1)
    for name in ("Trần Thị Mơ", "Trần Thị Na"):
        conference.answer(n=spot_number(conference, "khen-thuong-tinh", name), answer="accepted")
    conference.change_seats(option="online", group="khen-thuong-tinh", seats=1)
    conference.decide(option="online")
    conference.tested.rest()
    first = next(one for one in conference.office.delegates() if one["name"] == "Trần Thị Mơ")
    conference.office.call("DELETE", f"registration/v1/delegates/{first['id']}")
    conference.drop_a_nomination(unit=ORGANISER, n=0)
    conference.honour()
    conference.tested.rest()
    conference.check_counters()


def test_task_that_a_person_opened_after_the_paper_came_stays_open(conference: Conference) -> None:
    conference.submit_paper(unit=DISTRICT, title="Kinh nghiệm")
    tasks = [one for one in conference.office.every("planning", "tasks") if not one["duty"]]
    number = next(n for n, one in enumerate(tasks) if (one["key"], one["target"]) == ("papers.due", DISTRICT))
    conference.mark_task(n=number, state="open")  # planning has not heard of the paper yet
    conference.teardown()


def test_proposal_that_a_later_one_overtook_is_prepared_when_asked_again(conference: Conference) -> None:
    """The newest version of a key wins, and each proposal tells of another revision: the relay has to keep
    their order. Should it ever not, the revision waits visibly, and asking again heals it."""
    for option in ("in_person", "online"):
        conference.propose(option=option)
    conference.tested.bus.turn_round("registration")
    conference.tested.rest()
    overtaken, other = (conference.office.get("planning", f"revisions/{n}") for n in conference.previews)
    assert (overtaken["state"], other["state"]) == ("preparing", "prepared")
    assert [name for name, part in overtaken["services"].items() if part["state"] == "waiting"] == [
        "registration"
    ]
    conference.ask_again(n=0)
    conference.tested.rest()
    conference.teardown()
