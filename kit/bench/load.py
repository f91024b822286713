"""Load: perfdhcp's DISCOVER, OFFER, REQUEST, ACK for one new client after another."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from kit.bench.site import CLIENTS, SERVER, Site
from kit.errors import Problem
from kit.lab.relay import Relay

SENT = re.compile(r"^sent packets: (\d+)$", re.MULTILINE)
RECEIVED = re.compile(r"^received packets: (\d+)$", re.MULTILINE)
TIMES = re.compile(r"^sent / received: (\S+) / (\S+)$", re.MULTILINE)
ACKS = "***Timestamps for packets: REQUEST-ACK***"

LATE = 500_000
"""Microseconds that answers are waited for after the last DISCOVER."""
PATIENCE = 0.5
"""Seconds that a client waits for its first offer before it asks anew."""


@dataclass(frozen=True)
class Load:
    """What became of an offered load.

    offered: exchanges per second that perfdhcp was asked for.
    started: DISCOVERs sent.
    ended: ACKs received.
    seconds: for how long it started exchanges.
    delays: seconds from REQUEST to ACK, in order; empty unless asked for.
    gap: the longest time in seconds without an ACK, between two; 0 unless asked for.
    """

    offered: int
    started: int
    ended: int
    seconds: int
    delays: tuple[float, ...]
    gap: float

    @property
    def rate(self) -> float:
        """Exchanges started per second: less than offered where perfdhcp could not do it."""
        return self.started / self.seconds

    @property
    def loss(self) -> float:
        """The share of exchanges that did not end with an ACK."""
        return 1 - self.ended / self.started

    def quantile(self, share: float) -> float:
        """The delay, in milliseconds, that this share of the exchanges did not exceed."""
        if not self.delays:
            return float("inf")
        return self.delays[min(len(self.delays) - 1, int(share * len(self.delays)))] * 1e3


def offer(site: Site, rate: int, seconds: int, clients: int = 1, timed: bool = False) -> Load:
    """Start so many exchanges a second for some whole seconds.

    clients: a number from 0 to 255; the clients of each number are others.
    timed: whether to return the delays and the gap.
    """
    said = _perfdhcp(
        site,
        *("-r", str(rate), "-p", str(seconds), "-W", str(LATE)),
        *("-R", "16000000", "-b", f"mac=02:0c:{clients:02x}:00:00:00"),
        *(["-x", "t"] if timed else []),
    )
    times = [(float(a), float(b)) for a, b in TIMES.findall(said.partition(ACKS)[2])]
    received = sorted(b for _, b in times)
    return Load(
        offered=rate,
        started=int(SENT.findall(said)[0]),
        ended=int(RECEIVED.findall(said)[1]),
        seconds=seconds,
        delays=tuple(sorted(b - a for a, b in times)),
        gap=max((b - a for a, b in pairwise(received)), default=0),
    )


def served(site: Site) -> bool:
    """Whether a client, none of `offer`'s, gets an ACK."""
    relay = Relay(site.clients, CLIENTS, SERVER)
    try:
        # Kea discards what has come before its socket was ready: do not wait for that long.
        if not relay.reply(relay.send("DISCOVER", 1), PATIENCE):
            return False
        relay.lease(1)
    except TimeoutError:
        return False
    finally:
        relay.close()
    return True


def _perfdhcp(site: Site, *arguments: str) -> str:
    """What perfdhcp prints."""
    done = site.from_clients(["perfdhcp", "-4", "-g", "single", *arguments, SERVER])
    # 3: some exchanges have not ended.
    if done.returncode not in (0, 3) or len(SENT.findall(done.stdout)) != 2:
        raise Problem(f"perfdhcp {' '.join(arguments)}: {done.returncode}\n{done.stdout[-2000:]}")
    return done.stdout
