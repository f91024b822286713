"""`inv bench`: what the hook costs, beside Kea alone and beside other libraries."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from invoke import Context, task
from rich.console import Console
from rich.table import Table

from kit import needs, targets
from kit.bench import programs, report, spawning
from kit.bench.arms import ARMS, Arm
from kit.bench.compare import Comparison, Results
from kit.bench.measure import Effort
from kit.bench.site import Site
from kit.errors import Problem
from kit.paths import BUILD
from kit.targets import Target

FULL = Effort(seconds=20, warm_up=5, probe=5, precision=0.02)
PASSES = 5
QUICK = Effort(seconds=2, warm_up=1, probe=1, precision=0.05)
SCRIPTS = 2000
"""How many scripts are started to see what that costs by itself; a tenth of those that sleep."""


def run(
    target: Target,
    arms: Sequence[Arm],
    effort: Effort,
    passes: int,
    together: int,
    lease_file: Sequence[bool],
    say: Callable[[str], None],
    show: Callable[[str, Results, dict[str, spawning.Spawning]], None],
) -> dict[str, Any]:
    """Measure arms and return everything; nothing of what it takes is left behind.

    together: how many arms share the measurements of the bare server around them.
    lease_file: for each table whether the server keeps its leases in a file.
    say, show: are told what goes on, and each table's title and contents.
    """
    found: dict[str, Any] = {
        "target": target.name,
        "kea": targets.kea_release(target),
        "version": targets.version(),
        "machine": report.machine(),
        "effort": {**dataclasses.asdict(effort), "passes": passes, "arms-together": together},
        "tables": [],
    }
    with Site(target) as site:
        programs.install(site)
        say("starting programs")
        starts = {
            "spawn": spawning.bare(site, "empty", SCRIPTS),
            "runner": spawning.by_the_runner(site, "empty", SCRIPTS),
            "spawn-10ms": spawning.bare(site, "sleep", SCRIPTS // 10),
        }
        for persist in lease_file:
            comparison = Comparison(site, effort, persist, together, say)
            results = comparison.run(arms, passes)
            title = f"Kea {found['kea']}, lease file {'on' if persist else 'off'}"
            show(title, results, starts)
            found["tables"].append({"lease-file": persist, **report.whole(results, starts)})
    return found


def chosen(names: str) -> list[Arm]:
    """The arms of a list with commas, all if it is empty, without those that all are compared with.

    Raises Problem for a name that no arm has.
    """
    wanted = [name for name in names.split(",") if name] or list(ARMS)
    if unknown := [name for name in wanted if name not in ARMS]:
        raise Problem(f"no arm is called {', '.join(unknown)}; the arms are {', '.join(ARMS)}")
    return [arm for name, arm in ARMS.items() if name in wanted and name != arm.base]


def _list(console: Console) -> None:
    table = Table("arm", "compared with", "what it is")
    for arm in ARMS.values():
        table.add_row(arm.name, "" if arm.name == arm.base else arm.base, arm.about)
    console.print(table)


@task(
    help={
        "arms": "names with commas between them; all without it",
        "passes": f"how often all is measured; {PASSES} without it",
        "seconds": f"of each steady load; {FULL.seconds} without it",
        "quick": "a few minutes for a first impression, instead of hours",
        "lease-file-off": "a second table, without a lease file",
        "target": "a name from packaging/targets.yml; without it, this machine's distribution",
        "json": "the file for all figures; without it, build/TARGET/bench.json",
        "list": "say which arms there are, and measure nothing",
    },
)
def bench(
    _: Context,
    arms: str = "",
    passes: int = 0,
    seconds: int = 0,
    quick: bool = False,
    lease_file_off: bool = False,
    target: str = "",
    json: str = "",
    list: bool = False,
) -> None:
    """Measure capacity, processor time and delay with the hook, beside Kea alone and others."""
    console = Console(highlight=False)
    if list:
        _list(console)
        return
    needs.ensure()
    (wanted,) = targets.chosen(target, every=False)
    selected = chosen(arms)
    effort = QUICK if quick else FULL
    if seconds:
        effort = dataclasses.replace(effort, seconds=seconds)
    with console.status("compiling, and making roots"):
        found = run(
            wanted,
            selected,
            effort,
            passes or (1 if quick else PASSES),
            len(selected) if quick else 1,
            [True, False] if lease_file_off else [True],
            say=lambda text: console.print(text, markup=False),
            show=lambda *table: report.show(console, *table),
        )
    file = Path(json) if json else BUILD / wanted.name / "bench.json"
    _write(file, found)
    console.print(f"All figures: {file}", soft_wrap=True)


def _write(file: Path, found: dict[str, Any]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
