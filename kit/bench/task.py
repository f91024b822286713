"""`inv bench`: what the hook costs, beside Kea alone and beside other libraries."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

from invoke import Context, task
from rich.console import Console
from rich.table import Table

from kit import needs, targets
from kit.bench import leases as many_leases
from kit.bench import report
from kit.bench.arms import ARMS, Arm
from kit.bench.leases import Many
from kit.bench.measure import Effort
from kit.bench.plan import Audience, Plan, carry_out
from kit.errors import Problem
from kit.paths import BUILD

FULL = Effort(seconds=20, warm_up=5, probe=5, precision=0.02)
PASSES = 5
QUICK = Effort(seconds=2, warm_up=1, probe=1, precision=0.05)
MANY = Many(replayed=1_000_000, expiring=100_000)
FEWER = Many(replayed=100_000, expiring=20_000)


def chosen(names: str) -> list[Arm]:
    """The arms of a list with commas, all if it is empty, without those that all are compared with.

    Raises Problem for a name that no arm has.
    """
    wanted = [name for name in names.split(",") if name] or list(ARMS)
    if unknown := [name for name in wanted if name not in ARMS]:
        raise Problem(f"no arm is called {', '.join(unknown)}; the arms are {', '.join(ARMS)}")
    found = [arm for name, arm in ARMS.items() if name in wanted and name != arm.base]
    if not found:
        raise Problem(f"{' and '.join(wanted)} is measured beside other arms: name one of those")
    return found


def _known() -> Table:
    table = Table("arm", "compared with", "what it is")
    for arm in ARMS.values():
        table.add_row(arm.name, "" if arm.name == arm.base else arm.base, arm.about)
    return table


@task(
    help={
        "arms": "names with commas between them; all without it",
        "passes": f"how often all is measured; {PASSES} without it",
        "seconds": f"of each steady load; {FULL.seconds} without it",
        "quick": "a few minutes for a first impression, instead of hours",
        "leases": "in place of the arms: replays of a million leases, and 100,000 that end at once",
        "lease-file-off": "a second table, without a lease file",
        "target": "a name from packaging/targets.yml; without it, this machine's distribution",
        "file": "the JSON file for all figures; without it, in build/TARGET",
        "list": "say which arms there are, and measure nothing",
    },
)
def bench(
    _: Context,
    arms: str = "",
    passes: int = 0,
    seconds: int = 0,
    quick: bool = False,
    leases: bool = False,
    lease_file_off: bool = False,
    target: str = "",
    file: str = "",
    list: bool = False,
) -> None:
    """Measure capacity, processor time and delay with the hook, beside Kea alone and others."""
    console = Console(highlight=False)
    if list:
        console.print(_known())
        return
    (wanted,) = targets.chosen(target, every=False)
    selected = chosen(arms)
    effort = QUICK if quick else FULL
    if seconds:
        effort = dataclasses.replace(effort, seconds=seconds)
    plan = Plan(
        arms=selected,
        effort=effort,
        passes=passes or (1 if quick else PASSES),
        together=len(selected) if quick else 1,
        lease_file=[True, False] if lease_file_off else [True],
        million=not quick,
    )
    needs.ensure()
    with console.status("") as status:
        if leases:
            many = FEWER if quick else MANY
            found = many_leases.carry_out(many, effort, wanted, console, status.update)
        else:
            found = carry_out(
                plan,
                wanted,
                Audience(
                    doing=status.update,
                    say=lambda text: console.print(text, markup=False),
                    show=lambda *table: report.show(console, *table),
                ),
            )
    path = Path(file) if file else BUILD / wanted.name / ("leases.json" if leases else "bench.json")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    console.print(f"All figures: {path}", soft_wrap=True)
