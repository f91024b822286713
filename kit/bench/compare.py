"""Arms side by side: each between two measurements of the bare server, in both directions."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from kit.bench.arms import ARMS, Arm
from kit.bench.measure import Effort, Figures, measure
from kit.bench.site import Site
from kit.errors import Problem

FIRST_GUESS = 5000
"""Exchanges per second of a bare server: where the first search starts."""

NOISY = 0.10
"""The bare server's capacity before and after an arm may differ by this share."""

Figure = Callable[[Figures], float]


@dataclass(frozen=True)
class Pair:
    """An arm's figures, and those of the bare server before and after it.

    noisy: whether the latter differ by more than NOISY, the second time as well.
    """

    before: Figures
    arm: Figures
    after: Figures
    noisy: bool

    def base(self, figure: Figure) -> float:
        """The bare server's figure for this pair."""
        return (figure(self.before) + figure(self.after)) / 2

    def ratio(self, figure: Figure) -> float:
        """The arm's figure as a share of the bare server's."""
        return figure(self.arm) / self.base(figure)


@dataclass
class Results:
    """What has been measured.

    pairs: by the arm's name, one for each pass.
    failed: by the arm's name, why there is nothing.
    """

    pairs: dict[str, list[Pair]] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)

    def median(self, name: str, value: Callable[[Pair], float]) -> float | None:
        """The median of a value over an arm's pairs; None if the arm has none."""
        pairs = self.pairs.get(name)
        return statistics.median(map(value, pairs)) if pairs else None


class Comparison:
    """Measures arms in passes.

    persist: whether the server keeps its leases in a file.
    together: how many arms share the two measurements of the bare server around them.
    say, doing: are told what has been measured, and what goes on.
    """

    def __init__(
        self,
        site: Site,
        effort: Effort,
        persist: bool,
        together: int,
        say: Callable[[str], None],
        doing: Callable[[str], None],
    ):
        self._site = site
        self._effort = effort
        self._persist = persist
        self._together = together
        self._say = say
        self._doing = doing
        self._capacity: dict[str, float] = {}
        self._half: dict[str, float] = {}

    def run(self, arms: Sequence[Arm], passes: int) -> Results:
        """Measure all, every second pass in reverse order."""
        results = Results()
        for number in range(passes):
            forward = number % 2 == 0
            for base, group in groupby(arms if forward else reversed(arms), lambda arm: arm.base):
                self._title = f"pass {number + 1} of {passes}"
                self._group(ARMS[base], list(group), results)
        return results

    def _group(self, base: Arm, arms: list[Arm], results: Results) -> None:
        before = self._measure(base)
        for chunk in _chunks(arms, self._together):
            figures, after = self._chunk(base, chunk, results)
            if noisy := _differ(before, after):
                before, (figures, after) = after, self._chunk(base, chunk, results)
                noisy = _differ(before, after)
            for name, measured in figures.items():
                pair = Pair(before, measured, after, noisy)
                results.pairs.setdefault(name, []).append(pair)
            before = after

    def _chunk(
        self, base: Arm, arms: Iterable[Arm], results: Results
    ) -> tuple[dict[str, Figures], Figures]:
        """The figures of some arms by name, and of the bare server after them."""
        figures = {}
        for arm in arms:
            if arm.name not in results.failed:
                try:
                    figures[arm.name] = self._measure(arm)
                except Problem as problem:
                    results.failed[arm.name] = str(problem)
                    self._say(f"{self._title}  {arm.name}: {problem}")
        return figures, self._measure(base)

    def _measure(self, arm: Arm) -> Figures:
        self._doing(f"{self._title}  {arm.name}")
        base = self._capacity.get(arm.base, FIRST_GUESS)
        guess = self._capacity.get(arm.name, base * arm.share)
        figures = measure(
            self._site,
            arm,
            self._effort,
            guess,
            self._half.get(arm.base, 0),
            self._persist,
        )
        self._capacity[arm.name] = figures.capacity
        if arm.name == arm.base:
            self._half.setdefault(arm.name, figures.capacity / 2)
        self._say(
            f"{self._title}  {arm.name}: {figures.capacity:,.0f}/s,"
            f" {figures.cpu:,.0f} µs of CPU each; at {figures.rate:,.0f}/s"
            f" p50 {figures.p50:.2f} ms, p99 {figures.p99:.2f} ms"
        )
        return figures


def _chunks(arms: list[Arm], size: int) -> Iterator[list[Arm]]:
    return (arms[at : at + size] for at in range(0, len(arms), size))


def _differ(before: Figures, after: Figures) -> bool:
    low, high = sorted((before.capacity, after.capacity))
    return high > low * (1 + NOISY)
