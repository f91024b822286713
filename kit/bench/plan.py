"""A whole benchmark, from a plan to its figures."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any

from kit import targets
from kit.bench import basics, programs, report
from kit.bench.arms import Arm
from kit.bench.basics import Basics
from kit.bench.compare import Comparison, Results
from kit.bench.measure import Effort
from kit.bench.site import Site
from kit.targets import Target


@dataclasses.dataclass(frozen=True)
class Plan:
    """What is to be measured.

    together: how many arms share the measurements of the bare server around them.
    lease_file: for each table whether the server keeps its leases in a file.
    million: whether a server with a million leases is measured as well.
    """

    arms: Sequence[Arm]
    effort: Effort
    passes: int
    together: int
    lease_file: Sequence[bool]
    million: bool


@dataclasses.dataclass(frozen=True)
class Audience:
    """Whom to tell.

    doing: what goes on.
    say: what has been measured.
    show: a table's title and contents.
    """

    doing: Callable[[str], None]
    say: Callable[[str], None]
    show: Callable[[str, Results, Basics], None]


def carry_out(plan: Plan, target: Target, audience: Audience) -> dict[str, Any]:
    """Measure, and return all figures; nothing of what it takes is left behind."""
    audience.doing("compiling, and making the two machines")
    found: dict[str, Any] = {
        "target": target.name,
        "kea": targets.kea_release(target),
        "version": targets.version(),
        "machine": report.machine(),
        "effort": dataclasses.asdict(plan.effort),
        "passes": plan.passes,
        "together": plan.together,
    }
    with Site(target) as site:
        programs.install(site)
        audience.doing(
            "starting programs, and a million leases" if plan.million else "starting programs"
        )
        limits = basics.measure(site, plan.effort, plan.million)
        found |= {"basics": dataclasses.asdict(limits), "tables": []}
        for persist in plan.lease_file:
            comparison = Comparison(
                site, plan.effort, persist, plan.together, audience.say, audience.doing
            )
            results = comparison.run(plan.arms, plan.passes)
            title = f"Kea {found['kea']}, lease file {'on' if persist else 'off'}"
            audience.show(title, results, limits)
            found["tables"].append({"lease-file": persist, **report.whole(results, limits)})
    return found
