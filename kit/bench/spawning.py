"""What starting programs costs by itself: the limit for everything that starts one for an event."""

from __future__ import annotations

import os
from dataclasses import dataclass

from kit.bench.arms import SCRIPTS
from kit.bench.programs import RUNNER, SPAWN
from kit.bench.site import Site
from kit.errors import Problem

PARALLEL = max(4, os.cpu_count() or 1)
"""Processes at once: the hook's own default."""

EVENTS = "/run/events"
VARIABLES = "".join(f"KEA_VARIABLE_{number:02}=198.51.100.{number}\n" for number in range(25))
HELLO = f"HELLO=1\nENTRY=bench\nKEA=0.0.0\nFAMILY=4\nWINDOW={PARALLEL}\nMODE=exec\n\n"
TIMED = 'date +%s.%N; cat "$1" | "$2" --timeout 3000 -- "$3" | tail -n 1; date +%s.%N'
TIMED_BARE = 'date +%s.%N; "$@"; date +%s.%N'


@dataclass(frozen=True)
class Spawning:
    """What it costs to start a script and wait for its end, PARALLEL at once.

    rate: scripts per second.
    cpu: microseconds of processor time for each.
    """

    rate: float
    cpu: float


def bare(site: Site, script: str, count: int) -> Spawning:
    """A loop that does nothing but posix_spawn and wait."""
    loop = [SPAWN, str(PARALLEL), str(count), f"{SCRIPTS}/{script}"]
    return _timed(site, ["sh", "-euc", TIMED_BARE, "sh", *loop], count)


def by_the_runner(site: Site, script: str, count: int) -> Spawning:
    """Our runner, with its events from a file."""
    frames = (f"EVENT={number} leases4_committed\n{VARIABLES}\n" for number in range(1, count + 1))
    site.server.write(EVENTS, HELLO + "".join(frames))
    command = ["sh", "-euc", TIMED, "sh", EVENTS, RUNNER, f"{SCRIPTS}/{script}"]
    return _timed(site, command, count)


def _timed(site: Site, command: list[str], count: int) -> Spawning:
    before = site.cpu()
    status = site.measured(command).wait()
    used = site.cpu() - before
    lines = site.log.read_text().splitlines()
    if status or len(lines) < 2:
        raise Problem(f"{' '.join(command)} ended with {status}:\n{site.log.read_text()}")
    seconds = float(lines[-1]) - float(lines[0])
    return Spawning(rate=count / seconds, cpu=used / count)
