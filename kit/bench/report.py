"""The figures as tables for people, and whole for programs."""

from __future__ import annotations

import dataclasses
import os
import platform
import statistics
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from kit.bench import goals
from kit.bench.arms import ARMS
from kit.bench.basics import Basics
from kit.bench.compare import Figure, Pair, Results

OLDER = "the older hook is not measured: its source is not here"


def show(console: Console, title: str, results: Results, basics: Basics) -> None:
    """Print all tables."""
    console.print(_arms(title, results))
    console.print(_spawning(basics))
    console.print(_goals(results, basics))
    for name, reason in results.failed.items():
        console.print(f"{name} was not measured: {reason.splitlines()[0]}", markup=False)
    console.print(OLDER)


def whole(results: Results, basics: Basics) -> dict[str, Any]:
    """Everything, as JSON takes it."""
    return {
        "arms": {
            name: {
                "about": ARMS[name].about,
                "multi-threading": ARMS[name].threads,
                "parameters": dict(ARMS[name].parameters),
                "base": ARMS[name].base,
                "pairs": [dataclasses.asdict(pair) for pair in pairs],
                "capacity-of-base": _spread(pairs, goals.capacity),
                "cpu-of-base": _spread(pairs, goals.cpu),
            }
            for name, pairs in results.pairs.items()
        },
        "failed": results.failed,
        "not-measured": [OLDER],
        "goals": [
            {**dataclasses.asdict(goal), "met": goal.met} for goal in goals.goals(results, basics)
        ],
    }


def machine() -> dict[str, Any]:
    """On what it was measured."""
    models = [
        line.partition(":")[2].strip()
        for line in Path("/proc/cpuinfo").read_text().splitlines()
        if line.startswith("model name")
    ]
    return {
        "processors": os.cpu_count(),
        "model": models[0] if models else platform.machine(),
        "kernel": platform.release(),
        "load-before": os.getloadavg()[0],
    }


def _spread(pairs: list[Pair], figure: Figure) -> dict[str, float]:
    ratios = [pair.ratio(figure) for pair in pairs]
    return {"median": statistics.median(ratios), "low": min(ratios), "high": max(ratios)}


def _arms(title: str, results: Results) -> Table:
    table = Table(
        *("arm", "exchanges/s", "of base", "CPU µs", "of base", "at /s", "p50 ms", "p99 ms", ""),
        title=title,
    )
    for column in table.columns[1:-1]:
        column.justify = "right"
    for base in dict.fromkeys(ARMS[name].base for name in results.pairs):
        pairs = [p for name, ps in results.pairs.items() if ARMS[name].base == base for p in ps]
        table.add_row(base, *_row([pair.before for pair in pairs], pairs, own=True))
    for name, pairs in results.pairs.items():
        table.add_row(name, *_row([pair.arm for pair in pairs], pairs, own=False))
    return table


def _row(figures: list, pairs: list[Pair], own: bool) -> list[str]:
    def median(figure: Figure) -> float:
        return statistics.median(map(figure, figures))

    def of_base(figure: Figure) -> str:
        spread = _spread(pairs, figure)
        return "" if own else "{median:.2f} ({low:.2f}-{high:.2f})".format(**spread)

    notes = [
        f"{sum(pair.noisy for pair in pairs)} noisy" if any(p.noisy for p in pairs) else "",
        "perfdhcp's limit" if any(f.lagging for f in figures) else "",
        f"lost {max(f.loss for f in figures):.1%}" if any(f.loss >= 0.005 for f in figures) else "",
    ]
    return [
        f"{median(goals.capacity):,.0f}",
        of_base(goals.capacity),
        f"{median(goals.cpu):,.0f}",
        of_base(goals.cpu),
        f"{median(lambda f: f.rate):,.0f}",
        f"{median(lambda f: f.p50):.2f}",
        f"{median(goals.p99):.2f}",
        ", ".join(filter(None, notes)),
    ]


def _spawning(basics: Basics) -> Table:
    table = Table("starting programs, on one processor", "per second", "CPU µs")
    for name, one in (
        ("a loop of posix_spawn, an empty script", basics.spawn),
        ("the runner alone, an empty script", basics.runner),
        ("a loop of posix_spawn, a script of 10 ms", basics.spawn_10ms),
    ):
        table.add_row(name, f"{one.rate:,.0f}", f"{one.cpu:,.0f}")
    return table


def _goals(results: Results, basics: Basics) -> Table:
    table = Table("goal", "wanted", "seen", "")
    for goal in goals.goals(results, basics):
        sign = "≤" if goal.at_most else "≥"
        missed = f"missed by {abs(goal.value - goal.wanted):.2f}"
        table.add_row(
            goal.about,
            f"{sign} {goal.wanted:.2f}",
            f"{goal.value:.2f}",
            "met" if goal.met else missed,
        )
    return table
