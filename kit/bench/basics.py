"""What is measured once, apart from the arms: the limits of what can be reached."""

from __future__ import annotations

from dataclasses import dataclass

from kit.bench import million, spawning
from kit.bench.measure import Effort
from kit.bench.million import Growth
from kit.bench.site import Site
from kit.bench.spawning import Spawning

SCRIPTS = 2000
"""How many scripts are started to see what that costs by itself; a tenth of those that sleep."""


@dataclass(frozen=True)
class Basics:
    """What starting programs costs, and what a million leases do.

    spawn, spawn_10ms: a loop of posix_spawn, of an empty script and of one that sleeps.
    runner: our runner alone, with the empty script.
    growth: by the arm's name, empty unless asked for.
    """

    spawn: Spawning
    spawn_10ms: Spawning
    runner: Spawning
    growth: dict[str, Growth]


def measure(site: Site, effort: Effort, with_million: bool) -> Basics:
    """All of them."""
    return Basics(
        spawn=spawning.bare(site, "empty", SCRIPTS),
        spawn_10ms=spawning.bare(site, "sleep", SCRIPTS // 10),
        runner=spawning.by_the_runner(site, "empty", SCRIPTS),
        growth=million.growth(site, effort) if with_million else {},
    )
