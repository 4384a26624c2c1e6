"""Facts that planning knows already are told to it again."""

from __future__ import annotations

from uuid import uuid4

import pytest

from services import system
from shared.bus.outbox import emit, retelling
from shared.bus.republish import republish
from shared.contracts.documents import PaperSubmittedV1, PaperWithdrawnV1
from tests.house import KEY, House
from tests.integration.planning.conftest import Stage, decided, mark, tasks, told

UNIT = "nam-dan"
SUBMITTED = {"unit": UNIT, "paper": str(uuid4()), "late": False}


@pytest.fixture
def house(stage: Stage) -> House:
    made = stage.at("2021-06-24T09:00")
    made.post_plan()
    made.pump()
    decided(made)
    return made


def state(house: House) -> str:
    [found] = [task["state"] for task in tasks(house, unit=UNIT) if task["key"] == "papers.due"]
    return str(found)


def tell_again(house: House) -> None:
    with house.system.databases["documents"].write() as session, retelling(session, "planning"):
        emit(session, PaperSubmittedV1, {"conference": KEY, **SUBMITTED}, key=UNIT)
    house.pump()


def test_paper_told_again_settles_a_task_that_knew_nothing_of_it(house: House) -> None:
    tell_again(house)
    assert state(house) == "done"


def test_paper_told_again_leaves_what_a_person_made_of_it(house: House) -> None:
    told(house, "documents", PaperSubmittedV1, UNIT, **SUBMITTED)
    [task] = [task for task in tasks(house, unit=UNIT) if task["key"] == "papers.due"]
    assert mark(house, task, "open").status_code == 200
    tell_again(house)
    assert state(house) == "open"


def test_paper_told_again_settles_a_task_that_only_heard_of_its_withdrawal(house: House) -> None:
    told(house, "documents", PaperSubmittedV1, UNIT, **SUBMITTED)
    told(house, "documents", PaperWithdrawnV1, UNIT, unit=UNIT, paper=SUBMITTED["paper"])
    assert state(house) == "open"
    tell_again(house)
    assert state(house) == "done"


def test_paper_sent_again_after_its_withdrawal_counts_however_late_the_news_is(house: House) -> None:
    with house.system.databases["documents"].write() as session:
        for contract in (PaperSubmittedV1, PaperWithdrawnV1, PaperSubmittedV1):
            facts = SUBMITTED if contract is PaperSubmittedV1 else {"unit": UNIT, "paper": SUBMITTED["paper"]}
            emit(session, contract, {"conference": KEY, **facts}, key=UNIT)
    house.pump()
    assert state(house) == "done"


def test_answers_given_again_do_not_rewrite_the_first_ones(house: House) -> None:
    before = house.revision(1)["services"]
    for owner in ("venue", "registration", "documents", "awards"):
        for kind in system.retellings(house.system, owner, "planning"):
            told_again = list(republish(house.system.databases[owner], kind, "planning"))
            assert [progress.problems for progress in told_again if progress.problems] == []
    house.pump()
    assert house.revision(1)["services"] == before
