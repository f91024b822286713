"""A stream of events, with workers killed at random, queues run full, the disk full, Kea killed and
started: at the end the table is the leases', and at any time each event is accounted for.

RUNSCRIPT_CHAOS_EVENTS: how many events there are.
RUNSCRIPT_CHAOS_SEED: what all that is random follows from.
"""

import os
import random
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from itertools import cycle
from typing import Any

import pytest

from kit.lab import Client, Host
from kit.lab.kea import DATA, Kea
from kit.lab.mailbox import Reply
from kit.lab.relay import NOWHERE, Relay, Reply4
from kit.lab.relay6 import IA, Reply6
from kit.targets import Target
from kit.wait import until
from tests.lab.hook.conftest import parties
from tests.lab.hook.counted import ENDS, statistics, status
from tests.lab.hook.routed import Leases, lease_commands, parameters, serving, workers

EVENTS = int(os.environ.get("RUNSCRIPT_CHAOS_EVENTS", "1000"))
SEED = int(os.environ.get("RUNSCRIPT_CHAOS_SEED", "1"))
LIVES = 3 + EVENTS // 50_000
"""How often Kea is started."""
CALM = 3 + EVENTS // 5_000
"""Bursts from one trouble to the next, on average."""
CLIENTS = 500
BURST = 60
"""Of the clients, who ask at once: fewer than Kea's threads let wait."""
PATIENCE = 0.5
"""Seconds that they wait for their replies."""
LOADING = 120
"""Seconds that Kea may take to read what it has written of its leases."""
LIMITS = {"queue-limit": 20, "timeout": 1000}
ROW = {
    4: re.compile(r"(address|10\.1\.\d\.\d{1,3}),"),
    6: re.compile(r"(address|2001:db8:1:\w{1,4}::),"),
}
"""How a line begins in Kea's file of leases."""
COUNTS = ("events", *ENDS, "joined", "bypassed", "restarts", "replays")


Step = Callable[[], object]


def nothing() -> None:
    pass


class Crowd:
    """Clients who do at random what clients do, and go on when nobody answers.

    served: the replies that gave somebody a lease, since the server's start.
    """

    def __init__(self, leases: Leases, dice: random.Random):
        self._clients = leases.clients
        self._dice = dice
        self._held: dict[int, str] = {}
        self.served = 0

    def burst(self, meanwhile: Step) -> None:
        """Many ask at once; those that are offered a lease take it."""
        asked: dict[int, int] = {}
        for client in self._dice.sample(range(CLIENTS), BURST):
            lease = self._held.get(client, "")
            what = self._dice.choices(["RENEW", "REBIND", "RELEASE"], [6, 1, 3])[0]
            xid = self._send(what if lease else "SOLICIT", client, lease)
            if lease and what == "RELEASE":
                del self._held[client]
            else:
                asked[xid] = client
        meanwhile()
        offers = self._hear(asked)
        self._hear({self._send("REQUEST", client, lease): client for client, lease in offers})

    def start_anew(self) -> None:
        """Nobody serves them any more: hear what is left, and begin to count."""
        self._clients.collect([0], 0.1)
        self._clients.replies.clear()
        self.served = 0

    def _hear(self, asked: dict[int, int]) -> list[tuple[int, str]]:
        """Hear what is said to the clients in these transactions; returns the offers."""
        self._clients.collect(asked, PATIENCE)
        replies, self._clients.replies = self._clients.replies, {}
        offers = []
        for xid, reply in replies.items():
            client, lease = asked.get(xid), given(reply)
            if reply.kind in ("ACK", "REPLY"):
                self.served += bool(lease)
                if client is not None:
                    self._held[client] = lease
            elif client is not None and lease:
                offers.append((client, lease))
            elif client is not None:  # a NAK
                self._held[client] = ""
        return offers

    def _send(self, what: str, client: int, lease: str) -> int:
        clients = self._clients
        if isinstance(clients, Relay):
            what = {"SOLICIT": "DISCOVER", "REBIND": "REBOOT"}.get(what, what)
            return clients.send(what, client, lease or NOWHERE)
        return clients.send(what, client, IA("PD", value=lease))


def given(reply: Reply) -> str:
    """The lease that it gives or offers; "" if none."""
    if isinstance(reply, Reply6):
        return next((ia.value for ia in reply.ias if ia.valid), "")
    assert isinstance(reply, Reply4)
    return "" if reply.address == NOWHERE else reply.address


class Troubles:
    """What happens to a server, each trouble with its remedy two bursts later."""

    def __init__(self, kea: Kea, dice: random.Random, target: Target):
        self._host = kea.host
        self._kea = kea
        self._dice = dice
        self._full = kea.host.inside(f"{DATA}/full")
        every = [(self._fill_disk, self.free_disk)]
        # Kea 3.0.4 ends by itself when it cannot write a lease.
        every = [] if target.name == "forky" else every
        every += [(self.kill_worker, self._restart), (self.stop_worker, self.kill_worker)]
        self._plan = self._plan_all(cycle(every))

    def next(self) -> None:
        """Whatever comes next, mostly nothing."""
        next(self._plan)()

    def free_disk(self) -> None:
        self._full.unlink(missing_ok=True)

    def _plan_all(self, troubles: Iterator[tuple[Step, Step]]) -> Iterator[Step]:
        for trouble, remedy in troubles:
            yield from [nothing] * self._dice.randrange(2 * CALM)
            yield from (trouble, nothing, remedy)

    def mend_leases(self) -> None:
        """Take out of the killed Kea's files each line that the full disk cut off: together with
        the next one Kea may well take it for a lease, of an address that nobody has been given.
        """
        whole = ROW[self._kea.family]
        for file in self._host.inside(DATA).glob("kea-leases?.csv*"):
            if file.suffix != ".pid":
                lines = file.read_text().splitlines(keepends=True)
                file.write_text("".join(filter(whole.match, lines)))

    def kill_worker(self) -> None:
        self._signal("KILL")

    def stop_worker(self) -> None:
        self._signal("STOP")

    def _signal(self, name: str) -> None:
        for pid in workers(self._host):
            self._host.run(["kill", f"-{name}", pid], check=False)

    def _restart(self) -> None:
        assert self._kea.control("runscript-restart")["result"] == 0

    def _fill_disk(self) -> None:
        with suppress(OSError), self._full.open("wb", buffering=0) as file:
            while file.write(bytes(1 << 16)):
                pass


