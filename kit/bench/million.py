"""Whether an event costs more when the server has a million leases."""

from __future__ import annotations

from dataclasses import dataclass

from kit.bench.arms import ARMS, BARE
from kit.bench.measure import Effort, loaded
from kit.bench.server import LEASES, running
from kit.bench.site import Site

WORKER = "worker-c"
COUNT = 1_000_000
FIRST = 128 << 16
"""Where their addresses begin within 10.0.0.0/8: beyond those that a run gives to its clients."""

RATE = 1000
"""Exchanges per second."""

EXPIRE = 4_000_000_000


@dataclass(frozen=True)
class Growth:
    """Microseconds of processor time for each exchange.

    few, many: without any lease at the start, and with COUNT of them.
    """

    few: float
    many: float


def growth(site: Site, effort: Effort) -> dict[str, Growth]:
    """What exchanges cost with few and many leases, by the arm's name."""
    with running(site, ARMS[BARE], persist=True):
        columns = site.server.inside(LEASES).read_text().splitlines()[0].split(",")
    leases = "\n".join([",".join(columns), *(_lease(columns, n) for n in range(COUNT)), ""])
    return {
        name: Growth(
            few=loaded(site, ARMS[name], effort, RATE, persist=True)[1],
            many=loaded(site, ARMS[name], effort, RATE, persist=True, leases=leases)[1],
        )
        for name in (BARE, WORKER)
    }


def _lease(columns: list[str], number: int) -> str:
    """A line of the lease file of the release that has these columns."""
    address = FIRST + number
    octets = 10, address >> 16, address >> 8 & 255, address & 255
    known = {
        "address": ".".join(map(str, octets)),
        "hwaddr": "02:0d:" + number.to_bytes(4).hex(":"),
        "valid_lifetime": "3600",
        "expire": str(EXPIRE),
        "subnet_id": "1",
    }
    empty = ("client_id", "hostname", "user_context")
    return ",".join(known.get(column, "" if column in empty else "0") for column in columns)
