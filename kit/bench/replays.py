"""Replays of very many leases, while nobody asks for anything and while clients are served."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

from kit.bench.arms import Arm, ours
from kit.bench.compare import FIRST_GUESS
from kit.bench.lease_file import LeaseFile
from kit.bench.load import Load, offer
from kit.bench.measure import Effort, capacity_of
from kit.bench.server import ask, running
from kit.bench.site import Site
from kit.errors import Problem
from kit.wait import until

REPLAYING = {"mode": "worker", "replay": True, "timeout": 60_000}
ARMS = (
    ours("worker-c", "C++, all variables", 0.75, "worker-c", **REPLAYING),
    ours(
        "route-sync",
        "kea-runscript-route sync, as its examples have it",
        0.5,
        "worker-route",
        fields=[
            *("KEA_LEASE4_ADDRESS", "KEA_LEASE4_INTERFACE", "KEA_LEASE4_NEXT_HOP"),
            *("KEA_LEASE4_CHANGE", "KEA_REPLAY_LEASES"),
        ],
        **REPLAYING,
    ),
)
ROUNDS = 3
WHOLE = 900
"""Seconds that a replay may take."""

PEAK = "echo 5 >/proc/$(cat /run/kea/*.pid)/clear_refs"
MEMORY = "cat /proc/$(cat /run/kea/*.pid)/status"


@dataclass(frozen=True)
class Round:
    """A steady load without a replay, then the same load while one runs.

    quiet, busy: what became of them.
    grown_quiet, grown_busy: octets by which the server's memory was greater meanwhile, at most,
        than at the beginning.
    seconds: from the command to the replay's end.
    over: whether the replay ended before the load.
    """

    quiet: Load
    busy: Load
    grown_quiet: int
    grown_busy: int
    seconds: float
    over: bool


@dataclass(frozen=True)
class Replays:
    """What replays into one worker cost.

    capacity: exchanges per second, without leases at the beginning.
    rate: that was offered.
    idle: seconds from the first ACK to the end of the replay at the start, without any load. It
        sets all routes.
    again: seconds of one more without load. It finds all as it should be.
    """

    leases: int
    capacity: float
    rate: int
    idle: float
    again: float
    rounds: tuple[Round, ...]

    @property
    def slower(self) -> float:
        """The 99th percentile of the delay in replays as a multiple of that without."""
        return statistics.median(
            one.busy.quantile(0.99) / one.quiet.quantile(0.99) for one in self.rounds
        )

    @property
    def grown(self) -> int:
        """Octets of memory that a replay takes: beyond what new leases do."""
        return max(one.grown_busy - one.grown_quiet for one in self.rounds)


def measure(site: Site, arm: Arm, leases: LeaseFile, number: int, effort: Effort) -> Replays:
    """Replays of `number` leases into an arm's worker."""
    capacity, _ = capacity_of(site, arm, effort, FIRST_GUESS * arm.share, persist=True)
    rate = max(1, round(capacity / 2))
    with running(site, arm, persist=True, leases=leases.text(number)):
        idle = _finish(site, 1, time.monotonic())
        again = _finish(site, 2, _begin(site))
        seconds = max(1, min(effort.seconds, int(again)))
        rounds = tuple(_rounds(site, rate, seconds))
    return Replays(number, capacity, rate, idle, again, rounds)


def _rounds(site: Site, rate: int, seconds: int) -> Iterator[Round]:
    clients = count(0)
    offer(site, rate, seconds, next(clients))
    for replay in range(3, 3 + ROUNDS):
        before = _forget_peak(site)
        quiet = offer(site, rate, seconds, next(clients), timed=True)
        grown_quiet = _peak(site) - before
        before = _forget_peak(site)
        begun = _begin(site)
        busy = offer(site, rate, seconds, next(clients), timed=True)
        over = _status(site)["replays"] == replay
        took = _finish(site, replay, begun)
        yield Round(quiet, busy, grown_quiet, _peak(site) - before, took, over)


def _begin(site: Site) -> float:
    """Ask for a replay; returns when."""
    ask(site, "runscript-replay")
    return time.monotonic()


def _finish(site: Site, number: int, begun: float) -> float:
    """Wait until so many replays have ended; returns the seconds since `begun`."""
    until(lambda: _status(site)["replays"] >= number, WHOLE, f"replay {number} ends")
    return time.monotonic() - begun


def _status(site: Site) -> dict:
    (entry,) = ask(site, "runscript-status")["entries"]
    if entry["failures"] or entry["discarded"]:
        raise Problem(f"the replay is not undisturbed: {entry}")
    return entry


def _forget_peak(site: Site) -> int:
    """The server's memory; from now on `_peak` is the most that it has had."""
    site.server.run(["sh", "-c", PEAK])
    return _memory(site, "VmRSS")


def _peak(site: Site) -> int:
    return _memory(site, "VmHWM")


def _memory(site: Site, field: str) -> int:
    status = site.server.run(["sh", "-c", MEMORY]).stdout
    return int(status.partition(f"{field}:")[2].split()[0]) << 10
