"""Trouble at random, from a seed: processes and servers die, wires break, clocks jump."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from services.system import MODULES
from tests.chaos.boundaries import BOUNDARIES
from tests.chaos.processes import LISTENER, Processes
from tests.chaos.servers import Servers
from tests.chaos.victim import Orders
from tests.servers import START

Trouble = Callable[[], bool | None]
Kinds = Mapping[str, tuple[int, Trouble]]
"""Weight and trouble, by name; one that says False was spared."""

SECOND = "second"
WITH_BROKER = [name for name in BOUNDARIES if name not in ("commit", "read")]
WITHOUT_BROKER = [name for name in BOUNDARIES if name not in ("publish", "confirm", "mark", "ack")]


class Storm:
    """Among the processes, and among the servers at the same time; `counts` tells how many of each."""

    def __init__(self, processes: Processes, seed: int) -> None:
        self._processes = processes
        self._chance, self._chance_of_servers = random.Random(seed), random.Random(seed + 1)
        self.counts: Counter[str] = Counter()

    def blow(self, seconds: float) -> None:
        """Then everything runs again as it should."""
        end = time.monotonic() + seconds
        with ThreadPoolExecutor(1) as beside:
            servers = self._processes.servers
            among_servers = beside.submit(self._blow_at_servers, servers, end) if servers else None
            kinds = self._of_processes()
            while time.monotonic() < end:
                self._do_one(kinds, self._chance)
                self.counts["died by itself"] += len(self._processes.revive())
            if among_servers is not None:
                among_servers.result()
        self._calm()

    def _blow_at_servers(self, servers: Servers, end: float) -> None:
        kinds = self._of_servers(servers)
        while time.monotonic() < end:
            self._do_one(kinds, self._chance_of_servers)

    def _do_one(self, kinds: Kinds, chance: random.Random) -> None:
        [name] = chance.choices(list(kinds), [weight for weight, _ in kinds.values()])
        if kinds[name][1]() is not False:
            self.counts[name] += 1
        time.sleep(chance.uniform(0.1, 1.0))

    def _of_processes(self) -> Kinds:
        kinds: dict[str, tuple[int, Trouble]] = {
            "listener killed": (2, lambda: self._processes.restart(LISTENER, self._some_orders())),
            "web killed": (3, self._kill_web),
            "clock moved": (1, self._move_clock),
        }
        if self._processes.servers is not None:
            kinds["worker killed"] = (8, self._kill_worker)
            kinds["worker with a wrong clock"] = (2, self._mislead_worker)
            kinds["second worker come or gone"] = (3, self._second_worker)
        return kinds

    def _of_servers(self, servers: Servers) -> Kinds:
        return {
            "database killed": (1, servers.restart_postgres),
            "broker killed": (1, servers.restart_rabbit),
            "broker out of memory": (1, lambda: self._alarm(servers)),
            "wire cut": (2, lambda: self._cut(servers)),
            "acks withheld": (1, lambda: self._withhold(servers)),
            "acks late": (2, lambda: self._delay(servers)),
            "left in peace": (4, lambda: time.sleep(2)),
        }

    def _some_orders(self) -> Orders:
        """To die at a boundary soon, or to be left in peace."""
        if self._chance.random() < 0.3:
            return Orders()
        names = WITHOUT_BROKER if self._processes.servers is None else WITH_BROKER
        side, name = self._chance.choice(("before", "after")), self._chance.choice(names)
        return Orders(kill_at=f"{side}-{name}:{self._chance.randint(1, 12)}")

    def _kill_web(self) -> bool:
        """Embedded it is everything. People come to work in between: never while one is down."""
        if not all(map(self._processes.answers, self._processes.webs)):
            return False
        web, side = self._chance.choice(self._processes.webs), self._chance.choice(("before", "after"))
        orders = Orders(kill_at=f"{side}-commit:{self._chance.randint(3, 30)}")
        self._processes.restart(web, self._some_orders() if self._processes.servers is None else orders)
        return True

    def _kill_worker(self) -> None:
        self._processes.restart(self._chance.choice(list(MODULES)), self._some_orders())

    def _mislead_worker(self) -> None:
        orders = Orders(ahead=self._chance.choice((-20, -5, 5, 20)))
        self._processes.restart(self._chance.choice(list(MODULES)), orders)

    def _second_worker(self) -> None:
        """One of all services beside those that there are: two relays, two consumers of each queue."""
        if self._processes.roles.pop(SECOND, None) is None:
            self._processes.roles[SECOND] = ("worker",)
            self._processes.begin(SECOND, self._some_orders())
        else:
            self._processes.kill(SECOND)

    def _move_clock(self) -> None:
        """The conference's clock is set to another hour, days ahead or back; all processes start again."""
        moment = datetime.fromisoformat(START) + timedelta(hours=self._chance.randint(-100, 100))
        self._processes.env["DIEMCAU_CLOCK_START"] = moment.isoformat()
        roles = list(self._processes.running)
        for role in roles:
            self._processes.kill(role)
        (self._processes.data / "clock-offset").unlink(missing_ok=True)
        for role in roles:
            self._processes.begin(role)
        self._processes.await_web()

    def _alarm(self, servers: Servers) -> None:
        servers.rabbit.block_publishers()
        time.sleep(self._chance_of_servers.uniform(1, 4))
        servers.rabbit.let_publishers_go_on()

    def _cut(self, servers: Servers) -> None:
        servers.network.cut()
        time.sleep(self._chance_of_servers.uniform(0, 1))
        servers.network.mend()

    def _withhold(self, servers: Servers) -> None:
        """What was withheld never comes: a wire that lost something is never whole again."""
        servers.network.muted = True
        time.sleep(self._chance_of_servers.choice((1, 3, 12)))
        servers.network.cut()
        servers.network.mend()

    def _delay(self, servers: Servers) -> None:
        servers.network.delay = self._chance_of_servers.uniform(0.05, 0.5)
        time.sleep(self._chance_of_servers.uniform(1, 4))
        servers.network.mend()

    def _calm(self) -> None:
        if self._processes.roles.pop(SECOND, None) is not None:
            self._processes.kill(SECOND)
        for role in self._processes.roles:
            self._processes.restart(role)