@pytest.fixture
def small_disk(routing: Host) -> Iterator[None]:
    """Kea's leases are on a disk of their own."""
    owner = routing.run(["stat", "-c", "uid=%u,gid=%g,mode=%a", DATA]).stdout.strip()
    size = f"size={(8 << 20) + 512 * EVENTS}"
    routing.run(["mount", "-t", "tmpfs", "-o", f"{size},{owner}", "leases", DATA])
    yield
    routing.run(["umount", DATA])


@pytest.mark.parametrize(
    ("family", "threads"), [(6, False), (4, True)], ids=["IPv6-single", "IPv4-multi"]
)
def test_each_event_is_accounted_for(
    family: int, threads: bool, target: Target, routing: Host, gateway: Client, small_disk: None
) -> None:
    dice = random.Random(SEED)
    kea, clients = parties(family, routing, gateway, target)
    settings = {"multi_threading": threads, "loggers": loggers(kea)}
    began = time.monotonic()
    print(f"{EVENTS} events, {LIVES} lives, seed {SEED}")
    with closing(clients), serving(kea, clients, "worker", target, LIMITS, **settings) as leases:
        crowd = Crowd(leases, dice)
        troubles = Troubles(kea, dice, target)
        sums: Counter[str] = Counter()
        for life in range(1, LIVES + 1):
            while account(kea, crowd)["events"] < EVENTS / LIVES:
                crowd.burst(troubles.next)
            print(f"{time.monotonic() - began:.0f} s: life {life}, {account(kea, crowd)}")
            if life < LIVES:
                crowd.burst(lambda: (sums.update(account(kea, crowd)), kea.kill()))
                crowd.start_anew()
                troubles.free_disk()
                troubles.mend_leases()
                wait = {"wait": (LIVES - life) % 2 == 0}
                kea.configure(
                    {**parameters("worker", family, target), **LIMITS, **wait},
                    beside=lease_commands(target),
                    **settings,
                )
                kea.start_again(LOADING)
        troubles.free_disk()
        until(lambda: overflows(kea, crowd, troubles), 30, "the queue runs full")
        troubles.kill_worker()
        assert kea.control("runscript-restart")["result"] == 0
        settle(leases)
        last = account(kea, crowd)
        until(lambda: published(kea) == last, 5, lambda: f"{published(kea)} become {last}")
        sums.update(last)
        print(f"{time.monotonic() - began:.0f} s: {dict(sums)}, {len(leases.routes())} routes")
        assert target.name == "forky" or "failed to write" in kea.log()


def overflows(kea: Kea, crowd: Crowd, troubles: Troubles) -> bool:
    """Whether events have been discarded, with a worker that hangs while clients ask."""
    troubles.stop_worker()
    crowd.burst(nothing)
    return account(kea, crowd)["discarded"] > 0


def loggers(kea: Kea) -> list[dict[str, Any]]:
    """What Kea says of each lease is left out; the rest is kept to the end, as nothing rotates."""
    file = f"/var/log/kea/kea-dhcp{kea.family}.log"
    output = {"output": file, "maxsize": 0, "pattern": "%-5p %m\n"}
    quiet = {"": "INFO", ".leases": "WARN", ".alloc-engine": "ERROR"}
    return [
        {"name": f"kea-dhcp{kea.family}{name}", "severity": least, "output_options": [output]}
        for name, least in quiet.items()
    ]


def account(kea: Kea, crowd: Crowd) -> dict[str, int]:
    """What has become of the events so far; it adds up, and is not less than clients have seen."""
    served = crowd.served
    entry = status(kea, "routes")
    assert served <= entry["events"] + entry["joined"], entry
    statistics(kea)
    return {name: entry[name] for name in COUNTS}


def published(kea: Kea) -> dict[str, int]:
    """The same as Kea's statistics have it."""
    return {name: statistics(kea)["routes"].get(name, 0) for name in COUNTS}


def settle(leases: Leases) -> None:
    """The hook comes to rest, and the table is the leases'."""
    rest = {"phase": "none", "queue": 0, "open": 0, "dirty": False, "connected": True}
    last: dict[str, Any] = {}

    def settled() -> bool:
        entry = status(leases.kea, "routes")
        last.update({**entry, "phase": entry["replay"]["phase"]})
        return last == {**last, **rest} and leases.routes().keys() == leases.active()

    until(
        settled,
        30,
        lambda: f"{last}, {leases.routes().keys() ^ leases.active()} are routes or leases alone",
    )
