"""What is to be reached, beside what was."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kit.bench.arms import BARE, BARE_SINGLE
from kit.bench.basics import Basics
from kit.bench.compare import Pair, Results
from kit.bench.measure import Figures
from kit.bench.million import WORKER

CAPACITY = {
    "worker-c": 0.80,
    "worker-c-six": 0.85,
    "worker-sdk": 0.72,
    "worker-awk": 0.70,
    "worker-python": 0.68,
    "worker-sh": 0.40,
    "worker-sh-sub": 0.25,
}
"""As shares of the bare server's."""

IDEAL = 0.85
"""Of what a server could do if it did nothing beyond starting the script."""

ISC, ISC_BEST = 2.2, 1.8
RUNNER, SLEEPING = 0.95, 0.95
FILTERED = 1.02
GROWTH = 1.1
LATER = 1.0
"""Milliseconds that a worker may add to the delay."""


@dataclass(frozen=True)
class Goal:
    """A figure that is to be reached.

    about: what it is.
    wanted: the least that is enough, or the most that is still good.
    at_most: which of the two.
    """

    about: str
    wanted: float
    value: float
    at_most: bool = False

    @property
    def met(self) -> bool:
        """Whether it is reached."""
        return self.value <= self.wanted if self.at_most else self.value >= self.wanted


def capacity(figures: Figures) -> float:
    """As a figure to compare."""
    return figures.capacity


def cpu(figures: Figures) -> float:
    """As a figure to compare."""
    return figures.cpu


def p99(figures: Figures) -> float:
    """As a figure to compare."""
    return figures.p99


def goals(results: Results, basics: Basics) -> list[Goal]:
    """All goals for which everything has been measured."""
    return [*_workers(results), *_exec(results, basics), *_idle(results), *_million(basics)]


def _workers(results: Results) -> Iterator[Goal]:
    for name, share in CAPACITY.items():
        if (value := results.median(name, lambda pair: pair.ratio(capacity))) is not None:
            yield Goal(f"{name}: capacity of bare's", share, value)
    later = results.median("worker-c", lambda pair: pair.arm.p99 - pair.base(p99))
    if later is not None:
        yield Goal("worker-c: p99 after bare's, ms", LATER, later, at_most=True)


def _exec(results: Results, basics: Basics) -> Iterator[Goal]:
    def ideal(pair: Pair) -> float:
        return pair.arm.capacity * (pair.base(cpu) + basics.spawn.cpu) / 1e6

    for name, base in (("exec", BARE), ("exec-st", BARE_SINGLE)):
        if (value := results.median(name, ideal)) is not None:
            yield Goal(f"{name}: capacity of 1/({base}'s CPU + a posix_spawn's)", IDEAL, value)
    ours = results.median("exec", lambda pair: pair.arm.capacity)
    isc = [results.median(name, lambda pair: pair.arm.capacity) for name in ("isc", "isc-st")]
    if ours is not None and isc[0]:
        yield Goal("exec: capacity of isc's", ISC, ours / isc[0])
    if ours is not None and isc[0] and isc[1]:
        yield Goal("exec: capacity of the better one of isc and isc-st", ISC_BEST, ours / max(isc))
    yield Goal(
        "the runner alone: rate of a posix_spawn loop's",
        RUNNER,
        basics.runner.rate / basics.spawn.rate,
    )
    slept = results.median("exec-10ms", lambda pair: pair.arm.capacity)
    if slept is not None:
        yield Goal(
            "exec-10ms: capacity of a posix_spawn loop's",
            SLEEPING,
            slept / basics.spawn_10ms.rate,
        )


def _idle(results: Results) -> Iterator[Goal]:
    both = [results.median(name, lambda pair: pair.ratio(cpu)) for name in ("filtered", "nothing")]
    if both[0] and both[1]:
        yield Goal("filtered: CPU of nothing's", FILTERED, both[0] / both[1], at_most=True)


def _million(basics: Basics) -> Iterator[Goal]:
    if not basics.growth:
        return
    base, worker = basics.growth[BARE], basics.growth[WORKER]
    event = (worker.many - base.many) / (worker.few - base.few)
    yield Goal(
        "an event's CPU with a million leases, as against how bare's grows",
        GROWTH,
        event / (base.many / base.few),
        at_most=True,
    )
