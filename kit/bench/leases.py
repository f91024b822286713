"""What many leases cost: replays of all of them, and their end at once."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

from rich.console import Console
from rich.table import Table

from kit import targets
from kit.bench import expiry, programs, replays, report
from kit.bench.arms import BARE
from kit.bench.expiry import POLICIES, WORKER, Gap
from kit.bench.lease_file import LeaseFile
from kit.bench.measure import Effort
from kit.bench.replays import Replays
from kit.bench.site import Site
from kit.targets import Target

SLOWER, GROWN = 2, 100e6
"""The most that is still good, as the tables' titles say."""


@dataclasses.dataclass(frozen=True)
class Many:
    """How many leases are replayed, and how many end at once."""

    replayed: int
    expiring: int


def carry_out(
    many: Many, effort: Effort, target: Target, console: Console, doing: Callable[[str], None]
) -> dict[str, Any]:
    """Measure, show tables, and return all figures; nothing of what it takes is left behind."""
    doing("compiling, and making the two machines")
    with Site(target) as site:
        programs.install(site)
        leases = LeaseFile(site)
        replayed: dict[str, Replays] = {}
        for arm in replays.ARMS:
            doing(f"replays of {many.replayed:,} leases into {arm.name}")
            replayed[arm.name] = replays.measure(site, arm, leases, many.replayed, effort)
        console.print(_replays(many.replayed, replayed))
        doing(f"{many.expiring:,} leases end at once")
        gaps = expiry.measure(site, leases, many.expiring, effort.seconds)
        console.print(_gaps(many.expiring, gaps))
    return {
        "target": target.name,
        "kea": targets.kea_release(target),
        "version": targets.version(),
        "machine": report.machine(),
        "effort": dataclasses.asdict(effort),
        "many": dataclasses.asdict(many),
        "replays": {
            name: {**_without_delays(one), "p99-of-quiet": one.slower, "grown": one.grown}
            for name, one in replayed.items()
        },
        "expiry": [dataclasses.asdict(gap) for gap in gaps],
    }


def _without_delays(replays: Replays) -> dict[str, Any]:
    """All figures but each single delay; their 99th percentiles instead, in milliseconds."""
    whole = dataclasses.asdict(replays)
    whole["rounds"] = list(whole["rounds"])
    for one, found in zip(whole["rounds"], replays.rounds, strict=True):
        for name, load in (("quiet", found.quiet), ("busy", found.busy)):
            del one[name]["delays"]
            one[name]["p99"] = load.quantile(0.99)
    return whole


def _replays(number: int, replayed: dict[str, Replays]) -> Table:
    table = Table(
        *("worker", "first s", "again s", "at /s", "s", "p99 ms without", "with", "ratio", "grown"),
        title=f"Replays of {number:,} leases: p99 at most {SLOWER} times as long, memory"
        f" at most {GROWN / 1e6:.0f} MB more",
    )
    for column in table.columns[1:]:
        column.justify = "right"
    for name, found in replayed.items():
        for one in found.rounds:
            quiet, busy = one.quiet.quantile(0.99), one.busy.quantile(0.99)
            table.add_row(
                *(name, f"{found.idle:.1f}", f"{found.again:.1f}", f"{found.rate:,}"),
                f"{one.seconds:.1f}" + (", over before the load" if one.over else ""),
                *(f"{quiet:.2f}", f"{busy:.2f}", f"{busy / quiet:.2f}"),
                f"{(one.grown_busy - one.grown_quiet) / 1e6:.1f} MB",
            )
        good = found.slower <= SLOWER and found.grown <= GROWN
        table.add_row(
            *(name, "median: " + ("met" if good else "missed"), "", "", "", "", ""),
            *(f"{found.slower:.2f}", f"{found.grown / 1e6:.1f} MB"),
            end_section=True,
        )
    return table


def _gaps(number: int, gaps: list[Gap]) -> Table:
    table = Table(
        *("reclaimed", "arm", "longest gap ms", "p99 ms", "lost", "reclaimed", "discarded"),
        title=f"{number:,} leases end at once: with the hook no longer gap than bare",
    )
    for column in table.columns[2:]:
        column.justify = "right"
    for policy in POLICIES:
        for gap in (gap for gap in gaps if gap.policy == policy):
            table.add_row(
                *(policy, gap.arm, f"{gap.gap * 1e3:.0f}", f"{gap.p99:.1f}", f"{gap.lost:.1%}"),
                *(f"{gap.reclaimed:,}", f"{gap.discarded:,}"),
            )
        ratio = expiry.longest(gaps, policy, WORKER.name) / expiry.longest(gaps, policy, BARE)
        table.add_row(policy, "hook's of bare's", f"{ratio:.2f}", end_section=True)
    return table
