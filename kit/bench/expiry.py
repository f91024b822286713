"""Very many leases that end at once, while clients are served."""

from __future__ import annotations

import statistics
import time
from collections.abc import Mapping
from dataclasses import dataclass

from kit.bench.arms import ARMS, BARE, Arm, ours
from kit.bench.lease_file import LeaseFile
from kit.bench.load import offer
from kit.bench.server import ask, running
from kit.bench.site import Site

WORKER = ours(
    "worker-c",
    "C++, all variables",
    0.75,
    "worker-c",
    mode="worker",
    hook_points=["leases4_committed", "lease4_expire"],
)
ORDER = (ARMS[BARE], WORKER, WORKER, ARMS[BARE])

POLICIES: Mapping[str, Mapping[str, int]] = {
    "all of them in one go": {"max-reclaim-leases": 0, "max-reclaim-time": 0},
    "for 250 ms at a time": {"max-reclaim-leases": 0, "max-reclaim-time": 250},
    "100 at a time": {"max-reclaim-leases": 100, "max-reclaim-time": 250},
}
"""How Kea may be told to reclaim leases; the last two are bounded as by default."""

RATE = 1000
"""Exchanges per second meanwhile."""
EVERY = 2
"""Seconds between Kea's looks for expired leases: by default 10."""


@dataclass(frozen=True)
class Gap:
    """What clients see of it.

    policy, arm: a name of POLICIES, and of the arm.
    gap: the longest time in seconds without an ACK.
    p99: milliseconds from REQUEST to ACK.
    lost: the share of exchanges without an ACK.
    reclaimed: leases, meanwhile.
    discarded: events.
    """

    policy: str
    arm: str
    gap: float
    p99: float
    lost: float
    reclaimed: int
    discarded: int


def measure(site: Site, leases: LeaseFile, number: int, seconds: int) -> list[Gap]:
    """What becomes of a load when `number` leases have ended, for each policy and each of ORDER."""
    return [
        _gap(site, arm, policy, leases.text(number, end=int(time.time()) + 1), seconds)
        for policy in POLICIES
        for arm in ORDER
    ]


def longest(gaps: list[Gap], policy: str, arm: str) -> float:
    """The median of an arm's longest gaps."""
    return statistics.median(one.gap for one in gaps if (one.policy, one.arm) == (policy, arm))


def _gap(site: Site, arm: Arm, policy: str, leases: str, seconds: int) -> Gap:
    processing = {"reclaim-timer-wait-time": EVERY, **POLICIES[policy]}
    settings = {"expired-leases-processing": processing}
    with running(site, arm, persist=True, leases=leases, settings=settings):
        before = _reclaimed(site)
        load = offer(site, RATE, seconds, timed=True)
        entries = ask(site, "runscript-status").get("entries", []) if arm.library else []
        return Gap(
            policy=policy,
            arm=arm.name,
            gap=load.gap,
            p99=load.quantile(0.99),
            lost=load.loss,
            reclaimed=_reclaimed(site) - before,
            discarded=sum(entry["discarded"] for entry in entries),
        )


def _reclaimed(site: Site) -> int:
    name = "reclaimed-leases"
    return ask(site, "statistic-get", name=name)[name][0][0]
