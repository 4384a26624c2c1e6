"""The fresh system that the promise compares with: the latest plan, the last decision, the same acts.

Definition. A fresh system is given the plan version of the last decision, the decision for its option, then
the newest plan version if that is a later one (it changes what may be named), and then every act of people
that was accepted, in the order in which they were. There

- an act that belongs to another site or start than the current ones has no effect on the current view and
  is left out; it is offered once more at the end, for its place may have come into being by a later act;
- an act about a group, unit or site that the latest plan does not have is refused, and left out likewise;
- sending a substitute also says no for the site of that time; where the site is another one, that no cannot
  be repeated, and what the sender said is not compared (`unsaid`);
- nobody is evicted: seats are plenty while answers are repeated; the capacities that people set come last.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from tests.convergence.acts import Act, Elsewhere, Honour, Import, Override, SetSite, SubmitPaper, Substitute
from tests.convergence.office import Missing, Office, Refused
from tests.convergence.plans import Shape
from tests.convergence.world import World

PLENTY = 10_000
UNKNOWN_TO_THE_PLAN = frozenset({
    "invalid", "unknown-site", "place-taken", "no-free-place", "unknown-unit", "import-refused",
    "same-person", "not-required", "not-checked-in", "not-waived", "already-waived", "not-asked",
    "nothing-to-decide",
})  # fmt: skip


@dataclass(frozen=True)
class Past:
    """What a fresh system is given; `option` None: nothing is decided."""

    plan: Shape
    option: str | None
    newest: Shape
    acts: tuple[Act, ...]


@dataclass(frozen=True)
class Fresh:
    """The fresh system's conference, at rest; `unsaid`: whose answers could not all be repeated, by name."""

    office: Office
    unsaid: frozenset[str]


def replay(world: World, key: str, past: Past) -> Fresh:
    """A conference `key`, new in `world`, with this past."""
    office = Office(world.http, key)
    office.call("POST", "planning/v1/plans", json=past.plan.tree(key))
    world.rest()
    if past.option is not None:
        office.post("planning", "decisions", {"option": past.option, "reason": "Quyết định cuối cùng"})
        world.rest()
    if past.newest != past.plan:
        office.call("POST", "planning/v1/plans", json=past.newest.tree(key))
        world.rest()
    unsaid = _repeat(world, office, past.acts)
    world.rest()
    return Fresh(office, unsaid)


def _repeat(world: World, office: Office, acts: Iterable[Act]) -> frozenset[str]:
    """Whose answers cannot be compared."""
    unsaid: set[str] = set()
    capacities = _make_room(world, office)
    postponed: list[Act] = []
    for act in acts:
        if isinstance(act, SetSite) and "capacity" in dict(act.values):
            capacities[act.site] = dict(act.values)["capacity"]
            act = replace(act, values=tuple(row for row in act.values if row[0] != "capacity"))
        done = _play(world, office, act)
        if done is None:
            postponed.append(act)
        elif isinstance(act, Substitute) and isinstance(done, Substitute) and act.at != done.at:
            unsaid.add(act.spot.name)
    for act in postponed:
        _play(world, office, act)
    world.rest()
    for site, capacity in capacities.items():
        _play(world, office, SetSite(site, (("capacity", capacity),)))
    return frozenset(unsaid)


def _make_room(world: World, office: Office) -> dict[str, int | None]:
    """Seats for everybody who ever had one; the sites with what they are to have in the end."""
    sites = [site["key"] for site in office.get("venue", "sites")["items"]]
    for site in sites:
        _play(world, office, SetSite(site, (("capacity", PLENTY),)))
    world.rest()
    return dict.fromkeys(sites)


def _play(world: World, office: Office, act: Act) -> Act | None:
    """What was done, None if it belongs elsewhere or to what the plan does not have."""
    try:
        done = act.play(office)
    except (Elsewhere, Missing):
        return None
    except Refused as refused:
        instead = _instead(act, refused)
        return None if instead is None else _play(world, office, instead)
    if isinstance(act, (Honour, SubmitPaper)):
        world.rest()  # registration seats who is honoured, planning ticks the paper off
    return done


def _instead(act: Act, refused: Refused) -> Act | None:
    """What is left of an act where a part of what it names is unknown."""
    if isinstance(act, Override) and refused.kind == "unknown-site" and act.site is not None:
        # It is known there from a layout that is past. The override took the place of the one before it.
        return replace(act, site=None)
    if isinstance(act, Import) and refused.rows:
        return act.without(refused.rows)
    if refused.kind not in UNKNOWN_TO_THE_PLAN:
        raise refused
    return None
