"""Whether an event costs more when the server has a million leases."""

from __future__ import annotations

from dataclasses import dataclass

from kit.bench.arms import ARMS, BARE
from kit.bench.lease_file import LeaseFile
from kit.bench.measure import Effort, loaded
from kit.bench.site import Site

WORKER = "worker-c"
COUNT = 1_000_000
RATE = 1000
"""Exchanges per second."""


@dataclass(frozen=True)
class Growth:
    """Microseconds of processor time for each exchange.

    few, many: without any lease at the start, and with COUNT of them.
    """

    few: float
    many: float


def growth(site: Site, effort: Effort) -> dict[str, Growth]:
    """What exchanges cost with few and many leases, by the arm's name."""
    leases = LeaseFile(site).text(COUNT)
    return {
        name: Growth(
            few=loaded(site, ARMS[name], effort, RATE, persist=True)[1],
            many=loaded(site, ARMS[name], effort, RATE, persist=True, leases=leases)[1],
        )
        for name in (BARE, WORKER)
    }
