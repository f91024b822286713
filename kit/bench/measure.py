"""The three figures of an arm: capacity, processor time, delay."""

from __future__ import annotations

from dataclasses import dataclass

from kit.bench.arms import Arm
from kit.bench.load import Load, offer
from kit.bench.search import highest
from kit.bench.server import running
from kit.bench.site import Site
from kit.errors import Problem

LOSS = 0.005
"""A rate is too high when so many exchanges, as a share, do not end with an ACK."""

TRIES = 2
"""A rate that fails is tried once more: it may have been a stall of the machine."""

LAGGING = 0.95
"""perfdhcp cannot offer a rate of which it starts less than this share."""

SLOW = 0.55
"""An arm of a smaller share of the bare server's capacity cannot take half of it with ease."""


@dataclass(frozen=True)
class Effort:
    """How much time a measurement takes.

    seconds: of the load under which processor time and delays are taken.
    warm_up: seconds of the same load before.
    probe: seconds for which a rate is tried in the search for the capacity.
    precision: of that search.
    """

    seconds: int
    warm_up: int
    probe: int
    precision: float


@dataclass(frozen=True)
class Figures:
    """What one measurement gives.

    capacity: the highest rate, in exchanges per second, with a loss below LOSS.
    lagging: whether the generator was the limit, not the server, at some rate.
    rate: of the load for all that follows.
    loss: under it.
    cpu: microseconds of processor time for each exchange, of the server and all that it starts.
    p50, p99: milliseconds from REQUEST to ACK.
    """

    capacity: float
    lagging: bool
    rate: float
    loss: float
    cpu: float
    p50: float
    p99: float


def measure(
    site: Site, arm: Arm, effort: Effort, guess: float, half: float, persist: bool
) -> Figures:
    """All figures of an arm.

    guess: of its capacity.
    half: half of the bare server's capacity: the rate of the load, unless the arm is too slow for
        it; then it is half of its own capacity. 0 means always that.
    """
    capacity, lagging = capacity_of(site, arm, effort, guess, persist)
    rate = half if half and capacity >= 2 * half * SLOW else capacity / 2
    load, cpu = loaded(site, arm, effort, max(1, round(rate)), persist)
    return Figures(
        capacity=capacity,
        lagging=lagging,
        rate=load.rate,
        loss=load.loss,
        cpu=cpu,
        p50=load.quantile(0.50),
        p99=load.quantile(0.99),
    )


def capacity_of(
    site: Site, arm: Arm, effort: Effort, guess: float, persist: bool
) -> tuple[float, bool]:
    """An arm's capacity, and whether the generator was the limit; see Figures.

    Raises Problem if it loses exchanges at any rate.
    """
    lagging = False

    def works(rate: int) -> bool:
        nonlocal lagging
        for _ in range(TRIES):
            with running(site, arm, persist):
                load = offer(site, rate, effort.probe)
            if load.loss < LOSS and load.rate >= rate * LAGGING:
                return True
        lagging = lagging or load.loss < LOSS
        return False

    capacity = highest(works, guess, effort.precision)
    if not capacity:
        raise Problem(f"{arm.name} loses exchanges at any rate")
    return capacity, lagging


def loaded(
    site: Site, arm: Arm, effort: Effort, rate: int, persist: bool, leases: str = ""
) -> tuple[Load, float]:
    """What became of a steady load, and the microseconds of processor time for each exchange.

    leases: what the lease file holds at the start.
    """
    with running(site, arm, persist, leases):
        offer(site, rate, effort.warm_up, clients=0)
        before = site.cpu()
        load = offer(site, rate, effort.seconds, timed=True)
        used = site.cpu() - before
    return load, used / max(1, load.ended)
