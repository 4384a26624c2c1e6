"""The state machine: people act, the bus misbehaves, and at rest the promise of DESIGN §3 holds.

No rule has a precondition: what is drawn must not hang on what the system did, or an example cannot be run
again.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from typing import Any

from hypothesis import currently_in_test_context, event, note
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from sqlalchemy import text

from tests.convergence import acts
from tests.convergence.acts import PERSONS, Act, Elsewhere
from tests.convergence.office import Missing, Office, Refused, Spot
from tests.convergence.plans import AT_DISTRICTS, AT_HUB, DISTRICTS, OPTIONS, ORGANISER, STARTS, Shape
from tests.convergence.replay import Past, replay
from tests.convergence.views import View, comparable, current_view, differences, invitations
from tests.convergence.world import SERVICES, World

SEEDS = st.integers(0, 2**16)
SITES = ("hub", "hall", *DISTRICTS)
AWARDED = ("khen-thuong-tinh", "khen-thuong-huyen")
FIRST_GUESTS = (
    ("tinh-uy", ORGANISER, 1, 0),
    ("btt-mttq-tinh", ORGANISER, 2, 1),
    ("btt-mttq-huyen", "tp-vinh", 1, 2),
    ("btt-mttq-huyen", "que-phong", 2, 0),
)
_numbers = count(1)


class Conference(RuleBasedStateMachine):
    """One conference in the world under test; `fresh` is where the systems to compare with are made."""

    def __init__(self, tested: World, fresh: World) -> None:
        super().__init__()
        self.tested, self.fresh = tested, fresh
        tested.restart("venue")
        tested.rest()
        tested.bus.forget_delivered()
        self.office = Office(tested.http, f"hoi-nghi-{next(_numbers)}")
        self.plans: list[Shape] = []
        self.decided: list[int] = []
        self.previews: list[int] = []
        self.acts: list[Act] = []

    # --- the plan and the decisions

    @initialize(option=st.sampled_from((*OPTIONS, *OPTIONS, None)), seed=SEEDS)
    def begin(self, option: str | None, seed: int) -> None:
        self._post(Shape())
        if option is not None:
            self._decide(option=option)
        self.tested.move(seed)
        self._act(acts.Import(FIRST_GUESTS))

    @rule(
        option=st.sampled_from(OPTIONS),
        group=st.sampled_from((*AT_HUB, *AT_DISTRICTS, *AWARDED)),
        seats=st.integers(1, 3),
    )
    def change_seats(self, option: str, group: str, seats: int) -> None:
        self._post(self.plans[-1].with_seats(option, group, seats))

    @rule(district=st.sampled_from(DISTRICTS[1:]))
    def add_or_leave_out_a_district(self, district: str) -> None:
        left = tuple(one for one in self.plans[-1].districts if one != district)
        there = left == self.plans[-1].districts
        districts = tuple(one for one in DISTRICTS if one in left or (there and one == district))
        self._post(replace(self.plans[-1], districts=districts))

    @rule()
    def add_or_leave_out_a_group(self) -> None:
        left_out = () if self.plans[-1].left_out else ("btt-mttq-tinh",)
        self._post(replace(self.plans[-1], left_out=left_out))

    @rule(starts_at=st.sampled_from(STARTS))
    def move_the_start(self, starts_at: str | None) -> None:
        self._post(replace(self.plans[-1], starts_at=starts_at))

    @rule(title=st.sampled_from(("Hội nghị tổng kết", "Hội nghị biểu dương")))
    def change_the_title(self, title: str) -> None:
        self._post(replace(self.plans[-1], title=title))

    @rule(hub=st.sampled_from((1, 2, 50)), hall=st.sampled_from((1, 2, 50)))
    def change_capacities(self, hub: int, hall: int) -> None:
        self._post(replace(self.plans[-1], hub_capacity=hub, hall_capacity=hall))

    @rule(option=st.sampled_from(OPTIONS))
    def propose(self, option: str) -> None:
        made = self.office.post("planning", "revisions", {"option": option})
        self.previews.append(made["revision"])

    @rule(option=st.sampled_from(OPTIONS))
    def decide(self, option: str) -> None:
        self._decide(option=option)

    @rule(n=st.integers(0, 7))
    def decide_for_a_preview(self, n: int) -> None:
        if self.previews:
            self._decide(revision=self.previews[n % len(self.previews)])

    @rule()
    def undo(self) -> None:
        order = {"reason": "Tình hình đã ổn định"}
        made = self.office.post_unless(("nothing-to-undo",), "planning", "decisions:undo", order)
        if made is not None:
            self.decided.append(made["revision"])

    @rule(n=st.integers(0, 7))
    def ask_again(self, n: int) -> None:
        known = [*self.previews, *self.decided]
        if known:
            path = f"revisions/{known[n % len(known)]}:retry"
            self.office.post_unless(("nothing-to-retry", "stale-preview"), "planning", path)

    # --- who has which place

    @rule(
        group=st.sampled_from((*AT_HUB, *AT_DISTRICTS)),
        district=st.sampled_from(DISTRICTS),
        person=st.integers(0, len(PERSONS) - 1),
        ordinal=st.sampled_from((None, None, 1, 2, 3)),
    )
    def name(self, group: str, district: str, person: int, ordinal: int | None) -> None:
        unit = district if group in AT_DISTRICTS else ORGANISER
        self._act(acts.Name(group, unit, person, ordinal))

    @rule(
        rows=st.lists(
            st.tuples(st.sampled_from(DISTRICTS), st.integers(1, 3), st.integers(0, len(PERSONS) - 1)),
            min_size=1,
            max_size=4,
        )
    )
    def read_in_a_list(self, rows: list[tuple[str, int, int]]) -> None:
        self._act(acts.Import(tuple(("btt-mttq-huyen", unit, ordinal, who) for unit, ordinal, who in rows)))

    @rule(n=st.integers(0, 63), position=st.sampled_from(("Chủ tịch", "Phó Chủ tịch")))
    def describe(self, n: int, position: str) -> None:
        self._act_on(n, lambda spot: acts.Describe(spot, position))

    @rule(n=st.integers(0, 63))
    def vacate(self, n: int) -> None:
        self._act_on(n, acts.Vacate, besides=AWARDED)

    @rule(n=st.integers(0, 63), person=st.integers(0, len(PERSONS) - 1))
    def substitute(self, n: int, person: int) -> None:
        self._act_on(n, lambda spot: acts.Substitute(spot, person))

    @rule(n=st.integers(0, 63), option=st.sampled_from(OPTIONS), site=st.sampled_from((*SITES, None)))
    def override(self, n: int, option: str, site: str | None) -> None:
        self._act_on(n, lambda spot: acts.Override(spot, option, site))

    # --- what guests say and do

    @rule(n=st.integers(0, 63), answer=st.sampled_from(("accepted", "accepted", "declined")))
    def answer(self, n: int, answer: str) -> None:
        self._act_on(n, lambda spot: acts.Answer(spot, answer))

    @rule(n=st.integers(0, 63))
    def check_in(self, n: int) -> None:
        self._act_on(n, acts.CheckIn)

    @rule(n=st.integers(0, 63))
    def check_out(self, n: int) -> None:
        self._act_on(n, acts.CheckOut)

    @rule(site=st.sampled_from(SITES), people=st.integers(0, 9))
    def report(self, site: str, people: int) -> None:
        self._act(acts.Report(site, people))

    # --- sites, tasks, papers, honours

    @rule(
        site=st.sampled_from(SITES),
        values=st.sampled_from(
            (("capacity", 1), ("capacity", 60), ("capacity", None), ("room", "Phòng 5"), ("room", None))
        ),
    )
    def set_site(self, site: str, values: tuple[str, Any]) -> None:
        self._act(acts.SetSite(site, (values,)))

    @rule(site=st.sampled_from(DISTRICTS), outcome=st.sampled_from(("ok", "failed", "waived", "unwaived")))
    def test_line(self, site: str, outcome: str) -> None:
        self._act(acts.TestLine(site, outcome))

    @rule(n=st.integers(0, 15), state=st.sampled_from(("open", "done")))
    def mark_task(self, n: int, state: str) -> None:
        tasks = [task for task in self.office.every("planning", "tasks") if not task["duty"]]
        task = tasks[n % len(tasks)]
        self._act(acts.MarkTask(task["key"], task["target"], state))

    @rule(unit=st.sampled_from(DISTRICTS), title=st.sampled_from(("Kinh nghiệm", "Kiến nghị")))
    def submit_paper(self, unit: str, title: str) -> None:
        self._act(acts.SubmitPaper(unit, title))

    @rule(
        unit=st.sampled_from((ORGANISER, DISTRICTS[0])),
        kind=st.sampled_from(("individual", "collective")),
        n=st.integers(0, 2),
    )
    def nominate(self, unit: str, kind: str, n: int) -> None:
        self._act(acts.Nominate(unit, kind, f"Trần Thị {('Mơ', 'Na', 'Oanh')[n]}"))

    @rule(unit=st.sampled_from((ORGANISER, DISTRICTS[0])), n=st.integers(0, 2))
    def drop_a_nomination(self, unit: str, n: int) -> None:
        self._act(acts.Drop(unit, f"Trần Thị {('Mơ', 'Na', 'Oanh')[n]}"))

    @rule()
    def honour(self) -> None:
        self._act(acts.Honour())

    @rule(what=st.sampled_from(("issue", "withdraw")))
    def invite(self, what: str) -> None:
        """History, hence not repeated elsewhere; but it must not disturb anything."""
        try:
            body = {"issuer": "all"} if what == "issue" else {"issuer": "all", "reason": "Đổi hình thức"}
            self.office.post("registration", f"invitations:{what}", body)
        except Refused as refused:
            _tally(f"invitations:{what}: {refused.kind}")

    # --- what the machinery does meanwhile

    @rule(seed=SEEDS, only=st.sets(st.sampled_from(SERVICES), min_size=1), at_most=st.integers(1, 40))
    def deliver(self, seed: int, only: set[str], at_most: int) -> None:
        self.tested.move(seed, only, at_most)

    @rule(service=st.sampled_from(SERVICES))
    def work(self, service: str) -> None:
        self.tested.work([service])

    @rule(service=st.sampled_from(SERVICES))
    def restart(self, service: str) -> None:
        self.tested.restart(service)

    @rule(broken=st.sampled_from(((), (), ("online_bridge",), ("in_person",))))
    def lose_plugins(self, broken: tuple[str, ...]) -> None:
        """From now on layouts of their options fail, and with them the decisions; nothing else changes."""
        self.tested.lose_plugins(broken)

    # --- the promise

    @rule(seed=SEEDS)
    def rest(self, seed: int) -> None:
        self.tested.rest(seed)
        self._check()

    @rule(seed=SEEDS, n=st.integers(0, 3))
    def post_what_nobody_decides_on(self, seed: int, n: int) -> None:
        """A plan version changes nothing before a decision adopts it."""
        self.tested.rest(seed)
        if self._last_decision() is None:
            return
        before = current_view(self.office)
        newest = self.plans[-1]
        seats = 1 + newest.hub_capacity % 3
        edits = (
            newest.with_seats("online", AWARDED[n % 2], seats),
            newest.with_seats("in_person", "khen-thuong-tinh", seats).with_seats("online", "tinh-uy", seats),
            replace(
                newest, starts_at=STARTS[(STARTS.index(newest.starts_at) + 1) % 3], title=f"Hội nghị {n}"
            ),
            replace(newest, districts=DISTRICTS[:1], left_out=("btt-mttq-tinh",)),
        )
        self._post(edits[n])
        self.tested.rest(seed)
        self._same(before, current_view(self.office), "a plan that nobody decided on")

    @rule(seed=SEEDS)
    def there_and_back(self, seed: int) -> None:
        """With no act between, nothing is different afterwards; and what was previewed is what settles."""
        self.tested.restart("venue")  # with all its plugins
        self.tested.rest(seed)
        if self._last_decision() is None:
            return
        self._decide(option=self.office.get("planning")["current_option"])  # on the newest plan
        self.tested.rest(seed)
        before = current_view(self.office) | {"invitations": invitations(self.office)}
        for _ in range(2):
            self._switch(seed)
        after = current_view(self.office) | {"invitations": invitations(self.office)}
        self._same(before, after, "there and back")

    def teardown(self) -> None:
        if self.plans:
            self.tested.rest()
            self._check()

    def _check(self) -> None:
        assert self.tested.parked() == 0
        assert self.tested.failed_jobs() == 0
        self._check_decisions()
        self.check_counters()
        self._check_waiting()
        fresh = replay(self.fresh, f"{self.office.key}-lai-{next(_numbers)}", self._past())
        expected, found = (comparable(office, fresh.unsaid) for office in (fresh.office, self.office))
        self._same(expected, found, "the promise")

    def _check_decisions(self) -> None:
        """Every decision took effect, failed, or was passed by; the last that did not fail holds."""
        states = self._states()
        assert all(states[number] in ("settled", "superseded", "failed") for number in self.decided), states
        assert all(state not in ("preparing", "deciding", "settling") for state in states.values()), states
        last = self._last_decision()
        assert last is None or states[last] == "settled", states
        assert self.office.get("planning")["current_revision"] == last

    def _states(self) -> dict[int, str]:
        return {one["revision"]: one["state"] for one in self.office.get("planning", "revisions")["items"]}

    def _last_decision(self) -> int | None:
        """The revision of the last decision that has not failed."""
        states = self._states()
        return max((number for number in self.decided if states[number] != "failed"), default=None)

    def check_counters(self) -> None:
        """The seats that are counted are those of the people who accepted."""
        query = text(
            "select s.revision, k.key, s.taken from site_seats s join sites k on k.id = s.site_id"
            " join conferences c on c.id = s.conference_id where c.key = :key"
        )
        with self.tested.system.databases["registration"].read() as session:
            counted = session.execute(query, {"key": self.office.key}).all()
        for number in {row.revision for row in counted}:
            lines = self.office.get("registration", f"headcounts?revision={number}")["items"]
            accepted = {line["site"]: line["accepted"] for line in lines}
            assert {row.key: row.taken for row in counted if row.revision == number} == accepted, number

    def _check_waiting(self) -> None:
        """Nobody waits where a seat is free."""
        for line in self.office.get("registration", "headcounts")["items"]:
            assert not line["waiting"] or line["accepted"] >= line["capacity"], line

    def _past(self) -> Past:
        number = self._last_decision()
        if number is None:
            return Past(self.plans[-1], None, self.plans[-1], tuple(self.acts))
        last = self.office.get("planning", f"revisions/{number}")
        plan = self.plans[last["plan_version"] - 1]
        return Past(plan, last["option"], self.plans[-1], tuple(self.acts))

    def _same(self, expected: View, found: View, what: str) -> None:
        different = list(differences(expected, found))
        assert not different, f"{what}, {len(self.acts)} acts {self.acts}:\n" + "\n".join(different[:40])

    def _switch(self, seed: int) -> None:
        """To the other option, by way of its preview."""
        facts = self.office.get("planning")
        other = next(option for option in OPTIONS if option != facts["current_option"])
        number = self.office.post("planning", "revisions", {"option": other})["revision"]
        self.tested.rest(seed)
        previewed = self._counts(number)
        self._decide(revision=number, expected_current=facts["current_revision"])
        assert self.decided[-1] == number
        self.tested.rest(seed)
        assert self._counts(number) == previewed

    def _counts(self, number: int) -> dict[str, Any]:
        parts = self.office.get("planning", f"revisions/{number}")["services"]
        return {name: part["counts"] for name, part in parts.items()}

    def _post(self, shape: Shape) -> None:
        made = self.office.call("POST", "planning/v1/plans", json=shape.tree(self.office.key))
        if made["created"]:
            self.plans.append(shape)
        assert made["version"] == len(self.plans)

    def _decide(self, **order: Any) -> None:
        body = {"reason": "Diễn biến dịch bệnh", **order}
        made = self.office.post_unless(("stale-preview", "revision-failed"), "planning", "decisions", body)
        _tally("decision: refused" if made is None else "decision: done")
        if made is not None:
            self.decided.append(made["revision"])

    def _act(self, act: Act) -> None:
        try:
            done = act.play(self.office)
        except (Refused, Missing, Elsewhere) as why:
            kind = why.kind if isinstance(why, Refused) else type(why).__name__
            _tally(f"{type(act).__name__}: {kind}")
            return
        _tally(f"{type(act).__name__}: done", str(done))
        self.acts.append(done)

    def _act_on(self, n: int, make: Any, besides: tuple[str, ...] = ()) -> None:
        """Something about one of the delegates that there are."""
        if not self.office.is_known_to("registration"):
            return
        there = [one for one in self.office.delegates() if one["group"] not in besides]
        if there:
            item = sorted(there, key=lambda one: (one["group"], one["unit"], one["ordinal"]))[n % len(there)]
            self._act(make(Spot(item["group"], item["unit"], item["name"])))


def _tally(what: str, more: str = "") -> None:
    """For the statistics of a search, and the story of an example that failed."""
    if currently_in_test_context():
        event(what)
        note(f"{what} {more}")
